"""The people, the pool and the queue that accounts belong to, and who leads whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass

import polars as pl

from cssync.demo.cast import ANA, DANA, LENA, OMAR, POOL, PRIYA, QUEUE, RUTH, SAM, SEGMENTS, TOM, Book, Role
from cssync.demo.words import FIRST_NAMES, LAST_NAMES

_DOMAIN = "acme.test"
_CSMS_A_MANAGER = 8
_HEAD = "L00000"

_NAMED = {
    DANA: "Dana Roy",
    PRIYA: "Priya Nair",
    SAM: "Sam Ito",
    ANA: "Ana Diaz",
    LENA: "Lena Fischer",
    OMAR: "Omar Haddad",
    TOM: "Tom Becker",
    RUTH: "Ruth Okafor",
}

# They sell; no account is theirs to look after.
SELLERS = ("S00001", "S00002")

_COLUMNS = {
    "id": pl.String(),
    "name": pl.String(),
    "email": pl.String(),
    "active": pl.Boolean(),
    "kind": pl.String(),
    "team": pl.String(),
    "manager_id": pl.String(),
}


@dataclass(frozen=True, slots=True)
class _Owner:
    id: str
    name: str
    email: str | None
    active: bool
    kind: str
    team: str | None
    manager_id: str | None


def owners(books: Iterable[Book]) -> pl.DataFrame:
    """``id, name, email, active, kind, team, manager_id``; kind is person, queue or pool."""
    names = _names()
    team_sizes: Counter[str] = Counter()
    people: list[_Owner] = []
    for book in books:
        if book.owner_id is None or book.role in (Role.POOL, Role.QUEUE):
            continue
        manager = _manager_id(book.segment, team_sizes[book.segment] // _CSMS_A_MANAGER)
        team_sizes[book.segment] += 1
        name = _NAMED.get(book.owner_id) or next(names)
        active = book.role is not Role.LEAVER
        people.append(_person(book.owner_id, name, book.segment, manager, active=active))
    # Left long ago: owns nothing any more, but the history names her.
    people.append(_person(RUTH, _NAMED[RUTH], "SMB", _manager_id("SMB", 0), active=False))
    sellers = [_person(key, next(names), "Sales", _HEAD, active=True) for key in SELLERS]
    shared = (
        _Owner(POOL, "CS Pool", f"cs.pool@{_DOMAIN}", True, "pool", "SMB", _manager_id("SMB", 0)),  # noqa: FBT003 - a row of the table
        _Owner(QUEUE, "Onboarding Queue", None, True, "queue", None, None),  # noqa: FBT003 - a row of the table
    )
    rows = (*sorted(people, key=lambda person: person.id), *shared, *sellers, *_leaders(team_sizes, names))
    return pl.DataFrame([asdict(row) for row in rows], schema=_COLUMNS)


def _leaders(team_sizes: Counter[str], names: Iterator[str]) -> Iterator[_Owner]:
    yield _person(_HEAD, "Grace Kimura", None, None, active=True)
    for segment in SEGMENTS:
        for place in range(-(-team_sizes[segment] // _CSMS_A_MANAGER)):
            yield _person(_manager_id(segment, place), next(names), segment, _HEAD, active=True)


def _manager_id(segment: str, place: int) -> str:
    return f"L{SEGMENTS.index(segment) + 1}{place:04d}"


def _person(key: str, name: str, team: str | None, manager_id: str | None, *, active: bool) -> _Owner:
    email = f"{name.lower().replace(' ', '.').replace('..', '.')}@{_DOMAIN}"
    return _Owner(key, name, email, active, "person", team, manager_id)


def _names() -> Iterator[str]:
    """Yield names that never repeat: a middle initial, then two, tell people apart once the pairs are used up."""
    # Side by side, shifted by one each round: every pair comes once, neighbours share neither name.
    rounds = 0
    while True:
        initials = _initials(rounds)
        for shift in range(len(LAST_NAMES)):
            for place, first in enumerate(FIRST_NAMES):
                last = LAST_NAMES[(place * 5 + shift) % len(LAST_NAMES)]
                yield " ".join((first, *initials, last))
        rounds += 1


def _initials(number: int) -> tuple[str, ...]:
    letters: list[str] = []
    while number:
        number, letter = divmod(number - 1, 26)
        letters.insert(0, f"{chr(ord('A') + letter)}.")
    return tuple(letters)
