"""Names the alerts about a book, and the records of it that could not be read in full."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import polars as pl

from cssync.explain.evidence import Evidence
from cssync.explain.trace import Record, Source, SourceKind, Trace
from cssync.model.alert import Alert
from cssync.model.wording import count, day

_OBJECTS = ("account", "opportunity", "owner", "ownership")


def alerts(evidence: Evidence, book_id: str) -> Trace:
    """Those that are open about a book, the worst first."""
    about = [alert for alert in evidence.alerts if alert.subject_id == book_id and alert.state.is_open]
    about.sort(key=lambda alert: (-alert.severity.rank, alert.rule))
    if not about:
        return Trace("alerts", "Alerts", says=("None is open.",))
    return Trace("alerts", "Alerts", parts=tuple(_alert(evidence, alert) for alert in about))


def problems(evidence: Evidence, ids: dict[str, Iterable[str]]) -> Trace | None:
    """What is wrong with those records, by what they are (account, opportunity, owner, ownership); None without any."""
    found = pl.concat([evidence.problems(object_, ids.get(object_, ())) for object_ in _OBJECTS])
    if found.is_empty():
        return None
    rows = found.sort("object", "record_id", "field").iter_rows(named=True)
    parts = tuple(
        Trace(
            "problem",
            f"{row['object']} {row['record_id']}",
            says=(_problem(row["value"], row["reason"]),),
            record=_record(evidence, row["object"], row["record_id"]),
            sources=(Source(SourceKind.FIELD, row["field"]),),
        )
        for row in rows
    )
    return Trace("problems", f"To mend in the CRM: {count(len(parts), 'problem')}", parts=parts)


def opened(alert: Alert) -> Iterator[str]:
    """Yield how an alert stands, in words."""
    if alert.resolved_on is not None:
        yield f"{alert.severity.value}, open from {day(alert.opened_on)} to {day(alert.resolved_on)}: {alert.ending}"
    else:
        yield f"{alert.severity.value}, {alert.state.value} since {day(alert.opened_on)}"
    if alert.finding is not None:
        yield alert.finding.reason


def _alert(evidence: Evidence, alert: Alert) -> Trace:
    title = evidence.title(alert.rule)
    says = (*opened(alert), f"cssync explain {alert.key.short}")
    return Trace("alert", f"{alert.key.short} {title}", says=says)


def _problem(value: str | None, reason: str) -> str:
    return f"{value!r}: {reason}" if value else reason


def _record(evidence: Evidence, object_: str, record_id: str) -> Record:
    match object_:
        case "opportunity":
            return evidence.opportunity({"opportunity_id": record_id, "name": None})
        case "owner":
            return evidence.owner(record_id)
        case _:
            return evidence.account({"account_id": record_id, "name": None})
