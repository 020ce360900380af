"""What touch a customer gets by the size of its deal, and how many such customers one CSM can look after.

Seed 17: $2M by the size of the deal. Seed 18: what that leaves time for. Seed 32: one customer over $2M has a CSM of
its own, from $100k on they share one, and what is smaller goes to a pool. Seeds 41 and 42: one to one, or one to many.
The articles' money is US dollars; it is taken as it stands for the currency in which figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from cssync.model.wording import count, money

ARR_A_CSM = Decimal(2_000_000)


class Approach(StrEnum):
    ONE_TO_ONE = "1-to-1"
    ONE_TO_MANY = "1-to-many"


@dataclass(frozen=True, slots=True)
class Touch:
    """A band of deal sizes. *floor*: the least ARR in it. *words*: what its customers get. *seeds*: its rows."""

    label: str
    floor: Decimal
    approach: Approach
    words: str
    seeds: str = "seeds 17, 18, 41 and 42"


DEDICATED = Touch("over $2M", ARR_A_CSM, Approach.ONE_TO_ONE, "a dedicated CSM for each", "seed 32")
# From the largest down; a customer is in the first band whose floor it reaches.
BANDS = (
    Touch("$100k and over", Decimal(100_000), Approach.ONE_TO_ONE,
          "on site twice a year; know all that there is to know; outcome reviews instead of check-ins"),
    Touch("$20k to $100k", Decimal(20_000), Approach.ONE_TO_ONE,
          "know most of them; visit those nearby; map who owns what at the customer"),
    Touch("$5k to $20k", Decimal(5_000), Approach.ONE_TO_MANY,
          "bond at onboarding, then follow up automatically but informed; talk to 3 to 5 a day, so to all in a year"),
    Touch("$1k to $5k", Decimal(1_000), Approach.ONE_TO_MANY,
          "automate, through many channels; reach out when an issue shows"),
    Touch("under $1k", Decimal(0), Approach.ONE_TO_MANY, "react to tickets"),
)  # fmt: skip


def touch_of(arr: Decimal) -> Touch:
    if arr > DEDICATED.floor:
        return DEDICATED
    return next((band for band in BANDS if arr >= band.floor), BANDS[-1])


def accounts_a_csm(deal: Decimal) -> int:
    """How many customers of *deal* make up $2M: 20 of $100k, 100 of $20k, 400 of $5k, 2,000 of $1k; never none."""
    return max(1, int((ARR_A_CSM / deal).to_integral_value(ROUND_FLOOR)))


@dataclass(frozen=True, slots=True)
class Cover:
    """The customers of a book in one band. *most*: how many like them a CSM can look after, by their mean deal."""

    touch: Touch
    accounts: int
    arr: Decimal

    @property
    def most(self) -> int:
        return accounts_a_csm(self.arr / self.accounts) if self.arr > 0 else 0

    def words(self, currency: str) -> str:
        """$100k and over, 13 customers ($2.59M): 1-to-1, at most 10 a CSM; on site twice a year; ..."""
        whose = f"{self.touch.label}, {count(self.accounts, 'customer')} ({money(self.arr, currency)})"
        most = f", at most {self.most:,} a CSM" if self.most else ""
        return f"{whose}: {self.touch.approach}{most}; {self.touch.words} ({self.touch.seeds})"


def covers(amounts: Iterable[Decimal | None]) -> Iterator[Cover]:
    """Yield one of each band that *amounts*, the ARR of customers, fall into, the largest first; unknown in none."""
    by_band: dict[Touch, list[Decimal]] = {}
    for arr in amounts:
        if arr is not None:
            by_band.setdefault(touch_of(arr), []).append(arr)
    for touch in (DEDICATED, *BANDS):
        if touch in by_band:
            yield Cover(touch, len(by_band[touch]), sum(by_band[touch], Decimal(0)))
