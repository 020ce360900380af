"""What a rule is given and what it is: a sentence, the rows of the seeds it rests on, and a plain function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from urllib.parse import quote

from cssync.books.history import History
from cssync.books.owners import keys_of_book
from cssync.capacity.forecast import Forecaster
from cssync.capacity.limits import LimitBook
from cssync.model.book import Book, BookKind, Books
from cssync.model.calendar import FiscalCalendar
from cssync.model.finding import Finding, Limit, Subject
from cssync.model.story import Named
from cssync.settings.model import Settings
from rules.relief import Need, Relief, Room, everyone, share_out, surplus


@dataclass(frozen=True)
class Context:
    """One night, as the rules see it. *firing*: (rule, subject id) of alerts that are open as it begins.

    *record_url*: see ``cssync.model.pull.Pull``.
    """

    books: Books
    history: History
    forecaster: Forecaster
    limits: LimitBook
    settings: Settings
    firing: frozenset[tuple[str, str]] = frozenset()
    record_url: str | None = None

    @property
    def as_of(self) -> date:
        return self.books.as_of

    @property
    def currency(self) -> str:
        return self.books.currency

    @property
    def calendar(self) -> FiscalCalendar:
        return FiscalCalendar(self.settings.fiscal_year_starts_in)

    def measured(self) -> Iterator[Book]:
        """Books of working CSMs that limits apply to: no pools, none of those without a book (seed 33)."""
        excused = {name.casefold() for name in self.settings.team.without_book}
        for book in self.books.books:
            if book.kind is BookKind.CSM and not (excused and excused.intersection(keys_of_book(book))):
                yield book

    def unworked(self) -> Iterator[Book]:
        """Books that no working CSM looks after."""
        return (book for book in self.books.books if not book.kind.is_working)

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Names by id, also of those who have handed over everything and have no book any more."""
        return {owner.id: owner.name for owner in self.history.snapshot.owners}

    @cached_property
    def relief(self) -> Mapping[str, Relief]:
        """For every book over a limit, and every one that nobody works: what to hand over, and to whom."""
        unworked = [Need(book, everyone(self.history.customers(book.id))) for book in self.unworked()]
        rooms, over = [], []
        for book in self.measured():
            accounts = int(self.limits.limit(book, "accounts").value) - book.accounts
            arr = self.limits.limit(book, "arr").value - book.arr
            if accounts > 0 and arr > 0:
                rooms.append(Room(book, accounts, arr))
            elif accounts < 0 or arr < 0:
                over.append(Need(book, surplus(self.history.customers(book.id), -accounts, -arr, self.as_of)))
        over.sort(key=lambda need: (-len(need.moves), need.book.id))
        return share_out((*unworked, *over), tuple(rooms))

    def named(self, account_id: str, name: str) -> Named:
        """An account's name, with the page of its record."""
        url = self.record_url
        return Named(name, url.replace("{id}", quote(account_id, safe="")) if url else None)

    def share_of_limits(self, book: Book) -> tuple[Decimal, Decimal]:
        """(accounts, ARR) of the book as shares of its limits: 1 is exactly full."""
        accounts = self.limits.limit(book, "accounts").value
        return book.accounts / accounts, book.arr / self.limits.limit(book, "arr").value


@dataclass(frozen=True, slots=True)
class Rule:
    """*id* is also the name of its section under ``rules`` in the settings. *evaluate* is pure.

    *limit*: what it holds a book to. *subjects*: the books that it may speak of. *reached*: those for which it has
    nothing more to warn of, since what it warns of is there.
    """

    id: str
    title: str
    seeds: tuple[str, ...]
    evaluate: Callable[[Context], Iterator[Finding]]
    limit: Callable[[Context, Book], Limit]
    subjects: Callable[[Context], Iterator[Book]] = Context.measured
    reached: Callable[[Context], Iterator[Book]] = lambda _: iter(())


def subject_of(book: Book) -> Subject:
    return Subject(book.id, book.name, book.email, book.team, book.manager, book.segment, book.manager_email)
