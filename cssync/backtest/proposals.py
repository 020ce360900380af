"""Tries other thresholds on the same nights, and says which would have kept the number of alerts bearable."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from cssync.backtest.scenario import Scenario, narrowed
from cssync.model.backtest import Proposal, RuleFigures, Span, Trial
from cssync.model.wording import count
from cssync.settings.assignments import key_of
from cssync.settings.model import Settings
from cssync.settings.yaml import Key
from rules.base import Rule
from rules.engine import RULES

# What is tried of a limit, as shares of the present one, and of a probability.
_SHARES = tuple(map(Decimal, ("0.8", "0.9", "1.1", "1.2", "1.5")))
_CHANCES = tuple(map(Decimal, ("0.3", "0.4", "0.5", "0.6", "0.7", "0.8")))
_DIGITS = 2
# A lead that is shorter by no more than this is kept; one that is longer by as much is worth a change.
_KEPT_WITHIN_DAYS = 14


@dataclass(frozen=True, slots=True)
class Experiment:
    """One value of *setting*, which tunes *rule*, with the settings in which it stands."""

    rule: Rule
    setting: str
    value: Decimal
    present: bool
    scenario: Scenario


def experiments(scenario: Scenario) -> Iterator[Experiment]:
    """Yield what is to be tried of every rule that can be tuned: the present value and others around it."""
    for rule in RULES:
        if not rule.tuned_by or not getattr(scenario.settings.rules, rule.id).enabled:
            continue
        alone = narrowed(scenario, frozenset({rule.id}))
        for setting in _settings(rule, scenario.settings):
            key = key_of(setting)
            present = _value(scenario.settings, key)
            for value in sorted({present, *_candidates(present)}):
                if (settings := _with(alone.settings, key, value)) is not None:
                    tried = replace(alone, settings=settings)
                    yield Experiment(rule, setting, value, value == present, tried)


def proposed(tried: Sequence[tuple[Experiment, RuleFigures]], span: Span, at_most: Decimal) -> tuple[Proposal, ...]:
    """*tried*: with what came of each. *at_most*: alerts that one rule may open a month."""
    by_setting: dict[str, list[tuple[Experiment, RuleFigures]]] = {}
    for experiment, found in tried:
        by_setting.setdefault(experiment.setting, []).append((experiment, found))
    return tuple(_proposal(setting, of_setting, span, at_most) for setting, of_setting in by_setting.items())


def _settings(rule: Rule, settings: Settings) -> Iterator[str]:
    """The settings that tune *rule*: the general one, and what is set of it for a segment."""
    yield rule.tuned_by
    section, _, measure = rule.tuned_by.rpartition(".")
    if section == "limits":
        for segment, limits in settings.limits.segments.items():
            if getattr(limits, measure, None) is not None:
                yield f"limits.segments.{segment}.{measure}"


def _candidates(present: Decimal) -> Iterator[Decimal]:
    if present < 1:
        yield from _CHANCES
        return
    for share in _SHARES:
        value = present * share
        yield round(value, _DIGITS - 1 - value.adjusted()).normalize() + 0


def _value(settings: Settings, key: Key) -> Decimal:
    here: Any = settings
    for part in key:
        here = here[part] if isinstance(here, Mapping) else getattr(here, str(part))
    return Decimal(here)


def _with(settings: Settings, key: Key, value: Decimal) -> Settings | None:
    """*settings* with *value* at *key*; None where it does not go with the others."""
    try:
        return type(settings).model_validate(_put(settings, key, value))
    except ValidationError:
        return None


def _put(here: Any, key: Key, value: Decimal) -> Any:
    if not key:
        return value
    below = here if isinstance(here, Mapping) else {name: getattr(here, name) for name in type(here).model_fields}
    return {**below, key[0]: _put(below[str(key[0])], key[1:], value)}


def _proposal(setting: str, tried: Sequence[tuple[Experiment, RuleFigures]], span: Span, at_most: Decimal) -> Proposal:
    trials = tuple(Trial(experiment.value, experiment.present, found) for experiment, found in tried)
    present = next(trial for trial in trials if trial.present)
    rule = tried[0][0].rule.id
    bearable = [trial for trial in trials if _a_month(trial, span) <= at_most and _keeps_its_sense(trial, present)]
    if not bearable:
        kept = " with the lead kept" if present.figures.warns else ""
        alerts = "alert" if at_most == 1 else "alerts"
        why = f"No value tried opens at most {at_most:f} {alerts} a month{kept}."
        return Proposal(setting, rule, trials, None, why)
    best = min(bearable, key=lambda trial: _worth(trial, present))
    return Proposal(setting, rule, trials, best, _why(best, present, span))


def _a_month(trial: Trial, span: Span) -> Decimal:
    return len(trial.figures.firings) / span.months


def _keeps_its_sense(trial: Trial, present: Trial) -> bool:
    now, then = trial.figures, present.figures
    if not then.warns:
        # A stricter limit may speak more seldom for being over all the time: nobody means that.
        return trial.value >= present.value
    shorter = (then.typical_lead or 0) - (now.typical_lead or 0)
    return len(now.missed) <= len(then.missed) and shorter <= _KEPT_WITHIN_DAYS


def _worth(trial: Trial, present: Trial) -> tuple[int, int, Decimal]:
    """The less, the better: fewer breaches without a warning, a clearly longer lead, and else as little change."""
    figures = trial.figures
    longer = ((figures.typical_lead or 0) - (present.figures.typical_lead or 0)) // _KEPT_WITHIN_DAYS
    return len(figures.missed), -max(0, longer) if figures.warns else 0, abs(trial.value - present.value)


def _why(best: Trial, present: Trial, span: Span) -> str:
    often = f"{_a_month(best, span):.1f} alerts a month"
    if best.present:
        return f"Leave it: {often}."
    words = [f"{often} instead of {_a_month(present, span):.1f}"]
    if best.figures.typical_lead is not None and best.figures.typical_lead != present.figures.typical_lead:
        before = present.figures.typical_lead
        was = f" instead of {before}" if before is not None else ""
        words.append(f"told {count(best.figures.typical_lead, 'day')} ahead{was}")
    if best.figures.warns and len(best.figures.missed) != len(present.figures.missed):
        words.append(f"{len(best.figures.missed)} breaches without a warning instead of {len(present.figures.missed)}")
    return f"{'; '.join(words)}."
