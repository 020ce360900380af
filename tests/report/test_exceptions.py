"""How whoever answers for an exception is asked to look at it again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from cssync.model.alert import Alert, AlertState
from cssync.model.decision import Decision, DecisionKind
from cssync.model.digest import Digest, Entry, EntryKind
from cssync.model.review import Review, ReviewKind
from cssync.report.digest import write
from cssync.report.tidings import Tidings
from tests.mornings import Mornings
from tests.nights import TODAY, many

UNTIL = TODAY + timedelta(days=14)


def review(alert: Alert, kind: ReviewKind = ReviewKind.ENDING, within_since: date | None = None) -> Review:
    made = Decision(
        id="e1", fingerprint=alert.fingerprint, incident=1, kind=DecisionKind.EXCEPTED, by="Maya Chen",
        at=datetime(2026, 11, 2, 9, tzinfo=UTC), reason="one simple product", until=UNTIL, owner="Vera Holt",
    )  # fmt: skip
    return Review(kind, alert, made, UNTIL, within_since)


def quiet_morning() -> tuple[Tidings, Alert]:
    """A night without any news, and the one alert that is open."""
    mornings = Mornings()
    mornings.after(many(51), TODAY - timedelta(days=1))
    assert mornings.after(many(51)) is None
    (alert,) = mornings.tidings.firing
    return mornings.tidings, alert


def digest(**changes: Any) -> Digest:
    tidings, alert = quiet_morning()
    written = write(replace(tidings, reviews=[review(alert, **changes)]))
    assert written is not None
    return written


def entry(**changes: Any) -> Entry:
    (one,) = digest(**changes).entries
    return one


def test_seed_7_an_owner_is_asked_also_on_a_night_without_news() -> None:
    written = digest()
    assert written.summary == "CS capacity, 22 Nov: 1 exception to review"
    (one,) = written.entries
    assert (one.kind, one.who) == (EntryKind.REVIEW, "Dana Roy")
    assert one.facts == (
        "Accounts over the limit: the exception of Vera Holt (one simple product) ends on 6 Dec 2026, in 14 days; "
        "it stands at 51 accounts (limit 50)"
    )
    assert one.action.startswith("Vera Holt: renew it with a new day and reason (cssync alerts except ")


def test_the_entry_speaks_of_the_alert_so_that_it_can_be_renewed_beside_it() -> None:
    assert len(entry().incidents) == 1
    _, alert = quiet_morning()
    over = replace(alert, state=AlertState.RESOLVED)
    tidings, _ = quiet_morning()
    written = write(replace(tidings, reviews=[review(over, ReviewKind.IDLE, TODAY)]))
    assert written is not None
    assert written.entries[0].incidents == ()


def test_where_nothing_is_left_to_except_it_is_offered_for_removal() -> None:
    one = entry(kind=ReviewKind.IDLE, within_since=date(2026, 9, 1))
    assert "there has been nothing to except since 1 Sep 2026" in one.facts
    assert one.action.startswith("Vera Holt: end it, for it would silence the next time too: cssync alerts unexcept ")


def test_where_nothing_is_left_at_its_end_nothing_is_to_be_done() -> None:
    soon = entry(kind=ReviewKind.ENDING, within_since=date(2026, 9, 1))
    assert soon.action == "Vera Holt: nothing needs to be done; let it end."
    over = entry(kind=ReviewKind.ENDED, within_since=date(2026, 9, 1))
    assert "has ended; there has been nothing to except since 1 Sep 2026" in over.facts
    assert over.action == ""


def test_what_is_to_review_stands_after_what_is_wrong_and_before_what_is_over() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(51, "U3")], TODAY - timedelta(days=2))
    mornings.after([*many(51), *many(20, "U3")], TODAY - timedelta(days=1))
    mornings.after([*many(51), *many(20, "U3"), *many(51, "U2")])
    alert = next(one for one in mornings.tidings.firing if one.subject_id == "U1")
    written = write(replace(mornings.tidings, reviews=[review(alert)]))
    assert written is not None
    assert [one.kind for one in written.entries] == [EntryKind.WARNING, EntryKind.REVIEW, EntryKind.RESOLVED]
