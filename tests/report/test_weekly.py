"""How a week went, told to leadership: from hand-made companies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from cssync.model.alert import Alert, Transition
from cssync.model.decision import Decision, DecisionKind
from cssync.model.digest import Summary
from cssync.model.story import flattened
from cssync.report.trend import Reading
from cssync.report.weekly import Week, write_week
from tests.mornings import Mornings
from tests.nights import TODAY, Nights, Row, account, many, settings

NOW = Reading(TODAY, customers=61, unworked=0, arr=Decimal(61_000), csms=2, in_books=61, over=1)
CROWD = [*many(51), *many(10, "U2")]


def week(
    mornings: Mornings,
    *earlier: Reading,
    happened: Sequence[Transition] = (),
    muted: Sequence[tuple[Alert, Decision]] = (),
) -> Summary:
    return write_week(Week(mornings.tidings, (NOW, *earlier), happened, muted))


def after(*rows: list[Row], limits: dict[str, int] | None = None, by_segment: bool = False) -> Mornings:
    """Mornings a day apart, the last one today. *by_segment*: what a segment lacks is found too, by accounts alone."""
    mornings = Mornings(
        Nights(
            settings(limits=limits or {}, rules={"hire_by": {"enabled": by_segment}}, hiring={"measures": ["accounts"]})
        )
    )
    for ago, of_day in zip(range(len(rows) - 1, -1, -1), rows, strict=True):
        mornings.after(of_day, TODAY - timedelta(days=ago))
    return mornings


def chapter(summary: Summary, title: str) -> tuple[str, ...]:
    return flattened(one for one in summary.chapters if one.title == title)


def test_a_week_in_one_line_and_its_chapters() -> None:
    summary = week(after(CROWD))
    assert summary.title == "CS capacity: the week to 22 Nov 2026"
    assert summary.summary == "CS capacity, the week to 22 Nov: 61 customers, 1 of 2 CSMs over a limit, 1 open alert"
    assert [one.title for one in summary.chapters] == [
        "Trend", "Top risks", "What changed this week", "Hires due", "Exceptions and snoozes",
    ]  # fmt: skip
    assert summary.context[0] == "2 CSMs, 61 customers, $61k ARR"


def test_the_trend_lays_the_weeks_side_by_side() -> None:
    before = Reading(TODAY - timedelta(days=7), 50, 2, Decimal(50_000), 2, 48, 0)
    assert chapter(week(after(CROWD), before), "Trend") == (
        "Since 15 Nov 2026: +11 customers, +$11k of ARR, CSMs 2 as before, of them over a limit from 0 to 1.",
        "22 Nov 2026: 61 customers (0 without a CSM), $61k of ARR; 2 CSMs with 30.5 customers each, 1 over a limit.",
        "15 Nov 2026: 50 customers (2 without a CSM), $50k of ARR; 2 CSMs with 24.0 customers each, 0 over a limit.",
        "Over a limit is counted by the limits of today.",
    )


def test_a_first_week_and_a_team_without_csms_divide_by_nothing() -> None:
    mornings = after(many(3, None))
    nobody = replace(NOW, csms=0, in_books=0)
    summary = write_week(Week(mornings.tidings, (nobody,), ()))
    assert chapter(summary, "Trend")[0].endswith("0 CSMs with no customers each, 1 over a limit.")
    assert chapter(summary, "Trend")[1] == "No earlier week is known yet."


def test_top_risks_are_the_worst_books_with_their_one_action_and_the_rest_is_counted() -> None:
    rows = [*many(76), *many(52, "U3"), *many(51, "U2")]
    ghosts = [account(name, name) for name in ("g1", "g2", "g3")]
    risks = chapter(week(after([*rows, *ghosts])), "Top risks")
    assert [risk.partition(":")[0] for risk in risks[:4]] == [
        "CRITICAL Dana Roy", "WARNING Ana Diaz", "WARNING Sam Ito", "WARNING Unknown owner g1",
    ]  # fmt: skip
    assert risks[0].endswith(
        " Do: Open a requisition now: 26 customers ($26k of ARR) should move, and colleagues have no room."
    )
    assert risks[5] == "And 1 more book with open alerts: cssync alerts"


def test_a_team_within_its_limits_has_no_risks_and_nothing_due() -> None:
    summary = week(after(many(10)))
    assert chapter(summary, "Top risks") == ("Nothing is over its limit, heading there, or without a CSM.",)
    assert chapter(summary, "Hires due") == ("None.",)
    assert chapter(summary, "Exceptions and snoozes") == ("None in force.",)


def test_what_changed_names_books_once_with_all_that_happened_to_them() -> None:
    mornings = Mornings()
    mornings.after([*many(60, amount=40_000), *many(10, "U2"), account("x", None)], TODAY - timedelta(days=6))
    happened = list(mornings.tidings.transitions)
    for day in (TODAY - timedelta(days=1), TODAY):  # two good nights end an alert
        mornings.after([*many(10, amount=40_000), account("y"), *many(9, "U2"), account("z", "U3")], day)
        happened += mornings.tidings.transitions
    dana, nobody = "Dana Roy (Accounts over the limit, ARR over the limit)", "No CSM (Customers without a working CSM)"
    assert chapter(week(mornings, happened=happened), "What changed this week") == (
        "Customers since 16 Nov 2026: 2 won ($2k), 52 churned ($2M), 0 reassigned.",
        f"Opened: 3 alerts: {dana}; {nobody}.",
        f"Ended: 3 alerts: {dana}; {nobody}.",
    )


def test_customers_in_other_hands_are_counted_once() -> None:
    mornings = after([*many(3), *many(2, "U2")], [*many(3, "U2", prefix="U1"), *many(2, "U2")])
    told = chapter(week(mornings), "What changed this week")
    assert told == (
        "Customers since 21 Nov 2026: 0 won, 0 churned, 3 reassigned.",
        "No alert opened, worsened or ended.",
    )


def hiring(mornings: Mornings, *days: int | None) -> Summary:
    """The first alert of *mornings*, as if about so many CSMs, each due in so many days; None: no date."""
    (alert, *_) = mornings.tidings.firing
    assert alert.finding is not None
    firing = []
    for number, ahead in enumerate(days):
        subject = replace(alert.finding.subject, id=f"S{number}", name=f"CSM {number}", segment="SMB")
        act_by = None if ahead is None else TODAY + timedelta(days=ahead)
        finding = replace(alert.finding, subject=subject, act_by=act_by, hire=True)
        firing.append(replace(alert, subject_id=subject.id, subject_name=subject.name, finding=finding))
    return write_week(Week(replace(mornings.tidings, firing=firing), (NOW,), ()))


def test_hires_are_told_soonest_first_and_overdue_ones_said_so() -> None:
    assert chapter(hiring(after(CROWD), 20, None, -99, -1), "Hires due") == (
        "15 Aug 2026, 99 days overdue: for the book of CSM 2 (SMB).",
        "21 Nov 2026, 1 day overdue: for the book of CSM 3 (SMB).",
        "now: for the book of CSM 1 (SMB).",
        "by 12 Dec 2026: for the book of CSM 0 (SMB).",
    )


def test_what_a_segment_lacks_is_told_in_place_of_what_its_books_would_need() -> None:
    """100 customers of SMB are one CSM too few; Sam's 51, in another segment, are no reason for a whole one."""
    rows = [*many(100, segment="SMB"), *many(51, "U2", segment="Enterprise")]
    assert chapter(week(after(rows, by_segment=True)), "Hires due") == (
        "19 Jun 2026, 156 days overdue: 1 CSM for SMB.",
    )


