"""The README's table of the seeds is whole, true and up to date."""

from __future__ import annotations

import pytest

from cssync.cli.app import COMMANDS
from cssync.model.seeds import SEEDS, cited, seed
from cssync.settings import fields
from cssync.settings.rules import Rules
from rules.engine import RULES
from tests.documents import README, ROOT, numbered_tests, quoted
from tests.seed_table import LIVES, written


def test_there_are_44_rows_in_order() -> None:
    assert [one.row for one in SEEDS] == list(range(1, 45))


def test_a_citation_names_its_rows() -> None:
    assert [one.row for one in cited("seeds 1, 2 and 3")] == [1, 2, 3]
    assert list(cited("config/cssync.yaml:12")) == []


def test_an_unknown_row_is_refused() -> None:
    with pytest.raises(KeyError):
        seed(45)


def test_every_seed_has_a_test_that_names_it_and_no_other_number_has() -> None:
    assert numbered_tests("seed").keys() == {one.row for one in SEEDS}


def test_the_table_of_the_readme_is_the_one_that_is_written() -> None:
    assert written(README) == README, "mend it: .venv/bin/python -m tests.seed_table"


@pytest.mark.parametrize("row", [one.row for one in SEEDS])
def test_what_a_row_names_exists(row: int) -> None:
    named = quoted(LIVES[row])
    assert named, "a row that names nothing says nothing"
    for name in named:
        assert _exists(name), f"seed {row} lives in {name}, which does not exist"


def test_every_rule_rests_on_rows_that_there_are() -> None:
    for rule in RULES:
        assert all(seed(int(row)) for row in rule.seeds)


def _exists(name: str) -> bool:
    """A command, a file, a rule or a dotted setting."""
    if name.startswith("cssync "):
        return name.split()[1] in COMMANDS
    if "/" in name:
        return (ROOT / name).exists()
    return name in Rules.model_fields or name in set(fields.names())
