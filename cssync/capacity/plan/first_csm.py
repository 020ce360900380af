"""Whether a segment that no CSM is there for gets its first one.

Seed 21: for large customers at two of them; for smaller ones when the segment pays for a CSM, at $300k to $500k of ARR.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cssync.model.wording import count, money
from cssync.settings.hiring import FirstCsm


@dataclass(frozen=True, slots=True)
class First:
    """*due*: it is time for one. *why*: the figures in words."""

    due: bool
    why: str


def first_csm(arr: Decimal, large: int, asked: FirstCsm, currency: str) -> First:
    """*large*: how many customers have ``large_arr`` or more; *arr*: of all of the segment's customers."""
    enough = large >= asked.large_customers
    pays = arr >= asked.segment_arr
    customers = (
        f"{count(large, 'customer')} of {money(asked.large_arr, currency)} or more (from {asked.large_customers} on)"
    )
    total = f"{money(arr, currency)} of ARR (from {money(asked.segment_arr, currency)} on)"
    return First(enough or pays, f"{customers}, {total}")
