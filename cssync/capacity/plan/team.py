"""Takes the team of a segment from the staff: who is there, who is expected, and what one more would carry."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property

import numpy as np
import polars as pl

from cssync.capacity.company import Company
from cssync.capacity.limits import LimitBook
from cssync.capacity.person import Person
from cssync.capacity.plan.lead import Days, Lead
from cssync.capacity.plan.seats import Seat, Seats, staying
from cssync.capacity.plan.shortage import Measure
from cssync.capacity.plan.spelling import of_segment, same, spelled
from cssync.model.book import Book, BookKind, Tally
from cssync.model.wording import count, day
from cssync.settings.hiring import Requisition


@dataclass(frozen=True)
class Teams:
    """Of one company over *days* days from tonight on."""

    company: Company
    lead: Lead
    days: int

    @cached_property
    def segments(self) -> tuple[str | None, ...]:
        """Those with customers, by their books or by themselves, or with somebody there for them; most ARR first."""
        arr: dict[str | None, Decimal] = {}
        wanted = [one.segment for one in self.company.settings.hiring.requisitions]
        people = dict.fromkeys(person.segment for person in self._carriers)
        held = [(group.label, group.tally.arr) for group in self.company.books.segments]
        named = dict.fromkeys(book.segment for book in self.company.books.books)
        for segment, amount in (*held, *((each, Decimal(0)) for each in (*named, *people, *wanted))):
            known = spelled(segment, arr)
            arr[known] = arr.get(known, Decimal(0)) + amount
        return tuple(sorted(arr, key=lambda segment: (segment is None, -arr[segment], segment or "")))

    def seats(self, segment: str | None) -> Seats:
        each = self.each(segment)
        there = [seat for seat in self._people(segment, each) if seat.paid.any()]
        expected = [self._expected(one, each) for one in self._requisitions(segment)]
        return Seats((*there, *expected), each, staying(self.company.settings.hiring.attrition, self.days))

    def each(self, segment: str | None) -> Mapping[Measure, float]:
        """A full-time CSM past the ramp, with customers like those of the segment."""
        like = self._like(segment)
        hours = self.company.staff.typical(self.company.as_of).hours
        return {
            Measure.HOURS: float(hours or 0),
            Measure.ACCOUNTS: float(self._limits.typical(like, "accounts").value),
            Measure.ARR: float(self._limits.typical(like, "arr").value),
        }

    def has_csm(self, segment: str | None) -> bool:
        """Whether anyone is there for the segment, or is looked for already."""
        persons = any(same(person.segment, segment) and not person.is_pool for person in self._carriers)
        return persons or any(True for _ in self._requisitions(segment))

    def dedicated(self, segment: str | None, each: Mapping[Measure, float]) -> Mapping[Measure, float]:
        """What customers with a CSM of their own add to the load beyond their size (seed 32); it may be less than 0."""
        held = [book.id for book in of_segment(self.company.books.books, segment)]
        over = self.company.settings.hiring.dedicated_from_arr
        # First who is large, which few are: whose they are is looked up for those alone.
        big = self.company.books.customers.filter(pl.col("arr") > over).filter(pl.col("book_id").is_in(held))
        if big.is_empty():
            return {}
        hours = self.company.workload.hours.filter(pl.col("account_id").is_in(big["account_id"].implode()))
        own = {
            Measure.HOURS: float(hours["hours"].sum()),
            Measure.ACCOUNTS: float(big.height),
            Measure.ARR: float(big["arr"].sum()),
        }
        return {measure: big.height * each[measure] - own[measure] for measure in Measure}

    @cached_property
    def _carriers(self) -> tuple[Person, ...]:
        """Everyone who looks after customers on any day of the plan."""
        staff = self.company.staff
        return tuple(person for person in staff.people.values() if person.carries_book and person.active)

    @cached_property
    def _limits(self) -> LimitBook:
        """Without ramps, which pass: what somebody carries when nothing keeps them from it."""
        limits = self.company.limits
        if limits.limits.scale_with_capacity != "ramp":
            return limits
        return replace(limits, limits=limits.limits.model_copy(update={"scale_with_capacity": "lasting"}))

    @cached_property
    def _books(self) -> Mapping[str, Book]:
        return {book.id: book for book in self.company.books.books}

    def _like(self, segment: str | None) -> Book:
        """A book of everything in the segment, by which its mix of products is known."""
        tally = next((group.tally for group in self.company.books.segments if same(group.label, segment)), _NOTHING)
        return _book("", segment, tally)

    def _people(self, segment: str | None, each: Mapping[Measure, float]) -> Iterator[Seat]:
        """Yield one seat for all who carry the same and of whom no more is known, then one for everybody else."""
        today, terms = self.company.as_of, self.company.staff.terms
        own = [person for person in self._carriers if same(person.segment, segment)]
        alike: dict[tuple[tuple[Measure, float], ...], list[str]] = {}
        for person in own:
            if person.is_ordinary(today, terms):
                alike.setdefault(tuple(self._carries(person, each).items()), []).append(person.name)
        always = np.ones(self.days)
        for carries, names in alike.items():
            yield Seat(", ".join(names), dict(carries), always, always, terms.cost_per_year, alike=len(names))
        yield from (self._seat(person, each) for person in own if not person.is_ordinary(today, terms))

    def _seat(self, person: Person, each: Mapping[Measure, float]) -> Seat:
        today, terms = self.company.as_of, self.company.staff.terms
        paid = self._over(person, lambda on: float(person.employed(on)))
        first_paid = today + timedelta(days=int(np.argmax(paid)))
        there, carries = self._there(person), self._carries(person, each)
        return Seat(
            name=person.name,
            carries=carries,
            there=there,
            paid=paid,
            cost_per_year=person.cost_per_year(first_paid, terms),
            people=person.people or Decimal(1),
            steady=person.people is None,
        )

    def _carries(self, person: Person, each: Mapping[Measure, float]) -> Mapping[Measure, float]:
        book = self._books.get(person.id) or _book(person.id, person.segment, _NOTHING)
        if person.people is None:
            # Nobody knows what it could carry, so that it carries what it does.
            load = self.company.workload.of(book).hours
            return {Measure.HOURS: float(load), Measure.ACCOUNTS: book.accounts, Measure.ARR: float(book.arr)}
        if person.is_pool:
            return {measure: amount * float(person.people) for measure, amount in each.items()}
        lasting = self.company.staff.capacity(person.id, self.company.as_of).lasting_hours
        return {
            Measure.HOURS: float(lasting or 0),
            Measure.ACCOUNTS: float(self._limits.limit(book, "accounts").value),
            Measure.ARR: float(self._limits.limit(book, "arr").value),
        }

    def _there(self, person: Person) -> Days:
        if person.people is None:
            return np.ones(self.days)
        terms = self.company.staff.terms
        lasting = person.capacity(self.company.as_of, terms).lasting
        if not lasting:
            return np.zeros(self.days)
        return self._over(person, lambda on: float(person.capacity(on, terms).factor / lasting))

    def _over(self, person: Person, each_day: Callable[[date], float]) -> Days:
        """*each_day* on every day of the plan; it runs straight from one turn in the life of *person* to the next."""
        today, last = self.company.as_of, self.days - 1
        turns = sorted({0, *((turn - today).days for turn in _turns(person, self.lead))})
        if turns[-1] == 0:
            # One value for all days, not a copy of it for each: most people of a large company have no turn ahead.
            return np.broadcast_to(np.float64(each_day(today)), self.days)
        starts = [turn for turn in turns if 0 <= turn <= last]
        ends = [*(start - 1 for start in starts[1:]), last]
        knots = sorted({*starts, *ends})
        values = [each_day(today + timedelta(days=knot)) for knot in knots]
        return np.interp(np.arange(self.days), knots, values)

    def _requisitions(self, segment: str | None) -> Iterator[Requisition]:
        for requisition in self.company.settings.hiring.requisitions:
            if same(requisition.segment, segment):
                yield requisition

    def _expected(self, requisition: Requisition, each: Mapping[Measure, float]) -> Seat:
        today, number = self.company.as_of, requisition.count
        starts_on = max(today, requisition.starts_on or today + timedelta(days=self.lead.to_start))
        starts_in = (starts_on - today).days
        return Seat(
            name=f"{count(number, 'requisition')} from {day(starts_on)}",
            carries={measure: amount * number for measure, amount in each.items()},
            there=self.lead.ramped(starts_in, self.days),
            paid=(np.arange(self.days) >= starts_in).astype(np.float64),
            cost_per_year=self.company.settings.capacity.cost_per_year * number,
            people=Decimal(number),
        )


_NOTHING = Tally(0, Decimal(0))


def _book(book_id: str, segment: str | None, tally: Tally) -> Book:
    return Book(
        id=book_id, kind=BookKind.CSM, name="", email=None, active=True, team=None, manager_id=None, manager=None,
        segment=segment, tally=tally,
    )  # fmt: skip


def _turns(person: Person, lead: Lead) -> Iterator[date]:
    """The days on which what *person* can give begins to be something else."""
    if person.starts_on:
        yield person.starts_on
        yield person.starts_on + timedelta(days=lead.ramp)
    if person.member.leaves_on:
        yield person.member.leaves_on
    for leave in person.member.leave:
        yield leave.from_
        yield leave.to + timedelta(days=1)
