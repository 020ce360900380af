"""Which books are excepted on a day, whatever their alerts are doing."""

from __future__ import annotations

from datetime import UTC, date, datetime

from cssync.alerts.standing import excepted
from cssync.model.alert import AlertState
from cssync.model.decision import DecisionKind
from tests.alerts.test_review import UNTIL, an_exception
from tests.builders import an_alert

BEFORE = date(2027, 2, 28)
EVERY = frozenset({(an_alert().rule, an_alert().subject_id)})


def test_an_exception_holds_until_its_day() -> None:
    assert excepted([an_alert()], [an_exception()], BEFORE) == EVERY
    assert excepted([an_alert()], [an_exception()], UNTIL) == frozenset()


def test_it_holds_for_an_alert_that_is_not_open() -> None:
    over = an_alert(state=AlertState.RESOLVED, resolved_on=date(2026, 12, 1))
    assert excepted([over], [an_exception()], BEFORE) == EVERY


def test_it_is_over_once_it_was_ended_by_hand() -> None:
    ended = an_exception(id="e2", kind=DecisionKind.UNEXCEPTED, at=datetime(2026, 12, 1, tzinfo=UTC), until=None)
    assert excepted([an_alert()], [an_exception(), ended], BEFORE) == frozenset()


def test_it_says_nothing_of_other_alerts() -> None:
    assert excepted([an_alert(fingerprint="beef")], [an_exception()], BEFORE) == frozenset()
