"""Traces the hours of a book to its customers and what makes each of them more work or less, and those of its CSM."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from cssync.capacity.effort import segment_key
from cssync.capacity.person import CsmCapacity
from cssync.capacity.workload import BookLoad
from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Source, Trace
from cssync.model.book import Book
from cssync.model.wording import count

# A row of the workload's hours, by column.
Hours = Mapping[str, Any]


def load(evidence: Evidence, book: Book) -> Trace:
    """The hours that the customers of *book* take a month, most first: they add up to its load."""
    found = evidence.company.workload.of(book)
    workload = evidence.company.workload
    rows = workload.with_parts(workload.of_book(book.id)).filter(pl.col("base") > 0)
    ordered = rows.sort(["hours", "account_id"], descending=[True, False])
    names = dict(evidence.company.history.customers(book.id).select("account_id", "name").iter_rows())
    parts = tuple(_customer(evidence, row, names[row["account_id"]]) for row in ordered.iter_rows(named=True))
    return Trace(
        "load",
        "Hours a month that its customers take",
        value=found.hours,
        measure=Measure.HOURS,
        count=len(parts),
        says=tuple(_used(found)),
        sources=tuple(evidence.setting(f"capacity.{name}") for name in ("amber_at", "act_at")),
        parts=parts,
        adds_up=True,
    )


def capacity(evidence: Evidence, book: Book) -> Trace:
    """The hours that whoever holds *book* has for customers, and why it is not more."""
    has = evidence.company.staff.capacity(book.id, evidence.company.as_of)
    return Trace(
        "capacity",
        "Hours a month that there are",
        value=has.hours,
        measure=Measure.HOURS,
        says=() if has.hours is not None else ("not known: nobody says how many people work this pool",),
        parts=tuple(_shares(evidence, has)),
    )


def hours(evidence: Evidence, row: Row) -> Trace:
    """What one customer, a row of ``SNAPSHOT``, takes a month: hours of its segment, and what each modifier adds."""
    worked: Hours = evidence.company.workload.account(row["account_id"])
    if not worked["base"]:
        says = "Counted with another account of its group, which takes more."
        return Trace("hours", "Hours a month that it takes", Decimal(0), Measure.HOURS, says=(says,))
    parts = tuple(_part(evidence, row, worked, name) for name in _made_of(evidence, worked))
    return Trace("hours", "Hours a month that it takes", worked["hours"], Measure.HOURS, parts=parts, adds_up=True)


def _customer(evidence: Evidence, row: Hours, name: str | None) -> Trace:
    record = evidence.account({"account_id": row["account_id"], "name": name})
    told = [f"{_number(row['base'])} for {_segment(row)}"]
    told += [f"{_signed(row[part])} {_words(part)}" for part in _made_of(evidence, row) if part != "base"]
    return Trace("hours", record.name, row["hours"], Measure.HOURS, 1, (", ".join(told),), record)


def _used(found: BookLoad) -> Iterator[str]:
    if found.utilisation is not None:
        yield f"{found.utilisation:.0%} of the hours that there are"
    if found.guessed:
        yield f"{count(found.guessed, 'customer')} of a segment that no setting gives hours for: reckoned as others"


def _shares(evidence: Evidence, has: CsmCapacity) -> Iterator[Trace]:
    full = evidence.setting("capacity.productive_hours")
    yield Trace("full_time", "a full-time CSM", has.full, Measure.HOURS, sources=(full,))
    for part in has.parts:
        setting = (evidence.setting(part.setting),) if part.setting != "source" else ()
        share = Decimal(part.times.numerator) / Decimal(part.times.denominator)
        yield Trace(
            "share", part.words, share, Measure.SHARE, says=("of it",), sources=(*setting, *evidence.seeds(part.seed))
        )


def _made_of(evidence: Evidence, row: Hours) -> Iterator[str]:
    return (name for name in evidence.company.workload.effort.parts if name == "base" or row[name])


def _part(evidence: Evidence, row: Row, worked: Hours, name: str) -> Trace:
    effort = evidence.company.workload.effort
    if name == "base":
        says: tuple[str, ...] = (f"an account of {_segment(worked)}",)
        sources: tuple[Source, ...] = (evidence.setting(_base_setting(evidence, worked["segment"])),)
    elif name == "complexity":
        says = (f"product {row['product']}",)
        sources = (evidence.setting(f"limits.complexity.{_product(evidence, row)}"), *evidence.seeds("seed 5"))
    else:
        modifier = effort.modifiers[name]
        says = (f"times {modifier.times.normalize():f}, as {modifier.when}",)
        built_in = name in {field for field in type(effort.capacity.modifiers).model_fields if field != "others"}
        dotted = f"capacity.modifiers.{name}" if built_in else f"capacity.modifiers.others.{name}"
        sources = (evidence.setting(f"{dotted}.times"), evidence.setting(f"{dotted}.when"))
    return Trace(f"hours.{name}", _words(name), worked[name], Measure.HOURS, says=says, sources=sources)


def _base_setting(evidence: Evidence, segment: str | None) -> str:
    table, key = evidence.company.settings.capacity.hours_per_account, segment_key(segment or "")
    own = next((name for name in table.segments if segment_key(name) == key), None)
    if own is not None:
        return f"capacity.hours_per_account.segments.{own}"
    known = (name for name in type(table).model_fields if name not in {"segments", "otherwise"})
    return f"capacity.hours_per_account.{next((name for name in known if segment_key(name) == key), 'otherwise')}"


def _product(evidence: Evidence, row: Row) -> str:
    named = (row["product"] or "").casefold()
    return next((name for name in evidence.company.settings.limits.complexity if name.casefold() == named), named)


def _segment(row: Hours) -> str:
    return str(row["segment"] or "no segment")


def _words(part: str) -> str:
    return "its segment" if part == "base" else part.replace("_", " ")


def _number(hours: Decimal) -> str:
    return f"{hours.normalize():f}"


def _signed(hours: Decimal) -> str:
    return f"{'+' if hours > 0 else ''}{_number(hours)}"
