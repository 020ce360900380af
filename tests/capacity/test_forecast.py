"""A forecast that is right about what it knows, and honest about what it does not."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.books.history import Flow, Flows
from cssync.capacity.forecast import Forecast, RateForecaster
from cssync.model.book import Book, BookKind, Books, Tally
from cssync.model.tables import SNAPSHOT, empty

TODAY = date(2026, 11, 22)
HORIZON = date(2027, 3, 31)


def book(id_: str, accounts: int, segment: str | None = "SMB") -> Book:
    return Book(
        id=id_, kind=BookKind.CSM, name=id_, email=None, active=True, team=None, manager_id=None, manager=None,
        segment=segment, tally=Tally(accounts, Decimal(0)),
    )  # fmt: skip


def forecast(accounts: int, own: Flow, colleagues: tuple[Flow, ...] = (), limit: int = 75, days: int = 365) -> Forecast:
    """The forecast of one CSM whose *colleagues* have as many accounts."""
    flows = {"U0": own} | {f"U{n}": flow for n, flow in enumerate(colleagues, start=1)}
    all_books = tuple(book(id_, accounts) for id_ in flows)
    books = Books(TODAY, "USD", all_books, (), (), (), Tally(0, Decimal(0)), empty(SNAPSHOT))
    return RateForecaster(books, Flows(flows, days, observed=True)).forecast(all_books[0], HORIZON, limit)


def test_nobody_comes_and_nobody_goes() -> None:
    told = forecast(60, Flow())
    assert (told.low, told.median, told.high, told.reaches, told.crosses_on) == (60, 60, 60, 0.0, None)


def test_wins_at_the_rate_of_the_segment_add_up() -> None:
    """All win 73 a year: 73 * 129 / 365 = 25.8 by the horizon."""
    told = forecast(60, Flow(won=73), (Flow(won=73),))
    assert told.wins == pytest.approx(25.8, abs=0.01)
    assert told.low < told.median == 86 < told.high


def test_losses_at_the_rate_of_the_segment_are_taken_off() -> None:
    """All lose 20 of 100 a year: 100 * (1 - exp(-0.2 * 129 / 365)) = 6.8 by the horizon."""
    told = forecast(100, Flow(churned=20), (Flow(churned=20),), limit=120)
    assert told.losses == pytest.approx(6.82, abs=0.01)
    assert told.median == 93


def test_one_good_year_is_drawn_half_way_to_the_mean_of_the_segment() -> None:
    """40 of their own and a mean of 20 (one of two has none) over equal weights: 30 a year."""
    told = forecast(60, Flow(won=40), (Flow(),))
    assert told.wins == pytest.approx(30 * 129 / 365, abs=0.01)


def test_a_short_history_counts_for_little_and_widens_the_interval() -> None:
    """One win a day, seen over a year or over a month only."""
    long = forecast(60, Flow(won=365), (Flow(won=365),), limit=200)
    short = forecast(60, Flow(won=30), (Flow(won=30),), limit=200, days=30)
    assert long.median == short.median
    assert short.high - short.low > long.high - long.low


def test_csms_who_differ_much_are_drawn_less_towards_their_mean() -> None:
    """Counts of 0 to 80 differ far more than chance would make them; of 38 to 42, less than chance would."""
    unlike = forecast(60, Flow(won=80), tuple(Flow(won=n) for n in (0, 20, 40, 60)))
    alike = forecast(60, Flow(won=42), tuple(Flow(won=n) for n in (38, 39, 40, 41)))
    assert unlike.wins == pytest.approx(80 * 129 / 365, rel=0.07)
    assert alike.wins == pytest.approx(40 * 129 / 365, rel=0.02)


def test_the_day_of_crossing_is_the_first_on_which_the_median_is_there() -> None:
    told = forecast(60, Flow(won=73), (Flow(won=73),))
    assert told.crosses_on is not None
    days = (told.crosses_on - TODAY).days
    assert days == pytest.approx(15 / 73 * 365, abs=4)


def test_a_book_at_the_limit_crosses_today() -> None:
    assert forecast(75, Flow()).crosses_on == TODAY


def test_the_words_carry_every_figure() -> None:
    told = forecast(60, Flow(won=73), (Flow(won=73),))
    assert told.words == (
        f"60 customers today, +26 likely wins: 86 by 31 Mar 2027 ({told.low} to {told.high}), "
        f"{told.reaches:.0%} to reach 75"
    )


@given(st.integers(0, 120), st.integers(0, 90), st.integers(0, 60))
def test_the_likely_wins_and_losses_lead_from_today_to_the_median(accounts: int, won: int, churned: int) -> None:
    told = forecast(accounts, Flow(won, churned), (Flow(10, 2),))
    moves = [int(number) for number in re.findall(r"([+-]\d+) likely", told.words)]
    assert told.today + sum(moves) == told.median
    assert sum(moves) == pytest.approx(told.wins - told.losses, abs=1.5)


def test_a_limit_far_out_of_reach_is_not_worked_out_to_the_last_digit() -> None:
    told = forecast(10, Flow(won=10), (Flow(won=10),), limit=500)
    assert (told.reaches, told.crosses_on) == (0.0, None)
    assert told.low < told.median < told.high


@given(st.integers(0, 120), st.integers(0, 90), st.integers(0, 30), st.integers(1, 200))
def test_what_is_said_is_consistent(accounts: int, won: int, churned: int, limit: int) -> None:
    told = forecast(accounts, Flow(won, churned), (Flow(10, 2),), limit=limit)
    assert 0 <= told.low <= told.median <= told.high
    assert 0 <= told.reaches <= 1
    if told.reaches > 0.5:
        assert told.median >= limit
        assert told.crosses_on is not None
        assert told.crosses_on <= HORIZON


def test_the_80_percent_interval_holds_the_truth_about_that_often() -> None:
    """400 CSMs whose rates are drawn from one segment; the past is simulated, and so is what came after."""
    rng = np.random.default_rng(7)
    csms, accounts = 400, 60
    rates = rng.gamma(4.0, 10.0, csms)  # wins a year: 40 on average, 20 apart
    past = rng.poisson(rates)
    future = rng.poisson(rates * 129 / 365)
    flows = {f"U{n}": Flow(won=int(won)) for n, won in enumerate(past)}
    all_books = tuple(book(id_, accounts) for id_ in flows)
    books = Books(TODAY, "USD", all_books, (), (), (), Tally(0, Decimal(0)), empty(SNAPSHOT))
    forecaster = RateForecaster(books, Flows(flows, 365, observed=True))
    told = [forecaster.forecast(one, HORIZON, 75) for one in all_books]
    held = [f.low <= accounts + came <= f.high for f, came in zip(told, future, strict=True)]
    assert 0.75 <= sum(held) / csms <= 0.95
    brier = sum((f.reaches - (accounts + came >= 75)) ** 2 for f, came in zip(told, future, strict=True)) / csms
    base = sum(accounts + came >= 75 for came in future) / csms
    assert brier < base * (1 - base)  # better than always saying the average


def test_only_working_csms_make_up_the_mean_of_a_segment() -> None:
    pool = replace(book("P", 60), kind=BookKind.POOL)
    books = Books(TODAY, "USD", (book("U0", 60), pool), (), (), (), Tally(0, Decimal(0)), empty(SNAPSHOT))
    flows = Flows({"P": Flow(won=300)}, 365, observed=True)
    told = RateForecaster(books, flows).forecast(book("U0", 60), HORIZON, 75)
    assert math.isclose(told.wins, 0)


def test_the_basis_says_what_was_counted_and_what_was_not() -> None:
    told = forecast(60, Flow(won=73, churned=2))
    assert told.basis == (
        "73 won and 2 lost in the recorded history of 365 days, drawn towards the mean of SMB; "
        "the open pipeline is not counted"
    )
    assert timedelta(days=129) == HORIZON - TODAY
