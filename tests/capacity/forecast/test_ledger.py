"""A book of four customers and two deals, reckoned by hand, and laws that hold for any book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cssync.capacity.forecast.distribution import quantile
from tests.capacity.forecast.building import AHEAD, HORIZON, a_night, days_ago, deal, ledger
from tests.nights import TODAY, Night, Row, account, many

LONG_AGO = date(2023, 8, 1)


def four_customers() -> list[Row]:
    """One renews before the horizon, on 10 Jan, the others in August."""
    soon = account("a1", renewal_on=date(2027, 1, 10), customer_since=LONG_AGO)
    return [soon, *(account(f"a{n}", renewal_on=date(2027, 8, 1), customer_since=LONG_AGO) for n in (2, 3, 4))]


def two_deals() -> list[Row]:
    """One is signed and begins in January; of the other the CRM thinks 60% by 1 Mar, 30 days before the horizon."""
    signed = deal("o1", "p1", is_closed=True, is_won=True, close_on=days_ago(3), starts_on=date(2027, 1, 1))
    hoped = deal("o2", "p2", probability=0.6, close_on=date(2027, 3, 1), csm_ref="U1", value=None)
    return [{**signed, "csm_ref": "U1"}, {k: v for k, v in hoped.items() if k != "value"}]


def prospects() -> list[Row]:
    return [account(name, csm=None, amount=None) for name in ("p1", "p2")]


@pytest.fixture
def night() -> Night:
    return a_night([*four_customers(), *prospects()], two_deals())


def test_four_customers_and_two_deals_come_to_what_a_hand_works_out(night: Night) -> None:
    """60% less a third, half of it there a month after the close date, believed to 80%: 0.6 * 2/3 * 1/2 * 0.8 = 0.16.

    One renewal at the prior of 10%; nobody was ever seen to go between renewals.
    """
    chances = ledger(night).distribution(night.book("U1"), AHEAD)
    assert chances @ np.arange(len(chances)) == pytest.approx(0.9 + 3 + 1 + 0.16)
    assert chances[4:] == pytest.approx([0.1 * 0.84, 0.9 * 0.84 + 0.1 * 0.16, 0.9 * 0.16])


def test_the_components_trace_the_forecast_to_records(night: Night) -> None:
    parts = ledger(night).forecast(night.book("U1"), HORIZON, 75).components
    assert [(d.opportunity_id, d.account_id, round(d.probability, 4), d.adds_account) for d in parts.deals] == [
        ("o1", "p1", 1.0, True),
        ("o2", "p2", 0.16, True),
    ]
    (loss,) = parts.losses
    assert (loss.account_id, loss.renews_on, loss.arr) == ("a1", date(2027, 1, 10), Decimal("1000.00"))
    assert loss.probability == pytest.approx(0.1)
    assert parts.unseen.expected == 0.0


def test_the_parts_add_up_to_the_mean(night: Night) -> None:
    told = ledger(night).forecast(night.book("U1"), HORIZON, 75)
    parts = told.components
    assert told.wins == pytest.approx(sum(d.probability for d in parts.deals))
    assert told.losses == pytest.approx(sum(loss.probability for loss in parts.losses))
    chances = ledger(night).distribution(night.book("U1"), AHEAD)
    assert chances @ np.arange(len(chances)) == pytest.approx(4 + told.wins + told.unseen - told.losses)


def test_a_deal_that_names_nobody_is_spread_over_the_csms_of_its_segment() -> None:
    """Three CSMs without any arrivals share evenly; the queue and those of another segment get nothing of it."""
    rows = [
        *many(4, "U1", segment="SMB", customer_since=LONG_AGO),
        *many(4, "U2", segment="SMB", customer_since=LONG_AGO),
        *many(4, "U3", segment="Enterprise", customer_since=LONG_AGO),
        account("p", csm=None, amount=None, segment="SMB"),
    ]
    told = ledger(night := a_night(rows, [deal("o", "p", probability=0.6, close_on=date(2027, 3, 1))]))
    wins = {id_: told.forecast(night.book(id_), HORIZON, 75).wins for id_ in ("U1", "U2", "U3")}
    assert wins == pytest.approx({"U1": 0.08, "U2": 0.08, "U3": 0.0})


def test_the_account_of_a_csm_counts_in_full_for_that_one() -> None:
    rows = [*many(4, "U1"), *many(4, "U2"), account("p", csm="U2", amount=None)]
    told = ledger(night := a_night(rows, [deal("o", "p", probability=0.6, close_on=date(2027, 3, 1))]))
    assert told.forecast(night.book("U2"), HORIZON, 75).wins == pytest.approx(0.16)
    assert told.forecast(night.book("U1"), HORIZON, 75).wins == 0.0


def test_an_expansion_adds_arr_and_no_account_and_a_renewal_adds_neither() -> None:
    more = deal("o1", "U1-000", kind="Expansion", probability=0.6, close_on=date(2027, 3, 1), amount=Decimal("500.00"))
    again = deal("o2", "U1-001", kind="Renewal", probability=1.0, close_on=date(2027, 3, 1), amount=Decimal("900.00"))
    rows = many(4, "U1", customer_since=LONG_AGO)
    night = a_night(rows, [more, again])
    told = ledger(night)
    assert told.forecast(night.book("U1"), HORIZON, 75).wins == 0.0
    with_it, without = (
        told.outlook_of(night.book("U1"), AHEAD + 1)[-1],
        ledger(a_night(rows)).outlook_of(night.book("U1"), AHEAD + 1)[-1],
    )
    assert with_it.arr.mean - without.arr.mean == pytest.approx(500 * 0.16)
    assert with_it.accounts.mean == pytest.approx(without.accounts.mean)


def test_of_two_deals_with_one_prospect_the_likelier_brings_the_account() -> None:
    rows = [*many(4, "U1"), account("p", csm="U1", amount=None)]
    pair = [deal(f"o{n}", "p", probability=chance, close_on=date(2027, 3, 1)) for n, chance in ((1, 0.3), (2, 0.6))]
    told = ledger(night := a_night(rows, pair)).forecast(night.book("U1"), HORIZON, 75)
    assert told.wins == pytest.approx(0.16)
    assert [(d.opportunity_id, d.adds_account) for d in told.components.deals] == [("o2", True), ("o1", False)]


def test_customers_won_this_year_tell_how_many_more_will_come() -> None:
    """Twelve in a year, all at other times than a season would be seen at, and nobody writes deals down."""
    starts = [days_ago(30 * n + 5) for n in range(12)]
    rows = [account(f"a{n}", customer_since=start, renewal_on=date(2028, 1, 1)) for n, start in enumerate(starts)]
    night = a_night(rows)
    told = ledger(night).forecast(night.book("U1"), HORIZON, 75)
    assert told.unseen == pytest.approx(12 * AHEAD / 365, rel=0.05)
    assert told.wins == 0.0


def test_a_reassignment_is_no_win_and_no_loss() -> None:
    """Twenty customers go from Sam to Dana in the summer; neither has a rate from it."""
    rows = many(20, "U1", customer_since=LONG_AGO) + many(5, "U2", customer_since=LONG_AGO)
    owned = [
        {"account_id": f"U1-{n:03}", "csm_ref": csm, "is_customer": True, "valid_from": begins, "valid_to": ends}
        for n in range(20)
        for csm, begins, ends in (("U2", days_ago(400), days_ago(120)), ("U1", days_ago(120), None))
    ]
    night = a_night(rows, owned=owned, since=days_ago(400))
    told = ledger(night)
    assert told.events.observed
    assert told.events.arrivals.is_empty()
    assert told.events.losses.is_empty()


def test_a_customer_whom_nobody_had_at_first_is_an_arrival_of_whoever_was_given_it() -> None:
    rows = [*many(3, "U1", customer_since=LONG_AGO), account("n", "U1", customer_since=days_ago(60))]
    owned: list[Row] = [
        {"account_id": "n", "csm_ref": None, "is_customer": True, "valid_from": days_ago(60), "valid_to": days_ago(50)},
        {"account_id": "n", "csm_ref": "U1", "is_customer": True, "valid_from": days_ago(50), "valid_to": None},
    ]
    night = a_night(rows, owned=owned, since=days_ago(400))
    arrivals = ledger(night).events.arrivals
    assert arrivals.select("account_id", "book_id", "day").rows() == [("n", "U1", days_ago(50))]


def test_accounts_of_one_parent_count_once_and_are_lost_together() -> None:
    rows = [
        account("top", customer_since=LONG_AGO, renewal_on=date(2027, 1, 10)),
        account("sub", customer_since=LONG_AGO, renewal_on=date(2027, 1, 10), parent_id="top"),
    ]
    night = a_night(rows, customers={"count_by": "ultimate_parent"})
    chances = ledger(night).distribution(night.book("U1"), AHEAD)
    assert len(chances) == 2
    assert chances[1] == pytest.approx(1 - 0.1 * 0.1)


def test_whose_churn_is_announced_is_lost_on_that_day_and_not_at_its_renewal() -> None:
    rows = [
        account("leaves", customer_since=LONG_AGO, renewal_on=date(2026, 12, 1), churned_on=date(2027, 2, 1)),
        account("stays", customer_since=LONG_AGO, renewal_on=date(2027, 8, 1)),
    ]
    night = a_night(rows)
    before, after = (date(2027, 1, 31) - TODAY).days, (date(2027, 2, 1) - TODAY).days
    assert ledger(night).distribution(night.book("U1"), before) == pytest.approx([0, 0, 1])
    assert ledger(night).distribution(night.book("U1"), after) == pytest.approx([0, 1])
    told = ledger(night).forecast(night.book("U1"), HORIZON, 75)
    assert told.losses == pytest.approx(1)
    (loss,) = told.components.losses
    assert (loss.account_id, loss.probability, loss.renews_on) == ("leaves", 1.0, None)
    assert loss.basis == "leaves on 1 Feb 2027, as the CRM says"


def test_a_segment_of_short_deals_has_more_wins_without_a_deal_than_one_of_long_deals() -> None:
    """Of twenty wins each, SMB's deals were opened ten days before the start, those of Enterprise 150 days before."""
    rows, deals = [], []
    for csm, segment, lead in (("U1", "SMB", 10), ("U2", "Enterprise", 150)):
        for n in range(20):
            starts, name = days_ago(10 * n + 5), f"{csm}-{n}"
            rows.append(account(name, csm, segment=segment, customer_since=starts, renewal_on=date(2028, 1, 1)))
            won = {"is_closed": True, "is_won": True, "close_on": starts, "starts_on": starts, "kind": "new"}
            deals.append({**deal(f"o{name}", name), **won, "created_on": starts - timedelta(days=lead)})
    night = a_night(rows, deals)
    told = ledger(night)
    hidden = {id_: told.unseen.hidden(told.roster.rows[id_], 60) for id_ in ("U1", "U2")}
    # Each is drawn towards the 25 of 45 of both together, which weighs as much as its own wins.
    assert hidden["U1"] == pytest.approx((20 + 20 * (20 + 2) / 45) / 40)
    assert hidden["U2"] == pytest.approx((0 + 20 * (20 + 2) / 45) / 40)


