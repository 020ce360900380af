"""Books over their limits whose colleagues have no room: asked for by the segment's plan, once, or not at all."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from cssync.model.finding import Finding
from rules import accounts_over_limit
from tests.nights import Row, many
from tests.rules.asking import found, growing

LONG_AGO = date(2020, 1, 1)
WHY = "3 customers ($3k of ARR) should move, and colleagues in SMB have no room"


def of_dana(rows: list[Row], **with_: Any) -> Finding:
    findings = found(accounts_over_limit.RULE, rows, **{"hiring": {"measures": ["accounts"]}, **with_})
    (finding,) = (each for each in findings if each.subject.id == "U1")
    return finding


@pytest.fixture
def crowded() -> list[Row]:
    """Three books of one segment, of which Dana's and Ana's are over: 1.5 CSMs are lacking."""
    return [*many(53, segment="SMB"), *many(50, "U2", segment="SMB"), *many(122, "U3", segment="SMB")]


def test_a_segment_that_is_told_to_hire_is_told_once(crowded: list[Row]) -> None:
    finding = of_dana(crowded)
    assert finding.action == f"Hire for SMB, as its own alert says: {WHY}."
    assert (finding.act_by, finding.hire) == (None, False)


def test_where_segments_are_not_told_the_book_asks_for_itself(crowded: list[Row]) -> None:
    finding = of_dana(crowded, rules={"hire_by": {"enabled": False}})
    assert finding.action == f"Open a requisition now: {WHY}."
    assert finding.hire


def test_three_customers_too_many_are_no_reason_to_hire_anybody() -> None:
    rows = [*many(53, segment="SMB", customer_since=LONG_AGO), *many(50, "U2", segment="SMB", customer_since=LONG_AGO)]
    finding = of_dana(rows)
    assert (
        finding.action == f"Bridge it by a part-timer or a pool: {WHY}, but by the plan nobody has to be hired for SMB."
    )
    assert not finding.hire


def test_what_colleagues_have_room_for_moves_and_the_rest_is_bridged() -> None:
    rows = [*many(53, segment="SMB", customer_since=LONG_AGO), *many(49, "U2", segment="SMB", customer_since=LONG_AGO)]
    assert of_dana(rows).action == (
        "Move 1 to Sam Ito, and bridge the rest by a part-timer or a pool: 3 customers ($3k of ARR) should move, and "
        "colleagues in SMB have room for 1 of them, but by the plan nobody has to be hired for SMB."
    )


def test_a_requisition_that_is_due_later_is_opened_now() -> None:
    """Dana's book is over today and grows by forty a year; Sam, who could take customers on, is closed to them."""
    rows: list[Row] = [
        {**row, "segment": "SMB"} for row in (*growing(53, 40), *many(20, "U2", customer_since=LONG_AGO))
    ]
    quick = {"days_to_fill": 10, "notice_days": 0, "ramp_days": 10, "measures": ["accounts"]}
    finding = of_dana(rows, hiring=quick, rebalance={"closed": ["sam@acme.test"]})
    assert finding.action.startswith("Open the requisition for SMB now that is due by ")
    assert finding.action.endswith(f" 2027: {WHY}.")
    assert finding.hire
