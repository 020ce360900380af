"""Which limit a book is held to in the end, and which wider ones it wins over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cssync.capacity.company import Company
from cssync.capacity.limits import MEASURES, Measure
from cssync.model.book import Book
from cssync.model.finding import Limit
from cssync.model.wording import money

_NOUNS: dict[Measure, str] = {"arr": "of ARR", "accounts": "accounts", "trend_accounts": "accounts ahead"}


@dataclass(frozen=True, slots=True)
class InForce:
    """*limit* holds; *over*: the wider ones that it wins over, the narrowest first. *amount*: "50 accounts"."""

    measure: Measure
    limit: Limit
    over: tuple[Limit, ...]
    amounts: tuple[str, ...]

    @property
    def amount(self) -> str:
        return self.amounts[0]

    @property
    def is_general(self) -> bool:
        """Nothing narrower is set."""
        return not self.over

    @property
    def words(self) -> str:
        """50 accounts for every CSM (limits.accounts, seed 2, default)"""
        holds, *others = self.amounts
        won = "".join(
            f", before {amount} {other.why} ({other.setting})" for amount, other in zip(others, self.over, strict=True)
        )
        return f"{holds} {self.limit.why} ({_source(self.limit)}){won}"


def in_force(company: Company, book: Book) -> Iterator[InForce]:
    """Yield what holds for the ARR, the accounts and the accounts ahead of *book*, and why."""
    for measure in MEASURES:
        limit, *over = company.limits.narrowest_first(book, measure)
        amounts = tuple(_amount(company, measure, each) for each in (limit, *over))
        yield InForce(measure, limit, tuple(over), amounts)


def _amount(company: Company, measure: Measure, limit: Limit) -> str:
    figure = money(limit.value, company.currency) if measure == "arr" else f"{limit.value:f}"
    return f"{figure} {_NOUNS[measure]}"


def _source(limit: Limit) -> str:
    return ", ".join(part for part in (limit.setting, limit.seed, limit.origin) if part)
