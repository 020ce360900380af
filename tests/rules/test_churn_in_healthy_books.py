"""Churn that rises where the model sees no reason for it: about the whole company, and never by chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from cssync.model.finding import Finding, Severity
from cssync.model.story import flattened
from rules import churn_in_healthy_books
from tests.nights import TODAY, Nights, account, many, pull_of, remembered, settings

COMPANY = ("churn_in_healthy_books", "company")


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def found(
    left: Sequence[int],
    staying: int = 40,
    *,
    worth: Mapping[int, int] | None = None,
    firing: bool = False,
    since: int = 500,
    **with_: Any,
) -> list[Finding]:
    """*staying* customers of Dana, and one more for each of *left*, who left so many days ago.

    *worth*: ARR of the one who left so many days ago, 1000 for everyone else. *since*: how far history goes back.
    """
    rows, history = [], []
    for number, gone in enumerate((*[None] * staying, *left)):
        id_, amount = f"a{number:03}", (worth or {}).get(gone or 0, 1000)
        known = {"account_id": id_, "csm_ref": "U1", "amount": Decimal(amount), "valid_from": ago(since)}
        rows.append(account(id_, "U1", amount, churned_on=ago(gone) if gone else None))
        history.append({**known, "is_customer": True, "valid_to": ago(gone) if gone else None})
        if gone:
            history.append({**known, "valid_from": ago(gone), "is_customer": False})
    told = remembered(history, csm=ago(since), arr=ago(since))
    night = Nights(settings(**with_)).walk(pull_of(rows), TODAY, told)
    return list(churn_in_healthy_books.RULE.evaluate(night.context([COMPANY] if firing else [])))


SIX_AT_ONCE = (10, 20, 30, 40, 50, 60)
STEADY = tuple(range(5, 450, 28))


class TestChurnInHealthyBooks:
    """Seeds 8 and 24."""

    def test_seed_8_churn_that_rises_in_healthy_books_says_that_the_model_needs_refining(self) -> None:
        (finding,) = found((*SIX_AT_ONCE, 200, 300))
        assert (finding.subject.id, finding.severity, finding.value) == ("company", Severity.WARNING, Decimal(6))
        assert finding.headline == (
            "6 customers left books within their limits since 23 Aug 2026, 55% a year against 4% in the year before"
        )
        assert finding.reason.endswith("chance alone does that once in 582 quarters.")
        assert finding.action.startswith("Refine the model: cssync backtest tells which limits would have spoken")
        assert (finding.limit.setting, finding.limit.seed) == ("rules.churn_in_healthy_books.chance", "seed 8")
        assert [driver.why for driver in finding.drivers][:1] == ["left on 12 Nov 2026, from the book of Dana Roy"]
        assert "From the book of Dana Roy, 6 customers: " in flattened(finding.story)[0]

    def test_seed_24_a_high_churn_that_does_not_rise_is_not_told(self) -> None:
        assert found(STEADY) == []

    def test_a_rise_that_chance_would_do_is_not_told(self) -> None:
        """Twice the pace of before, by three customers."""
        assert found((10, 20, 30, 40, 50, 150, 200, 250, 300, 350, 400)) == []

    def test_four_customers_are_too_few_and_five_are_enough(self) -> None:
        assert found(SIX_AT_ONCE[:4], rules={"churn_in_healthy_books": {"chance": 0.05}}) == []
        assert len(found(SIX_AT_ONCE[:5], rules={"churn_in_healthy_books": {"chance": 0.05}})) == 1

    def test_in_a_large_company_a_small_rise_is_certain_and_little(self) -> None:
        left = [1 + n % 91 for n in range(200)] + [92 + n % 364 for n in range(800)]
        limits = {"accounts": 10_000, "arr": 100_000_000}
        sure = {"chance": 0.2, "clear_over": 0.2}
        assert found(left, 3000, limits=limits, rules={"churn_in_healthy_books": sure}) == []
        any_rise = {**sure, "worse_by": 1.01}
        assert len(found(left, 3000, limits=limits, rules={"churn_in_healthy_books": any_rise})) == 1

    def test_who_leaves_an_overloaded_book_is_no_surprise(self) -> None:
        assert found((*SIX_AT_ONCE, 200, 300), limits={"accounts": 10}) == []

    def test_as_many_customers_that_pay_much_more_are_a_rise_by_their_arr(self) -> None:
        """Eight of fifteen leave in the last quarter anyway by chance; that they are the eight large ones is none."""
        left = (*range(5, 85, 10), *range(100, 450, 25))
        worth = dict.fromkeys(range(5, 85, 10), 60_000)
        assert found(left) == []
        assert len(found(left, worth=worth, limits={"arr": 100_000_000})) == 1

    def test_an_open_one_lingers_until_chance_would_do_as_much(self) -> None:
        left = (*SIX_AT_ONCE[:5], 150, 200, 250)
        assert found(left) == []
        (finding,) = found(left, firing=True)
        assert (finding.lingers, finding.severity) == (True, Severity.WATCH)
        assert found(STEADY, firing=True) == []

    def test_without_history_of_two_quarters_nothing_is_said(self) -> None:
        assert found(SIX_AT_ONCE, since=181) == []
        assert len(found(SIX_AT_ONCE, since=400)) == 1
        without = Nights().walk(pull_of([*many(40), *many(6, "U2", churned_on=ago(9))]))
        assert list(churn_in_healthy_books.RULE.evaluate(without.context())) == []

    def test_it_does_not_end_while_it_fires(self) -> None:
        with pytest.raises(ValidationError, match="clear_over must not be under chance"):
            settings(rules={"churn_in_healthy_books": {"chance": 0.1}})

    def test_companies_whose_churn_never_changes_are_left_in_peace(self) -> None:
        """Thirty of them, each with its own rate: one in a hundred would be as said."""
        rng = np.random.default_rng(8)
        called = 0
        for _ in range(30):
            left = sorted(int(day) for day in rng.integers(1, 456, rng.poisson(rng.uniform(5, 40))))
            called += bool(found(left, 60, limits={"accounts": 1000, "arr": 10_000_000}))
        assert called <= 1
