"""When things happened to each account, in days before today, so that every book has the story it needs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cssync.demo.cast import GROWING, RUTH, Role
from cssync.demo.rows import Floats, Ints, Rows

NEVER = -1
BULK_MOVE_DAY = 24
BULK_MOVED = 31
ONBOARDING_DAYS = 60
_RUTH_LEFT_DAY = 420
# From books within every limit: more in this quarter than in the year before it.
_LEFT_LATELY = (33, 39, 44, 52, 61, 70, 81)
_OLDEST_DAY = 1_500
# Before that an account has neither changed hands nor price.
_SETTLED_DAYS = 60
_FROM_RUTH, _FROM_COLLEAGUE, _PRICE_CHANGED, _GREW = 0.06, 0.11, 0.25, 0.75


@dataclass(frozen=True, slots=True)
class Past:
    """Days before today, one entry an account, ``NEVER`` (-1) where it did not happen.

    *book_before*: place in the books of who looked after the account until *moved*; the places after the last
    book are those of *gone*. *ratio_before*: what it paid until *changed*, as a share of what it pays today.
    """

    created: Ints
    since: Ints
    churned: Ints
    moved: Ints
    changed: Ints
    onboarded: Ints
    at_risk: Ints
    book_before: Ints
    ratio_before: Floats
    gone: tuple[str, ...]


def past_of(rows: Rows, rng: np.random.Generator) -> Past:
    count = len(rows)
    is_prospect = rows.are(Role.PROSPECT)
    churned = np.where(rows.has_churned, rng.integers(5, 700, count), NEVER)
    churned[rows.has_churned & rows.are(Role.CROWDED)] = (40, 90, 150)
    from_healthy = np.flatnonzero(rows.has_churned & rows.are(Role.HEALTHY))
    churned[from_healthy[-len(_LEFT_LATELY) :]] = _LEFT_LATELY
    since = _since(rows, churned, rng)
    moved, book_before = _moves(rows, since, rng)
    changed, ratio_before = _changes(rows, since, rng)
    onboarded = np.where(since > ONBOARDING_DAYS, since - ONBOARDING_DAYS, NEVER)
    at_risk = _at_risk(onboarded, churned, rng)
    return Past(
        created=np.where(is_prospect, rng.integers(5, 400, count), since + rng.integers(20, 180, count)),
        since=np.where(is_prospect, NEVER, since),
        churned=churned,
        moved=moved,
        changed=changed,
        onboarded=np.where(is_prospect, NEVER, onboarded),
        at_risk=np.where(is_prospect, NEVER, at_risk),
        book_before=book_before,
        ratio_before=ratio_before,
        gone=(RUTH,),
    )


def _since(rows: Rows, churned: Ints, rng: np.random.Generator) -> Ints:
    """The day each became a customer; churned ones stayed for 120 days at least."""
    count = len(rows)
    since: Ints = np.where(
        rows.has_churned, churned + rng.integers(120, 900, count), rng.integers(20, _OLDEST_DAY, count)
    )
    taken_over = rng.integers(200, _OLDEST_DAY, BULK_MOVED)
    own = rng.integers(90, _OLDEST_DAY, 54)
    since[rows.places(Role.OVERLOADED)] = np.concatenate((taken_over, own, (6, 4, 2)))
    since[rows.places(Role.EXPANDING)] = rng.integers(300, _OLDEST_DAY, 14)
    # One every 26 days, about as many as churn.
    since[rows.places(Role.CROWDED)] = 30 + 26 * np.arange(56)
    # Thirteen months, ever faster: 37 in the last six months, 21 in the last three.
    since[rows.places(Role.ARRIVING)] = np.round(390 * ((np.arange(68) + 0.5) / 68) ** 1.25)
    since[rows.places(Role.RAMPING)] = np.concatenate((rng.integers(200, _OLDEST_DAY, 8), (68, 51, 37, 20, 9)))
    since[rows.places(Role.LEAVER)] = rng.integers(250, _OLDEST_DAY, 9)
    since[rows.places(Role.QUEUE)] = (105, 128, 150, 187)
    since[rows.places(Role.NOBODY)] = (3, 8, 12, 17, 23)
    return since


def _moves(rows: Rows, since: Ints, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """The day each came from another book, and which one that was."""
    count = len(rows)
    moved = np.full(count, NEVER)
    book_before = np.full(count, NEVER)
    place_of = {book.role: place for place, book in enumerate(rows.books)}
    ordinary = (Role.HEALTHY, Role.STRETCHED)
    colleagues = np.array([place for place, book in enumerate(rows.books) if book.role in ordinary])

    # One account in six of an ordinary book came from a colleague, or from the one who left long ago.
    draw = rng.random(count)
    day = 45 + (rng.random(count) * (np.minimum(since, 700) - 45)).astype(np.int64)
    colleague = rng.choice(colleagues, count)
    settled = rows.are(*ordinary) & ~rows.has_churned & (since > _SETTLED_DAYS)
    from_ruth = settled & (draw < _FROM_RUTH) & (since > _RUTH_LEFT_DAY)
    from_colleague = settled & (draw > 1 - _FROM_COLLEAGUE) & (colleague != rows.book_of)
    moved[from_colleague], book_before[from_colleague] = day[from_colleague], colleague[from_colleague]
    moved[from_ruth], book_before[from_ruth] = _RUTH_LEFT_DAY, len(rows.books)

    bulk = rows.places(Role.OVERLOADED)[:BULK_MOVED]
    moved[bulk], book_before[bulk] = BULK_MOVE_DAY, place_of[Role.LEAVER]
    handed_over = rows.places(Role.RAMPING)[:8]
    moved[handed_over], book_before[handed_over] = (80, 80, 80, 66, 66, 52, 38, 38), place_of[Role.POOL]
    return moved, book_before


def _changes(rows: Rows, since: Ints, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """The day the ARR of each last changed, and what it was before as a share of today's."""
    count = len(rows)
    grew = rng.random(count) < _GREW
    ratio = np.where(grew, rng.uniform(0.75, 0.95, count), rng.uniform(1.05, 1.3, count))
    day = 10 + (rng.random(count) * (np.minimum(since, 720) - 15)).astype(np.int64)
    settled = ~rows.has_churned & ~rows.are(Role.PROSPECT, Role.SPARE) & (since > _SETTLED_DAYS)
    has_changed = settled & (rng.random(count) < _PRICE_CHANGED)
    # All of these grew by half or more within five months.
    expanding = rows.places(Role.EXPANDING)
    has_changed[expanding] = True
    ratio[expanding] = rng.uniform(0.55, 0.68, len(expanding))
    day[expanding] = rng.integers(10, 150, len(expanding))
    growing = settled & rows.held_by(GROWING)
    has_changed |= growing
    ratio[growing] = 0.56
    day[growing] = np.minimum(since[growing] - 15, 20 + 11 * np.arange(int(growing.sum())) % 300)
    return np.where(has_changed, day, NEVER), ratio


def _at_risk(onboarded: Ints, churned: Ints, rng: np.random.Generator) -> Ints:
    """Every churned account was at risk first; of the others, one in sixteen is."""
    count = len(onboarded)
    day = 1 + (rng.random(count) * np.minimum(onboarded - 1, 120)).astype(np.int64)
    is_at_risk = (rng.random(count) < 1 / 16) & (onboarded > 1)
    before_leaving = churned + rng.integers(20, 60, count)
    return np.where(churned != NEVER, before_leaving, np.where(is_at_risk, day, NEVER))
