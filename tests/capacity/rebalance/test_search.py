"""A proposal keeps to every limit, is the best there is where that can be tried, and its bound is below all others."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings

from cssync.capacity.rebalance import highs
from cssync.capacity.rebalance.classes import Classes
from cssync.capacity.rebalance.columns import Columns
from cssync.capacity.rebalance.exact import Piece, settle
from cssync.capacity.rebalance.exchange import exchange
from cssync.capacity.rebalance.greedy import greedy, placed
from cssync.capacity.rebalance.highs import Effort
from cssync.capacity.rebalance.neighbourhood import Search, better
from cssync.capacity.rebalance.problem import Problem
from cssync.capacity.rebalance.search import QUICK, THOROUGH, Work, solve
from tests.capacity.rebalance.problems import cheapest, problem, problems

# What is done where HiGHS is not installed.
WITHOUT = replace(QUICK, accounts=0)


def test_the_cheapest_customer_goes_that_brings_the_book_within_its_limit() -> None:
    """Three of a limit of two: one too many costs 500, twice that beyond 30%; any move is worth it, the least at 1."""
    known = problem([(0, 5, 3.0), (0, 5, 1.0), (0, 5, 2.0)], [(2, 100)], [(9, 99)])
    assert known.price(known.nothing()) == 500 + (500 - 300)
    found = solve(known, THOROUGH)
    assert found.target.tolist() == [-1, 0, -1]
    assert (found.price, found.best) == (1.0, True)


def test_one_large_customer_goes_where_small_ones_would_not_be_enough() -> None:
    known = problem([(0, 60, 5.0), (0, 10, 1.0), (0, 40, 4.0)], [(9, 80)], [(9, 99)])
    found = solve(known, THOROUGH)
    assert found.target.tolist() == [-1, -1, 0]
    assert found.price == 4.0


def test_where_nobody_has_room_the_overload_stays_and_nothing_is_infeasible() -> None:
    known = problem([(0, 5, 1.0), (0, 5, 1.0)], [(1, 100)], [(0, 0)])
    found = solve(known, THOROUGH)
    assert found.target.tolist() == [-1, -1]
    assert found.price == found.before == 1000 + 700


def test_without_a_receiver_or_a_customer_to_move_there_is_nothing_to_do() -> None:
    for known in (problem([(0, 5, 1.0)], [(1, 1)], []), problem([], [(1, 1)], [(9, 9)])):
        found = solve(known, THOROUGH)
        assert found.price == found.before
        assert known.allows(found.target)


def test_a_room_that_fits_to_the_cent_is_used_and_one_that_lacks_a_cent_is_not() -> None:
    for room, goes in ((123_456_789.0, True), (123_456_788.0, False)):
        known = problem([(0, 123_456_789.0, 1.0)], [(9, 100.0)], [(1, room)])
        assert solve(known, THOROUGH).target.tolist() == [0 if goes else -1]


def test_a_detour_is_made_only_where_there_is_no_room_without_one() -> None:
    known = problem([(0, 1, 1.0), (0, 1, 1.0)], [(1, 100)], [(9, 99), (1, 99)], detour=[[3.0, 0.0]], held=[(2, 0)])
    target = solve(known, THOROUGH).target
    assert sorted(target.tolist()) == [0, 1]


def test_who_is_placed_first_is_placed_and_a_later_one_may_stay() -> None:
    known = problem([(0, 8, 0.0), (0, 5, 0.0), (0, 2, 0.0)], [(9, 99)], [(9, 10)])
    assert placed(known).tolist() == [0, -1, 0]


@pytest.mark.parametrize("work", [QUICK, THOROUGH], ids=["quick", "thorough"])
@settings(max_examples=40, deadline=None)
@given(known=problems())
def test_a_small_problem_is_solved_as_well_as_by_trying_everything(work: Work, known: Problem) -> None:
    found = solve(known, work)
    assert found.price == pytest.approx(cheapest(known), rel=2e-4, abs=1e-6)
    assert found.bound is not None
    assert found.bound <= found.price + 1e-6


@settings(max_examples=60, deadline=None)
@given(known=problems())
def test_no_proposal_is_cheaper_than_the_bound(known: Problem) -> None:
    classes = Classes.grouped(known)
    best = cheapest(known)
    relaxed = classes.relaxed(Effort())
    assert relaxed is not None
    assert relaxed.bound <= best + 1e-6
    columns = Columns(classes)
    columns.price(relaxed.prices, Effort())
    assert relaxed.bound - 1e-6 <= columns.bound <= best + 1e-6


@settings(max_examples=60, deadline=None)
@given(known=problems(most=12))
def test_every_way_of_searching_keeps_to_the_limits_and_is_no_dearer_than_to_do_nothing(known: Problem) -> None:
    first = greedy(known, known.nothing())
    second = exchange(known, first, 3)
    third = better(known, second, Search(5, 40, Effort(nodes=20)), np.ones(known.givers), lambda _: True)
    settled = settle(Piece.whole(known), Effort())
    assert settled is not None
    prices = [known.price(known.nothing()), *map(known.price, (first, second, third, settled[0]))]
    assert prices == sorted(prices, reverse=True) or prices[-1] == pytest.approx(min(prices), rel=1e-6)
    assert all(known.allows(target) for target in (first, second, third, settled[0]))


@settings(max_examples=60, deadline=None)
@given(known=problems(most=12))
def test_without_the_solver_a_proposal_is_valid_and_says_nothing_about_the_best(known: Problem) -> None:
    found = solve(known, WITHOUT)
    assert known.allows(found.target)
    assert found.price <= found.before
    assert found.bound is None or found.price == 0


@settings(max_examples=20, deadline=None)
@given(known=problems(most=12))
def test_the_same_problem_has_the_same_answer(known: Problem) -> None:
    assert solve(known, QUICK).target.tolist() == solve(known, QUICK).target.tolist()


def test_a_search_that_may_not_go_on_shows_what_it_has() -> None:
    known = problem([(0, 5, 3.0), (0, 5, 1.0), (0, 5, 2.0)], [(2, 100)], [(9, 99)])
    found = solve(known, THOROUGH, lambda *_: False)
    assert found.target.tolist() == [-1, 0, -1]
    assert found.bound is None


def test_the_solver_says_nothing_on_stdout(capfd: pytest.CaptureFixture[str]) -> None:
    settle(Piece.whole(problem([(0, 5, 1.0)], [(1, 1)], [(9, 9)])), Effort())
    assert capfd.readouterr().out == ""
    assert highs.installed()
