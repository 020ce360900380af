"""A mistyped name of a person or team is answered with the one that was meant."""

from __future__ import annotations

from cssync.cli.nearest import nearest


def test_case_does_not_hide_what_was_meant() -> None:
    assert nearest("smbb", ["Enterprise", "Mid-Market", "SMB"]) == "did you mean 'SMB'?"


def test_where_nothing_is_near_the_first_ten_are_listed() -> None:
    names = [f"Team {letter}" for letter in "ABCDEFGHIJKL"]
    assert nearest("xyz", names[:2]) == "there are: Team A, Team B"
    assert nearest("xyz", names).endswith("Team J, ...")
