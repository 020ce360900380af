"""Says which customers a CSM knows how to look after: by the segments, regions and languages of those they have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from cssync.capacity.rebalance.problem import Flags, Floats, Ints
from cssync.model.book import Book
from cssync.settings.rebalance import Rebalance

TRAITS = ("segment", "region", "language")


@dataclass(frozen=True)
class Skills:
    """Of *books*. *known*: by trait and book, the values that are known; who is not named there may take any."""

    books: Sequence[Book]
    known: Mapping[str, Mapping[str, frozenset[str]]]
    settings: Rebalance

    @classmethod
    def of(cls, customers: pl.DataFrame, books: Sequence[Book], settings: Rebalance) -> Skills:
        share = float(settings.skill_share)
        known = {trait: dict(_common(customers, trait, share)) for trait in TRAITS}
        for book in books:
            if book.segment is not None:
                known["segment"][book.id] = known["segment"].get(book.id, frozenset()) | {book.segment}
        for book in books:
            if not book.accounts:
                _learn(known, book, [mate.id for mate in books if mate.accounts and _alike(mate, book)])
        return cls(books, known, settings)

    def groups(self, customers: pl.DataFrame) -> tuple[Ints, pl.DataFrame]:
        """(the group of each customer, a row of TRAITS for each group): those of one group ask for the same skills."""
        traits = customers.select(TRAITS)
        kinds = traits.unique(maintain_order=True).with_row_index("group")
        groups = traits.join(kinds, on=TRAITS, how="left", nulls_equal=True, maintain_order="left")["group"]
        return groups.to_numpy().astype(np.int64), kinds.select(TRAITS)

    def matches(self, kinds: pl.DataFrame, *, anywhere: bool = False) -> tuple[Flags, Floats]:
        """(groups, books): who may take whom, and the cost of not matching where that is only preferred.

        *anywhere*: as if a region or language that must match were only preferred.
        """
        takes = np.ones((kinds.height, len(self.books)), dtype=bool)
        detour = np.zeros(takes.shape)
        for trait in TRAITS:
            rule = "must" if trait == "segment" else getattr(self.settings, trait)
            rows = [self._knowing(trait, value) for value in kinds[trait]]
            matches = np.array(rows, dtype=bool).reshape(takes.shape)
            if rule == "must" and not (anywhere and trait != "segment"):
                takes &= matches
            elif rule != "ignore":
                detour += np.where(matches, 0.0, float(self.settings.cost.elsewhere))
        return takes, detour

    def _knowing(self, trait: str, value: str | None) -> Flags:
        """Which books know *value*."""
        found = self._flags.get((trait, value))
        if found is None:
            known, own = self.known[trait], {value}
            knows = [value is None or value in known.get(book.id, own) for book in self.books]
            found = self._flags[trait, value] = np.array(knows, dtype=bool)
        return found

    @cached_property
    def _flags(self) -> dict[tuple[str, str | None], Flags]:
        """Those that were asked for: the problems of one night ask for the same ones."""
        return {}


def _learn(known: Mapping[str, dict[str, frozenset[str]]], newcomer: Book, mates: Sequence[str]) -> None:
    """Whoever has no customers yet is taken to know what the *mates* know."""
    for by_book in known.values():
        values = frozenset[str]().union(*(by_book.get(mate, frozenset()) for mate in mates))
        if values and newcomer.id not in by_book:
            by_book[newcomer.id] = values


def _alike(mate: Book, newcomer: Book) -> bool:
    """Of the same team, or where no team is known of the newcomer, with customers of its segment."""
    return mate.team == newcomer.team if newcomer.team else mate.segment == newcomer.segment


def _common(customers: pl.DataFrame, trait: str, share: float) -> Mapping[str, frozenset[str]]:
    """By book: the values that at least *share* of those customers have of whom it is known."""
    counted = customers.lazy().filter(pl.col(trait).is_not_null()).group_by("book_id", trait).len()
    enough = counted.filter(pl.col("len") >= share * pl.col("len").sum().over("book_id"))
    by_book: dict[str, set[str]] = {}
    for book_id, value in enough.select("book_id", trait).collect().iter_rows():
        by_book.setdefault(book_id, set()).add(value)
    return {book_id: frozenset(values) for book_id, values in by_book.items()}
