"""What a rule says of a book that people have excepted from it: that it stays as it is, and nothing to hire for."""

from __future__ import annotations

import pytest

from rules import accounts_over_limit, arr_over_limit, load_over_capacity, without_working_csm
from rules.base import Rule
from tests.nights import Nights, Row, many, pull_of, settings


@pytest.mark.parametrize(
    ("rule", "rows", "action"),
    [
        (accounts_over_limit.RULE, many(60), "Leave the book of Dana Roy as it is: an exception holds."),
        (arr_over_limit.RULE, many(40, amount=80_000), "Leave the book of Dana Roy as it is: an exception holds."),
        (
            load_over_capacity.RULE,
            many(49, segment="Mid-Market"),
            "Leave the book of Dana Roy as it is: an exception holds.",
        ),
        (without_working_csm.RULE, many(3, "U4"), "Leave them with Tom Becker: an exception holds."),
    ],
)
def test_seed_07_what_is_excepted_is_left_as_it_is_and_only_that(rule: Rule, rows: list[Row], action: str) -> None:
    night = Nights(settings()).walk(pull_of(rows))
    book_id = rows[0]["csm_ref"]
    (finding,) = rule.evaluate(night.context(excepted=[(rule.id, book_id)]))
    assert (finding.action, finding.hire) == (action, False)
    (other,) = rule.evaluate(night.context(excepted=[(rule.id, "U2")]))
    assert "exception" not in other.action
