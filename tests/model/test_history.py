"""Since when what is known, in one sentence."""

from __future__ import annotations

from datetime import date

from cssync.model.history import reach

TODAY, MARCH = date(2026, 11, 22), date(2025, 3, 3)


def test_what_is_known_equally_long_is_named_together() -> None:
    known = dict.fromkeys(("csm", "customers", "arr", "lifecycle"), MARCH)
    assert reach(known, TODAY) == "Owners, ARR and lifecycles are known from 3 Mar 2025."


def test_what_is_known_since_other_days_is_named_with_them() -> None:
    known = {"csm": MARCH, "customers": TODAY, "arr": TODAY, "lifecycle": MARCH}
    assert (
        reach(known, TODAY)
        == "Owners and lifecycles are known from 3 Mar 2025, who was a customer and ARR from tonight."
    )


def test_a_store_that_never_asked_says_nothing() -> None:
    assert reach({}, TODAY) == ""
