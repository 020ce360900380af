"""The forecast's benchmark comes to its figures, and the ledger to better ones than a line through points."""

from __future__ import annotations

import json

import numpy as np
import pytest

from tests.benchmarks.forecast import crowd, figures, nights
from tests.benchmarks.forecast.nights import Trigger
from tests.benchmarks.forecast.said import BY_SEGMENT
from tests.benchmarks.forecast.scenarios import BASE, SCENARIOS, SEGMENTS
from tests.benchmarks.forecast.scores import Case, crps, normal, scored
from tests.benchmarks.forecast.trying import cases, compared
from tests.benchmarks.forecast.world import FIRST_DAY, SEATS, simulated


def test_a_sure_forecast_costs_as_much_as_it_is_off() -> None:
    assert crps(np.eye(1, 11, 10)[0], 7) == pytest.approx(3.0)


def test_an_even_chance_of_two_numbers_costs_a_quarter_of_their_distance() -> None:
    assert crps(np.array([0.5, 0.5]), 1) == pytest.approx(0.25)


def test_intervals_of_a_true_forecast_hold_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    chances = normal(40.0, 6.0)
    found = scored(Case(chances, int(came), 45) for came in rng.choice(len(chances), 4000, p=chances))
    assert found.within == pytest.approx((0.50, 0.80, 0.95), abs=0.02)


def test_the_same_seed_gives_the_same_company() -> None:
    one, again = (simulated(BASE, 3) for _ in range(2))
    assert (one.starts == again.starts).all()
    assert (one.truth(FIRST_DAY + 900, 120) == again.truth(FIRST_DAY + 900, 120)).all()


def test_the_ledger_is_nearer_to_the_oracle_than_a_line_through_points() -> None:
    found = compared(BASE, [2], ("oracle", "ledger", "least squares"), days=(949,))
    assert found["oracle"].cases == SEATS
    assert found["ledger"].crps < found["least squares"].crps


def test_a_segment_is_held_against_what_all_its_books_come_to() -> None:
    of_segments, of_books = (cases(BASE, [2], (method,), days=(949,))[method] for method in (BY_SEGMENT, "ledger"))
    assert len(of_segments) == len(SEGMENTS)
    assert sum(case.came for case in of_segments) == sum(case.came for case in of_books)
    told, expected = (
        sum(float(case.chances @ np.arange(len(case.chances))) for case in each) for each in (of_segments, of_books)
    )
    assert told == pytest.approx(expected, rel=0.01)


def test_every_scenario_is_forecast() -> None:
    assert [s.name for s in SCENARIOS] == [
        "base", "calm", "turbulent", "junk pipeline", "stale pipeline", "no opportunities",
    ]  # fmt: skip
    none = compared(SCENARIOS[-1], [2], ("ledger",), days=(949,))
    assert none["ledger"].cases == SEATS


def test_the_trigger_is_watched_night_after_night() -> None:
    found = nights.watched(BASE, [2], ("ledger",), 2)["ledger"]
    assert found.nights == 2 * SEATS


def test_what_the_trigger_makes_of_a_method_is_told_in_a_line() -> None:
    found = Trigger(opened=4, right=3, breaches=2, foreseen=1, lead_days=[30], flips=5, nights=1000)
    header, line = figures.triggered({"ledger": found})
    assert header.what == "trigger, base, 1,000 nights of books, 2 breaches:"
    assert header.measured.split() == ["right", "foreseen", "F1", "lead", "flips"]
    assert line.what.strip() == "ledger, 4 alerts"
    assert line.measured.split() == ["75%", "50%", "0.60", "30", "d", "0.50"]


def test_a_crowd_of_csms_is_forecast(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["crowd", str(2 * SEATS)])
    crowd.main()
    assert json.loads(capsys.readouterr().out)["books"] == 2 * SEATS
