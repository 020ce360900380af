"""Who looks after customers, from when to when, and with how many hours: the CRM's owners and what the settings add."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

from cssync.books.history import History
from cssync.books.owners import keys_of
from cssync.capacity.person import NONE, UNNAMED, CsmCapacity, Part, Person, Terms
from cssync.model.book import Book, BookKind
from cssync.model.owner import Owner, OwnerKind
from cssync.settings.model import Settings
from cssync.settings.team import Member, Pool, Team


@dataclass(frozen=True)
class Staff:
    """*people*: whoever has a book and works, and whomever the settings name; by id."""

    people: Mapping[str, Person]
    terms: Terms

    def capacity(self, book_id: str, on: date) -> CsmCapacity:
        """What the owner of a book can give on any day, past or future; nothing where nobody works it."""
        found = self._capacities.get((book_id, on))
        if found is None:
            found = self._capacities[book_id, on] = self._capacity(book_id, on)
        return found

    def typical(self, on: date) -> CsmCapacity:
        """A full-time CSM of whom nothing particular is known, past the ramp."""
        found = self._typical.get(on)
        if found is None:
            found = self._typical[on] = _TYPICAL.capacity(on, self.terms)
        return found

    def carries_book(self, book_id: str) -> bool:
        """Whether limits apply to the owner of a book: not to leaders and others (seed 33)."""
        person = self.people.get(book_id)
        return person is None or person.carries_book

    def cost_per_year(self, on: date) -> Decimal:
        """Of everybody employed on that day, those who carry no book included."""
        return sum((person.cost_per_year(on, self.terms) for person in self.people.values()), Decimal(0))

    @cached_property
    def _capacities(self) -> dict[tuple[str, date], CsmCapacity]:
        """Those that were asked for: limits, load and rooms of one night ask for the same ones again and again."""
        return {}

    @cached_property
    def _typical(self) -> dict[date, CsmCapacity]:
        """As most of a large team are, so that all of those have it from here."""
        return {}

    def _capacity(self, book_id: str, on: date) -> CsmCapacity:
        person = self.people.get(book_id)
        if person is None:
            return CsmCapacity(Decimal(0), self.terms.productive_hours, (Part("nobody works it", NONE, "source"),))
        return self.typical(on) if person.is_ordinary(on, self.terms) else person.capacity(on, self.terms)


_TYPICAL = Person("", "a full-time CSM", None, None, UNNAMED, "")


def staff_of(settings: Settings, history: History) -> Staff:
    """The staff of the company as *history* and *settings* know it."""
    return Staff({person.id: person for person in _Roll(settings, history).people()}, terms_of(settings))


def terms_of(settings: Settings) -> Terms:
    shares = settings.capacity.duties
    return Terms(
        productive_hours=settings.capacity.productive_hours,
        cost_per_year=settings.capacity.cost_per_year,
        duties={duty: getattr(shares, duty) for duty in dict.fromkeys(settings.team.scope)},
        ramp_days=settings.hiring.ramp_days,
    )


def strangers(team: Team, owners: Iterable[Owner], on: date) -> tuple[str, ...]:
    """Whom the settings name and the CRM does not list, except those who need no user yet, or none any more."""
    listed = {key for owner in owners for key in keys_of(owner)}
    expected = [name for name, member in team.members.items() if _needs_user(member, on)]
    return tuple(name for name in (*team.pools, *expected) if name.casefold() not in listed)


def _needs_user(member: Member, on: date) -> bool:
    started = member.starts_on is None or member.starts_on <= on
    gone = member.leaves_on is not None and member.leaves_on <= on
    return member.role == "csm" and started and not gone


@dataclass(frozen=True)
class _Roll:
    settings: Settings
    history: History

    def people(self) -> Iterator[Person]:
        """Yield those whom the CRM lists, by id, then those whom only the settings know."""
        found: set[str] = set()
        for owner in sorted(self.history.snapshot.owners, key=lambda owner: owner.id):
            keys = keys_of(owner) if self._members or self._pools else ()
            named = next((key for key in keys if key in self._members), None)
            pooled = next((key for key in keys if key in self._pools), None)
            found.update(key for key in keys if key in self._members)
            book = self._books.get(owner.id)
            if named is None and pooled is None and (book is None or not book.kind.is_working):
                continue
            yield self._of(owner, book, named, pooled)
        for key, (name, member) in self._members.items():
            if key not in found:
                yield Person(name, name, member.segment, member.team, member, name, listed=False)

    def _of(self, owner: Owner, book: Book | None, named: str | None, pooled: str | None) -> Person:
        known_as, member = self._members[named] if named else (owner.email or owner.id, UNNAMED)
        is_pool = owner.kind is OwnerKind.POOL
        people: Decimal | None = Decimal(1)
        if is_pool:
            known_as, pool = self._pools[pooled] if pooled else (owner.email or owner.id, None)
            people = pool.members if pool else None
        return Person(
            id=owner.id,
            name=owner.name,
            segment=member.segment or (book.segment if book else None),
            team=owner.team,
            member=member,
            known_as=known_as,
            active=owner.active,
            is_pool=is_pool,
            people=people,
            first_customer_on=self._first_customers.get(owner.id),
        )

    @cached_property
    def _members(self) -> dict[str, tuple[str, Member]]:
        return {name.casefold(): (name, member) for name, member in self.settings.team.members.items()}

    @cached_property
    def _pools(self) -> dict[str, tuple[str, Pool]]:
        return {name.casefold(): (name, pool) for name, pool in self.settings.team.pools.items()}

    @cached_property
    def _books(self) -> dict[str, Book]:
        return {book.id: book for book in self.history.books.books}

    @cached_property
    def _first_customers(self) -> Mapping[str, date]:
        """Of CSMs, where history reaches back far enough to tell a new one from one whom it does not know."""
        if not self.settings.capacity.ramp_from_first_customer:
            return {}
        first = self.history.first_customers(timedelta(days=self.settings.hiring.ramp_days))
        csms = (book.id for book in self.history.books.books if book.kind is BookKind.CSM)
        return {id_: first[id_] for id_ in csms if id_ in first}
