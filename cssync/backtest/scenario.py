"""The settings under which past nights are replayed, and which of them may be other than those in force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from cssync.capacity.company import Company
from cssync.errors import ConfigError
from cssync.settings.assignments import parse
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings

_RECORDED = "what is remembered of past nights was recorded under it"
_SILENT = "it has no part in which alerts there are"
# Sections that a replay cannot honour, and why.
_FIXED = {
    "source": _RECORDED, "customers": _RECORDED, "money": _RECORDED, "tenant": _RECORDED, "timezone": _RECORDED,
    "gate": "the nights that are replayed were believed", "store": _SILENT, "schedule": _SILENT, "notify": _SILENT,
    "healthcheck": _SILENT, "metrics": _SILENT, "log": _SILENT, "team.pools": _RECORDED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scenario:
    """*name*: what is set otherwise, "" for the settings in force. *origin*: see ``Loaded``. *only*: rules, by id."""

    name: str
    settings: Settings
    origin: Callable[[str], str]
    only: frozenset[str] | None = None

    def judges_like(self, other: Scenario) -> bool:
        """Whether both see the same company on the same day, whatever their rules make of it."""
        rules, alerts = other.settings.rules, other.settings.alerts
        return self.settings.model_copy(update={"rules": rules, "alerts": alerts}) == other.settings

    def judging(self, company: Company) -> Company:
        """*company*, added up under settings that differ in nothing of ``team``, as this scenario judges it."""
        return company.judged_by(self.settings, self.origin)


def present(loaded: Loaded) -> Scenario:
    return Scenario("", loaded.settings, loaded.origin)


def changed(loaded: Loaded, said: Sequence[str]) -> Scenario:
    """*loaded*: with what was *said* (``limits.accounts=60``) in it. Raises ConfigError where that tells nothing."""
    for each in said:
        key, _, _ = parse(each)
        for section, why in _FIXED.items():
            if key[: section.count(".") + 1] == tuple(section.split(".")):
                raise ConfigError(
                    f"--set {each.partition('=')[0]}: {why}",
                    remedy="set something of rules, limits, capacity, alerts or team; past nights are as they were",
                )
    return Scenario(", ".join(said), loaded.settings, loaded.origin)


def narrowed(scenario: Scenario, rules: frozenset[str]) -> Scenario:
    """*scenario* with *rules* alone switched on, and only where they are anyway."""
    sections = scenario.settings.rules
    off = {
        name: getattr(sections, name).model_copy(update={"enabled": False})
        for name in type(sections).model_fields
        if name not in rules
    }
    settings = scenario.settings.model_copy(update={"rules": sections.model_copy(update=off)})
    return replace(scenario, settings=settings, only=rules)
