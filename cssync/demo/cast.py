"""Who plays in the story: every book of the company, how large it is and what has happened to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from cssync.errors import ConfigError

MINIMUM_ACCOUNTS = 350

SEGMENTS = ("SMB", "Mid-Market", "Enterprise")
# The most: within 50 customers, and at 2, 4 and 10 hours a customer, and a few percent for risks and renewals, within
# 128 hours a month.
_HEALTHY_CUSTOMERS = {"SMB": 37, "Mid-Market": 31, "Enterprise": 12}
_HEALTHY_SEGMENTS = ("Mid-Market", "Mid-Market", "SMB", "SMB", "SMB", "Enterprise")
# In a large company some books are always too large, here one in 13 (no divisor of the number of segments above, so
# that they are of every segment), and by so much.
_STRETCHED_EVERY = 13
_STRETCHED_BY = (1.3, 1.9)
_CHURNED_SHARE = 0.06
_PROSPECT_SHARE = 0.03
# So many prospects have a CSM already: they are about to sign.
PROMISED = 6
_ACCOUNTS_A_BREAK = 2_000

# One account for each break of ``dirt``, one for the repeated id, two for the cycle.
SPARE_A_BREAK = 15

# The CRM of a very large company keeps field history for a part of its accounts only.
_TRACKED_ACCOUNTS = 100_000


class Role(StrEnum):
    """What happens in a book; the history of its accounts is made to fit."""

    OVERLOADED = "overloaded"  # took over the leaver's accounts in bulk: over both limits
    EXPANDING = "expanding"  # few customers that grew: over the ARR limit only
    CROWDED = "crowded"  # over the account limit only, and steady
    ARRIVING = "arriving"  # five to seven new customers a month: heading for the ceiling
    RAMPING = "ramping"  # joined in this quarter
    LEAVER = "leaver"  # deactivated, still named on a few accounts
    POOL = "pool"
    QUEUE = "queue"
    NOBODY = "nobody"  # won in the last weeks, no CSM named
    HEALTHY = "healthy"
    STRETCHED = "stretched"  # too large for one person, each in its own way
    SPARE = "spare"  # customers of healthy CSMs, set aside to be soiled
    PROSPECT = "prospect"  # no customers yet


@dataclass(frozen=True, slots=True)
class Book:
    """*owner_id* None: no CSM named. *arr*: in dollars, None where the customers' own sizes decide.

    *tracked*: the CRM kept the ownership history of its accounts.
    """

    role: Role
    segment: str
    customers: int
    owner_id: str | None = None
    churned: int = 0
    arr: int | None = None
    tracked: bool = True


def owner_id(number: int) -> str:
    return f"U{number:05d}"


DANA, PRIYA, SAM, ANA, LENA, OMAR, TOM, RUTH, POOL, QUEUE = (owner_id(number) for number in range(1, 11))
FIRST_HEALTHY = 11
# A healthy CSM whose customers have grown by half or more within a year.
GROWING = owner_id(FIRST_HEALTHY + 1)

_STORY = (
    Book(Role.OVERLOADED, "Mid-Market", 88, DANA, churned=3, arr=3_120_000),
    Book(Role.EXPANDING, "Enterprise", 14, PRIYA, arr=2_640_000),
    Book(Role.CROWDED, "Mid-Market", 56, SAM, churned=3, arr=1_540_000),
    Book(Role.ARRIVING, "SMB", 68, ANA, churned=2, arr=515_000),
    Book(Role.RAMPING, "SMB", 13, LENA, arr=84_000),
    Book(Role.HEALTHY, "Enterprise", 11, OMAR, churned=1, arr=1_304_000),
    Book(Role.LEAVER, "Mid-Market", 9, TOM, arr=310_000),
    Book(Role.POOL, "SMB", 12, POOL),
    Book(Role.QUEUE, "SMB", 4, QUEUE),
    Book(Role.NOBODY, "Mid-Market", 5),
)


def books_for(accounts: int, rng: np.random.Generator) -> tuple[Book, ...]:
    """The story, and as many other books of 10 to 40 customers beside it as make up *accounts* rows."""
    if accounts < MINIMUM_ACCOUNTS:
        raise ConfigError(
            f"the demo company needs at least {MINIMUM_ACCOUNTS} accounts for its story, not {accounts}",
            remedy=f"ask for {MINIMUM_ACCOUNTS} or more (the default is 420)",
        )
    prospects = round(accounts * _PROSPECT_SHARE)
    churned = round(accounts * _CHURNED_SHARE)
    spare = breaks_of_a_kind(accounts) * SPARE_A_BREAK
    rest = accounts - sum(book.customers for book in _STORY) - prospects - churned - spare
    others = tuple(_others(rest, churned - sum(book.churned for book in _STORY), rng))
    return (
        *_STORY,
        *others,
        Book(Role.SPARE, "SMB", spare, tracked=False),
        Book(Role.PROSPECT, "SMB", prospects, tracked=False),
    )


def breaks_of_a_kind(accounts: int) -> int:
    """How many accounts suffer each kind of dirt: one in a small company, under 1% altogether in a large one."""
    return max(1, accounts // _ACCOUNTS_A_BREAK)


def _others(customers: int, churned: int, rng: np.random.Generator) -> Iterator[Book]:
    """Yield books that hold *customers* in all: one in 13 is stretched, none of the others is near a limit."""
    roles: list[Role] = []
    segments: list[str] = []
    sizes: list[int] = []
    left = customers
    while left > 0:
        place = len(sizes)
        role = Role.HEALTHY if (place + 1) % _STRETCHED_EVERY else Role.STRETCHED
        segment = _HEALTHY_SEGMENTS[place % len(_HEALTHY_SEGMENTS)]
        size = _HEALTHY_CUSTOMERS[segment] - int(rng.integers(0, 6))
        if role is Role.STRETCHED:
            size = round(size * rng.uniform(*_STRETCHED_BY))
        roles.append(role)
        segments.append(segment)
        sizes.append(size)
        left -= size
    # What the last book is too large by is spread over all of them.
    spared = [-left // len(sizes) + (place < -left % len(sizes)) for place in range(len(sizes))]
    lost = rng.multinomial(churned, np.full(len(sizes), 1 / len(sizes)))
    tracked = 0
    for place, (role, segment, size) in enumerate(zip(roles, segments, sizes, strict=True)):
        yield Book(
            role,
            segment,
            size - spared[place],
            owner_id(FIRST_HEALTHY + place),
            churned=int(lost[place]),
            tracked=tracked < _TRACKED_ACCOUNTS,
        )
        tracked += size
