"""Writes how a week went for leadership: where the team is heading, what is most at risk, what changed, what is due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from cssync.model.alert import Alert, AlertState, Cause, Transition
from cssync.model.decision import Decision, DecisionKind
from cssync.model.digest import Summary
from cssync.model.finding import Finding, Unit
from cssync.model.story import Chapter, Named, Sentence
from cssync.model.wording import count, day, money
from cssync.report.digest import context
from cssync.report.entries import facts
from cssync.report.order import in_order
from cssync.report.tidings import Tidings
from cssync.report.trend import Reading, moved

_DAYS = 7
_MOST_RISKS, _MOST_NAMED, _MOST_DUE, _MOST_MUTED = 5, 5, 10, 10


@dataclass(frozen=True, slots=True)
class Week:
    """*tidings*: tonight's. *readings*: the team tonight and on earlier nights, a week apart, newest first.

    *happened*: what nights did to alerts in the last seven days, tonight included, oldest first. *muted*: open alerts
    with the exception or the snooze that holds for each.
    """

    tidings: Tidings
    readings: Sequence[Reading]
    happened: Sequence[Transition]
    muted: Sequence[tuple[Alert, Decision]] = ()


def write_week(week: Week) -> Summary:
    tidings = week.tidings
    as_of, now = tidings.books.as_of, week.readings[0]
    chapters = {
        "Trend": _trend(week.readings, tidings.books.currency),
        "Top risks": _risks(tidings),
        "What changed this week": _changes(week),
        "Hires due": _hires(tidings),
        "Exceptions and snoozes": _muted(week),
    }
    return Summary(
        title=f"CS capacity: the week to {day(as_of)}",
        summary=(
            f"CS capacity, the week to {as_of.day} {as_of:%b}: {count(now.customers, 'customer')}, "
            f"{now.over} of {count(now.csms, 'CSM')} over a limit, {count(len(tidings.firing), 'open alert')}"
        ),
        as_of=as_of,
        run_id=tidings.run_id,
        context=tuple(context(tidings)),
        chapters=tuple(Chapter(title, tuple(sentences)) for title, sentences in chapters.items()),
    )


def _trend(readings: Sequence[Reading], currency: str) -> Iterator[Sentence]:
    if len(readings) > 1:
        yield (f"Since {day(readings[-1].as_of)}: {moved(readings[-1], readings[0], currency)}.",)
    for one in readings:
        each = f"{one.in_books / one.csms:.1f}" if one.csms else "no"
        customers = f"{count(one.customers, 'customer')} ({one.unworked:,} without a CSM)"
        arr = f"{money(one.arr, currency)} of ARR"
        team = f"{count(one.csms, 'CSM')} with {each} customers each, {one.over} over a limit"
        yield (f"{day(one.as_of)}: {customers}, {arr}; {team}.",)
    if len(readings) == 1:
        yield ("No earlier week is known yet.",)
    yield ("Over a limit is counted by the limits of today.",)


def _risks(tidings: Tidings) -> Iterator[Sentence]:
    books = {book.id: book for book in tidings.books.books}
    by_subject: dict[str, list[Finding]] = {}
    for alert in in_order(tidings.firing, list(tidings.rules)):
        if alert.finding is not None:
            by_subject.setdefault(alert.subject_id, []).append(alert.finding)

    def worst_first(risk: tuple[str, list[Finding]]) -> tuple[int, int]:
        """As in the digest: of equally severe ones the fullest book."""
        subject, findings = risk
        return -findings[0].severity.rank, -(books[subject].accounts if subject in books else 0)

    for subject, findings in sorted(by_subject.items(), key=worst_first)[:_MOST_RISKS]:
        first = findings[0]
        told = facts(findings, books.get(subject), tidings.books.currency)
        yield (f"{first.severity.upper()} ", Named(first.subject.name), f": {told}. Do: {first.action}")
    if (more := len(by_subject) - _MOST_RISKS) > 0:
        yield (f"And {count(more, 'more book')} with open alerts: cssync alerts",)
    if not by_subject:
        yield ("Nothing is over its limit, heading there, or without a CSM.",)


def _changes(week: Week) -> Iterator[Sentence]:
    yield from _moves(week.tidings)
    kinds: Mapping[str, Callable[[Transition], bool]] = {
        "Opened": lambda t: t.cause is Cause.OPENED,
        "Worsened": lambda t: t.cause is Cause.WORSENED,
        "Ended": lambda t: t.alert.state is AlertState.RESOLVED,
    }
    for title, is_one in kinds.items():
        latest = {t.alert.key: t for t in week.happened if is_one(t)}
        if latest:
            yield (f"{title}: {count(len(latest), 'alert')}: ", *_named(latest.values(), week.tidings.rules), ".")
    if not any(is_one(t) for t in week.happened for is_one in kinds.values()):
        yield ("No alert opened, worsened or ended.",)


def _moves(tidings: Tidings) -> Iterator[Sentence]:
    change = next((one for one in tidings.books.totals.changes if one.days == _DAYS), None)
    if change is None:
        return
    currency = tidings.books.currency
    taken_over = sum(
        one.reassigned_in.accounts for book in tidings.books.books for one in book.tally.changes if one.days == _DAYS
    )
    parts = [f"{taken_over:,} reassigned"]
    for word, move in (("churned", change.churned), ("won", change.won)):
        worth = f" ({money(abs(move.arr), currency)})" if change.arr_known and move.arr else ""
        parts.insert(0, f"{abs(move.accounts):,} {word}{worth}")
    yield (f"Customers since {day(change.since)}: {', '.join(parts)}.",)


def _named(transitions: Iterable[Transition], titles: Mapping[str, str]) -> Iterator[str | Named]:
    by_subject: dict[str, list[Alert]] = {}
    for one in transitions:
        by_subject.setdefault(one.alert.subject_id, []).append(one.alert)
    for number, alerts in enumerate(list(by_subject.values())[:_MOST_NAMED]):
        yield "; " if number else ""
        yield Named(alerts[0].subject_name)
        yield f" ({', '.join(titles.get(alert.rule, alert.rule) for alert in alerts)})"
    if (more := len(by_subject) - _MOST_NAMED) > 0:
        yield f"; and {count(more, 'more book')}"


def _hires(tidings: Tidings) -> Iterator[Sentence]:
    as_of = tidings.books.as_of
    asked = [alert.finding for alert in tidings.firing if alert.finding and alert.finding.hire]
    # What a whole segment lacks says it for each of its books.
    said = {finding.subject.segment for finding in asked if finding.unit is Unit.CSMS}
    found = [finding for finding in asked if finding.unit is Unit.CSMS or finding.subject.segment not in said]
    # A book that has no room anywhere cannot wait; of two findings about one the earlier date counts.
    due: dict[str, Finding] = {}
    for finding in sorted(found, key=lambda one: (one.act_by or as_of, one.subject.name, one.subject.id)):
        due.setdefault(finding.subject.id, finding)
    for finding in list(due.values())[:_MOST_DUE]:
        by = finding.act_by or as_of
        late = (as_of - by).days
        when = f"{day(by)}, {count(late, 'day')} overdue" if late > 0 else "now" if by == as_of else f"by {day(by)}"
        yield (f"{when}: ", *_for_whom(finding), ".")
    if len(due) > _MOST_DUE:
        yield (f"And {len(due) - _MOST_DUE:,} more: cssync alerts",)
    if not due:
        yield ("None.",)


def _for_whom(finding: Finding) -> Sentence:
    if finding.unit is Unit.CSMS:
        return (f"{count(int(finding.value), 'CSM')} for ", Named(finding.subject.name))
    segment = f" ({finding.subject.segment})" if finding.subject.segment else ""
    return ("for the book of ", Named(finding.subject.name), segment)


def _muted(week: Week) -> Iterator[Sentence]:
    titles = week.tidings.rules
    words = {DecisionKind.EXCEPTED: "exception", DecisionKind.SNOOZED: "snoozed"}
    holding = sorted(week.muted, key=lambda held: (held[1].until or held[1].at.date(), held[0].subject_name))
    for alert, decision in holding[:_MOST_MUTED]:
        until = f" until {day(decision.until)}" if decision.until else ""
        who = f"owner {decision.owner}" if decision.owner else f"by {decision.by}"
        why = f": {decision.reason}" if decision.reason else ""
        yield (
            Named(alert.subject_name),
            f", {titles.get(alert.rule, alert.rule)}: {words[decision.kind]}{until}, {who}{why}.",
        )
    if len(holding) > _MOST_MUTED:
        yield (f"And {len(holding) - _MOST_MUTED:,} more: cssync alerts",)
    if not holding:
        yield ("None in force.",)
