"""A company that lives through two hundred days in an emulated CRM, and what was true of it at the close of each."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Protocol

DAYS = 200
TODAY = date(2026, 11, 22)
FIRST = TODAY - timedelta(days=DAYS)
CSMS = ("dana", "sam", "ana", "tom")
UNASSIGNED = "unassigned"


@dataclass(frozen=True)
class State:
    """What the CRM holds of an account."""

    csm: str | None
    arr: Decimal | None
    lifecycle: str | None = "live"
    churned_on: date | None = None

    def is_customer(self, day: date) -> bool:
        churned = self.churned_on is not None and self.churned_on <= day
        return not churned and self.arr is not None and self.arr > 0


class Crm(Protocol):
    """An emulated CRM with a clock of its own."""

    clock: datetime

    def add(self, name: str, state: State) -> None: ...

    def change(self, name: str, state: State) -> None: ...

    def purge(self, name: str) -> None: ...


Book = tuple[int, Decimal]
Turn = tuple[str, str, date]


@dataclass
class Life:
    """*days*: the state of every account at the close of each day; those purged later are in none."""

    crm: Crm
    chance: random.Random
    now: dict[str, State] = field(default_factory=dict)
    days: dict[date, dict[str, State]] = field(default_factory=dict)

    def live(self) -> Life:
        for _ in self.days_passing():
            pass
        return self

    def days_passing(self) -> Iterator[date]:
        """Live one day after the other; each is told when it is over."""
        self._at(FIRST - timedelta(days=300), 9)
        for number in range(14):
            self._arrive(f"old{number}")
        for offset in range(DAYS + 1):
            day = FIRST + timedelta(days=offset)
            self._day(day, offset)
            self.days[day] = dict(self.now)
            yield day

    def books(self, day: date) -> dict[str, Book]:
        """Customers and their ARR by CSM, at the close of *day*."""
        found: dict[str, Book] = {}
        for name, state in self.days[day].items():
            if name in self.now and state.is_customer(day):
                accounts, arr = found.get(state.csm or UNASSIGNED, (0, Decimal(0)))
                found[state.csm or UNASSIGNED] = (accounts + 1, arr + (state.arr or 0))
        return found

    def stages(self, day: date) -> dict[str, str | None]:
        """The lifecycle of every account that was there."""
        return {name: state.lifecycle for name, state in self.days[day].items() if name in self.now}

    def turns(self) -> tuple[list[Turn], list[Turn]]:
        """(who became a customer, who stopped being one) since the first day, with the CSM and the day."""
        came: list[Turn] = []
        left: list[Turn] = []
        for day in list(self.days)[1:]:
            before, after = self.days[day - timedelta(days=1)], self.days[day]
            for name in self.now:
                was = name in before and before[name].is_customer(day - timedelta(days=1))
                is_ = name in after and after[name].is_customer(day)
                if is_ and not was:
                    came.append((name, after[name].csm or UNASSIGNED, day))
                if was and not is_:
                    left.append((name, before[name].csm or UNASSIGNED, day))
        return came, left

    def over_since(self, csm: str, limit: int) -> date | None:
        """First day of the unbroken stretch up to now with more than *limit* customers; None where it has no start."""
        start: date | None = None
        for day in reversed(self.days):
            if self.books(day).get(csm, (0, Decimal(0)))[0] <= limit:
                return start
            start = day
        return None

    def _at(self, day: date, hour: int) -> None:
        self.crm.clock = datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)

    def _day(self, day: date, offset: int) -> None:
        if offset == 0:
            # From here on something of each kind is on record.
            self._at(day, 0)
            self._change("old0", csm="tom" if self.now["old0"].csm != "tom" else "ana", arr=Decimal("77.70"))
            self._change("old0", lifecycle="onboarding")
        for hour in sorted(self.chance.sample(range(1, 23), self.chance.choice((0, 0, 1, 1, 2, 3)))):
            self._at(day, hour)
            self._something(day)
        if offset in {60, 120}:
            self._at(day, 23)
            self._arrive(f"new{offset}")
        if offset == 150:
            self.crm.purge("old9")
            del self.now["old9"]

    def _something(self, day: date) -> None:
        name = self.chance.choice(sorted(self.now))
        state = self.now[name]
        match self.chance.randrange(12):
            case 0 | 1 | 2:
                self._change(name, csm=self.chance.choice([csm for csm in (*CSMS, None) if csm != state.csm]))
            case 3 | 4 | 5:
                self._change(name, arr=self._amount())
            case 6:
                self._change(name, arr=None)
            case 7:
                self._change(name, lifecycle=self.chance.choice(("live", "at_risk", "onboarding", None)))
            case 8 if state.churned_on is None:
                self._change(name, churned_on=day, arr=Decimal(0))
            case 9 if state.churned_on is None:
                # Announced, or told late: the amount stands until someone tidies up.
                self._change(name, churned_on=day + timedelta(days=self.chance.choice((0, 0, 12))))
            case 10 if state.churned_on and state.arr == 0:
                self._change(name, churned_on=None, arr=self._amount())
            case 11:
                # There and back again within the hour: nothing has happened at the close of the day.
                self._change(name, csm=None if state.csm else "sam", arr=Decimal("1.01"))
                self.crm.clock += timedelta(minutes=20)
                self._change(name, csm=state.csm, arr=state.arr)
            case _:
                self._arrive(f"late{len(self.now)}-{day}")

    def _arrive(self, name: str) -> None:
        state = State(self.chance.choice((*CSMS, None)), self.chance.choice((self._amount(), self._amount(), None)))
        if name not in self.now:
            self.now[name] = state
            self.crm.add(name, state)

    def _change(self, name: str, **values: object) -> None:
        self.now[name] = replace(self.now[name], **values)  # type: ignore[arg-type]  # fields of State by their names
        self.crm.change(name, self.now[name])

    def _amount(self) -> Decimal:
        return Decimal(self.chance.randrange(1, 9_000_000)) / 100


def differing(
    days: Iterable[date], found: Callable[[date], object], true: Callable[[date], object]
) -> list[tuple[date, object, object]]:
    """The days on which *found* is not *true*, with both."""
    return [(day, found(day), true(day)) for day in days if found(day) != true(day)]
