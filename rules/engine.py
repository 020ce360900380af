"""Runs every rule that is switched on over one night's books."""

from __future__ import annotations

from collections.abc import Iterator

from cssync.model.finding import Finding
from rules import (
    accounts_over_limit,
    arr_over_limit,
    book_cost_not_covered,
    churn_in_healthy_books,
    dual_ownership,
    growth_book_closed,
    hire_by,
    load_over_capacity,
    new_customer_unassigned,
    trending_to_ceiling,
    without_working_csm,
)
from rules.base import Context, Rule

# In the order in which their actions are preferred when one book has findings of equal severity: what can be moved
# today before what is to be done about a day to come.
RULES: tuple[Rule, ...] = (
    hire_by.RULE,
    accounts_over_limit.RULE,
    arr_over_limit.RULE,
    trending_to_ceiling.RULE,
    load_over_capacity.RULE,
    without_working_csm.RULE,
    new_customer_unassigned.RULE,
    churn_in_healthy_books.RULE,
    book_cost_not_covered.RULE,
    growth_book_closed.RULE,
    dual_ownership.RULE,
)


def enabled(context: Context) -> tuple[Rule, ...]:
    return tuple(rule for rule in RULES if getattr(context.settings.rules, rule.id).enabled)


def evaluate(context: Context) -> Iterator[Finding]:
    """Findings by rule, in the order of ``RULES``."""
    for rule in enabled(context):
        yield from rule.evaluate(context)