def test_the_day_of_crossing_is_the_first_on_which_the_median_is_there() -> None:
    starts = [days_ago(4 * n + 1) for n in range(90)]
    rows = [account(f"a{n}", customer_since=start, renewal_on=date(2029, 1, 1)) for n, start in enumerate(starts)]
    told = ledger(night := a_night(rows))
    forecast = told.forecast(night.book("U1"), HORIZON, 110)
    assert forecast.reaches > 0.5
    assert forecast.crosses_on is not None
    day = (forecast.crosses_on - night.snapshot.as_of).days
    assert quantile(told.distribution(night.book("U1"), day), 0.5) >= 110
    assert quantile(told.distribution(night.book("U1"), day - 1), 0.5) < 110


def test_a_book_at_the_limit_crosses_today(night: Night) -> None:
    assert ledger(night).forecast(night.book("U1"), HORIZON, 4).crosses_on == night.snapshot.as_of


def test_a_limit_far_out_of_reach_is_not_worked_out_to_the_last_digit(night: Night) -> None:
    told = ledger(night).forecast(night.book("U1"), HORIZON, 500)
    assert (told.reaches, told.crosses_on) == (0.0, None)
    assert told.low <= told.median <= told.high


def test_the_same_night_has_the_same_answer(night: Night) -> None:
    first, again = (ledger(night).forecast(night.book("U1"), HORIZON, 6) for _ in range(2))
    assert first == again
    assert first.components == again.components


