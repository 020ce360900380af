"""What would have been: the same as what was, where it was, and what it says of how long ahead and how often."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cssync.alerts.fingerprint import fingerprint
from cssync.model.alert import Cause
from cssync.model.decision import Decision, DecisionKind
from cssync.model.finding import Severity
from tests.backtest.companies import (
    ACCOUNTS,
    ARR,
    TREND,
    arriving,
    holding,
    loaded,
    of_rule,
    recorded,
    replayed,
    sizes_by_day,
)
from tests.mornings import Mornings
from tests.nights import TODAY, Nights, account, many, pull_of, remembered

CALM = ("rules.trending_to_ceiling.enabled=false",)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def test_a_replay_of_nights_opens_what_the_nights_opened() -> None:
    sizes = [48, 51, 52, 49, 47, 46, 46, 51, 55, 76, 76, 46, 46, 46, 52]
    record = recorded(sizes_by_day(sizes))
    mornings, opened, digests = Mornings(Nights(loaded().settings)), set(), 0
    for day, rows in sizes_by_day(sizes):
        digests += mornings.after(rows, day) is not None
        opened |= {
            (t.alert.rule, t.alert.subject_id, t.on) for t in mornings.tidings.transitions if t.cause is Cause.OPENED
        }
    found = replayed(record).present
    assert {(f.rule, f.subject.id, f.opened) for figures in found.rules for f in figures.firings} == opened
    assert (len(found.digests), len(opened)) == (digests, 3)


def test_what_came_back_is_a_flip_and_what_stood_at_first_has_not_fired() -> None:
    record = recorded(sizes_by_day([51, 51, 46, 46, 46, 52, 46, 46, 46, 60, 60]))
    figures = of_rule(replayed(record, base=CALM).present, ACCOUNTS)
    assert [(f.opened, f.ended, f.stood, f.again) for f in figures.firings] == [
        (ago(10), ago(7), True, False),
        (ago(5), ago(3), False, True),
        (ago(1), None, False, True),
    ]
    assert (len(figures.opened), figures.flips, figures.firings[0].how) == (2, 2, "recovered")
    assert [f.worst for f in figures.firings] == [Severity.WARNING] * 3


def test_a_trend_is_measured_by_how_long_it_came_before_the_ceiling() -> None:
    record = recorded(arriving(14, then=[77, 77]))
    figures = of_rule(replayed(record, since=ago(70)).present, TREND)
    (firing,) = figures.firings
    assert (firing.breach, firing.stood, firing.how) == (ago(7), False, "has reached what it was heading for")
    assert firing.opened < ago(7)
    assert figures.leads == ((ago(7) - firing.opened).days,)
    assert (figures.missed, figures.breaches, figures.for_nothing) == ((), 1, 0)


def test_a_ceiling_that_came_without_a_warning_is_said() -> None:
    record = recorded(sizes_by_day([20] * 5 + [80] * 3))
    figures = of_rule(replayed(record).present, TREND)
    assert (figures.leads, figures.typical_lead) == ((), None)
    assert [(missed.subject.name, missed.on) for missed in figures.missed] == [("Dana Roy", ago(2))]


def test_a_ceiling_that_came_by_a_hand_over_is_told_as_such() -> None:
    before = holding({"U1": 50, "U2": 30})
    after = [{**one, "csm_ref": "U1"} for one in before]
    record = recorded([(ago(3), before), (ago(1), after), (TODAY, after)])
    (missed,) = of_rule(replayed(record).present, TREND).missed
    assert (missed.on, missed.handed_over) == (ago(1), 30)


def test_a_warning_that_ended_without_its_breach_was_for_nothing() -> None:
    record = recorded(arriving(14, then=[20, 20]))
    figures = of_rule(replayed(record, since=ago(70)).present, TREND)
    assert (len(figures.firings), figures.for_nothing, figures.breaches) == (1, 1, 0)


def test_two_settings_are_told_side_by_side() -> None:
    record = recorded(sizes_by_day([49, 52, 52, 52, 56, 56]))
    found = replayed(record, "limits.accounts=55", base=CALM)
    assert (found.present.name, found.changed and found.changed.name) == ("", "limits.accounts=55")
    assert [f.opened for f in of_rule(found.present, ACCOUNTS).firings] == [ago(4)]
    assert [f.opened for f in of_rule(found.changed, ACCOUNTS).firings] == [ago(1)]


def test_what_is_switched_off_or_on_is_compared_too() -> None:
    record = recorded(sizes_by_day([49, 52]))
    found = replayed(record, "rules.accounts_over_limit.enabled=false", base=CALM)
    assert found.changed is not None
    assert ACCOUNTS in {figures.rule for figures in found.present.rules}
    assert ACCOUNTS not in {figures.rule for figures in found.changed.rules}


def test_messages_are_counted_with_those_that_only_remind() -> None:
    """Over the limit on the second of 17 days: told then, and again after 7 and 14 more without a word."""
    record = recorded(sizes_by_day([49, *[52] * 16]))
    found = replayed(record, base=CALM).present
    assert found.digests == (ago(15), ago(8), ago(1))
    assert (found.reminders, found.entries) == (2, 3)
    assert [f.told for f in of_rule(found, ACCOUNTS).firings] == [3]


def test_books_worked_out_once_a_week_stand_until_the_next() -> None:
    record = recorded(sizes_by_day([49, *[52] * 16]))
    found = replayed(record, every=7, base=CALM)
    assert [f.opened for f in of_rule(found.present, ACCOUNTS).firings] == [ago(9)]
    assert any("every 7 days" in note for note in found.notes)


def test_it_says_what_past_days_do_not_know_and_what_that_leaves_out() -> None:
    told = " ".join(replayed(recorded(sizes_by_day([49, 50])), base=CALM).notes)
    assert "unknown on past days: second owners, health, renewal dates, usage" in told
    assert "the hours of past days are without what health and renewal dates add to them" in told


def test_an_exception_silences_from_the_night_on_which_it_was_made() -> None:
    except_ = Decision(
        id="1", fingerprint=fingerprint("default", ACCOUNTS, "U1"), incident=1, kind=DecisionKind.EXCEPTED, by="Vera",
        at=datetime(2026, 11, 12, 9, tzinfo=UTC), reason="simple", until=date(2027, 3, 1), owner="Vera",
    )  # fmt: skip
    record = recorded(sizes_by_day([49, *[52] * 16]), exceptions=(except_,))
    assert replayed(record, base=CALM).present.digests == (ago(15),)


def test_a_rule_speaks_only_of_days_on_which_what_it_rests_on_is_known() -> None:
    """Owners are known for 30 days, ARR since the first night alone."""
    rows = [{**account("x"), "valid_from": ago(30), "account_id": f"U1-{n:03}"} for n in range(60)]
    history = [
        {"account_id": row["account_id"], "csm_ref": "U1", "valid_from": ago(30), "is_customer": True} for row in rows
    ]
    nights = Nights(loaded(*CALM).settings)
    first = nights.walk(pull_of(many(60, amount=40_000)), ago(2), remembered(history))
    last = nights.walk(pull_of(many(60, amount=40_000)), TODAY)
    del first
    record = recorded([(TODAY, many(60))])
    record = type(record)(last.company(), first_night=ago(2))
    found = replayed(record, base=CALM)
    assert (found.span.since, of_rule(found.present, ARR).since) == (ago(30), ago(2))
    assert [f.opened for f in of_rule(found.present, ACCOUNTS).firings] == [ago(30)]
    assert [f.opened for f in of_rule(found.present, ARR).firings] == [ago(2)]
    assert any(
        note.startswith("arr_over_limit is replayed from 20 Nov 2026 on: it rests on ARR") for note in found.notes
    )


def test_what_people_hold_is_what_they_held() -> None:
    record = recorded([(ago(1), holding({"U1": 51})), (TODAY, holding({"U2": 51}))])
    firings = of_rule(replayed(record, base=CALM).present, ACCOUNTS).firings
    assert [(f.subject.name, f.opened, f.ended) for f in firings] == [
        ("Dana Roy", ago(1), None),
        ("Sam Ito", TODAY, None),
    ]


@pytest.mark.parametrize(
    "said", ["customers.where=arr > 5", "source.folder=x", "team.pools.a.members=2", "notify.console=no"]
)
def test_what_no_replay_can_honour_is_refused(said: str) -> None:
    from cssync.backtest import changed
    from cssync.errors import ConfigError

    with pytest.raises(ConfigError, match=f"--set {said.partition('=')[0]}: ") as caught:
        changed(loaded(said), [said])
    assert "set something of rules, limits" in caught.value.remedy
