"""Seed 7: an exception has an owner and an end, and is looked at again before it, or where nothing is left of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cssync.alerts.review import reviews
from cssync.model.alert import Alert, AlertState
from cssync.model.decision import Decision, DecisionKind
from cssync.model.review import ReviewKind
from cssync.settings.alerts import AlertPolicy
from tests.builders import an_alert

MADE, UNTIL = date(2026, 11, 2), date(2027, 3, 1)
ENDED_BY_HAND = DecisionKind.UNEXCEPTED
WITHIN = {"state": AlertState.RESOLVED, "resolved_on": date(2026, 12, 1)}


def an_exception(**changes: Any) -> Decision:
    values: dict[str, Any] = {
        "id": "e1",
        "fingerprint": "f00d",
        "incident": 1,
        "kind": DecisionKind.EXCEPTED,
        "by": "Maya Chen",
        "at": datetime(2026, 11, 2, 9, tzinfo=UTC),
        "reason": "one simple product",
        "until": UNTIL,
        "owner": "Vera Holt",
    }
    return Decision(**values | changes)


def asked(
    *decisions: Decision,
    alert: Alert | None = None,
    first: date = MADE,
    last: date = UNTIL,
    every: int = 1,
    **policy: Any,
) -> list[tuple[date, ReviewKind]]:
    """What is asked on which of the nights after *first* up to and with *last*."""
    found, before = [], first
    while before < last:
        on = before + timedelta(days=every)
        tonight = reviews(
            {"f00d": alert or an_alert()},
            decisions or (an_exception(),),
            after=before,
            on=on,
            zone=UTC,
            policy=AlertPolicy(**policy),
        )
        found += [(on, review.kind) for review in tonight]
        before = on
    return found


def test_seed_7_two_weeks_before_an_exception_ends_its_owner_is_asked_once() -> None:
    assert asked() == [(date(2027, 2, 15), ReviewKind.ENDING)]


def test_how_long_before_is_a_setting() -> None:
    assert asked(review_exceptions_days=30) == [(date(2027, 1, 30), ReviewKind.ENDING)]


def test_nights_that_were_missed_keep_no_question_back() -> None:
    assert asked(every=10) == [(date(2027, 2, 20), ReviewKind.ENDING)]


def test_a_short_exception_is_asked_about_half_way() -> None:
    assert asked(an_exception(until=date(2026, 11, 12))) == [(date(2026, 11, 7), ReviewKind.ENDING)]


def test_one_that_ends_while_its_alert_is_open_is_left_to_the_alert() -> None:
    assert asked(first=date(2027, 2, 20), last=date(2027, 3, 9)) == []


def test_one_that_ends_with_nothing_to_except_says_so() -> None:
    over = an_alert(**WITHIN)
    assert asked(alert=over, idle_exceptions_days=None) == [
        (date(2027, 2, 15), ReviewKind.ENDING),
        (UNTIL, ReviewKind.ENDED),
    ]


def test_a_book_that_has_long_been_within_its_limit_needs_no_exception() -> None:
    found = asked(alert=an_alert(**WITHIN), last=date(2027, 2, 1))
    assert found == [(date(2027, 1, 30), ReviewKind.IDLE)]
    assert asked(alert=an_alert(**WITHIN), last=date(2027, 2, 1), idle_exceptions_days=90) == []


def test_an_exception_that_was_made_ahead_is_idle_from_then_on() -> None:
    """Within its limit since the summer, and excepted in November for what is to come."""
    early = an_alert(state=AlertState.PASSED, changed_on=date(2026, 6, 1))
    assert asked(alert=early, last=date(2027, 1, 5)) == [(date(2027, 1, 1), ReviewKind.IDLE)]


def test_what_is_only_pending_is_not_within_its_limit() -> None:
    assert asked(alert=an_alert(state=AlertState.PENDING), last=date(2027, 2, 1)) == []


def test_what_was_ended_by_hand_or_renewed_is_asked_about_no_more() -> None:
    revoked = an_exception(id="e2", kind=ENDED_BY_HAND, at=datetime(2026, 12, 1, tzinfo=UTC), until=None)
    assert asked(an_exception(), revoked) == []
    renewed = an_exception(id="e3", at=datetime(2027, 2, 1, tzinfo=UTC), until=date(2027, 9, 1))
    assert asked(an_exception(), renewed) == []


def test_an_exception_is_made_on_the_day_of_the_place_where_the_company_is() -> None:
    """Nine in the evening in New York is the next day in UTC."""
    late = an_exception(at=datetime(2026, 11, 3, 2, tzinfo=UTC), until=date(2026, 11, 12))
    found = reviews(
        {"f00d": an_alert()}, [late], after=date(2026, 11, 6), on=date(2026, 11, 7),
        zone=ZoneInfo("America/New_York"), policy=AlertPolicy(),
    )  # fmt: skip
    assert [review.kind for review in found] == [ReviewKind.ENDING]


def test_an_alert_that_is_known_no_more_is_nobody_s_question() -> None:
    strange = replace(an_exception(), fingerprint="beef")
    assert asked(strange) == []
