"""Gathers what an explanation is drawn from, and finds what somebody asks about in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from connectors.base import Progress
from cssync import lookback
from cssync.alerts.known import Told
from cssync.alerts.story import story
from cssync.assembly.lines import rehearsal
from cssync.assembly.parts import dry_store, today
from cssync.capacity.company import Company
from cssync.explain.account import explain_account, explain_gone
from cssync.explain.alert import explain_alert
from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence, RuleFacts
from cssync.explain.find import Found, Kind
from cssync.explain.trace import Explanation
from cssync.model.alert import Alert, Transition
from cssync.model.decision import Decision
from cssync.model.wording import day
from cssync.run import run_night
from cssync.settings.loaded import Loaded
from rules.engine import RULES

# What nights did to an alert, and what people decided about it.
Life: TypeAlias = tuple[Iterable[Transition], Iterable[Decision]]


@dataclass(frozen=True, slots=True)
class Explaining:
    """*evidence* of one night, and *told*: the life of an alert of it."""

    evidence: Evidence
    told: Callable[[Alert], Told]

    def explain(self, found: Found) -> Explanation:
        evidence = self.evidence
        match found.kind:
            case Kind.CSM:
                return explain_book(evidence, evidence.books[found.id])
            case Kind.ALERT:
                alert = next(alert for alert in evidence.alerts if alert.fingerprint == found.id)
                return explain_alert(evidence, self.told(alert))
            case Kind.ACCOUNT:
                row = evidence.row(found.id)
                return explain_gone(evidence, found.id) if row is None else explain_account(evidence, row)


@contextmanager
def explaining_last_night(loaded: Loaded) -> Iterator[Explaining | None]:
    """Of the last accepted night; None before the first. The store is open meanwhile."""
    memory = dry_store(loaded)
    try:
        company = lookback.last_company(memory, loaded)
        if company is None:
            yield None
            return
        run = next(iter(memory.accepted(date.max)))
        basis = (
            f"The night of {day(company.as_of)}, run {run.id[:8]}, read from {run.source}.",
            "Limits, conditions and fields are those that the settings say now.",
        )

        def life(alert: Alert) -> Life:
            return memory.transitions(alert.fingerprint), memory.decided(alert.fingerprint)

        yield _explaining(loaded, company, memory.alerts(), basis, life)
    finally:
        memory.close()


def explaining_now(loaded: Loaded, progress: Progress) -> Explaining:
    """Of the source as it is. Changes nothing, tells nobody."""
    with rehearsal(loaded, None, progress=progress) as line:
        outcome = run_night(line, today(loaded))
    basis = f"A rehearsal of the night of {day(outcome.run.as_of)}, read from {outcome.run.source}; nothing is stored."
    transitions = outcome.reconciled.transitions

    def life(alert: Alert) -> Life:
        return [one for one in transitions if one.fingerprint == alert.fingerprint], ()

    return _explaining(loaded, outcome.company, outcome.alerts, (basis,), life)


def _explaining(
    loaded: Loaded, company: Company, alerts: tuple[Alert, ...], basis: tuple[str, ...], life: Callable[[Alert], Life]
) -> Explaining:
    rules = {rule.id: RuleFacts(rule.title, rule.seeds) for rule in RULES}
    evidence = Evidence(company, alerts, rules, basis)
    return Explaining(evidence, lambda alert: Told(alert, story(*life(alert), loaded.settings.zone)))
