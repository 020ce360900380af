"""What people may decide, what holds of it on which day, and what is refused with the way out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from cssync.alerts.decide import Case, acknowledge, end_exception, end_snooze, make_exception, snooze
from cssync.alerts.standing import standing
from cssync.errors import DecisionError, ExitCode
from cssync.model.alert import AlertState
from cssync.model.decision import Decision, DecisionKind
from tests.alerts.lives import POLICY
from tests.builders import an_alert
from tests.hostile import NAMES, OF_JSON

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = date(2026, 12, 1)


def case(*decided: Decision, **alert: Any) -> Case:
    return Case(an_alert(**alert), decided, NOON + timedelta(minutes=len(decided)), TODAY)


def excepted(of: Case, **changes: Any) -> Decision:
    values: dict[str, Any] = {"by": "Maya Chen", "reason": "a simple product", "owner": "Lee Ho", "until": LATER}
    return make_exception(of, POLICY, **values | changes)


def test_an_acknowledgement_says_who_when_and_why() -> None:
    decision = acknowledge(case(rises=2), by="Maya Chen", reason=" hiring ")
    assert (decision.kind, decision.by, decision.at, decision.reason, decision.rises) == (
        DecisionKind.ACKNOWLEDGED,
        "Maya Chen",
        NOON,
        "hiring",
        2,
    )
    assert decision.key == an_alert().key


def test_a_button_pressed_twice_is_one_decision() -> None:
    first = acknowledge(case(), by="Maya Chen")
    assert acknowledge(case(), by="Maya Chen").id == first.id
    assert acknowledge(case(first), by="Maya Chen") == first


def test_another_person_or_another_reason_is_another_decision() -> None:
    first = acknowledge(case(), by="Maya Chen")
    assert acknowledge(case(first), by="Lee Ho").id != first.id
    assert acknowledge(case(first), by="Maya Chen", reason="hiring").id != first.id


def test_the_same_snooze_after_it_was_ended_is_a_new_one() -> None:
    first = snooze(case(), POLICY, by="Maya Chen", until=LATER)
    ended = end_snooze(case(first), by="Maya Chen")
    again = snooze(case(first, ended), POLICY, by="Maya Chen", until=LATER)
    assert len({first.id, ended.id, again.id}) == 3
    assert standing(an_alert(), (first, ended, again), TODAY).snooze == again


def test_ending_a_snooze_twice_is_one_decision() -> None:
    first = snooze(case(), POLICY, by="Maya Chen", until=LATER)
    ended = end_snooze(case(first), by="Maya Chen")
    assert end_snooze(case(first, ended), by="Maya Chen") == ended


@pytest.mark.parametrize("state", [AlertState.RESOLVED, AlertState.PASSED, AlertState.PENDING])
def test_what_is_not_open_cannot_be_acknowledged_or_snoozed(state: AlertState) -> None:
    over = case(state=state, resolved_on=TODAY if state is AlertState.RESOLVED else None, changed_on=TODAY)
    with pytest.raises(DecisionError) as refused:
        acknowledge(over, by="Maya Chen")
    assert refused.value.message == f"the alert about Dana Roy is not open ({state.value} since 23 Nov 2026)"
    assert refused.value.remedy == "there is nothing to acknowledge; see `cssync alerts`"
    assert refused.value.exit_code is ExitCode.CONFIG
    with pytest.raises(DecisionError, match="not open"):
        snooze(over, POLICY, by="Maya Chen", until=LATER)


def test_one_that_recovers_is_still_open() -> None:
    assert acknowledge(case(state=AlertState.RECOVERING), by="Maya Chen").kind is DecisionKind.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("decide", "message", "remedy"),
    [
        (
            lambda: snooze(case(), POLICY, by="Maya", until=TODAY),
            "a snooze until 23 Nov 2026 would hold for no day",
            "name a day after 23 Nov 2026",
        ),
        (
            lambda: snooze(case(), POLICY, by="Maya", until=date(2027, 11, 24)),
            "a snooze until 24 Nov 2027 is more than 365 days ahead",
            "name a day up to 23 Nov 2027",
        ),
        (
            lambda: snooze(case(), POLICY, by=" ", until=LATER),
            "a decision needs someone who takes it",
            "say who you are",
        ),
        (lambda: excepted(case(), reason=" "), "an exception needs a reason", "say why the book is right as it is"),
        (lambda: excepted(case(), owner=""), "an exception needs an owner", "name who answers for it"),
        (
            lambda: excepted(case(), until=TODAY),
            "an exception until 23 Nov 2026 would hold for no day",
            "name a day after 23 Nov 2026",
        ),
        (
            lambda: excepted(case(), until=date(2030, 1, 1)),
            "an exception until 1 Jan 2030 is more than 730 days ahead",
            "name a day up to 22 Nov 2028",
        ),
        (lambda: end_snooze(case(), by="Maya"), "the alert about Dana Roy is not snoozed", "nothing needs to be ended"),
        (
            lambda: end_exception(case(), by="Maya"),
            "the alert about Dana Roy has no exception",
            "nothing needs to be ended",
        ),
    ],
)
def test_what_does_not_fit_is_refused_with_the_way_out(
    decide: Callable[[], Decision], message: str, remedy: str
) -> None:
    with pytest.raises(DecisionError) as refused:
        decide()
    assert (refused.value.message, refused.value.remedy) == (message, remedy)


def test_the_last_days_that_may_be_named_are_taken() -> None:
    assert snooze(case(), POLICY, by="Maya", until=date(2027, 11, 23)).until == date(2027, 11, 23)
    assert snooze(case(), POLICY, by="Maya", until=date(2026, 11, 24)).until == date(2026, 11, 24)


def test_an_exception_may_be_made_of_what_is_over_and_holds_for_the_next_incident() -> None:
    made = excepted(case(state=AlertState.RESOLVED))
    next_one = an_alert(incident=2)
    assert standing(next_one, [made], TODAY).exception == made
    assert standing(next_one, [made], LATER - timedelta(days=1)).exception == made
    assert standing(next_one, [made], LATER).exception is None


def test_a_revoked_exception_holds_no_longer_and_may_be_made_anew() -> None:
    made = excepted(case())
    revoked = end_exception(case(made), by="Lee Ho")
    assert standing(an_alert(), [made, revoked], TODAY).exception is None
    again = excepted(case(made, revoked))
    assert standing(an_alert(), [made, revoked, again], TODAY).exception == again


def test_a_rise_breaks_acknowledgement_and_snooze_and_no_exception() -> None:
    ack, pause = acknowledge(case(), by="Maya"), snooze(case(), POLICY, by="Maya", until=LATER)
    taken = (ack, pause, excepted(case()))
    holds = standing(an_alert(), taken, TODAY)
    assert (holds.ack, holds.snooze, holds.exception) == taken
    risen = standing(an_alert(rises=1), taken, TODAY)
    assert (risen.ack, risen.snooze, risen.exception) == (None, None, taken[2])


def test_the_next_incident_and_other_alerts_are_not_meant() -> None:
    taken = (acknowledge(case(), by="Maya"), snooze(case(), POLICY, by="Maya", until=LATER))
    assert standing(an_alert(incident=2), taken, TODAY).ack is None
    assert standing(an_alert(fingerprint="beef"), taken, TODAY).snooze is None


def test_what_was_typed_is_kept_as_one_line_that_can_be_seen() -> None:
    hostile = f"{NAMES['title']}{NAMES['line break']}{NAMES['override']}{OF_JSON['NUL']}{OF_JSON['half a pair']}"
    decision = excepted(case(), by=hostile, reason=hostile, owner=hostile)
    assert {decision.by, decision.reason, decision.owner} == {"]0;owned Ann cssync: all is wellgnp.exeAn nAnn\ufffd"}


@pytest.mark.parametrize("field", ["by", "owner", "reason"])
def test_what_nobody_would_read_to_its_end_is_refused(field: str) -> None:
    with pytest.raises(DecisionError, match=r"has 501 characters\n  -> say it in (200|500)"):
        excepted(case(), **{field: "x" * 501})
