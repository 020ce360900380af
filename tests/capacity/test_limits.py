"""Which limit holds for whom, and where it says it comes from."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cssync.capacity.limits import LimitBook, Measure
from cssync.model.finding import Limit
from tests.nights import Nights, Row, account, many, pull_of, settings


def limit(rows: list[Row], measure: Measure = "accounts", **limits: Any) -> Limit:
    with_ = settings(limits=limits)
    night = Nights(with_).walk(pull_of(rows))
    said = {"limits.segments.SMB.accounts": "cssync.yaml:7"}
    return LimitBook(with_.limits, lambda name: said.get(name, "default")).limit(night.book("U1"), measure)


SMB = many(4, segment="SMB", product="Simple")


def test_without_anything_set_the_seeds_hold() -> None:
    assert [limit(SMB, measure).value for measure in ("arr", "accounts", "trend_accounts")] == [2_000_000, 50, 75]
    assert limit(SMB).seed == "seed 2"


def test_csm_beats_segment_beats_complexity_beats_global() -> None:
    csms: Any = {"csms": {"U1": {"accounts": 30}}}
    segments: Any = {"segments": {"SMB": {"accounts": 150}}}
    complexity: Any = {"complexity": {"simple": "0.5"}}
    assert limit(SMB, **complexity).value == 100
    assert limit(SMB, **complexity, **segments).value == 150
    assert limit(SMB, **complexity, **segments, **csms).value == 30


def test_a_limit_of_the_operators_own_names_its_line_and_no_seed() -> None:
    told = limit(SMB, segments={"SMB": {"accounts": 150}})
    assert (told.setting, told.origin, told.seed) == ("limits.segments.SMB.accounts", "cssync.yaml:7", None)


def test_a_narrower_set_without_this_measure_leaves_it_to_the_wider_one() -> None:
    assert limit(SMB, measure="arr", csms={"U1": {"accounts": 30}}).value == 2_000_000


def test_complexity_is_the_mean_over_the_customers_of_a_book_and_rounds_the_limit_down() -> None:
    rows = [*many(2, prefix="hard", product="Platform"), account("easy", product="Widget"), account("none")]
    told = limit(rows, complexity={"Platform": 2})  # (2 + 2 + 1 + 1) / 4 = 1.5
    assert (told.value, told.seed) == (Decimal(33), "seed 5")


def test_complexity_does_not_change_how_much_arr_one_can_answer_for() -> None:
    assert limit(many(2, product="Platform"), measure="arr", complexity={"Platform": 2}).value == 2_000_000
