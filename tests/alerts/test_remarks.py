"""What is said beside a message of what has become of it, and the whole story of one alert."""

from __future__ import annotations

from datetime import UTC, date, timedelta
from zoneinfo import ZoneInfo

from cssync.alerts.remarks import remarks
from cssync.alerts.story import story
from cssync.model.alert import Transition
from cssync.model.decision import DecisionKind
from cssync.model.remark import Remark
from tests.alerts.lives import DANA, START, Life, over


def remark(life: Life, on: date | None = None, *, beside: date | None = None) -> Remark | None:
    """What is said *on* a day beside the message of *beside*, or beside the last one that told of it."""
    dana = life.known[DANA]
    found = remarks(life.known.values(), life.decisions, on or life.day, UTC).get(dana.key)
    return found and found.beside(beside or dana.told_on)


def test_what_stands_as_told_has_no_remark() -> None:
    life = Life()
    life.lives("51", "52")
    assert remark(life) is None


def test_what_has_eased_says_to_what_and_when_and_does_not_follow_every_step() -> None:
    life = Life()
    life.lives("88", "72", "71")
    assert remark(life) == Remark("eased, 3 Nov 2026: 72 accounts (limit 50)")


def test_what_has_climbed_back_stands_as_told_again() -> None:
    life = Life()
    life.lives("88", "72", "88")
    assert remark(life) is None


def test_an_earlier_message_leads_to_the_day_on_which_it_was_told_again() -> None:
    life = Life()
    life.lives("51", "76", "76", "72")
    eased = "eased, 5 Nov 2026: 72 accounts (limit 50)"
    assert remark(life, beside=START) == Remark(f"told again 3 Nov 2026: CRITICAL; {eased}")
    assert remark(life, beside=START + timedelta(days=1)) == Remark(eased)
    life.lives("ok", "ok")
    assert remark(life, beside=START) == Remark("resolved 7 Nov 2026 after 5 days", ended=True)


def test_what_recovers_says_that_it_is_not_for_good() -> None:
    life = Life()
    life.lives("51", "ok")
    assert remark(life) == Remark("within its limit since 3 Nov 2026, not yet for good")


def test_what_has_ended_says_when_after_how_long_and_how() -> None:
    life = Life()
    life.lives("51", "51", "ok", "ok")
    assert remark(life) == Remark("resolved 5 Nov 2026 after 3 days", ended=True)


def test_an_end_that_was_told_to_nobody_is_said_too() -> None:
    life = Life()
    life.lives("51")
    life.decide(DecisionKind.EXCEPTED, until=START + timedelta(days=90))
    life.night(subjects={"U2"})
    assert remark(life) == Remark("resolved 3 Nov 2026 after 1 day: no longer in the CRM", ended=True)


def test_what_people_decided_says_who_when_and_why() -> None:
    life = Life()
    life.lives("51")
    life.decide(DecisionKind.ACKNOWLEDGED)
    assert remark(life) == Remark("acknowledged by Maya Chen, 2 Nov 2026: hiring")
    life.decide(DecisionKind.SNOOZED, until=date(2026, 11, 30))
    life.decide(DecisionKind.EXCEPTED, until=date(2027, 3, 1))
    assert remark(life) == Remark(
        "acknowledged by Maya Chen, 2 Nov 2026: hiring; snoozed until 30 Nov 2026 by Maya Chen: hiring; "
        "exception until 1 Mar 2027 (owner Lee Ho): hiring"
    )
    assert remark(life, date(2027, 3, 1)) == Remark("acknowledged by Maya Chen, 2 Nov 2026: hiring")


def test_what_a_rise_broke_is_not_said_any_more() -> None:
    life = Life()
    life.lives("51")
    life.decide(DecisionKind.ACKNOWLEDGED)
    life.lives("60")
    assert remark(life) is None


def test_what_grew_worse_under_an_exception_is_said_without_being_told() -> None:
    life = Life()
    life.lives("51")
    life.decide(DecisionKind.EXCEPTED, until=date(2027, 3, 1), reason="")
    life.lives("80")
    assert remark(life) == Remark(
        "worsened, 3 Nov 2026: 80 accounts (limit 50); exception until 1 Mar 2027 (owner Lee Ho)"
    )


def test_what_is_only_pending_was_told_to_nobody() -> None:
    life = Life()
    life.night(over(51), rules={"accounts_over_limit": 2})
    assert remark(life) is None


def test_the_day_of_a_decision_is_that_of_the_company() -> None:
    life = Life()
    life.lives("51")
    life.decide(DecisionKind.ACKNOWLEDGED)
    (said,) = remarks(life.known.values(), life.decisions, life.day, ZoneInfo("Pacific/Kiritimati")).values()
    assert said.text == "acknowledged by Maya Chen, 2 Nov 2026: hiring"
    (said,) = remarks(life.known.values(), life.decisions, life.day, ZoneInfo("Pacific/Pago_Pago")).values()
    assert said.text == "acknowledged by Maya Chen, 1 Nov 2026: hiring"


def test_the_story_of_an_alert_is_what_nights_found_and_people_decided_in_order() -> None:
    life = Life()
    transitions: list[Transition] = []
    for accounts in (51, 60, None, None):
        transitions += life.night(*([over(accounts)] if accounts else [])).transitions
        if accounts == 51:
            life.decide(DecisionKind.ACKNOWLEDGED)
        if accounts == 60:
            life.decide(DecisionKind.SNOOZED, until=date(2026, 11, 30), by="Lee Ho", reason="")
    assert [
        (str(line.on), line.who, line.what, line.why, line.told) for line in story(transitions, life.decisions, UTC)
    ] == [
        ("2026-11-02", "", "opened, warning, 51 accounts (limit 50)", "", True),
        ("2026-11-02", "Maya Chen", "acknowledged", "hiring", False),
        ("2026-11-03", "", "worsened", "60 accounts (limit 50)", True),
        ("2026-11-03", "Lee Ho", "snoozed until 30 Nov 2026", "", False),
        ("2026-11-04", "", "within its limit, not yet for good", "", False),
        ("2026-11-05", "", "recovered", "", True),
    ]


def test_decisions_of_every_kind_have_their_words() -> None:
    life = Life()
    life.lives("51")
    for kind in DecisionKind:
        life.decide(kind, until=date(2026, 11, 30) if kind in (DecisionKind.SNOOZED, DecisionKind.EXCEPTED) else None)
    assert [line.what for line in story((), life.decisions, UTC)] == [
        "acknowledged",
        "snoozed until 30 Nov 2026",
        "snooze ended by hand",
        "exception until 30 Nov 2026, owner Lee Ho",
        "exception ended by hand",
    ]
