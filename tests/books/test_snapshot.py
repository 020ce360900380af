"""Money converted, customers told apart, every account in a book: on the mess that real CRMs hold."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cssync.books.snapshot import Snapshot, take_snapshot
from cssync.errors import ConfigError
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.settings.model import Settings
from tests.nights import TEAM, TODAY, Row, account, pull_of, settings


def taken(
    *rows: Row, rates: ExchangeRates | None = None, owners: tuple[Owner, ...] = TEAM, with_: Settings | None = None
) -> Snapshot:
    return take_snapshot(pull_of(rows, owners, rates=rates), with_ or Settings(), TODAY)


def column(snapshot: Snapshot, name: str) -> dict[str, object]:
    return dict(snapshot.table.select("account_id", name).iter_rows())


def complaints(snapshot: Snapshot) -> list[tuple[object, ...]]:
    return snapshot.problems.select("object", "record_id", "field", "value").rows()


def test_amounts_are_converted_at_the_crms_rate_half_even_to_the_cent() -> None:
    rates = ExchangeRates("USD", {"EUR": Decimal("1.085")})
    snapshot = taken(
        account("a", amount="100.10", currency="EUR"),  # 108.6085
        account("b", amount="0.10", currency="EUR"),  # 0.1085
        account("c", amount="3.00", currency="EUR"),  # 3.255, half: to the even 3.26
        account("d", amount="1.00", currency="EUR"),  # 1.085, half: to the even 1.08
        account("e", amount="7.77"),
        rates=rates,
    )
    assert column(snapshot, "arr") == {
        "a": Decimal("108.61"),
        "b": Decimal("0.11"),
        "c": Decimal("3.26"),
        "d": Decimal("1.08"),
        "e": Decimal("7.77"),
    }


def test_the_largest_amount_that_is_read_is_converted_exactly() -> None:
    rates = ExchangeRates("USD", {"KWD": Decimal("3.257")})
    snapshot = taken(account("a", amount="999999999999.99", currency="KWD"), rates=rates)
    assert column(snapshot, "arr") == {"a": Decimal("3256999999999.97")}


def test_an_account_in_an_unknown_currency_is_reported_and_in_no_sum() -> None:
    snapshot = taken(account("a", amount=500, currency="XTS"), account("b", amount=2))
    assert column(snapshot, "arr") == {"a": None, "b": Decimal("2.00")}
    assert column(snapshot, "is_customer") == {"a": False, "b": True}
    assert complaints(snapshot) == [("account", "a", "currency", "XTS")]


def test_an_account_without_an_amount_in_an_unknown_currency_is_no_problem() -> None:
    assert complaints(taken(account("a", amount=None, currency="XTS"))) == []


def test_the_operators_rate_wins_over_the_crms() -> None:
    snapshot = taken(
        account("a", amount=100, currency="EUR"),
        rates=ExchangeRates("USD", {"EUR": Decimal("1.05")}),
        with_=settings(money={"rates": {"EUR": "1.10"}}),
    )
    assert column(snapshot, "arr") == {"a": Decimal("110.00")}
    assert snapshot.rates.sources["EUR"] == "settings money.rates"


def test_figures_can_be_shown_in_another_currency_than_the_crms() -> None:
    snapshot = taken(
        account("a", amount=100),  # USD, the CRM's own
        account("b", amount=100, currency="GBP"),
        rates=ExchangeRates("USD", {"EUR": Decimal("1.25"), "GBP": Decimal("1.5")}),
        with_=settings(money={"currency": "EUR"}),
    )
    assert snapshot.rates.corporate == "EUR"
    assert column(snapshot, "arr") == {"a": Decimal("80.00"), "b": Decimal("120.00")}


def test_a_rate_for_the_crms_currency_is_enough_to_show_figures_in_another() -> None:
    snapshot = taken(account("a", amount=100), with_=settings(money={"currency": "EUR", "rates": {"USD": "0.8"}}))
    assert column(snapshot, "arr") == {"a": Decimal("80.00")}


def test_figures_in_a_currency_that_nobody_has_a_rate_for_are_refused_with_the_setting_to_add() -> None:
    with pytest.raises(ConfigError, match=r"money\.rates\.USD"):
        taken(account("a"), with_=settings(money={"currency": "EUR"}))


def test_a_customer_is_what_the_condition_says_and_unknown_counts_as_no() -> None:
    snapshot = taken(
        account("live", lifecycle="live"),
        account("lead", lifecycle="lead"),
        account("free", lifecycle="live", amount=0),
        account("garbage", lifecycle="live", amount=None),
        account("silent", lifecycle=None),
        with_=settings(customers={"where": "lifecycle in ('live', 'onboarding') and arr > 0"}),
    )
    assert column(snapshot, "is_customer") == {
        "live": True,
        "lead": False,
        "free": False,
        "garbage": False,
        "silent": False,
    }


def test_a_churn_that_is_announced_for_later_has_not_happened_yet() -> None:
    snapshot = taken(
        account("gone", churned_on=TODAY), account("going", churned_on=date(2026, 11, 23)), account("stays")
    )
    assert column(snapshot, "is_customer") == {"gone": False, "going": True, "stays": True}
    assert column(snapshot, "churned_on") == {"gone": TODAY, "going": None, "stays": None}
    assert column(snapshot, "leaving_on") == {"gone": None, "going": date(2026, 11, 23), "stays": None}


def test_every_way_of_naming_a_csm_leads_to_the_same_book() -> None:
    merged = Owner("U5", "Maria Lund", "maria@acme.test", aliases=("U5-old", "77001"))
    snapshot = taken(
        account("by-id", "U5"),
        account("by-email", "Maria@ACME.test"),
        account("by-alias", "77001"),
        account("nobody", None),
        account("stranger", "U404"),
        owners=(*TEAM, merged),
    )
    assert column(snapshot, "book_id") == {
        "by-id": "U5",
        "by-email": "U5",
        "by-alias": "U5",
        "nobody": "unassigned",
        "stranger": "unknown:U404",
    }


def test_of_two_owners_with_one_address_the_active_one_is_meant() -> None:
    left = Owner("A1", "Kim Old", "kim@acme.test", active=False)
    back = Owner("A2", "Kim New", "kim@acme.test")
    snapshot = taken(account("a", "kim@acme.test"), owners=(left, back))
    assert column(snapshot, "book_id") == {"a": "A2"}


def test_a_record_created_in_the_future_is_reported_but_not_one_created_tomorrow_in_another_zone() -> None:
    snapshot = taken(account("a", created_on=date(2026, 11, 23)), account("b", created_on=date(2026, 11, 24)))
    assert complaints(snapshot) == [("account", "b", "created", "2026-11-24")]


def subscription(number: int, account_id: str, amount: int, **more: object) -> Row:
    return {
        "opportunity_id": f"S{number}",
        "account_id": account_id,
        "is_won": True,
        "is_closed": True,
        "kind": "subscription",
        "amount": Decimal(amount),
        "close_on": date(2026, 1, 1),
        **more,
    }


def test_arr_from_won_opportunities_adds_up_those_in_force_that_recur() -> None:
    rows = [
        subscription(1, "a", 100),
        subscription(2, "a", 20, starts_on=TODAY),
        subscription(3, "a", 3, ends_on=date(2026, 11, 23)),
        subscription(4, "a", 4000, ends_on=TODAY),  # ended: the first day no longer in force
        subscription(5, "a", 5000, starts_on=date(2026, 11, 23)),  # not begun
        subscription(6, "a", 6000, is_won=False),
        subscription(7, "a", 7000, kind="services"),
        subscription(8, "b", 50, currency="EUR"),
        subscription(9, "c", 1),
        subscription(10, "c", 1, currency="XTS"),
    ]
    pull = pull_of(
        [account("a", amount=None), account("b", amount=None), account("c", amount=None), account("d", amount=None)],
        rates=ExchangeRates("USD", {"EUR": Decimal("1.2")}),
        opportunities=rows,
    )
    wanted = settings(customers={"arr": {"from": "won_opportunities", "recurring": "kind = 'subscription'"}})
    snapshot = take_snapshot(pull, wanted, TODAY)
    # A part is not the sum: one subscription without a rate leaves the ARR of "c" unknown.
    assert column(snapshot, "arr") == {"a": Decimal("123.00"), "b": Decimal("60.00"), "c": None, "d": Decimal("0.00")}
    assert complaints(snapshot) == [("opportunity", "S10", "currency", "XTS")]


def test_case_28_arr_of_won_opportunities_is_worth_what_it_was_when_they_closed_and_accounts_what_it_is_today() -> None:
    rates = ExchangeRates(
        "USD",
        {"EUR": Decimal("1.3")},
        dated={"EUR": ((date(2025, 1, 1), Decimal("1.1")), (date(2026, 4, 1), Decimal("1.2")))},
    )
    pull = pull_of(
        [account("a", amount=1000, currency="EUR"), account("b", amount=1000, currency="EUR")],
        rates=rates,
        opportunities=[
            subscription(1, "a", 100, currency="EUR", close_on=date(2026, 3, 31)),
            subscription(2, "a", 100, currency="EUR", close_on=date(2026, 4, 1)),
            subscription(3, "b", 100, currency="EUR", close_on=date(2026, 4, 1)),
        ],
    )
    won = settings(customers={"arr": {"from": "won_opportunities"}})
    assert column(take_snapshot(pull, won, TODAY), "arr") == {"a": Decimal("230.00"), "b": Decimal("120.00")}
    assert column(take_snapshot(pull, Settings(), TODAY), "arr") == {"a": Decimal("1300.00"), "b": Decimal("1300.00")}
