"""What leadership hears: openings, rises and ends; reminders; and what people and other alerts silence."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.alerts.workdays import Workdays
from cssync.model.alert import Cause
from cssync.model.decision import DecisionKind
from cssync.model.finding import Severity
from tests.alerts.lives import ACCOUNTS, POLICY, START, TREND, Life, announced, over, trend

ACK, SNOOZE, UNSNOOZE = DecisionKind.ACKNOWLEDGED, DecisionKind.SNOOZED, DecisionKind.UNSNOOZED
EXCEPT, UNEXCEPT = DecisionKind.EXCEPTED, DecisionKind.UNEXCEPTED


def with_policy(**changes: Any) -> Life:
    return Life(policy=POLICY.model_copy(update=changes))


class TestRises:
    def test_a_tenth_of_the_limit_over_what_was_last_told_is_told(self) -> None:
        assert Life().lives("52", "56", "57", "61", "62") == ["OPENED!", "", "WORSENED!", "", "WORSENED!"]

    def test_a_higher_severity_is_told_whatever_the_value(self) -> None:
        assert Life().lives("74", "75") == ["OPENED!", "WORSENED!"]

    def test_where_nothing_is_allowed_it_is_a_tenth_of_what_was_last_told(self) -> None:
        none = over(20).limit.__class__(Decimal(0), "rules.without_working_csm", "default", "seed 31", "")
        life = Life()
        told = [
            life.told(life.night(over(n, limit=none, severity=Severity.WARNING, lingers=False))) for n in (20, 21, 22)
        ]
        assert told == ["OPENED!", "", "WORSENED!"]

    def test_easing_is_written_down_and_told_to_nobody_and_climbing_back_is_no_news(self) -> None:
        life = with_policy(remind_critical_after_working_days=None)
        assert life.lives("88", "84", "83", "82", "88", "92") == ["OPENED!", "", "EASED", "", "WORSENED", ""]
        assert (life.dana.rises, int(life.dana.notified_value)) == (0, 88)

    def test_what_was_told_stays_the_yardstick_however_far_it_eases(self) -> None:
        assert Life().lives("80", "60", "80", "85") == ["OPENED!", "EASED", "WORSENED", "WORSENED!"]

    def test_the_lower_limit_of_an_open_alert_keeps_it_open(self) -> None:
        assert Life().lives("51", "49", "48", "51") == ["OPENED!", "EASED", "", "WORSENED"]


class TestReminders:
    def test_a_warning_is_told_again_every_seven_days_and_never_escalated(self) -> None:
        said = Life().lives(*["51"] * 22)
        assert [n for n, told in enumerate(said) if told] == [0, 7, 14, 21]
        assert said[21] == "REMINDED!"

    def test_a_critical_one_after_three_working_days_and_from_the_second_time_on_escalated(self) -> None:
        life = Life()  # told on Monday: due on Thursday, on Tuesday after the weekend, and on Friday
        said = life.lives(*["80"] * 12)
        assert {START + timedelta(n): told for n, told in enumerate(said) if told} == {
            date(2026, 11, 2): "OPENED!",
            date(2026, 11, 5): "REMINDED!",
            date(2026, 11, 10): "ESCALATED!",
            date(2026, 11, 13): "ESCALATED!",
        }
        assert life.dana.reminders == 3

    def test_holidays_are_no_working_days(self) -> None:
        life = Life()
        life.lives("80")
        at_home = Workdays(holidays=frozenset({date(2026, 11, 4)}))
        said = [life.told(life.night(over(80), workdays=at_home)) for _ in range(4)]
        assert said == ["", "", "", "REMINDED!"]

    def test_something_to_watch_is_never_told_again(self) -> None:
        life = Life()
        watched = over(60, severity=Severity.WATCH, lingers=False)
        assert [life.told(life.night(watched)) for _ in range(30)] == ["OPENED!", *[""] * 29]

    def test_a_rise_begins_the_reminders_anew(self) -> None:
        life = Life()
        assert life.lives("80", "80", "80", "80", "86") == ["OPENED!", "", "", "REMINDED!", "WORSENED!"]
        assert life.dana.reminders == 0

    def test_a_reminder_that_fell_on_a_missed_night_is_told_on_the_next_one(self) -> None:
        life = Life()
        life.lives("51")
        life.skip(9)
        assert life.lives("51", "51") == ["REMINDED!", ""]

    def test_they_can_be_switched_off(self) -> None:
        life = with_policy(remind_warning_after_days=None, remind_critical_after_working_days=None)
        assert life.lives(*["51"] * 20, *["80"] * 20).count("") == 38

    def test_what_recovers_is_not_told_again(self) -> None:
        life = with_policy(recovering_nights=5)
        assert life.lives("80", "ok", "ok", "ok", "ok") == ["OPENED!", "RECOVERING", "", "", ""]


class TestAcknowledged:
    def test_it_stops_reminders_until_it_gets_worse(self) -> None:
        life = Life()
        life.lives("80")
        life.decide(ACK)
        assert life.lives(*["80"] * 9) == [""] * 9
        # A Thursday, and the Tuesday after the weekend.
        assert life.lives(*["85"] * 6) == ["WORSENED!", "", "", "", "", "REMINDED!"]

    def test_it_does_not_keep_back_the_end(self) -> None:
        life = Life()
        life.lives("80")
        life.decide(ACK)
        assert life.lives("ok", "ok") == ["RECOVERING", "RECOVERED!"]

    def test_it_holds_for_its_incident_alone(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(ACK)
        life.lives("ok", "ok")
        assert life.lives(*["51"] * 8)[-1] == "REMINDED!"


class TestSnoozed:
    def test_it_is_silent_until_its_day_and_then_the_state_of_now_is_told(self) -> None:
        life = Life()
        life.lives("80")
        life.decide(SNOOZE, until=START + timedelta(days=9))
        assert life.lives(*["76"] * 9) == [*[""] * 8, "SNOOZE_ENDED!"]
        assert life.dana.notified_value == 76

    def test_an_end_meanwhile_is_told_for_it_was_told_that_it_began(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(SNOOZE, until=START + timedelta(days=9))
        assert life.lives("51", "ok", "ok", "ok") == ["", "RECOVERING", "RECOVERED!", ""]

    def test_alert_case_26_a_rise_while_snoozed_is_told_and_breaks_the_snooze(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(SNOOZE, until=START + timedelta(days=30))
        assert life.lives("55", "56", "56") == ["", "WORSENED!", ""]
        assert not life.dana.snoozed
        assert life.lives(*["56"] * 6) == [*[""] * 5, "REMINDED!"]

    def test_alert_case_26_a_higher_severity_while_snoozed_is_told(self) -> None:
        life = Life()
        life.lives("74")
        life.decide(SNOOZE, until=START + timedelta(days=30))
        assert life.lives("74", "75") == ["", "WORSENED!"]

    def test_ended_by_hand_the_state_of_now_is_told_too(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(SNOOZE, until=START + timedelta(days=30))
        life.lives("51")
        life.decide(UNSNOOZE)
        assert life.lives("51", "51") == ["SNOOZE_ENDED!", ""]

    def test_one_that_held_over_no_night_says_nothing(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(SNOOZE, until=START + timedelta(days=30))
        life.decide(UNSNOOZE)
        assert life.lives("51") == [""]

    def test_one_that_ends_while_it_recovers_is_told_at_the_relapse(self) -> None:
        life = with_policy(recovering_nights=4)
        life.lives("51")
        life.decide(SNOOZE, until=START + timedelta(days=3))
        assert life.lives("51", "ok", "ok", "51") == ["", "RECOVERING", "", "RELAPSED SNOOZE_ENDED!"]


class TestExcepted:
    def test_nothing_is_told_while_it_holds_not_even_a_rise_or_the_end(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(EXCEPT, until=START + timedelta(days=90))
        assert life.lives("51", "80", "90", "ok", "ok", "60") == [
            "", "WORSENED", "WORSENED", "RECOVERING", "RECOVERED", "OPENED",
        ]  # fmt: skip

    def test_when_it_ends_the_state_of_now_is_told(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(EXCEPT, until=START + timedelta(days=3))
        assert life.lives("51", "51", "51", "51") == ["", "", "EXCEPTION_ENDED!", ""]

    def test_what_opened_under_it_is_told_then_as_new(self) -> None:
        life = Life()
        life.lives("51", "ok", "ok")
        life.decide(EXCEPT, until=START + timedelta(days=6))
        assert life.lives("51", "51") == ["OPENED", ""]
        life.skip(1)
        (transition,) = life.night(over(51)).transitions
        assert (transition.cause.name, transition.announce, transition.first) == ("EXCEPTION_ENDED", True, True)

    def test_a_rise_under_it_is_told_when_it_ends(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(EXCEPT, until=START + timedelta(days=3))
        assert life.lives("51", "80", "80") == ["", "WORSENED", "EXCEPTION_ENDED!"]
        assert life.dana.notified_value == 80

    def test_what_ended_under_it_is_not_told_afterwards(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(EXCEPT, until=START + timedelta(days=4))
        assert life.lives("51", "ok", "ok", "ok", "ok") == ["", "RECOVERING", "RECOVERED", "", ""]

    def test_one_that_is_revoked_ends_at_once(self) -> None:
        life = Life()
        life.lives("51")
        life.decide(EXCEPT, until=START + timedelta(days=90))
        life.lives("51")
        life.decide(UNEXCEPT)
        assert life.lives("51") == ["EXCEPTION_ENDED!"]

    def test_the_end_of_what_was_never_told_is_not_told(self) -> None:
        life = Life()
        life.lives("51", "ok", "ok")
        life.decide(EXCEPT, until=START + timedelta(days=6))
        life.lives("51", "51")
        assert life.lives("ok", "ok", "ok") == ["RECOVERING", "RECOVERED", ""]


class TestTheEndOfAnException:
    def test_seed_7_on_its_day_the_alert_is_told_as_it_stands_with_whose_exception_it_was_and_why(self) -> None:
        life = Life(first=True)
        life.night(over(51))
        life.decide(EXCEPT, until=START + timedelta(days=3), reason="one simple product")
        assert life.told(life.night(over(80))) == "WORSENED"
        assert life.told(life.night(over(80))) == ""
        result = life.night(over(80))
        (ended,) = [t for t in result.transitions if t.cause is Cause.EXCEPTION_ENDED]
        assert ended.why == "it was an exception of Lee Ho until 5 Nov 2026: one simple product"
        assert announced(result) == ["EXCEPTION_ENDED"]

    def test_one_that_is_no_worse_than_it_was_told_is_told_by_that_name(self) -> None:
        life = Life(first=True)
        life.night(over(51))
        life.decide(EXCEPT, until=START + timedelta(days=2))
        life.night(over(51))
        assert announced(life.night(over(51))) == ["EXCEPTION_ENDED"]

    def test_who_ended_it_by_hand_is_said_instead(self) -> None:
        life = Life(first=True)
        life.night(over(51))
        life.decide(EXCEPT, until=START + timedelta(days=90))
        life.night(over(51))
        life.decide(DecisionKind.UNEXCEPTED, reason="a second product came")
        (ended,) = life.night(over(51)).transitions
        assert ended.why == "the exception was ended by Maya Chen: a second product came"


class TestInhibited:
    def test_a_trend_is_not_told_beside_a_critical_count_and_is_told_once_that_has_eased(self) -> None:
        life = Life(first=True)
        assert life.told(life.night(over(76), trend())) == "OPENED! OPENED INHIBITED"
        assert life.told(life.night(over(76), trend())) == ""
        result = life.night(over(70), trend())
        assert life.told(result) == "EASED RELEASED!"
        assert [t.first for t in result.transitions if t.announce] == [True]

    def test_below_that_both_are_told(self) -> None:
        assert announced(Life(first=True).night(over(60), trend())) == ["OPENED", "OPENED"]

    def test_it_is_still_open_and_part_of_its_books_entry(self) -> None:
        life = Life(first=True)
        life.night(over(76), trend())
        assert {alert.rule: alert.inhibited_by for alert in life.known.values()} == {
            ACCOUNTS: None,
            TREND: ACCOUNTS,
        }
        assert all(alert.state.is_open for alert in life.known.values())

    def test_one_that_was_told_before_is_told_again_only_if_it_got_worse_meanwhile(self) -> None:
        for meanwhile, said in ((75, "EASED RELEASED"), (90, "EASED RELEASED WORSENED!")):
            life = Life(first=True)
            life.night(over(70), trend(75))
            assert life.told(life.night(over(76), trend(meanwhile)))[:9] == "WORSENED!"
            assert life.told(life.night(over(70), trend(meanwhile))) == said

    def test_an_alert_that_is_an_exception_speaks_for_no_other(self) -> None:
        life = Life(first=True)
        life.night(over(51))
        life.decide(EXCEPT, until=START + timedelta(days=90))
        assert life.told(life.night(over(80), trend())) == "WORSENED OPENED!"

    def test_it_can_be_switched_off(self) -> None:
        life = with_policy(inhibit={})
        life.first = True
        assert announced(life.night(over(80), trend())) == ["OPENED", "OPENED"]


class TestFlapping:
    def test_the_third_opening_in_fourteen_days_is_told_as_such_and_then_it_is_silent(self) -> None:
        life = Life()
        assert life.lives("51", "ok", "ok", "51", "ok", "ok", "51", "ok", "ok", "51") == [
            "OPENED!", "RECOVERING", "RECOVERED!",
            "OPENED!", "RECOVERING", "RECOVERED!",
            "OPENED FLAPPING!", "RECOVERING", "RECOVERED",
            "OPENED",
        ]  # fmt: skip
        assert life.dana.incident == 4

    def test_openings_further_apart_do_not_count(self) -> None:
        life = Life()
        life.lives("51", "ok", "ok", "51", "ok", "ok")
        life.skip(8)
        assert life.lives("51") == ["OPENED!"]

    def test_five_nights_open_settle_it_in_silence_for_that_is_what_was_told(self) -> None:
        life = self.flapping()
        assert life.lives("51", "51", "51", "51", "ok", "ok") == ["", "", "", "SETTLED", "RECOVERING", "RECOVERED!"]

    def test_five_good_nights_settle_it_and_its_end_is_told(self) -> None:
        life = self.flapping()
        assert life.lives("ok", "ok", "ok", "ok", "ok", "ok") == ["RECOVERING", "RECOVERED", "", "", "SETTLED!", ""]
        assert life.lives("51")[0].startswith("OPENED")

    def test_nights_that_differ_do_not_settle_it(self) -> None:
        life = self.flapping()
        assert "SETTLED" not in " ".join(life.lives(*["51", "51", "51", "ok", "ok", "ok", "ok"] * 3))

    def test_a_rise_is_told_all_the_same(self) -> None:
        life = self.flapping()
        assert life.lives("56", "ok", "ok", "56", "61") == [
            "WORSENED!",
            "RECOVERING",
            "RECOVERED",
            "OPENED",
            "WORSENED!",
        ]

    def test_who_left_the_crm_does_not_come_and_go(self) -> None:
        life = self.flapping()
        assert life.told(life.night(subjects={"U2"})) == "SUBJECT_GONE!"
        assert life.lives("ok") == [""]

    def test_who_left_after_it_was_over_settles_it_at_once(self) -> None:
        life = self.flapping()
        life.lives("ok", "ok")
        (transition,) = life.night(subjects={"U2"}).transitions
        assert (transition.cause.name, transition.announce, transition.why) == ("SETTLED", True, "no longer in the CRM")

    @pytest.mark.parametrize("pattern", [(49, 50, 51), (51, 50, 49, 48), (51, 51, 49, 50, 50)])
    def test_alert_case_23_a_book_around_its_limit_is_told_once(self, pattern: tuple[int, ...]) -> None:
        life = with_policy(remind_warning_after_days=None)
        said = life.lives(*(str(value) for value in pattern * 10))
        assert " ".join(said).count("!") == 1

    @pytest.mark.parametrize("pattern", [("51", "ok", "ok"), ("51", "51", "ok", "ok"), ("51", *["ok"] * 4)])
    def test_alert_case_23_one_that_swings_through_is_told_at_most_five_times_and_then_no_more(
        self, pattern: tuple[str, ...]
    ) -> None:
        said = Life().lives(*(pattern * 20)[:60])
        assert " ".join(said).count("!") == 5
        assert " ".join(said[14:]).count("!") == 0

    def flapping(self) -> Life:
        """Dana's alert has just opened for the third time."""
        life = Life()
        life.lives("51", "ok", "ok", "51", "ok", "ok", "51")
        return life
