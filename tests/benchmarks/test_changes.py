"""The second night of the benchmark differs from the first by what it says."""

from __future__ import annotations

from datetime import date

from cssync.demo import build
from tests.benchmarks.changes import change


def test_one_customer_in_a_hundred_changes_and_nothing_else() -> None:
    before = build(date(2026, 11, 22), 20_000).accounts
    after = change(before, 0.01)
    assert after.columns == before.columns
    assert after.drop("arr", "csm").equals(before.drop("arr", "csm"))
    paying_more = (before["arr"].ne_missing(after["arr"])).sum()
    moved = (before["csm"].ne_missing(after["csm"])).sum()
    assert 130 < paying_more < 190  # 18,200 customers, of whom 0.9%
    assert 5 < moved < 30  # and 0.1%


def test_the_same_accounts_change_each_time() -> None:
    before = build(date(2026, 11, 22), 2_000).accounts
    assert change(before, 0.1).equals(change(before, 0.1))
