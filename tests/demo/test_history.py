"""The past of the demo company fits its present."""

from __future__ import annotations

from datetime import timedelta

import polars as pl

from tests.demo.books import AS_OF, book, company

# Without the second copy of the account that is there twice.
TODAY = company().accounts.unique("account_id", keep="first", maintain_order=True)
PAST = company().ownership.sort("account_id", "valid_from")
DEALS = company().opportunities


def test_the_spells_of_an_account_leave_no_gap_and_do_not_overlap() -> None:
    following = PAST.with_columns(next=pl.col("valid_from").shift(-1).over("account_id"))
    assert following.filter(pl.col("next").is_not_null() & (pl.col("valid_to") != pl.col("next"))).is_empty()
    assert following.filter(pl.col("next").is_null() & pl.col("valid_to").is_not_null()).is_empty()
    assert PAST.filter(pl.col("valid_to") <= pl.col("valid_from")).is_empty()


def test_the_past_goes_back_two_years_and_never_beyond() -> None:
    assert PAST["valid_from"].min() == AS_OF - timedelta(days=730)


def test_an_account_begins_when_it_became_a_customer() -> None:
    first = PAST.group_by("account_id").agg(pl.col("valid_from").min()).join(TODAY, on="account_id")
    young = first.filter(pl.col("customer_since") > AS_OF - timedelta(days=730))
    assert young.height > 100
    assert (young["valid_from"] == young["customer_since"]).all()


def test_the_last_spell_of_an_account_is_what_the_account_is_today() -> None:
    last = PAST.filter(pl.col("valid_to").is_null()).join(TODAY, on="account_id", suffix="_today")
    assert last.height == PAST["account_id"].n_unique()
    assert last.filter(~pl.col("csm").eq_missing(pl.col("csm_today"))).is_empty()
    assert last.filter(pl.col("lifecycle") != pl.col("lifecycle_today")).is_empty()
    assert last.filter(pl.col("amount") != pl.col("arr").cast(pl.Decimal(38, 2))).is_empty()
    assert last.filter(pl.col("is_customer") != pl.col("churned_on").is_null()).is_empty()


def test_all_customers_but_the_soiled_ones_have_a_past() -> None:
    unknown = TODAY.filter(pl.col("lifecycle") != "prospect").join(PAST, on="account_id", how="anti")
    assert unknown.height == 14  # fifteen soiled ones, of which one is a second copy


def test_customers_churned_moved_and_changed_their_arr_in_the_past_two_years() -> None:
    before = PAST.with_columns(
        csm_before=pl.col("csm").shift(1).over("account_id"),
        amount_before=pl.col("amount").shift(1).over("account_id"),
        was=pl.col("is_customer").shift(1).over("account_id"),
    )
    assert before.filter(pl.col("was") & ~pl.col("is_customer")).height == 25
    assert before.filter(pl.col("csm") != pl.col("csm_before")).height >= 39
    assert before.filter(pl.col("is_customer") & (pl.col("amount") > pl.col("amount_before"))).height > 30
    assert before.filter(pl.col("is_customer") & (pl.col("amount") < pl.col("amount_before"))).height > 5


def test_won_deals_add_up_to_the_arr_of_each_of_danas_customers() -> None:
    won = DEALS.filter("is_won").group_by("account_id").agg(pl.col("amount").sum())
    sums = dict(won.iter_rows())
    amounts = {row["account_id"]: row["arr"] for row in TODAY.iter_rows(named=True)}
    dana = book(company(), "Dana Roy")
    assert len(dana) == 88
    for customer in dana:
        assert sums[customer.account_id] == int(amounts[customer.account_id])


def test_some_open_deals_are_overdue_and_stand_still_and_the_rest_close_in_the_future_at_every_stage() -> None:
    still = DEALS.filter(~pl.col("is_closed") & (pl.col("close_on") <= AS_OF))
    pipeline = DEALS.filter(~pl.col("is_closed")).join(still, on="opportunity_id", how="anti")
    assert 5 <= still.height <= 20
    assert set(still["stage"]) <= {"discovery", "demo", "proposal"}
    assert still["created_on"].max() < AS_OF - timedelta(days=200)  # type: ignore[operator]  # as below
    assert pipeline["close_on"].min() > AS_OF  # type: ignore[operator]  # polars types every minimum alike
    assert set(pipeline["kind"]) == {"new", "expansion", "renewal"}
    assert set(pipeline["stage"]) == {"discovery", "demo", "proposal", "negotiation", "contract"}
    assert set(pipeline["probability"]) == {0.1, 0.25, 0.5, 0.75, 0.9}


def test_prospects_have_an_open_deal_and_no_arr() -> None:
    prospects = TODAY.filter(pl.col("lifecycle") == "prospect")
    assert prospects.height == 13
    assert set(prospects["arr"]) == {"0"}
    assert prospects["customer_since"].null_count() == 13
    open_ones = DEALS.filter((pl.col("kind") == "new") & ~pl.col("is_closed"))
    assert prospects.join(open_ones, on="account_id").height == 13


def test_the_history_of_each_deal_begins_with_it_and_ends_as_it_is_today() -> None:
    story = company().opportunity_history
    told = story.group_by("opportunity_id", maintain_order=True)
    facts = ("stage", "amount", "probability", "close_on")
    last = told.last().join(DEALS, on="opportunity_id", suffix="_today")
    assert [last.filter(pl.col(fact) != pl.col(f"{fact}_today")).height for fact in facts] == [0, 0, 0, 0]
    first = told.first().join(DEALS, on="opportunity_id", suffix="_today")
    assert first["valid_from"].to_list() == first["created_on"].to_list()
    lately = DEALS.filter(~pl.col("is_closed") | (pl.col("close_on") >= AS_OF - timedelta(days=365)))
    assert set(lately["opportunity_id"]) == set(story["opportunity_id"])
    assert story.select("opportunity_id", "valid_from").is_unique().all()


def test_close_dates_are_pushed_and_deals_are_lost() -> None:
    decided = company().opportunity_history.join(
        DEALS.filter("is_closed").select("opportunity_id", decided_on="close_on"), on="opportunity_id"
    )
    first = decided.group_by("opportunity_id", maintain_order=True).first()
    pushed = first.filter(pl.col("close_on") < pl.col("decided_on")).height
    assert 0.4 < pushed / first.height < 0.9
    lost = DEALS.filter(pl.col("is_closed") & ~pl.col("is_won"))
    assert set(lost["kind"]) == {"new", "expansion"}
    assert set(lost["stage"]) == {"closed lost"}
    assert 40 <= lost.height <= 80
