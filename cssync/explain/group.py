"""Traces as what an account counts: by itself, or with the others of its group under one ultimate parent."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import polars as pl

from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Trace
from cssync.model.wording import count


def group(evidence: Evidence, row: Row) -> Trace:
    """*row*: of ``SNAPSHOT``. Its parts are the accounts that count with it, in its own book and in others."""
    counted_by = evidence.setting("customers.count_by")
    field = evidence.fields.account("parent_id")
    sources = (counted_by, field) if field else (counted_by,)
    says = [" under ".join(_way_up(evidence, row))] if row["parent_id"] else ["It has no parent."]
    if evidence.company.settings.customers.count_by == "account":
        says.append("Each account counts by itself.")
        return Trace("unit", "As what it counts", says=tuple(says), sources=sources)
    members = evidence.company.books.customers.filter(pl.col("unit_id") == row["unit_id"])
    members = members.sort(["arr", "account_id"], descending=[True, False], nulls_last=True)
    parts = tuple(_member(evidence, member) for member in members.iter_rows(named=True))
    total = sum((part.value for part in parts if part.value is not None), Decimal(0))
    says.append(
        f"The group {row['unit_id']} has {count(len(parts), 'customer account')}; those of one book count as one."
    )
    return Trace("unit", "As what it counts", total, Measure.MONEY, says=tuple(says), sources=sources, parts=parts,
                 adds_up=True)  # fmt: skip


def _way_up(evidence: Evidence, row: Row) -> Iterator[str]:
    """Yield the account and its parents, up to the last one or round a circle once."""
    yield row["name"] or row["account_id"]
    passed, above = {row["account_id"]}, row["parent_id"]
    while above is not None:
        parent = evidence.row(above)
        name = (parent["name"] or above) if parent else "an account that is not among those read"
        if above in passed:
            yield f"{name} again: the parents run in a circle"
            return
        passed.add(above)
        yield f"{name} ({above})"
        above = parent["parent_id"] if parent else None


def _member(evidence: Evidence, row: Row) -> Trace:
    record = evidence.account(row)
    where = f"in the book of {evidence.called(row['book_id'])}"
    return Trace("account", record.name, row["arr"], Measure.MONEY, says=(where,), record=record)
