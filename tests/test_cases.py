"""Every case that a page of docs/ answers has a test that says so in its name, and no other number has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[1]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)


@pytest.mark.parametrize(("page", "name", "cases"), [("cases.md", "case", 51), ("alert-cases.md", "alert_case", 34)])
def test_every_case_has_a_row_and_a_test(page: str, name: str, cases: int) -> None:
    rows = [int(number) for number, _, _ in ROW.findall((REPOSITORY / "docs" / page).read_text("utf-8"))]
    assert rows == list(range(1, cases + 1))
    assert _tested(name) == set(rows)


def _tested(name: str) -> set[int]:
    """The numbers in the names of functions and methods: ``test_<name>_15_16_what_happens``."""
    numbered = re.compile(rf"^ *def test_{name}((?:_\d+)+)_[a-z]", re.MULTILINE)
    return {
        int(number)
        for file in (REPOSITORY / "tests").rglob("test_*.py")
        for numbers in numbered.findall(file.read_text("utf-8"))
        for number in numbers.split("_")[1:]
    }
