"""The ultimate parent, for every knot that parents can be tied in."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cssync.books.hierarchy import ultimate_parents
from cssync.model.tables import ACCOUNTS


def tops(parents: dict[str, str | None]) -> dict[str, str]:
    rows = [{"account_id": child, "parent_id": parent} for child, parent in parents.items()]
    accounts = pl.DataFrame(rows, schema={name: ACCOUNTS[name] for name in ("account_id", "parent_id")})
    return dict(zip(accounts["account_id"], ultimate_parents(accounts), strict=True))


def test_a_chain_belongs_to_its_top() -> None:
    assert tops({"a": None, "b": "a", "c": "b", "d": "c"}) == {"a": "a", "b": "a", "c": "a", "d": "a"}


def test_case_30_an_invisible_parent_still_holds_its_children_together() -> None:
    assert tops({"a": "hidden", "b": "hidden", "c": "b"}) == {"a": "hidden", "b": "hidden", "c": "hidden"}


def test_case_30_an_account_that_is_its_own_parent_stands_alone() -> None:
    assert tops({"a": "a", "b": None}) == {"a": "a", "b": "b"}


def test_case_30_a_cycle_and_what_hangs_below_it_belong_to_its_first_member() -> None:
    assert tops({"x": "y", "y": "z", "z": "x", "below": "z", "deep": "below"}) == dict.fromkeys(
        ("x", "y", "z", "below", "deep"), "x"
    )


def test_no_accounts_have_no_parents() -> None:
    assert tops({}) == {}


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.none() | st.sampled_from("abcdefghXY")))
def test_case_30_a_child_always_belongs_where_its_parent_belongs(parents: dict[str, str | None]) -> None:
    found = tops(parents)
    for child, parent in parents.items():
        if parent in found:
            assert found[child] == found[parent]
