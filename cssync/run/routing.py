"""Who is to hear of what: the settings' routes, and tonight's alerts shared out among them.

The channel of ``notify.slack`` is a route that wants everything, so whatever is narrowed here is never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from cssync.alerts.quiet import Quiet
from cssync.model.alert import Alert, Incident
from cssync.model.delivery import Address
from cssync.model.finding import Severity, Subject
from cssync.settings.routes import MANAGER, Selection


def everything(_alert: Alert) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Route:
    """Where the alerts go that it *wants*.

    *to*: what *sink* calls its places, or ``manager``. *escalate_to*: in order of who is told next. *mention*: e-mail
    addresses. *edits*: a message there can be changed and answered, so there is one a date, kept true; elsewhere each
    run posts its news.
    """

    sink: str
    to: tuple[str, ...]
    edits: bool = False
    escalate_to: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()
    wants: Callable[[Alert], bool] = everything
    quiet: Quiet | None = None


@dataclass(slots=True)
class Readers:
    """Those at one address, and the *incidents* that they are to hear of.

    *quiet*: of every route that leads to them; one that is never quiet is None.
    """

    address: Address
    edits: bool
    incidents: set[Incident] = field(default_factory=set)
    mention: dict[str, None] = field(default_factory=dict)
    quiet: list[Quiet | None] = field(default_factory=list)


def readers(routes: Iterable[Route], alerts: Iterable[Alert]) -> tuple[Readers, ...]:
    """Everyone whom a route names for any of *alerts*, each address once, in the order of the routes.

    An address that its route names outright is there even if nothing is for it tonight.
    """
    known: dict[Address, Readers] = {}
    listed = tuple(alerts)
    for route in routes:
        named = [Address(route.sink, place) for place in route.to if place != MANAGER]
        reached: dict[Address, set[Incident]] = {address: set() for address in named}
        for alert in filter(route.wants, listed):
            for address in _reached(route, alert):
                reached.setdefault(address, set()).add(alert.key)
        for address, incidents in reached.items():
            those = known.setdefault(address, Readers(address, route.edits))
            those.incidents |= incidents
            those.mention |= dict.fromkeys(route.mention)
            those.quiet.append(route.quiet)
    return tuple(known.values())


def _reached(route: Route, alert: Alert) -> Iterator[Address]:
    further = route.escalate_to[: escalations(alert)]
    manager = _subject(alert).manager_email
    for place in (*route.to, *further):
        if place != MANAGER:
            yield Address(route.sink, place)
        elif manager:
            yield Address(route.sink, manager)


def escalations(alert: Alert) -> int:
    """How far along a route it has come: a critical alert's first reminder goes to those who know it already."""
    return max(alert.reminders - 1, 0) if alert.severity is Severity.CRITICAL else 0


def selected(selection: Selection) -> Callable[[Alert], bool]:
    """The predicate of *selection*; names are compared whatever their case."""
    wanted: Mapping[str, frozenset[str]] = {
        kind: frozenset(name.casefold() for name in getattr(selection, kind)) for kind in type(selection).model_fields
    }

    def wants(alert: Alert) -> bool:
        subject = _subject(alert)
        found: Mapping[str, tuple[str | None, ...]] = {
            "rules": (alert.rule,),
            "severities": (alert.severity.value,),
            "teams": (subject.team,),
            "segments": (subject.segment,),
            "managers": (subject.manager, subject.manager_email),
        }
        return all(
            not names or not names.isdisjoint(each.casefold() for each in found[kind] if each)
            for kind, names in wanted.items()
        )

    return wants


def _subject(alert: Alert) -> Subject:
    return alert.finding.subject if alert.finding else Subject(alert.subject_id, alert.subject_name)
