"""Nights in a row in the life of alerts: what is found, what people decide, and what is said."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from cssync.alerts.fingerprint import fingerprint
from cssync.alerts.reconcile import reconcile
from cssync.alerts.tonight import Reconciled, Tonight
from cssync.model.alert import Alert
from cssync.model.decision import Decision, DecisionKind
from cssync.model.finding import Finding, Limit, Severity, Subject, Unit
from cssync.settings.alerts import AlertPolicy

ACCOUNTS, ARR, TREND = "accounts_over_limit", "arr_over_limit", "trending_to_ceiling"
START = date(2026, 11, 2)  # a Monday
FIFTY = Limit(Decimal(50), "limits.accounts", "default", "seed 2", "for every CSM")
SEVENTY_FIVE = Limit(Decimal(75), "limits.trend_accounts", "default", "seed 4", "for every CSM")
DANA = fingerprint("acme", ACCOUNTS, "U1")
POLICY = AlertPolicy()


def over(value: int, **changes: Any) -> Finding:
    """Dana has *value* customers: critical from 75 on, and lingering at 48 to 50."""
    severity = Severity.CRITICAL if value >= 75 else Severity.WARNING if value > 50 else Severity.WATCH
    values: dict[str, Any] = {
        "rule": ACCOUNTS,
        "subject": Subject("U1", "Dana Roy"),
        "severity": severity,
        "unit": Unit.ACCOUNTS,
        "value": Decimal(value),
        "limit": FIFTY,
        "since": None,
        "reason": "",
        "action": "",
        "headline": f"{value} accounts (limit 50)",
        "lingers": value <= 50,
    }
    return Finding(**values | changes)


def trend(value: int = 75, **changes: Any) -> Finding:
    return over(value, rule=TREND, limit=SEVENTY_FIVE, **{"severity": Severity.WARNING, **changes})


@dataclass
class Life:
    """Nights in a row, with what is remembered between them. *day*: of the night to come."""

    policy: AlertPolicy = POLICY
    known: dict[str, Alert] = field(default_factory=dict)
    decisions: list[Decision] = field(default_factory=list)
    day: date = START
    first: bool = False

    def night(self, *findings: Finding, **changes: Any) -> Reconciled:
        """One accepted night; the next one is a day later."""
        result = self.again(*findings, **changes)
        self.day += timedelta(days=1)
        return result

    def again(self, *findings: Finding, **changes: Any) -> Reconciled:
        """One run of the night of *day*."""
        values: dict[str, Any] = {
            "as_of": self.day,
            "tenant": "acme",
            "findings": findings,
            "rules": {ACCOUNTS: 1, ARR: 1, TREND: 2},
            "subjects": {"U1", "U2"},
            "currency": "USD",
            "limits": {(ACCOUNTS, "U1"): FIFTY, (TREND, "U1"): SEVENTY_FIVE},
            "first": self.first,
        }
        result = reconcile(Tonight(**values | changes), self.known.values(), self.decisions, self.policy)
        self.known |= {alert.fingerprint: alert for alert in result.alerts}
        return result

    def lives(self, *nights: str) -> list[str]:
        """For each of *nights*, "51" or "ok" of Dana's accounts, what happened: "OPENED!", where ! is announced."""
        return [self.told(self.night(*([] if night == "ok" else [over(int(night))]))) for night in nights]

    def told(self, result: Reconciled) -> str:
        return " ".join(f"{t.cause.name}{'!' * t.announce}" for t in result.transitions)

    def decide(self, kind: DecisionKind, until: date | None = None, rule: str = ACCOUNTS, **changes: Any) -> None:
        """After the night before *day*, by Maya."""
        alert = self.known[fingerprint("acme", rule, "U1")]
        decision = Decision(
            id=str(len(self.decisions)),
            fingerprint=alert.fingerprint,
            incident=alert.incident,
            kind=kind,
            by="Maya Chen",
            at=datetime.combine(self.day - timedelta(days=1), time(9), UTC) + timedelta(minutes=len(self.decisions)),
            reason="hiring",
            until=until,
            owner="Lee Ho" if kind is DecisionKind.EXCEPTED else "",
            rises=alert.rises,
        )
        self.decisions.append(replace(decision, **changes))

    @property
    def dana(self) -> Alert:
        return self.known[DANA]

    def skip(self, days: int) -> None:
        """Nights that were missed or refused."""
        self.day += timedelta(days=days)


def announced(result: Reconciled) -> Sequence[str]:
    return [t.cause.name for t in result.transitions if t.announce]
