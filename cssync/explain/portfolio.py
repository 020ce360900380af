"""Traces in which quadrant a customer is, and what touch the size of its deal gets, to the figures they rest on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

from cssync.capacity.portfolio import Quadrant
from cssync.capacity.touch import covers, touch_of
from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Trace
from cssync.model.book import Book
from cssync.model.wording import count, day, exact_money

_PROFIT = {True: "ARR less what its hours cost a year", False: "ARR; what its hours cost is not known"}


def mix(evidence: Evidence, book: Book) -> Trace:
    """What *book* is made of, cut in several ways: each adds up to the whole (seed 11)."""
    cuts = {
        "By segment": book.tally.by_segment,
        "By deal size": book.tally.by_deal_size,
        "By lifecycle": book.tally.by_lifecycle,
        "By product": book.tally.by_product,
    }
    parts = [
        Trace(
            f"mix.{title.removeprefix('By ').replace(' ', '_')}", title, book.arr, Measure.MONEY, book.accounts,
            parts=tuple(Trace("share", part.label, part.arr, Measure.MONEY, part.accounts) for part in shares),
            adds_up=True,
        )
        for title, shares in cuts.items()
    ]  # fmt: skip
    return Trace("mix", "What it is made of", parts=(*parts, _quadrants(evidence, book), _touch(evidence, book)))


def place(evidence: Evidence, row: Row) -> Trace:
    """The quadrant of one customer, a row of ``SNAPSHOT``, and the figures that put it there (seed 15)."""
    portfolio = evidence.company.portfolio
    mine = (pl.col("unit_id") == row["unit_id"]) & (pl.col("book_id") == row["book_id"])
    placed: Mapping[str, Any] = portfolio.placed.row(by_predicate=mine, named=True)
    quadrant = Quadrant(placed["quadrant"]) if placed["quadrant"] else None
    says = (f"{quadrant}: {quadrant.advice}",) if quadrant else (_unplaced(evidence, placed),)
    parts = [
        Trace("profit", _PROFIT[portfolio.costed], placed["profit"], Measure.MONEY,
              says=(f"profitable from {exact_money(portfolio.profit_cut, evidence.company.currency)}",),
              sources=(evidence.setting("portfolio.profitable_from"),)),
        Trace("before", f"ARR on {day(portfolio.since)}, or at first", placed["before"], Measure.MONEY),
        Trace("on_offer", "in open deals that are no renewals", placed["on_offer"], Measure.MONEY,
              sources=(evidence.setting("deals.renewal"),)),
        Trace("growth", "growth", says=(_growth(placed["growth"]), f"grows above {portfolio.growth_cut:.1%}"),
              sources=(evidence.setting("portfolio.growing_over"),)),
    ]  # fmt: skip
    return Trace("quadrant", "Its place in the portfolio", says=says, sources=evidence.seeds("seed 15"),
                 parts=tuple(parts))  # fmt: skip


def touch(evidence: Evidence, row: Row) -> Trace | None:
    """What the size of its deal gets it; None where its ARR is not known."""
    if row["arr"] is None:
        return None
    band = touch_of(row["arr"])
    says = (f"{band.label}: {band.approach.value}", band.words)
    return Trace("touch", "The touch that it gets", says=says, sources=evidence.seeds(band.seeds))


def _quadrants(evidence: Evidence, book: Book) -> Trace:
    portfolio = evidence.company.portfolio
    parts = tuple(
        Trace("quadrant", part.quadrant.value, part.arr, Measure.MONEY, part.accounts, says=(part.quadrant.advice,))
        for part in portfolio.mix(book.id)
    )
    says = () if parts else ("ARR is known for too few days to tell",)
    return Trace("mix.quadrant", "By quadrant", says=says, sources=evidence.seeds("seed 15"), parts=parts)


def _touch(evidence: Evidence, book: Book) -> Trace:
    rows = evidence.company.portfolio.placed.filter(pl.col("book_id") == book.id)
    parts = tuple(
        Trace(
            "touch", cover.touch.label, cover.arr, Measure.MONEY, cover.accounts,
            says=(f"{cover.touch.approach.value}: {cover.touch.words}",
                  f"one CSM can look after {count(cover.most, 'customer')} like these"),
        )
        for cover in covers(rows["arr"])
    )  # fmt: skip
    return Trace("mix.touch", "By touch", sources=evidence.seeds("seeds 17 and 18"), parts=parts)


def _unplaced(evidence: Evidence, placed: Mapping[str, Any]) -> str:
    if placed["arr"] is None:
        return "in none: its ARR is not known"
    return f"in none: ARR is known from {day(evidence.company.portfolio.since)} on, too few days to tell"


def _growth(rate: float | None) -> str:
    if rate is None:
        return "not known"
    return "from nothing" if rate == float("inf") else f"{rate:+.1%}"
