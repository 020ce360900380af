"""Says what a replay could not know, so that nobody takes its figures for more than they are."""

from __future__ import annotations

from collections.abc import Iterator

from cssync.backtest.record import Record
from cssync.books.rewind import UNRECORDED
from cssync.model.backtest import Span
from cssync.model.history import ARR, PIPELINE
from cssync.model.wording import day, listed
from rules.engine import RULES

_WORDS = {
    ARR: "ARR",
    "health": "health", "renewal_on": "renewal dates", "usage": "usage", "second_csm_ref": "second owners",
    "decision_maker_changed_on": "changes of decision makers", "leaving_on": "announced churn", PIPELINE: "open deals",
}  # fmt: skip
_MOST_NAMED = 5


def notes(record: Record, span: Span) -> Iterator[str]:
    yield from _where_from(record, span)
    unknown = [_in_words(name) for name in UNRECORDED]
    yield f"Not kept day by day, and so unknown on past days: {listed(unknown, len(unknown))}."
    yield (
        "So the hours of past days are without what health and renewal dates add to them, and forecasts count renewals "
        "from the day on which a customer began."
    )
    timeline = record.latest.history.timeline
    if timeline.pipeline.is_empty() or timeline.pipeline_since > span.since:
        before = "" if timeline.pipeline.is_empty() else f" before {day(timeline.pipeline_since)}"
        yield f"Which deals were open is not known{before}: forecasts go by arrivals alone, with wider intervals."
    yield from _left_out(record, span)
    yield from _who_left(record, span)
    if span.every > 1:
        yield f"Books were worked out every {span.every} days and stand as they were in between: dates are that exact."
    yield (
        "Nobody acknowledges or snoozes anything in a replay, so reminders are told as if nobody had answered; "
        "exceptions hold as they were made. Messages are those of one channel that hears of everything, on every night."
    )


def _where_from(record: Record, span: Span) -> Iterator[str]:
    first = record.first_night
    if first is None:
        yield "No night has been accepted yet: all of it is what the source itself remembers, and nothing was stored."
    elif first > span.since:
        yield f"Nights are stored from {day(first)} on; the days before are what the CRM itself remembers."
    if first is None or first > span.since:
        yield "Of those days segments, groups and products are taken as they are today."


def _left_out(record: Record, span: Span) -> Iterator[str]:
    for rule in RULES:
        if not getattr(record.latest.settings.rules, rule.id).enabled:
            continue
        since = record.replayable_since(rule)
        what = listed([_in_words(name) for name in rule.rests_on], _MOST_NAMED)
        if since is None or since > span.until:
            yield f"{rule.id} is left out: it rests on {what}."
        elif since > span.since:
            yield f"{rule.id} is replayed from {day(since)} on: it rests on {what}, which is not known before."


def _who_left(record: Record, span: Span) -> Iterator[str]:
    gone = [owner for owner in record.latest.history.snapshot.owners if not owner.active]
    first = record.first_night or record.latest.as_of
    held = set(record.latest.history.timeline.spells["book_id"].unique())
    names = [owner.name for owner in gone if owner.id in held]
    if names and span.since < first:
        yield (
            f"When someone left is not known before {day(first)}: until then {listed(names, _MOST_NAMED)} "
            f"count{'s' if len(names) == 1 else ''} as at work."
        )


def _in_words(fact: str) -> str:
    return _WORDS.get(fact, fact.replace("_", " "))
