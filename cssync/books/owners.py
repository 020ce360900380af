"""Says whose book an account belongs in, for every way in which a CRM can name its CSM."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache

import polars as pl

from cssync.model.book import UNASSIGNED_BOOK_ID, Book, BookKind
from cssync.model.owner import Owner, OwnerKind
from cssync.settings.team import Team

UNKNOWN_OWNER_PREFIX = "unknown:"


class NamedBy(StrEnum):
    """By what a record names its owner; an id beats an alias, and an alias an e-mail address."""

    ID = "id"
    ALIAS = "another id"
    ADDRESS = "e-mail address"


@dataclass(frozen=True, slots=True)
class Reference:
    """*named*: the id of whom a record refers to, *by* which of their names. *owner*: the id of the book that it is in,
    another one where who left is the same person as someone at work.
    """

    named: str
    by: NamedBy
    owner: str


def corrected(owners: Iterable[Owner], team: Team) -> tuple[Owner, ...]:
    """Owners as the settings want them seen: pools marked, teams overridden, and who came back known by both names."""
    pools = {name.casefold() for name in team.pools}
    members = {name.casefold(): member for name, member in team.members.items()}

    def correct(owner: Owner) -> Owner:
        keys = keys_of(owner)
        kind = OwnerKind.POOL if pools.intersection(keys) else owner.kind
        member = next((members[key] for key in keys if key in members), None)
        return replace(owner, kind=kind, team=(member.team if member else None) or owner.team)

    listed = tuple(owners)
    return _reunited(tuple(correct(owner) for owner in listed) if pools or members else listed)


def same_people(owners: Iterable[Owner]) -> dict[str, str]:
    """Ids of those who left, each with the id of the person at work who is the same, by their e-mail address.

    People come back and are given a new user; two users are merged. Where several at work have the address, or a queue
    or pool has it too, it is no one person's, and nobody is taken for another.
    """
    addressed = [(owner.email.casefold(), owner) for owner in owners if owner.email]
    left = {address for address, owner in addressed if not owner.active}
    by_address: defaultdict[str, list[Owner]] = defaultdict(list)
    for address, owner in addressed:
        if address in left:
            by_address[address].append(owner)
    found: dict[str, str] = {}
    for sharing in by_address.values():
        at_work = [owner for owner in sharing if owner.active]
        if len(at_work) == 1 and all(owner.kind is OwnerKind.PERSON for owner in sharing):
            found |= {owner.id: at_work[0].id for owner in sharing if not owner.active}
    return found


def reunions(rows: pl.DataFrame, owners: Iterable[Owner]) -> tuple[str, ...]:
    """A sentence for each owner who left and whose accounts in *rows* (``csm_ref``) are in a colleague's book
    because both are the same person.
    """
    known = {owner.id: owner for owner in owners}
    named = set(rows["csm_ref"].drop_nulls().unique().str.to_lowercase())
    return tuple(
        f"{_told(known[left])} and {_told(known[here])} share {known[here].email}: counted as one."
        for left, here in sorted(same_people(known.values()).items())
        if named.intersection(name.casefold() for name in (left, *known[left].aliases))
    )


def keys_of(owner: Owner) -> tuple[str, ...]:
    """By what the settings may call an owner, lower-cased: its id, e-mail address, or an alias."""
    names = (owner.id, owner.email, *owner.aliases)
    return tuple(name.casefold() for name in names if name)


def keys_of_book(book: Book) -> frozenset[str]:
    """By what the settings may call the owner of a book, lower-cased."""
    return frozenset(name.casefold() for name in (book.id, book.email) if name)


def book_kind(owner: Owner) -> BookKind:
    match owner.kind:
        case OwnerKind.QUEUE:
            return BookKind.QUEUE
        case OwnerKind.POOL:
            return BookKind.POOL if owner.active else BookKind.INACTIVE
        case OwnerKind.PERSON:
            return BookKind.CSM if owner.active else BookKind.INACTIVE


def with_book(rows: pl.DataFrame, owners: Iterable[Owner]) -> pl.DataFrame:
    """*rows* with ``book_id``: the owner that ``csm_ref`` names, or a book of its own kind. Order is kept."""
    keyed = rows.with_columns(ref=pl.col("csm_ref").str.to_lowercase())
    joined = keyed.join(_reference_table(tuple(owners)), on="ref", how="left", maintain_order="left")
    book = (
        pl.when(pl.col("csm_ref").is_null())
        .then(pl.lit(UNASSIGNED_BOOK_ID))
        .otherwise(pl.coalesce("owner_id", pl.lit(UNKNOWN_OWNER_PREFIX) + pl.col("csm_ref")))
    )
    return joined.with_columns(book_id=book).drop("ref", "owner_id")


def references(owners: Iterable[Owner]) -> dict[str, Reference]:
    """What every name stands for, lower-cased, by which a record may refer to an owner.

    Of two active owners with one address the first wins, and an active one beats an inactive one. Who is the same as
    someone at work is that one by every name.
    """
    listed = tuple(owners)
    same: Mapping[str, str] = same_people(listed)
    found: dict[str, Reference] = {}
    for ref, owner_id, by in _references(listed):
        found.setdefault(ref, Reference(owner_id, by, same.get(owner_id, owner_id)))
    return found


def _reunited(owners: tuple[Owner, ...]) -> tuple[Owner, ...]:
    """Those at work with the ids of their former selves among their aliases; reports of those are theirs."""
    same = same_people(owners)
    former: defaultdict[str, list[str]] = defaultdict(list)
    for owner in owners:
        if owner.id in same:
            former[same[owner.id]] += [owner.id, *owner.aliases]

    def reunite(owner: Owner) -> Owner:
        if owner.id not in former and owner.manager_id not in same:
            return owner
        aliases = tuple(dict.fromkeys((*owner.aliases, *former[owner.id])))
        manager = same.get(owner.manager_id, owner.manager_id) if owner.manager_id else None
        return replace(owner, aliases=aliases, manager_id=manager)

    return tuple(reunite(owner) for owner in owners)


def _told(owner: Owner) -> str:
    return f"{owner.name} ({owner.id})"


@lru_cache(maxsize=1)
def _reference_table(owners: tuple[Owner, ...]) -> pl.DataFrame:
    """``ref, owner_id``: see ``references``. Kept for the next to ask: a night asks for the same owners each time."""
    found = references(owners)
    return pl.DataFrame(
        {"ref": list(found), "owner_id": [reference.owner for reference in found.values()]},
        schema={"ref": pl.String(), "owner_id": pl.String()},
    )


def _references(owners: tuple[Owner, ...]) -> Iterator[tuple[str, str, NamedBy]]:
    yield from ((owner.id.casefold(), owner.id, NamedBy.ID) for owner in owners)
    by_activity = sorted(owners, key=lambda owner: not owner.active)
    yield from ((alias.casefold(), owner.id, NamedBy.ALIAS) for owner in by_activity for alias in owner.aliases)
    yield from ((owner.email.casefold(), owner.id, NamedBy.ADDRESS) for owner in by_activity if owner.email)
