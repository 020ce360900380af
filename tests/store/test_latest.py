"""What is shown of the latest night is what was committed, on every database alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import polars as pl

from cssync.model.money import ExchangeRates
from cssync.model.night import RunStatus
from cssync.model.owner import OwnerKind
from cssync.model.tables import (
    PROBLEMS,
    SNAPSHOT,
    SPELLS,
)
from cssync.store.base import Store
from tests.builders import (
    DAY,
    YESTERDAY,
    a_night,
    a_run,
    a_spell,
    an_owner,
    spell_changes,
)
from tests.store.conftest import Opener


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


def test_the_latest_night_knows_its_exchange_rates_and_where_records_are_shown(store: Store) -> None:
    course = ((date(2026, 1, 1), Decimal("1.10")), (date(2026, 7, 1), Decimal("1.08")))
    rates = ExchangeRates("USD", {"USD": Decimal(1), "EUR": Decimal("1.08")}, {"EUR": "CRM"}, {"EUR": course})
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[a_spell(valid_from=YESTERDAY)])))
    store.commit(a_night(run=a_run(record_url="https://crm.test/{id}"), rates=rates, crm_currency="EUR"))

    night = store.latest(90)

    assert night is not None
    assert (night.rates, night.crm_currency) == (rates, "EUR")
    assert night.run.record_url == "https://crm.test/{id}"


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
