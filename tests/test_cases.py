"""Every case that docs/cases.md promises an answer to has a test that says so in its name, and no other number has."""

from __future__ import annotations

import re
from pathlib import Path

REPOSITORY = Path(__file__).parents[1]
ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
NUMBERED = re.compile(r"^def test_case((?:_\d+)+)_[a-z]", re.MULTILINE)


def test_every_case_has_a_row_and_a_test() -> None:
    rows = [int(number) for number, _, _ in ROW.findall((REPOSITORY / "docs" / "cases.md").read_text("utf-8"))]
    tested = {
        int(number)
        for file in (REPOSITORY / "tests").rglob("test_*.py")
        for numbers in NUMBERED.findall(file.read_text("utf-8"))
        for number in numbers.split("_")[1:]
    }
    assert rows == list(range(1, 52))
    assert tested == set(rows)
