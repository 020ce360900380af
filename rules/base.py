"""What a rule is given and what it is: a sentence, the rows of the seeds it rests on, and a plain function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from cssync.books.history import History
from cssync.capacity.attention import Attention
from cssync.capacity.company import Company
from cssync.capacity.deals import OpenDeals
from cssync.capacity.forecast import Forecaster
from cssync.capacity.limits import LimitBook
from cssync.capacity.plan.plan import Plan, plan
from cssync.capacity.rebalance.propose import propose
from cssync.capacity.rebalance.search import QUICK
from cssync.model.book import Book, Books
from cssync.model.calendar import FiscalCalendar
from cssync.model.finding import Finding, Limit, Subject
from cssync.model.story import Chapter, Named
from cssync.settings.model import Settings
from rules.relief import Relief, reliefs


@dataclass(frozen=True)
class Context:
    """One night, as the rules see it. *firing*: (rule, subject id) of alerts that are open as it begins."""

    company: Company
    firing: frozenset[tuple[str, str]] = frozenset()

    @property
    def books(self) -> Books:
        return self.company.books

    @property
    def history(self) -> History:
        return self.company.history

    @property
    def forecaster(self) -> Forecaster:
        return self.company.forecaster

    @property
    def limits(self) -> LimitBook:
        return self.company.limits

    @property
    def settings(self) -> Settings:
        return self.company.settings

    @property
    def as_of(self) -> date:
        return self.company.as_of

    @property
    def currency(self) -> str:
        return self.company.currency

    @property
    def calendar(self) -> FiscalCalendar:
        return self.company.calendar

    def measured(self) -> Iterator[Book]:
        """Books of working CSMs that limits apply to: no pools, none of those without a book (seed 33)."""
        return self.company.measured()

    def unworked(self) -> Iterator[Book]:
        """Books that no working CSM looks after."""
        return self.company.unworked()

    def named(self, account_id: str, name: str) -> Named:
        """An account's name, with the page of its record."""
        return self.company.named(account_id, name)

    @property
    def tells(self) -> bool:
        """Whether anybody is to read what is found. Where nights are replayed findings are only counted."""
        return True

    @cached_property
    def owners(self) -> Mapping[str, str]:
        """Names by id, also of those who have handed over everything and have no book any more."""
        return {owner.id: owner.name for owner in self.history.snapshot.owners}

    @cached_property
    def plan(self) -> Plan:
        """Whom to hire by when."""
        return plan(self.company)

    @cached_property
    def stories(self) -> dict[str, tuple[Chapter, ...]]:
        """What was told of books already, by id: all findings about one book tell the same."""
        return {}

    @cached_property
    def attention(self) -> Attention:
        """The customers of every book that need attention, and why."""
        return Attention(self.company)

    @cached_property
    def deals(self) -> OpenDeals:
        """The open deals of the customers of every book, and who works them."""
        return OpenDeals(self.company)

    @cached_property
    def relief(self) -> Mapping[str, Relief]:
        """For every book over a limit, and every one that nobody works: what to hand over, and to whom."""
        return reliefs(propose(self.company, QUICK), self.unworked())

    def excepts(self, rule: str, book: Book) -> bool:
        """Whether people have decided that what *rule* says of *book* is right as it is (seed 7)."""
        return (rule, book.id) in self.company.excepted

    def share_of_limits(self, book: Book) -> tuple[Decimal, Decimal]:
        """(accounts, ARR) of the book as shares of its limits: 1 is exactly full."""
        accounts = self.limits.limit(book, "accounts").value
        return book.accounts / accounts, book.arr / self.limits.limit(book, "arr").value


def nothing_reached(_context: Context) -> Iterator[Book]:
    return iter(())


@dataclass(frozen=True, slots=True)
class Rule:
    """*id* is also the name of its section under ``rules`` in the settings. *evaluate* is pure.

    *limit*: what it holds a book to. *subjects*: the books that it may speak of. *reached*: those for which it has
    nothing more to warn of, since what it warns of is there. *rests_on*: what must be known of a day for it to say
    anything of that day, beside whose book every customer is in: "arr", columns of an account ("health"), "pipeline".
    *tuned_by*: the setting by which a team would make it speak more or less often, "" where there is none.
    """

    id: str
    title: str
    seeds: tuple[str, ...]
    evaluate: Callable[[Context], Iterator[Finding]]
    limit: Callable[[Context, Book], Limit]
    subjects: Callable[[Context], Iterator[Book]] = Context.measured
    reached: Callable[[Context], Iterator[Book]] = nothing_reached
    rests_on: tuple[str, ...] = ()
    tuned_by: str = ""


def subject_of(book: Book) -> Subject:
    return Subject(book.id, book.name, book.email, book.team, book.manager, book.segment, book.manager_email)