WON = st.integers(0, 30)
HELD = st.integers(1, 60)


@settings(max_examples=25, deadline=None)
@given(held=HELD, won=WON, chance=st.floats(0, 1), deals=st.integers(0, 6), limit=st.integers(1, 90))
def test_what_is_said_is_consistent(held: int, won: int, chance: float, deals: int, limit: int) -> None:
    book, told = _told(held, won, chance, deals)
    forecast = told.forecast(book, HORIZON, limit)
    chances = told.distribution(book, AHEAD)
    assert chances.sum() == pytest.approx(1.0)
    assert 0 <= forecast.low <= forecast.median <= forecast.high
    assert 0 <= forecast.reaches <= 1
    if forecast.reaches > 0.5:
        assert forecast.median >= limit
        assert forecast.crosses_on is not None
        assert forecast.crosses_on <= HORIZON


@settings(max_examples=15, deadline=None)
@given(held=HELD, won=WON, chance=st.floats(0, 1), deals=st.integers(0, 4))
def test_one_more_deal_lowers_nothing(held: int, won: int, chance: float, deals: int) -> None:
    fewer, more = (_told(held, won, chance, number) for number in (deals, deals + 1))
    below, above = (np.cumsum(told.distribution(book, AHEAD)) for book, told in (fewer, more))
    shared = min(len(below), len(above))
    assert (above[:shared] <= below[:shared] + 1e-9).all()


def _told(held: int, won: int, chance: float, deals: int):  # type: ignore[no-untyped-def] # noqa: ANN202
    rows = [account(f"h{n}", customer_since=LONG_AGO, renewal_on=date(2027, 2, 1)) for n in range(held)]
    rows += [account(f"w{n}", customer_since=days_ago(11 * n + 2)) for n in range(won)]
    rows += [account(f"p{n}", csm="U1", amount=None) for n in range(deals)]
    listed = [deal(f"o{n}", f"p{n}", probability=chance, close_on=date(2027, 1, 15)) for n in range(deals)]
    # One deal of a colleague's keeps the pipeline a pipeline, however few the others are.
    rows += [account("x", csm="U2"), account("px", csm="U2", amount=None)]
    night = a_night(rows, [*listed, deal("ox", "px", probability=0.5, close_on=date(2027, 1, 15))])
    return replace(night.book("U1")), ledger(night)
