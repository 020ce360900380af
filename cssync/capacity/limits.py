"""Says what one CSM can carry, and where each limit comes from: CSM > segment > complexity > global."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from functools import cached_property
from typing import Literal, get_args

from cssync.books.owners import keys_of_book
from cssync.model.book import Book
from cssync.model.finding import Limit
from cssync.settings.model import Limits, LimitSet

Measure = Literal["arr", "accounts", "trend_accounts"]

MEASURES: tuple[Measure, ...] = get_args(Measure)
_SEEDS: dict[Measure, str] = {"arr": "seed 1", "accounts": "seed 2", "trend_accounts": "seed 4"}


@dataclass(frozen=True)
class LimitBook:
    """The limits in force; *origin* tells where a dotted setting was said ("default", or file and line)."""

    limits: Limits
    origin: Callable[[str], str]

    def limit(self, book: Book, measure: Measure) -> Limit:
        """The narrowest limit that is set for *book*."""
        if not (self.limits.csms or self.limits.segments or self.limits.complexity):
            return self.general(measure)
        return next(self.narrowest_first(book, measure))

    def general(self, measure: Measure) -> Limit:
        """The limit of a book of which nothing particular is known."""
        return self._general[measure]

    @cached_property
    def _general(self) -> Mapping[Measure, Limit]:
        return {measure: self._of_all(measure) for measure in _SEEDS}

    def _of_all(self, measure: Measure) -> Limit:
        setting = f"limits.{measure}"
        origin = self.origin(setting)
        seed = _SEEDS[measure] if origin == "default" else None
        return Limit(getattr(self.limits, measure), setting, origin, seed, "for every CSM")

    def narrowest_first(self, book: Book, measure: Measure) -> Iterator[Limit]:
        """Yield every limit that is set for *book*: the first holds, the last is the general one."""
        if self.limits.csms:
            keys = keys_of_book(book)
            yield from self._of(self.limits.csms, keys, f"limits.csms.{{}}.{measure}", measure, "of their own")
        if book.segment and self.limits.segments:
            names = frozenset({book.segment.casefold()})
            why = f"for {book.segment}"
            yield from self._of(self.limits.segments, names, f"limits.segments.{{}}.{measure}", measure, why)
        multiplier = self._complexity(book)
        if measure != "arr" and multiplier != 1:
            general = self.general(measure)
            divided = (general.value / multiplier).to_integral_value(ROUND_FLOOR)
            yield Limit(
                divided,
                "limits.complexity",
                self.origin("limits.complexity"),
                "seed 5",
                f"{general.value:f} for products {multiplier:.2f} times as complex",
            )
        yield self.general(measure)

    def _of(
        self, sets: dict[str, LimitSet], keys: frozenset[str], setting: str, measure: Measure, why: str
    ) -> Iterator[Limit]:
        for name, limits in sets.items():
            value = getattr(limits, measure)
            if value is not None and name.casefold() in keys:
                dotted = setting.format(name)
                yield Limit(value, dotted, self.origin(dotted), None, why)

    def _complexity(self, book: Book) -> Decimal:
        """The mean multiplier of the book's customers by product; 1 for products without one (seed 5)."""
        multipliers = {name.casefold(): value for name, value in self.limits.complexity.items()}
        if not multipliers or not book.accounts:
            return Decimal(1)
        shares = book.tally.by_product
        weighed = sum((s.accounts * multipliers.get(s.label.casefold(), Decimal(1)) for s in shares), Decimal(0))
        return weighed / book.accounts
