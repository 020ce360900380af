"""RavenStack is read as its files say, by a copy of their shape, and forecast where the files are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from tests.benchmarks.forecast import public
from tests.benchmarks.forecast.ravenstack import FIRST_DAY, LAST_DAY, Subscription, origins, readings, stretches
from tests.connectors.ravenstack import DATA

_FEB, _MARCH, _APRIL, _MAY, _JUNE = (date(2024, month, 1) for month in range(2, 7))


def _told(held: tuple[Subscription, ...], churned: tuple[date, ...] = ()) -> list[tuple[int, bool, date, date | None]]:
    return [row[2:] for row in stretches("A", "EdTech", held, churned)]


def test_an_account_is_worth_what_its_subscriptions_in_force_add_up_to() -> None:
    assert _told((Subscription(_FEB, _APRIL, 10), Subscription(_MARCH, None, 5))) == [
        (10, True, _FEB, _MARCH),
        (15, True, _MARCH, _APRIL),
        (5, True, _APRIL, None),
    ]


def test_an_account_is_gone_with_its_last_subscription_and_back_with_its_next() -> None:
    assert _told((Subscription(_FEB, _MARCH, 10), Subscription(_MAY, None, 5))) == [
        (10, True, _FEB, _MARCH),
        (0, False, _MARCH, _MAY),
        (5, True, _MAY, None),
    ]


def test_a_churn_event_holds_until_the_next_subscription_starts_though_others_are_in_force() -> None:
    held = (Subscription(_FEB, None, 10), Subscription(_MAY, None, 5))
    assert _told(held, churned=(_MARCH, _APRIL)) == [
        (10, True, _FEB, _MARCH),
        (0, False, _MARCH, _MAY),
        (15, True, _MAY, None),
    ]


def test_a_churn_event_before_the_first_subscription_or_on_the_day_of_one_says_nothing() -> None:
    held = (Subscription(_MARCH, None, 10), Subscription(_MAY, None, 5))
    assert _told(held, churned=(_FEB, _MAY)) == [(10, True, _MARCH, _MAY), (15, True, _MAY, None)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Two accounts; one of them has a trial, leaves in April and comes back in May."""
    (tmp_path / "ravenstack_accounts.csv").write_text("account_id,industry\nA1,EdTech\nA2,FinTech\n")
    (tmp_path / "ravenstack_subscriptions.csv").write_text(
        "subscription_id,account_id,start_date,end_date,plan_tier,arr_amount,is_trial\n"
        "S0,A1,2024-01-10,,Pro,0,TRUE\n"
        "S1,A1,2024-02-01,2024-04-01,Pro,1200,FALSE\n"
        "S2,A1,2024-05-01,,Basic,600,FALSE\n"
        "S3,A2,2024-03-01,2024-03-01,Basic,900,FALSE\n"
        "S4,A2,2024-03-01,,Basic,900,FALSE\n"
    )
    (tmp_path / "ravenstack_churn_events.csv").write_text("account_id,churn_date\nA2,2024-06-01\n")
    return tmp_path


def test_customers_are_those_who_pay_and_come_and_go_with_it(data: Path) -> None:
    accounts, by_events, subscriptions = readings(data)
    assert accounts.customers(_APRIL) == {"EdTech": 0, "FinTech": 1}
    assert accounts.came_and_went(FIRST_DAY, LAST_DAY) == {"EdTech": (2, 1), "FinTech": (1, 0)}
    assert by_events.customers(LAST_DAY) == {"EdTech": 1, "FinTech": 0}
    assert subscriptions.customers(_MARCH) == {"Basic": 1, "Pro": 1}
    assert sum(accounts.daily(_JUNE)["EdTech"][0]) == 2


def test_a_night_knows_what_had_happened_by_then_and_no_more(data: Path) -> None:
    past = readings(data)[0].known(_APRIL)
    assert {book.id: book.accounts for book in past.books.books} == {"FinTech": 1}
    assert past.snapshot.table.filter(~past.snapshot.table["is_customer"])["churned_on"].to_list() == [_APRIL]
    assert past.timeline.spells["valid_from"].max() == _APRIL


def test_forecasts_are_made_for_as_long_as_what_comes_of_them_is_known() -> None:
    assert list(origins(date(2024, 7, 1), 90, 60)) == [date(2024, 7, 1), date(2024, 8, 30)]


def test_without_the_files_a_line_says_so(tmp_path: Path) -> None:
    (only,) = public.figures(tmp_path / "none")
    assert (only.what, only.measured) == ("RavenStack", f"not here: {tmp_path / 'none'}")


@pytest.mark.skipif(not DATA.is_dir(), reason="the RavenStack data set is not here")
def test_every_reading_is_forecast_beside_other_methods() -> None:
    found = [(figure.what, figure.measured) for figure in public.figures(DATA, every_days=600)]
    assert found[0] == ("RavenStack, accounts by industry:", "509 came, 9 went in two years")
    assert sum(what.strip() == "ledger" for what, _ in found) == 6
    assert sum(what.strip() == "least squares" for what, _ in found) == 6
