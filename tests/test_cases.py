"""Every case that a page of docs/ answers has a test that says so in its name, and no other number has."""

from __future__ import annotations

import re

import pytest

from tests.documents import ROOT, numbered_tests

ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize(("page", "name", "cases"), [("cases.md", "case", 51), ("alert-cases.md", "alert_case", 34)])
def test_every_case_has_a_row_and_a_test(page: str, name: str, cases: int) -> None:
    rows = [int(number) for number, _, _ in ROW.findall((ROOT / "docs" / page).read_text("utf-8"))]
    assert rows == list(range(1, cases + 1))
    assert numbered_tests(name).keys() == set(rows)
