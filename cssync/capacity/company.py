"""One company on one day: what the rules, the plan, rebalancing and explanations all look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from urllib.parse import quote

from cssync.books.aggregate import WINDOWS, add_up, empty_book
from cssync.books.history import History
from cssync.books.snapshot import Snapshot
from cssync.books.spells import Timeline
from cssync.capacity.cost import costs_of_customers
from cssync.capacity.forecast import Hours, Ledger
from cssync.capacity.limits import LimitBook
from cssync.capacity.person import CsmCapacity
from cssync.capacity.portfolio import Portfolio, place
from cssync.capacity.staff import Staff, staff_of
from cssync.capacity.workload import Workload, workload_of
from cssync.model.book import Book, BookKind, Books
from cssync.model.calendar import FiscalCalendar
from cssync.model.story import Named
from cssync.settings.model import Settings


@dataclass(frozen=True)
class Company:
    """*origin*: see ``LimitBook``. *record_url*: see ``cssync.model.pull.Pull``.

    *excepted*: (rule, subject id) of the alerts that people have excepted, since it is right as it is (seed 7).
    *like*: the same company under other settings, of which is taken over what is the same under both.
    """

    books: Books
    history: History
    settings: Settings
    origin: Callable[[str], str]
    record_url: str | None = None
    excepted: frozenset[tuple[str, str]] = frozenset()
    like: Company | None = field(default=None, repr=False, compare=False)

    @property
    def as_of(self) -> date:
        return self.books.as_of

    @property
    def currency(self) -> str:
        return self.books.currency

    @property
    def calendar(self) -> FiscalCalendar:
        return FiscalCalendar(self.settings.fiscal_year_starts_in)

    @cached_property
    def staff(self) -> Staff:
        return self._alike.staff if self._alike else staff_of(self.settings, self.history)

    @cached_property
    def workload(self) -> Workload:
        return self._alike.workload if self._alike else workload_of(self.books, self.settings, self.staff)

    @cached_property
    def limits(self) -> LimitBook:
        return LimitBook(self.settings.limits, self.origin, self.books.totals.arr, self.currency, self._capacity)

    @cached_property
    def forecaster(self) -> Ledger:
        return self._alike.forecaster if self._alike else Ledger(self.history, self.calendar, self._hours)

    @cached_property
    def portfolio(self) -> Portfolio:
        """Every customer in its quadrant (seed 15)."""
        return place(self.history, costs_of_customers(self.workload), self.settings.portfolio, self.settings.deals)

    def measured(self) -> Iterator[Book]:
        """Books of working CSMs that limits apply to: no pools, none of those who carry no book (seed 33)."""
        return iter(self._measured)

    def newcomers(self) -> Iterator[Book]:
        """Empty books of CSMs whose first day the settings give, and who have no customer yet: ``books`` lacks them."""
        taken = {book.id for book in self.books.books}
        owners = self.history.snapshot.owners
        for owner in owners:
            person = self.staff.people.get(owner.id)
            if person is None or owner.id in taken or person.is_pool or not person.carries_book:
                continue
            if person.member.starts_on is not None and person.employed(self.as_of):
                yield empty_book(owner, owners, self.settings.team)

    def unworked(self) -> Iterator[Book]:
        """Books that no working CSM looks after."""
        return (book for book in self.books.books if not book.kind.is_working)

    def named(self, account_id: str, name: str) -> Named:
        """An account's name, with the page of its record."""
        url = self.record_url
        return Named(name, url.replace("{id}", quote(account_id, safe="")) if url else None)

    def judged_by(self, settings: Settings, origin: Callable[[str], str]) -> Company:
        """The same company under other *settings*, which differ in nothing of ``team``: by that books are added up."""
        return replace(self, settings=settings, origin=origin, like=self)

    @cached_property
    def _alike(self) -> Company | None:
        """*like*, where people have as many hours under both settings, and customers take as many."""
        return self.like if self.like and _of_work(self.settings) == _of_work(self.like.settings) else None

    @cached_property
    def _measured(self) -> tuple[Book, ...]:
        books = (book for book in self.books.books if book.kind is BookKind.CSM)
        return tuple(book for book in books if self.staff.carries_book(book.id))

    def _hours(self) -> Hours:
        return Hours(self.workload.hours.select("account_id", "hours"), self.workload.new_account_hours)

    def _capacity(self, book_id: str | None) -> CsmCapacity:
        staff, today = self.staff, self.as_of
        return staff.typical(today) if book_id is None else staff.capacity(book_id, today)


def _of_work(settings: Settings) -> tuple[object, ...]:
    """What staff, hours and forecasts rest on."""
    of_alerts = {"amber_at", "act_at"}
    capacity = settings.capacity.model_dump(exclude=of_alerts)
    return settings.team, settings.hiring, capacity, settings.limits.complexity, settings.fiscal_year_starts_in


def company_of(
    snapshot: Snapshot,
    timeline: Timeline,
    settings: Settings,
    *,
    origin: Callable[[str], str],
    last_night: date | None,
    record_url: str | None = None,
    excepted: frozenset[tuple[str, str]] = frozenset(),
    windows: Sequence[int] = WINDOWS,
) -> Company:
    """Add the books up and put beside them all that they are judged by.

    *origin*, *excepted*: see ``Company``. *last_night*: the accepted night before. *windows*: see ``add_up``. Raises
    ImplausibleSnapshotError where the books do not add up to the customers.
    """
    books = add_up(snapshot, timeline, settings.team, last_night, windows)
    return Company(books, History(snapshot, timeline, books), settings, origin, record_url, excepted)
