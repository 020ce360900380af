"""What one person, or the people behind one pool, can give to customers in a month, and why it is not more."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import cached_property, reduce
from operator import mul
from typing import Literal

from cssync.capacity.hours import exact
from cssync.model.wording import day, listed
from cssync.settings.team import Leave, Member, Role

FULL = Fraction(1)
NONE = Fraction(0)
# Of whom the settings say nothing.
UNNAMED = Member()


@dataclass(frozen=True, slots=True)
class Part:
    """One reason why somebody has more or fewer hours than a full-time CSM: *times* as many.

    *setting*: its dotted name; *seed*: the row it rests on, None where it is plain arithmetic. *passes*: what will be
    over by itself, None for how this person works; *ends*: the first day on which it is over.
    """

    words: str
    times: Fraction
    setting: str
    seed: str | None = None
    passes: Literal["ramp", "absence"] | None = None
    ends: date | None = None

    @property
    def lasts(self) -> bool:
        return self.passes is None


@dataclass(frozen=True)
class CsmCapacity:
    """*hours*: for customers, a month, to the ten-thousandth; None for a pool of unknown size.

    *full*: those of one full-time CSM, before *parts*.
    """

    hours: Decimal | None
    full: Decimal
    parts: tuple[Part, ...] = ()

    @cached_property
    def factor(self) -> Fraction:
        """Of a full-time CSM's hours: 0 on leave, 3 for a pool of three."""
        return _product(part.times for part in self.parts)

    @cached_property
    def lasting(self) -> Fraction:
        """The same without what passes by itself."""
        return _product(part.times for part in self.parts if part.lasts)

    @cached_property
    def lasting_hours(self) -> Decimal | None:
        """What the hours will be when ramp and leave are over."""
        return None if self.hours is None else exact(Fraction(self.full) * self.lasting)

    @property
    def passing(self) -> tuple[Part, ...]:
        return tuple(part for part in self.parts if not part.lasts and part.times != FULL)

    @property
    def words(self) -> str:
        """As in: 128 hours a month, part time 50% (seed 9)"""
        of = [f"{part.words} ({part.seed})" if part.seed else part.words for part in self.parts]
        return ", ".join([f"{self.full.normalize():f} hours a month", *of])


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for everybody. *duties*: of ``team.scope``, with their shares."""

    productive_hours: Decimal
    cost_per_year: Decimal
    duties: Mapping[str, Decimal]
    ramp_days: int


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody at work with customers, or for those who are.

    *id*: the CRM's, or the name in the settings where the CRM lists nobody of it (*listed* False): someone who starts
    later, or works without a user. *known_as*: what the settings call them. *first_customer_on*: in place of a first
    day that nobody said; None where history does not tell. *people*: of a pool, None where that is not known; 1 for
    everybody else.
    """

    id: str
    name: str
    segment: str | None
    team: str | None
    member: Member
    known_as: str
    listed: bool = True
    active: bool = True
    is_pool: bool = False
    people: Decimal | None = Decimal(1)
    first_customer_on: date | None = None

    @property
    def role(self) -> Role:
        return self.member.role

    @property
    def carries_book(self) -> bool:
        """Seed 33: leaders and others count in cost, and carry none."""
        return self.member.role == "csm"

    @property
    def starts_on(self) -> date | None:
        return self.member.starts_on or self.first_customer_on

    def employed(self, on: date) -> bool:
        member = self.member
        return (
            self.active
            and not (member.starts_on and on < member.starts_on)
            and not (member.leaves_on and on >= member.leaves_on)
        )

    def is_ordinary(self, on: date, terms: Terms) -> bool:
        """Whether nothing tells it, on that day and later, from any other full-time CSM."""
        settled = self.starts_on is None or (on - self.starts_on).days >= terms.ramp_days
        return settled and self.active and not self.is_pool and self.member is UNNAMED

    def capacity(self, on: date, terms: Terms) -> CsmCapacity:
        parts = tuple(self._parts(on, terms))
        factor = _product(part.times for part in parts)
        unknown = self.people is None
        return CsmCapacity(
            None if unknown else exact(Fraction(terms.productive_hours) * factor), terms.productive_hours, parts
        )

    def cost_per_year(self, on: date, terms: Terms) -> Decimal:
        """All-in, of those employed on that day, also while they are away; a pool's members are counted."""
        if not self.employed(on):
            return Decimal(0)
        if self.member.cost_per_year is not None:
            return self.member.cost_per_year
        return terms.cost_per_year * self.member.fte * (self.people or Decimal(1))

    def _setting(self, name: str) -> str:
        return f"team.members.{self.known_as}.{name}"

    def _parts(self, on: date, terms: Terms) -> Iterator[Part]:
        member = self.member
        if not self.active:
            yield Part("no longer active in the CRM", NONE, "source")
        if not self.carries_book:
            yield Part(f"{member.role.replace('_', ' ')}, carries no book", NONE, self._setting("role"), "seed 33")
        if self.is_pool:
            yield self._together()
        if member.fte != 1:
            yield Part(f"part time {member.fte:.0%}", Fraction(member.fte), self._setting("fte"), "seed 9")
        if member.experience != 1:
            times = Fraction(member.experience)
            words = f"experience {member.experience.normalize():f} times"
            yield Part(words, times, self._setting("experience"), "seed 9")
        yield from self._duties(terms)
        yield from self._passing(on, terms)

    def _together(self) -> Part:
        setting = f"team.pools.{self.known_as}.members"
        if self.people is None:
            return Part("a pool of unknown size", FULL, setting)
        people = "1 person" if self.people == 1 else f"{self.people.normalize():f} people"
        return Part(f"a pool of {people}", Fraction(self.people), setting)

    def _duties(self, terms: Terms) -> Iterator[Part]:
        shares = {name: share for name, share in {**terms.duties, **self.member.duties}.items() if share}
        if not shares:
            return
        told = listed([f"{name} {share:.0%}" for name, share in shares.items()], len(shares))
        own = [name for name in shares if name in self.member.duties]
        seeds = "seeds 9 and 35" if own else "seeds 35 and 38"
        left = max(NONE, 1 - Fraction(sum(shares.values())))
        yield Part(f"{told} for other duties", left, self._setting("duties") if own else "team.scope", seeds)

    def _passing(self, on: date, terms: Terms) -> Iterator[Part]:
        member = self.member
        if member.leaves_on and on >= member.leaves_on:
            yield Part(f"left on {day(member.leaves_on)}", NONE, self._setting("leaves_on"))
        if away := _leave(member.leave, on):
            back = away.to + timedelta(days=1)
            yield Part(f"on leave until {day(away.to)}", NONE, self._setting("leave"), passes="absence", ends=back)
        if (starts := self.starts_on) is None:
            return
        setting = self._setting("starts_on") if member.starts_on else "capacity.ramp_from_first_customer"
        worked = (on - starts).days
        if worked < 0:
            yield Part(f"starts on {day(starts)}", NONE, setting, passes="absence", ends=starts)
        elif worked < terms.ramp_days:
            since = "first day" if member.starts_on else "first customers"
            words = f"ramping, day {worked} of {terms.ramp_days} ({since} {day(starts)})"
            ends = starts + timedelta(days=terms.ramp_days)
            yield Part(words, Fraction(worked, terms.ramp_days), setting, "seed 31", passes="ramp", ends=ends)


def _leave(leave: tuple[Leave, ...], on: date) -> Leave | None:
    return next((away for away in leave if away.from_ <= on <= away.to), None)


def _product(factors: Iterator[Fraction]) -> Fraction:
    return reduce(mul, factors, FULL)
