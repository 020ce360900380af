"""What becomes of an alert from night to night: pending, firing, recovering, resolved, and every other end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.alerts.fingerprint import fingerprint
from cssync.model.alert import AlertState, Cause
from cssync.model.finding import Limit, Severity, Unit
from tests.alerts.lives import ACCOUNTS, FIFTY, POLICY, SEVENTY_FIVE, START, TREND, Life, announced, over, trend

SIXTY = Limit(Decimal(60), "limits.accounts", "config/cssync.yaml:12", None, "for every CSM")


def test_a_count_over_its_limit_opens_at_once_and_then_is_silent() -> None:
    life = Life()
    assert life.lives("51", "51") == ["OPENED!", ""]
    assert (life.dana.state, life.dana.incident, life.dana.opened_on) == (AlertState.FIRING, 1, START)


def test_a_trend_opens_on_its_second_night_in_a_row() -> None:
    life = Life()
    assert [life.told(life.night(trend())) for _ in range(3)] == ["PENDING", "OPENED!", ""]
    (alert,) = life.known.values()
    assert alert.opened_on == START + timedelta(days=1)


def test_a_trend_of_one_night_passes_and_uses_no_number_up() -> None:
    life = Life()
    assert [life.told(life.night(*found)) for found in ([trend()], [], [trend()], [trend()])] == [
        "PENDING",
        "PASSED",
        "PENDING",
        "OPENED!",
    ]
    assert [alert.incident for alert in life.known.values()] == [1]


def test_on_the_first_night_of_all_everything_opens_at_once() -> None:
    assert announced(Life(first=True).night(trend(), over(51))) == ["OPENED", "OPENED"]


def test_it_ends_on_the_second_good_night_in_a_row() -> None:
    life = Life()
    assert life.lives("51", "ok", "ok", "ok") == ["OPENED!", "RECOVERING", "RECOVERED!", ""]
    assert (life.dana.resolved_on, life.dana.ending) == (START + timedelta(days=2), "recovered")


def test_a_relapse_before_that_is_silent_and_the_count_begins_anew() -> None:
    assert Life().lives("51", "ok", "51", "ok", "ok") == [
        "OPENED!",
        "RECOVERING",
        "RELAPSED",
        "RECOVERING",
        "RECOVERED!",
    ]


def test_while_it_recovers_it_is_open_and_counted_as_unchanged() -> None:
    life = Life()
    life.lives("51")
    result = life.night()
    assert [alert.state for alert in result.unchanged] == [AlertState.RECOVERING]
    (transition,) = result.transitions
    assert (transition.before, transition.after) == (Severity.WARNING, Severity.WARNING)


def test_a_second_opening_is_a_new_incident_of_the_same_alert() -> None:
    life = Life()
    assert life.lives("51", "ok", "ok", "52")[-1] == "OPENED!"
    assert (life.dana.incident, life.dana.opened_on, int(life.dana.notified_value)) == (
        2,
        START + timedelta(days=3),
        52,
    )


def test_what_only_lingers_opens_nothing() -> None:
    assert Life().lives("49", "51", "49", "ok", "ok", "49") == ["", "OPENED!", "EASED", "RECOVERING", "RECOVERED!", ""]


@pytest.mark.parametrize(
    ("changes", "cause"),
    [
        ({"subjects": {"U2"}}, Cause.SUBJECT_GONE),
        ({"left": {(ACCOUNTS, "U1")}}, Cause.SUBJECT_LEFT),
        ({"rules": {TREND: 2}}, Cause.RULE_OFF),
        ({"limits": {(ACCOUNTS, "U1"): SIXTY}}, Cause.LIMIT_CHANGED),
    ],
)
@pytest.mark.parametrize("nights", [["51"], ["51", "ok"]], ids=["firing", "recovering"])
def test_what_did_not_recover_ends_at_once_and_says_why(
    nights: list[str], changes: Mapping[str, Any], cause: Cause
) -> None:
    life = Life()
    life.lives(*nights)
    (transition,) = life.night(**changes).transitions
    assert (transition.cause, transition.announce, transition.alert.state) == (cause, True, AlertState.RESOLVED)


def test_alert_case_24_a_renamed_csm_keeps_the_alert_and_one_who_is_gone_has_not_recovered() -> None:
    life = Life()
    life.lives("51")
    renamed = over(51, subject=replace(over(51).subject, name="Dana Roy-Smith"))
    assert life.told(life.night(renamed)) == ""
    assert life.dana.subject_name == "Dana Roy-Smith"
    assert life.told(life.night(subjects={"U2"})) == "SUBJECT_GONE!"
    assert life.dana.ending == "no longer in the CRM"


def test_alert_case_24_customers_of_a_merged_csm_count_for_the_one_who_stays() -> None:
    """Merging two users in the CRM leaves one id: the other's alert ends as gone, the one's goes on."""
    life = Life()
    sam = replace(over(51).subject, id="U2", name="Sam Ito")
    life.night(over(51), over(52, subject=sam))
    result = life.night(over(80), subjects={"U1"})
    assert sorted(announced(result)) == ["SUBJECT_GONE", "WORSENED"]


def test_alert_case_25_a_raised_limit_ends_the_alert_and_says_where_it_was_set() -> None:
    life = Life()
    life.lives("55")
    (transition,) = life.night(limits={(ACCOUNTS, "U1"): SIXTY}).transitions
    assert transition.cause is Cause.LIMIT_CHANGED
    assert transition.why == "limit changed from 50 to 60 in the settings (config/cssync.yaml:12)"


def test_alert_case_25_it_does_not_linger_under_a_limit_that_it_never_was_over() -> None:
    life = Life()
    life.lives("58")
    lingers = over(58, limit=SIXTY, severity=Severity.WATCH, lingers=True)
    assert life.told(life.again(lingers)) == "LIMIT_CHANGED!"
    assert life.told(life.again(lingers)) == ""


def test_alert_case_25_a_raised_limit_that_it_is_over_all_the_same_changes_nothing() -> None:
    life = Life()
    life.lives("70")
    assert life.told(life.night(over(70, limit=SIXTY))) == ""
    assert life.dana.limit_value == 60


def test_alert_case_25_under_a_lowered_limit_it_can_only_have_recovered() -> None:
    life = Life()
    life.lives("51")
    forty = replace(SIXTY, value=Decimal(40))
    assert [life.told(life.night(limits={(ACCOUNTS, "U1"): forty})) for _ in range(2)] == ["RECOVERING", "RECOVERED!"]


def test_alert_case_25_what_opens_by_a_lowered_limit_says_so() -> None:
    forty = replace(SIXTY, value=Decimal(40))
    (transition,) = (
        Life().night(over(45, limit=forty, severity=Severity.WARNING, lingers=False, before=Decimal(45))).transitions
    )
    assert transition.why == (
        "45 accounts last night too: what it is held to has changed "
        "(limit of 40: limits.accounts, config/cssync.yaml:12)"
    )


def test_alert_case_25_and_names_the_limit_of_its_last_incident_where_there_was_one() -> None:
    life = Life()
    life.lives("51", "ok", "ok")
    forty = replace(SIXTY, value=Decimal(40))
    (transition,) = life.night(over(45, limit=forty, severity=Severity.WARNING, lingers=False)).transitions
    assert transition.why == "limit changed from 50 to 40 in the settings (config/cssync.yaml:12)"


def test_what_opens_by_growing_needs_no_explanation() -> None:
    (transition,) = Life().night(over(51, before=Decimal(50))).transitions
    assert transition.why == ""


def test_another_setting_that_holds_now_is_named() -> None:
    life = Life()
    life.lives("55")
    own = Limit(Decimal(60), "limits.csms.dana@acme.test.accounts", "config/cssync.yaml:12", None, "of their own")
    (transition,) = life.night(limits={(ACCOUNTS, "U1"): own}).transitions
    assert transition.why == (
        "limit changed from 50 (limits.accounts) to 60 (limits.csms.dana@acme.test.accounts, config/cssync.yaml:12)"
    )


def test_a_limit_of_money_is_told_as_money() -> None:
    two = Limit(Decimal(2_000_000), "limits.arr", "default", "seed 1", "for every CSM")
    three = replace(two, value=Decimal(3_000_000), origin="config/cssync.yaml:9")
    life = Life()
    life.night(over(2_500_000, rule="arr_over_limit", unit=Unit.MONEY, limit=two))
    (transition,) = life.night(limits={("arr_over_limit", "U1"): three}).transitions
    assert transition.why == "limit changed from $2M to $3M in the settings (config/cssync.yaml:9)"


def test_a_limit_that_moves_with_the_mix_of_products_was_changed_by_nobody() -> None:
    derived = replace(FIFTY, setting="limits.complexity", moves=True)
    life = Life()
    life.night(over(51, limit=derived))
    moved = replace(derived, value=Decimal(52))
    assert life.told(life.night(limits={(ACCOUNTS, "U1"): moved})) == "RECOVERING"


def test_hours_that_a_leave_takes_away_are_told_as_what_they_are() -> None:
    """Nobody has touched the settings, and the load has not grown."""
    hours = Limit(Decimal("140.8"), "capacity.amber_at", "default", None, "110% of 128 hours a month", moves=True)
    why = "110% of 128 hours a month, on leave until 31 Mar 2027"
    found = {"rule": ACCOUNTS, "unit": Unit.HOURS}
    life = Life()
    life.night(over(141, limit=hours, **found))
    life.lives("ok", "ok")
    told = life.night(over(140, limit=replace(hours, value=Decimal(0), why=why), severity=Severity.WARNING, **found))
    (transition,) = told.transitions
    assert transition.why == f"limit changed from 140.8 h a month to 0 h a month: {why}"


def test_a_trend_that_has_come_true_is_overtaken_in_silence_where_the_worse_alert_speaks() -> None:
    life = Life(first=True)
    life.night(trend(), over(70))
    result = life.night(over(75), reached={(TREND, "U1")})
    assert life.told(result) == "WORSENED! OVERTAKEN"


def test_a_trend_that_has_come_true_is_told_where_nothing_else_of_the_book_is() -> None:
    life = Life(first=True)
    life.night(trend())
    assert life.told(life.night(reached={(TREND, "U1")})) == "OVERTAKEN!"


def test_the_same_night_again_changes_nothing() -> None:
    life = Life()
    for found in ([over(51), trend()], [over(51), trend()], [], [], [over(49)], [over(80)]):
        life.again(*found)
        again = life.again(*found)
        assert (again.alerts, again.transitions) == ((), ())
        life.skip(1)


def test_alert_case_08_runs_of_one_date_count_one_night() -> None:
    life = Life()
    assert [life.told(life.again(trend())) for _ in range(3)] == ["PENDING", "", ""]
    life.skip(1)
    assert life.told(life.again(trend())) == "OPENED!"
    life.skip(1)
    assert [life.told(life.again()) for _ in range(3)] == ["RECOVERING", "", ""]
    life.skip(1)
    assert [life.told(life.again()) for _ in range(3)] == ["RECOVERED!", "", ""]


def test_alert_case_08_what_was_found_in_the_morning_and_mended_at_noon_recovers_from_that_day_on() -> None:
    life = Life()
    assert life.told(life.again(over(51))) == "OPENED!"
    assert life.told(life.again()) == "RECOVERING"
    life.skip(1)
    assert life.told(life.again()) == "RECOVERED!"


def test_alert_case_08_a_later_run_of_the_date_begins_a_streak_anew() -> None:
    life = Life()
    life.again(trend())
    life.skip(1)
    assert [life.told(life.again()), life.told(life.again(trend())), life.told(life.again(trend()))] == [
        "PASSED",
        "PENDING",
        "",
    ]
    life.skip(1)
    assert life.told(life.again(trend())) == "OPENED!"


@pytest.mark.parametrize("missed", [1, 3, 30])
def test_alert_case_22_refused_nights_neither_end_an_alert_nor_open_it_anew(missed: int) -> None:
    life = Life(policy=POLICY.model_copy(update={"remind_warning_after_days": None}))
    life.lives("51")
    life.skip(missed)
    assert life.lives("51", "ok") == ["", "RECOVERING"]
    life.skip(missed)
    assert life.lives("ok") == ["RECOVERED!"]
    assert life.dana.incident == 1


def test_alert_case_22_nights_in_a_row_are_accepted_ones() -> None:
    life = Life()
    life.night(trend())
    life.skip(5)
    assert life.told(life.night(trend())) == "OPENED!"


def test_companies_rules_and_subjects_each_have_their_own_alerts() -> None:
    prints = {fingerprint(t, r, s) for t in ("a", "b") for r in ("x", "y") for s in ("1", "2")}
    assert len(prints) == 8


def test_severity_runs_through_the_transitions_without_a_gap() -> None:
    life = Life()
    seen = [
        (t.cause.name, t.before, t.after)
        for night in ("80", "60", "80", "ok", "ok")
        for t in life.night(*([] if night == "ok" else [over(int(night))])).transitions
    ]
    assert seen == [
        ("OPENED", None, "critical"),
        ("EASED", "critical", "warning"),
        ("WORSENED", "warning", "critical"),
        ("RECOVERING", "critical", "critical"),
        ("RECOVERED", "critical", None),
    ]


def test_the_day_of_opening_is_that_of_the_incident() -> None:
    life = Life()
    life.lives("51", "ok", "ok")
    life.skip(2)
    life.lives("51")
    assert life.dana.opened_on == date(2026, 11, 7)
    assert life.dana.openings == (START, date(2026, 11, 7))


def test_the_trends_own_limit_is_another_one() -> None:
    life = Life(first=True)
    life.night(trend())
    hundred = replace(SEVENTY_FIVE, value=Decimal(100), origin="config/cssync.yaml:13")
    (transition,) = life.night(limits={(TREND, "U1"): hundred}).transitions
    assert transition.why == "limit changed from 75 to 100 in the settings (config/cssync.yaml:13)"
