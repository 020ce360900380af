"""What an accepted night brings to the alerts, and what becomes of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from cssync.alerts.workdays import Workdays
from cssync.model.alert import Alert, Transition
from cssync.model.finding import Finding, Limit

# A rule and the id of whom it speaks of.
About = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tonight:
    """*findings*: at most one for each rule and subject.

    *rules*: those that ran, each with the nights in a row that it must find a thing before leadership hears of it.
    *subjects*: ids of everyone and everything that the CRM still lists, books of their own kind included.
    *left*: those who are listed but deactivated, so that the rule no longer speaks of them.
    *reached*: those for whom the rule has nothing more to warn of, since what it warns of is there.
    *limits*: what the rules hold tonight's subjects to, wherever an alert is open.
    *currency*: in which limits of money are. *first*: no night was ever accepted before this one's date.
    """

    as_of: date
    tenant: str
    findings: tuple[Finding, ...]
    rules: Mapping[str, int]
    subjects: Collection[str]
    currency: str
    left: Collection[About] = frozenset()
    reached: Collection[About] = frozenset()
    limits: Mapping[About, Limit] = field(default_factory=dict)
    workdays: Workdays = field(default_factory=Workdays)
    first: bool = False


@dataclass(frozen=True, slots=True)
class Reconciled:
    """*alerts*: every alert whose record changed, as it is now. *unchanged*: open ones with nothing to tell."""

    alerts: tuple[Alert, ...]
    transitions: tuple[Transition, ...]
    unchanged: tuple[Alert, ...]
