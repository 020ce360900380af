"""What a store keeps, on every database alike."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import polars as pl
import pytest

from cssync.errors import StoreError
from cssync.model.alert import AlertState, Cause
from cssync.model.book import BookKind, Tally
from cssync.model.delivery import DeliveryState
from cssync.model.digest import Notice
from cssync.model.finding import Severity
from cssync.model.money import ExchangeRates
from cssync.model.night import RunStatus
from cssync.model.owner import OwnerKind
from cssync.model.tables import (
    MONEY,
    OPPORTUNITIES,
    OPPORTUNITY_SPELLS,
    PAST_OPPORTUNITY_SPELLS,
    PROBLEMS,
    SNAPSHOT,
    SPELLS,
)
from cssync.store.base import Store
from tests.builders import (
    AT,
    DAY,
    a_book,
    a_deal_spell,
    a_delivery,
    a_night,
    a_run,
    a_spell,
    a_transition,
    an_alert,
    an_owner,
    deal_changes,
    some_books,
    spell_changes,
)
from tests.store.conftest import Opener

YESTERDAY = DAY - timedelta(days=1)
TOMORROW = DAY + timedelta(days=1)
LONG_AGO = DAY - timedelta(days=120)


def test_a_new_store_knows_no_past(store: Store) -> None:
    past = store.past(DAY, LONG_AGO)

    assert (past.runs, past.today, past.alerts, past.history_since) == ((), None, (), None)
    assert past.spells.schema == pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})
    assert past.spells.is_empty()


def test_spells_come_back_exactly_as_they_were_committed(store: Store, reopen: Opener) -> None:
    odd = 'Zoë "\\N", \\N\n,\t名前 \U0001f600'
    spells = [
        a_spell("001a", arr=Decimal("92233720368547758.07"), lifecycle=odd),
        a_spell("001b", arr=Decimal("-0.01"), lifecycle="\\N", segment=None),
        a_spell("001c", arr=None, is_customer=False, attributes_hash=0),
        a_spell("001d", arr=Decimal("0.29"), attributes_hash=2**63),
    ]
    store.commit(a_night(spells=spell_changes(opened=reversed(spells))))

    found = reopen().past(TOMORROW, LONG_AGO).spells.sort("account_id")

    assert found.schema == pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})
    assert found.select("account_id", "arr", "lifecycle", "segment", "is_customer", "attributes_hash").rows() == [
        ("001a", Decimal("92233720368547758.07"), odd, "mid-market", True, 2**64 - 1),
        ("001b", Decimal("-0.01"), "\\N", None, True, 2**64 - 1),
        ("001c", None, "live", "mid-market", False, 0),
        ("001d", Decimal("0.29"), "live", "mid-market", True, 2**63),
    ]
    assert found.select("valid_from", "valid_to", "book_id", "unit_id").row(0) == (DAY, None, "005dana", "001a")


def test_a_changed_account_closes_its_spell_and_opens_another(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(
        a_night(spells=spell_changes(closed=[("001acme", YESTERDAY, DAY)], opened=[a_spell(arr=Decimal("250000.00"))]))
    )

    spells = store.past(TOMORROW, LONG_AGO).spells.sort("valid_from")

    assert spells.select("valid_from", "valid_to", "arr").rows() == [
        (YESTERDAY, DAY, Decimal("100000.00")),
        (DAY, None, Decimal("250000.00")),
    ]


def test_a_spell_closed_by_an_earlier_run_of_the_day_can_be_opened_again(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(
        a_night(spells=spell_changes(closed=[("001acme", YESTERDAY, DAY)], opened=[a_spell(arr=Decimal("1.00"))]))
    )
    undone = spell_changes(
        removed=[("001acme", DAY)],
        closed=[("001acme", YESTERDAY, None)],
        refreshed=[a_spell(valid_from=YESTERDAY, attributes_hash=7)],
    )
    store.commit(a_night(run=a_run(id="later"), spells=undone))

    spells = store.past(TOMORROW, LONG_AGO).spells

    assert spells.select("valid_from", "valid_to", "arr", "attributes_hash").rows() == [
        (YESTERDAY, None, Decimal("100000.00"), 7)
    ]


def test_the_past_holds_open_spells_and_those_closed_after_the_look_back_day(store: Store) -> None:
    first = date(2026, 1, 1)
    history = [
        a_spell("001old", first, valid_to=date(2026, 6, 30)),
        a_spell("001edge", first, valid_to=date(2026, 7, 1)),
        a_spell("001new", first, valid_to=date(2026, 7, 2)),
        a_spell("001open", first),
    ]
    store.commit(a_night(spells=spell_changes(opened=history)))

    past = store.past(TOMORROW, date(2026, 7, 1))

    assert sorted(past.spells.get_column("account_id")) == ["001new", "001open"]
    assert past.history_since == first


def test_a_refreshed_spell_keeps_its_dates_and_takes_the_new_attributes(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    renamed = a_spell(valid_from=YESTERDAY, name="Acme Group", attributes_hash=7)
    store.commit(a_night(spells=spell_changes(refreshed=[renamed])))

    spells = store.past(TOMORROW, LONG_AGO).spells

    assert spells.select("valid_from", "valid_to", "attributes_hash").rows() == [(YESTERDAY, None, 7)]


def test_a_night_that_closes_an_unknown_spell_is_refused_whole(store: Store) -> None:
    changes = spell_changes(closed=[("001nobody", YESTERDAY, DAY)], opened=[a_spell()])

    with pytest.raises(StoreError, match="1 of 1 spells to close are not in the store"):
        store.commit(a_night(spells=changes))

    assert store.past(TOMORROW, LONG_AGO).spells.is_empty()
    assert store.runs(10) == ()


def test_a_second_open_spell_of_an_account_is_refused_by_the_database(store: Store) -> None:
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))

    with pytest.raises(StoreError, match="contradicts what is stored"):
        store.commit(a_night(spells=spell_changes(opened=[a_spell()])))

    assert store.past(TOMORROW, LONG_AGO).spells.height == 1


def test_an_amount_beyond_what_can_be_kept_is_refused_and_not_rounded(store: Store) -> None:
    huge = a_spell(arr=Decimal("92233720368547758.08"))

    with pytest.raises(StoreError, match="too large"):
        store.commit(a_night(spells=spell_changes(opened=[huge])))


def test_the_same_night_twice_leaves_what_once_leaves(store: Store) -> None:
    night = a_night(
        spells=spell_changes(opened=[a_spell()]),
        pipeline=deal_changes(opened=[a_deal_spell()]),
        alerts=(an_alert(),),
        transitions=(a_transition(),),
        deliveries=(a_delivery(),),
    )

    store.commit(night)
    store.commit(night)

    past = store.past(TOMORROW, LONG_AGO)
    assert [run.id for run in past.runs] == ["run-2026-11-22"]
    assert past.spells.height == past.pipeline.height == 1
    assert past.alerts == (an_alert(),)
    assert store.transitions("f00d") == (a_transition(),)
    assert store.due(AT) == (a_delivery(),)
    assert store.daily_books(DAY).height == 1


def test_a_second_run_of_a_day_takes_the_place_of_the_first(store: Store) -> None:
    store.commit(a_night(spells=spell_changes(opened=[a_spell(), a_spell("001gone")])))
    again = a_night(
        run=a_run(id="later", arr=Decimal("7.00"), started_at=AT + timedelta(hours=1)),
        spells=spell_changes(removed=[("001acme", DAY), ("001gone", DAY)], opened=[a_spell(arr=Decimal("7.00"))]),
        books=some_books(a_book("005lee", tally=Tally(1, Decimal("7.00")))),
    )
    store.commit(again)

    past = store.past(DAY, LONG_AGO)
    assert past.today == a_run(
        id="later", arr=Decimal("7.00"), started_at=AT + timedelta(hours=1), status=RunStatus.ACCEPTED
    )
    assert past.spells.select("account_id", "arr").rows() == [("001acme", Decimal("7.00"))]
    assert store.daily_books(DAY).get_column("book_id").to_list() == ["005lee"]
    assert [run.id for run in store.runs(10)] == ["later"]


def test_past_runs_are_accepted_ones_before_the_day_newest_first_and_at_most_thirty(store: Store) -> None:
    days = [DAY - timedelta(days=back) for back in range(32, -1, -1)]
    for day in days:
        store.commit(a_night(day))
    store.end(a_run(YESTERDAY, id="refused", status=RunStatus.REFUSED))

    past = store.past(DAY, LONG_AGO)

    assert [run.as_of for run in past.runs] == [DAY - timedelta(days=back) for back in range(1, 31)]
    assert past.today is not None
    assert past.today.status is RunStatus.ACCEPTED
    assert store.accepted(DAY) == past.runs


def test_an_address_counts_as_told_as_soon_as_a_message_is_meant_for_it(store: Store) -> None:
    assert store.past(DAY, LONG_AGO).told == frozenset()
    store.commit(a_night(deliveries=(a_delivery(id="d1"), a_delivery(id="d2"), a_delivery(id="d3", address="C2"))))
    first = a_delivery()
    assert store.past(DAY, LONG_AGO).told == {(first.sink, first.address), (first.sink, "C2")}


def test_the_latest_night_comes_back_with_every_attribute_of_its_accounts(store: Store, dry: Opener) -> None:
    assert store.latest(90) is None
    whole = a_spell(
        "001whole",
        YESTERDAY,
        name='Zoë & "Sons"\n',
        amount=Decimal("0.07"),
        currency="EUR",
        product="pro",
        region="emea",
        language="de",
        health="green",
        parent_id="001parent",
        customer_since=date(2024, 3, 1),
        churned_on=date(2026, 12, 31),
        renewal_on=date(2027, 3, 1),
        second_csm_ref="005lee",
        usage=0.1,
        decision_maker_changed_on=date(2026, 11, 2),
    )
    bare = a_spell("001bare", YESTERDAY, csm_ref=None, amount=None, currency=None, created_on=None, arr=None)
    owners = (an_owner(aliases=("77", "78"), manager_id="005lee"), an_owner("00Gq", email=None, kind=OwnerKind.QUEUE))
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[whole, bare, a_spell("001gone", YESTERDAY)])))
    store.commit(a_night(owners=owners, spells=spell_changes(closed=[("001gone", YESTERDAY, DAY)])))

    night = store.latest(90)

    assert night is not None
    assert night.run == a_run(status=RunStatus.ACCEPTED)
    assert night.before == a_run(YESTERDAY, status=RunStatus.ACCEPTED)
    assert sorted(night.owners, key=lambda owner: owner.id) == list(owners)
    expected = pl.DataFrame([bare, whole], schema=SNAPSHOT)
    assert night.accounts.sort("account_id").equals(expected)
    assert night.accounts.schema == SNAPSHOT
    assert night.spells.schema == SPELLS
    assert sorted(night.spells.get_column("account_id")) == ["001bare", "001gone", "001whole"]
    assert night.history_since == YESTERDAY
    again = dry().latest(90)
    assert again is not None
    assert again.accounts.sort("account_id").equals(expected)


def test_a_deal_that_moves_on_closes_its_spell_and_opens_another(store: Store, dry: Opener) -> None:
    account, proposed = a_spell(valid_from=YESTERDAY), a_deal_spell(valid_from=YESTERDAY)
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[account]), pipeline=deal_changes(opened=[proposed])))
    won = a_deal_spell(stage="Won", is_closed=True, is_won=True, probability=1.0, amount=Decimal("30000.00"))
    store.commit(a_night(pipeline=deal_changes(closed=[("006big", YESTERDAY, DAY)], opened=[won])))

    told = ("valid_from", "valid_to", "stage", "is_won", "probability", "amount", "csm_ref", "close_on")
    expected = [
        (YESTERDAY, DAY, "Proposal", False, 0.4, Decimal("24000.00"), None, date(2026, 12, 15)),
        (DAY, None, "Won", True, 1.0, Decimal("30000.00"), None, date(2026, 12, 15)),
    ]
    past = store.past(TOMORROW, LONG_AGO).pipeline
    assert past.schema == PAST_OPPORTUNITY_SPELLS
    assert past.sort("valid_from").select(told).rows() == expected
    for opened in (store, dry()):
        night = opened.latest(90)
        assert night is not None
        assert night.pipeline.schema == OPPORTUNITY_SPELLS
        assert night.pipeline.sort("valid_from").select(told).rows() == expected
        assert night.opportunities.schema == OPPORTUNITIES
        assert night.opportunities.select("opportunity_id", "name", "stage").rows() == [
            ("006big", "Acme, more seats", "Won")
        ]


@pytest.mark.parametrize("probability", [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, None])
def test_a_probability_comes_back_to_the_last_digit(store: Store, probability: float | None) -> None:
    """Else the next night would take the deal for changed."""
    store.commit(a_night(pipeline=deal_changes(opened=[a_deal_spell(probability=probability)])))

    assert store.past(TOMORROW, LONG_AGO).pipeline["probability"].to_list() == [probability]


def test_a_deal_that_is_renamed_is_refreshed_without_a_new_spell(store: Store) -> None:
    store.commit(a_night(YESTERDAY, pipeline=deal_changes(opened=[a_deal_spell(valid_from=YESTERDAY)])))
    renamed = a_deal_spell(valid_from=YESTERDAY, name="Acme, all of it", attributes_hash=7)
    store.commit(a_night(pipeline=deal_changes(refreshed=[renamed])))

    assert store.past(TOMORROW, LONG_AGO).pipeline.select("valid_from", "valid_to", "attributes_hash").rows() == [
        (YESTERDAY, None, 7)
    ]


def test_a_second_open_spell_of_a_deal_is_refused_by_the_database(store: Store) -> None:
    store.commit(a_night(YESTERDAY, pipeline=deal_changes(opened=[a_deal_spell(valid_from=YESTERDAY)])))

    with pytest.raises(StoreError, match="contradicts what is stored"):
        store.commit(a_night(pipeline=deal_changes(opened=[a_deal_spell()])))


def test_deals_decided_before_the_look_back_day_are_not_loaded(store: Store) -> None:
    history = [
        a_deal_spell("006old", date(2026, 1, 1), valid_to=date(2026, 7, 1)),
        a_deal_spell("006new", date(2026, 1, 1), valid_to=date(2026, 7, 2)),
        a_deal_spell("006open", date(2026, 1, 1)),
    ]
    store.commit(a_night(pipeline=deal_changes(opened=history)))

    assert sorted(store.past(TOMORROW, date(2026, 7, 1)).pipeline["opportunity_id"]) == ["006new", "006open"]


def test_the_latest_night_knows_its_exchange_rates_and_where_records_are_shown(store: Store) -> None:
    course = ((date(2026, 1, 1), Decimal("1.10")), (date(2026, 7, 1), Decimal("1.08")))
    rates = ExchangeRates("USD", {"USD": Decimal(1), "EUR": Decimal("1.08")}, {"EUR": "CRM"}, {"EUR": course})
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(a_night(run=a_run(record_url="https://crm.test/{id}"), rates=rates, crm_currency="EUR"))

    night = store.latest(90)

    assert night is not None
    assert (night.rates, night.crm_currency) == (rates, "EUR")
    assert night.run.record_url == "https://crm.test/{id}"


def test_a_run_found_running_by_the_next_one_has_died(store: Store) -> None:
    store.begin(a_run(id="first"))
    store.begin(a_run(id="second", started_at=AT + timedelta(hours=1)))

    assert [(run.id, run.status, run.reason) for run in store.runs(10)] == [
        ("second", RunStatus.RUNNING, ""),
        ("first", RunStatus.FAILED, "it was killed, or its host went down"),
    ]


def test_a_refused_run_is_kept_with_its_reason_and_its_message(store: Store) -> None:
    refused = a_run(status=RunStatus.REFUSED, reason="ARR down by 41%", finished_at=AT + timedelta(minutes=2))
    notice = a_delivery("ops", payload=Notice("Night refused", "ARR down by 41%", refused.id))
    store.begin(a_run())
    store.end(refused, (notice,))

    assert store.runs(1) == (refused,)
    assert store.past(DAY, LONG_AGO).today is None
    assert store.due(AT) == (notice,)


def test_an_accepted_night_stays_accepted_when_its_run_fails_later(store: Store) -> None:
    store.commit(a_night())
    store.end(a_run(status=RunStatus.FAILED, reason="Slack is down"))

    assert [run.status for run in store.runs(10)] == [RunStatus.ACCEPTED]


def test_alerts_are_the_latest_incident_of_each_fingerprint(store: Store) -> None:
    resolved = an_alert(state=AlertState.RESOLVED, resolved_on=YESTERDAY, finding=None)
    reopened = an_alert(incident=2, severity=Severity.CRITICAL)
    other = an_alert(fingerprint="beef", opened_on=TOMORROW)
    store.commit(a_night(YESTERDAY, alerts=(resolved,)))
    store.commit(a_night(DAY, alerts=(other, reopened)))

    assert store.alerts() == (reopened, other)
    assert store.past(TOMORROW, LONG_AGO).alerts == (reopened, other)


def test_the_story_of_an_alert_is_told_in_order(store: Store) -> None:
    opened = a_transition()
    worse = a_transition(
        an_alert(value=Decimal("77.5"), severity=Severity.CRITICAL, changed_on=TOMORROW),
        cause=Cause.WORSENED,
        before=Severity.WARNING,
    )
    store.commit(a_night(transitions=(opened, a_transition(an_alert(fingerprint="beef")))))
    store.commit(a_night(TOMORROW, transitions=(worse,)))

    assert store.transitions("f00d") == (opened, worse)
    assert store.transitions("unknown") == ()


def test_daily_books_tell_every_night_from_a_day_on(store: Store) -> None:
    unassigned = a_book(
        "unassigned",
        kind=BookKind.UNASSIGNED,
        name="Unassigned",
        email=None,
        team=None,
        segment=None,
        tally=Tally(1, Decimal("0.10")),
    )
    for day in (LONG_AGO, YESTERDAY, DAY):
        store.commit(a_night(day, books=some_books(unassigned, a_book(), as_of=day)))

    books = store.daily_books(YESTERDAY)

    assert books.schema == pl.Schema(
        {
            "as_of": pl.Date(),
            "book_id": pl.String(),
            "kind": pl.String(),
            "name": pl.String(),
            "team": pl.String(),
            "segment": pl.String(),
            "accounts": pl.Int64(),
            "arr": MONEY,
        }
    )
    assert books.rows() == [
        (YESTERDAY, "005dana", "csm", "Dana Roy", "West", "mid-market", 2, Decimal("150000.00")),
        (YESTERDAY, "unassigned", "unassigned", "Unassigned", None, None, 1, Decimal("0.10")),
        (DAY, "005dana", "csm", "Dana Roy", "West", "mid-market", 2, Decimal("150000.00")),
        (DAY, "unassigned", "unassigned", "Unassigned", None, None, 1, Decimal("0.10")),
    ]


def test_a_delivery_is_due_until_it_is_sent(store: Store, reopen: Opener) -> None:
    store.commit(a_night(deliveries=(a_delivery("d1"), a_delivery("d2"))))
    trying = a_delivery("d1", state=DeliveryState.SENDING, attempts=1, first_attempt_at=AT)
    store.record(trying)

    assert reopen().due(AT) == (trying, a_delivery("d2"))

    store.record(a_delivery("d1", state=DeliveryState.SENT, attempts=1, first_attempt_at=AT, receipt="C0123456789:1.2"))
    store.record(a_delivery("d2", state=DeliveryState.UNKNOWN, attempts=2, error="timed out"))

    assert [(one.id, one.state, one.error) for one in store.due(AT)] == [("d2", DeliveryState.UNKNOWN, "timed out")]


def test_a_delivery_waits_for_its_moment_in_whatever_time_zone(store: Store) -> None:
    store.commit(a_night(deliveries=(a_delivery(not_before=datetime.fromisoformat("2026-11-22T06:30:00+02:30")),)))

    assert store.due(datetime(2026, 11, 22, 3, 59, 59, 999_999, tzinfo=UTC)) == ()
    assert len(store.due(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))) == 1


def test_a_delivery_known_already_is_left_as_it_is(store: Store) -> None:
    sent = a_delivery(state=DeliveryState.SENT, attempts=1, receipt="C0123456789:1.2")
    store.commit(a_night(deliveries=(a_delivery(),)))
    store.record(sent)

    store.commit(a_night(TOMORROW, deliveries=(a_delivery(address="elsewhere"),)))

    assert store.due(AT) == ()


def test_recording_a_delivery_that_was_never_made_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no delivery d9"):
        store.record(a_delivery("d9"))


def test_tenants_in_one_store_know_nothing_of_each_other(store: Store, address: str) -> None:
    from cssync.store.open import open_store

    store.commit(
        a_night(
            spells=spell_changes(opened=[a_spell()]),
            alerts=(an_alert(),),
            transitions=(a_transition(),),
            deliveries=(a_delivery(),),
        )
    )
    other = open_store(address, "globex", patience_seconds=0)
    try:
        other.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
        past = other.past(TOMORROW, LONG_AGO)
        assert past.spells.get_column("valid_from").to_list() == [YESTERDAY]
        assert (past.alerts, other.transitions("f00d"), other.due(AT)) == ((), (), ())
        assert [run.as_of for run in other.runs(10)] == [YESTERDAY]
    finally:
        other.close()
    assert [run.as_of for run in store.runs(10)] == [DAY]


def test_nul_characters_from_a_crm_do_not_stop_the_night(store: Store) -> None:
    night = a_night(
        owners=(an_owner(name="Da\x00na"),),
        spells=spell_changes(opened=[a_spell(lifecycle="li\x00ve", name="Ac\x00me")]),
        books=some_books(a_book(name="Da\x00na")),
        alerts=(an_alert(subject_name="Da\x00na"),),
    )
    store.commit(night)

    assert store.past(TOMORROW, LONG_AGO).spells.get_column("lifecycle").to_list() == ["live"]
    assert store.daily_books(DAY).get_column("name").to_list() == ["Dana"]
    assert store.alerts() == (an_alert(subject_name="Da\x00na"),)


def test_the_latest_night_knows_which_records_are_to_be_mended(store: Store) -> None:
    odd = pl.DataFrame(
        [
            ("opportunity", "006x", "Amount", "n/a", "not a number"),
            ("account", None, "Id", None, "no id"),
            ("account", "001a", "ARR__c", 'Zoë, "\n', "not a number"),
        ],
        schema=PROBLEMS,
        orient="row",
    )
    spells = spell_changes(opened=[a_spell(leaving_on=date(2027, 1, 31))])
    store.commit(a_night(YESTERDAY, problems=odd.head(2), spells=spell_changes()))
    store.commit(a_night(problems=odd.reverse(), spells=spells))

    night = store.latest(30)

    assert night is not None
    assert night.problems.rows() == odd.reverse().rows()
    assert night.accounts["leaving_on"].to_list() == [date(2027, 1, 31)]


def test_a_night_without_problems_leaves_none(store: Store) -> None:
    one = pl.DataFrame([("account", "001a", "ARR__c", "n/a", "not a number")], schema=PROBLEMS, orient="row")
    store.commit(a_night(YESTERDAY, problems=one, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(a_night())

    night = store.latest(30)

    assert night is not None
    assert night.problems.is_empty()
