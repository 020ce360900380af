"""Says what one CSM can carry, and where each limit comes from: CSM > segment > complexity > stage > global.

All but a CSM's own are limits of a full-time CSM who does nothing beside managing accounts, and are scaled for others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from math import floor
from typing import Literal, get_args

from cssync.books.owners import keys_of_book
from cssync.capacity.hours import exact
from cssync.capacity.person import FULL, CsmCapacity, Part
from cssync.model.book import Book
from cssync.model.finding import Limit
from cssync.model.wording import money
from cssync.settings.limits import Limits, LimitSet

Measure = Literal["arr", "accounts", "trend_accounts"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
_SEEDS: dict[Measure, str] = {"arr": "seed 1", "accounts": "seed 2", "trend_accounts": "seed 4"}
_STAGE_SEEDS = {"early": "seed 27", "growth": "seed 22", "sliding": "seed 30"}
# A limit of nothing would be a breach by a first account, whatever takes a CSM's time.
_LEAST = Fraction(1, 100)


def unscaled(_book_id: str | None) -> CsmCapacity:
    """Everybody is a full-time CSM who manages accounts and does nothing else."""
    return CsmCapacity(None, Decimal(0))


@dataclass(frozen=True)
class LimitBook:
    """The limits in force on one day; *origin* tells where a dotted setting was said ("default", or file and line).

    *company_arr*: of all customers, by which a stage chooses. *capacity*: of the owner of a book, or of a full-time CSM
    of whom nothing particular is known where it is asked for None.
    """

    limits: Limits
    origin: Callable[[str], str]
    company_arr: Decimal = Decimal(0)
    currency: str = "USD"
    capacity: Callable[[str | None], CsmCapacity] = unscaled

    def limit(self, book: Book, measure: Measure) -> Limit:
        """The narrowest limit that is set for *book*, one of this day."""
        found = self._narrowest.get((book.id, measure))
        if found is None:
            found = self._narrowest[book.id, measure] = next(self.narrowest_first(book, measure))
        return found

    def typical(self, like: Book, measure: Measure) -> Limit:
        """The limit of a full-time CSM of whom nothing particular is known, with customers like those in *like*."""
        return self._scaled(next(self._for_full_time(like, measure)), measure, None)

    def general(self, measure: Measure) -> Limit:
        """The limit of a book of which nothing particular is known."""
        return self._general[measure]

    @cached_property
    def _narrowest(self) -> dict[tuple[str, Measure], Limit]:
        """Those that were asked for: rules, rooms and the plan ask for the same ones again and again."""
        return {}

    @cached_property
    def _general(self) -> Mapping[Measure, Limit]:
        return {
            measure: self._scaled((self._staged if measure == "arr" else None) or self._global[measure], measure, None)
            for measure in MEASURES
        }

    @cached_property
    def _global(self) -> Mapping[Measure, Limit]:
        return {measure: self._for_everybody(measure) for measure in MEASURES}

    def _for_everybody(self, measure: Measure) -> Limit:
        setting = f"limits.{measure}"
        origin = self.origin(setting)
        seed = _SEEDS[measure] if origin == "default" else None
        return Limit(getattr(self.limits, measure), setting, origin, seed, "for every CSM")

    @cached_property
    def _staged(self) -> Limit | None:
        """The ARR limit that the stage of the company chooses; None below its first step, or without one."""
        stage = self.limits.stage
        steps = {} if stage == "steady" else getattr(self.limits.stages, stage)
        reached = [over for over in sorted(steps) if over == 0 or self.company_arr > over]
        if not reached:
            return None
        over = reached[-1]
        beyond = f" beyond {money(over, self.currency)} of ARR" if over else ""
        origin = self.origin(f"limits.stages.{stage}.{over:f}")
        seed = _STAGE_SEEDS[stage] if origin == "default" else None
        why = f"for every CSM of a company in its {stage} stage{beyond}"
        return Limit(steps[over], "limits.stage", self.origin("limits.stage"), seed, why, moves=True)

    def narrowest_first(self, book: Book, measure: Measure) -> Iterator[Limit]:
        """Yield every limit that is set for *book*: the first holds, the last is the general one."""
        if self.limits.csms:
            keys = keys_of_book(book)
            yield from self._of(self.limits.csms, keys, f"limits.csms.{{}}.{measure}", measure, "of their own")
        for limit in self._for_full_time(book, measure):
            yield self._scaled(limit, measure, book.id)

    def _for_full_time(self, book: Book, measure: Measure) -> Iterator[Limit]:
        if book.segment and self.limits.segments:
            names = frozenset({book.segment.casefold()})
            why = f"for {book.segment}"
            yield from self._of(self.limits.segments, names, f"limits.segments.{{}}.{measure}", measure, why)
        multiplier = self._complexity(book)
        if measure != "arr" and multiplier != 1:
            general = self._global[measure]
            yield Limit(
                Decimal(floor(Fraction(general.value) / multiplier)),
                "limits.complexity",
                self.origin("limits.complexity"),
                "seed 5",
                f"{general.value:f} for products {float(multiplier):.2f} times as complex",
                moves=True,
            )
        if measure == "arr" and (staged := self._staged):
            yield staged
        yield self._global[measure]

    def _of(
        self, sets: dict[str, LimitSet], keys: frozenset[str], setting: str, measure: Measure, why: str
    ) -> Iterator[Limit]:
        for name, limits in sets.items():
            value = getattr(limits, measure)
            if value is not None and name.casefold() in keys:
                dotted = setting.format(name)
                yield Limit(value, dotted, self.origin(dotted), None, why)

    def _scaled(self, limit: Limit, measure: Measure, book_id: str | None) -> Limit:
        """*limit* for someone who has another share of their time for accounts than a full-time CSM."""
        parts = tuple(self._counting(self.capacity(book_id)))
        if not parts:
            return limit
        times = FULL
        for part in parts:
            times *= part.times
        if times == FULL:
            return limit
        value = exact(Fraction(limit.value) * max(times, _LEAST))
        if measure != "arr":
            value = Decimal(max(1, floor(value)))
        told = ", ".join(f"{part.words} ({part.seed})" if part.seed else part.words for part in parts)
        shown = money(limit.value, self.currency) if measure == "arr" else f"{limit.value:f}"
        why = f"{limit.why}: {float(times):.0%} of {shown}, for {told}"
        moves = limit.moves or any(not part.lasts for part in parts)
        return replace(limit, value=value, why=why, moves=moves, full=limit.value)

    def _counting(self, capacity: CsmCapacity) -> Iterator[Part]:
        """The parts that limits follow as hours do (``limits.scale_with_capacity``): never those that end a book."""
        how = self.limits.scale_with_capacity
        for part in capacity.parts:
            if (how != "never" and part.lasts and part.times) or (how == "ramp" and part.passes == "ramp"):
                yield part

    def _complexity(self, book: Book) -> Fraction:
        """The mean multiplier of the book's customers by product; 1 for products without one (seed 5)."""
        if not self.limits.complexity or not book.accounts:
            return FULL
        multipliers = {name.casefold(): value for name, value in self.limits.complexity.items()}
        shares = book.tally.by_product
        weighed = sum((s.accounts * multipliers.get(s.label.casefold(), Decimal(1)) for s in shares), Decimal(0))
        return Fraction(weighed) / book.accounts