def test_hires_beyond_ten_are_counted() -> None:
    told = chapter(hiring(after(CROWD), *range(1, 14)), "Hires due")
    assert (len(told), told[10]) == (11, "And 3 more: cssync alerts")


def test_a_move_that_colleagues_have_room_for_is_no_hire() -> None:
    assert chapter(week(after(CROWD)), "Hires due") == ("None.",)
    assert chapter(week(after(many(51))), "Hires due") == ("now: for the book of Dana Roy.",)


def test_exceptions_and_snoozes_say_until_when_and_who_answers_for_them() -> None:
    mornings = after(CROWD)
    (alert,) = mornings.tidings.firing
    at = datetime(2026, 11, 20, tzinfo=UTC)
    snoozed = Decision(
        "1", alert.fingerprint, 1, DecisionKind.SNOOZED, "Maya Chen", at, until=TODAY + timedelta(days=8)
    )
    excepted = replace(
        snoozed,
        kind=DecisionKind.EXCEPTED,
        owner="Vera Holt",
        reason="simple product",
        until=TODAY + timedelta(days=99),
    )
    told = chapter(week(mornings, muted=[(alert, excepted), (alert, snoozed)]), "Exceptions and snoozes")
    assert told == (
        "Dana Roy, Accounts over the limit: snoozed until 30 Nov 2026, by Maya Chen.",
        "Dana Roy, Accounts over the limit: exception until 1 Mar 2027, owner Vera Holt: simple product.",
    )
