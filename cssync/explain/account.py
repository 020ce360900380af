"""Explains one account: what was read, what was made of it, and in which sums and alerts it appears."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from cssync.explain.customers import condition, seen, shown
from cssync.explain.deals import open_deals
from cssync.explain.evidence import Evidence, Row
from cssync.explain.group import group
from cssync.explain.load import hours
from cssync.explain.ownership import placed
from cssync.explain.past import known
from cssync.explain.portfolio import place, touch
from cssync.explain.revenue import arr
from cssync.explain.trace import Explanation, Measure, Trace
from cssync.explain.warnings import alerts, problems
from cssync.model.book import Tally
from cssync.model.tables import ACCOUNTS
from cssync.model.wording import day, exact_money

# Told elsewhere: whose record it is, and what it is worth.
_TOLD = ("account_id", "name")


def explain_account(evidence: Evidence, row: Row) -> Explanation:
    """*row*: of ``SNAPSHOT``."""
    return Explanation(
        about="account",
        subject=evidence.account(row),
        headline=f"{evidence.account(row).name}: {_headline(evidence, row)}",
        basis=evidence.basis,
        traces=tuple(_chapters(evidence, row)),
    )


def explain_gone(evidence: Evidence, account_id: str) -> Explanation:
    """An account that is remembered, but that the CRM no longer lists."""
    record = evidence.account({"account_id": account_id, "name": None})
    gone = f"{account_id}: no longer in the CRM, and in no sum"
    return Explanation("account", record, gone, evidence.basis, (_spells(evidence, account_id),))


def _headline(evidence: Evidence, row: Row) -> str:
    if not row["is_customer"]:
        return "no customer, and in no sum"
    worth = "ARR unknown" if row["arr"] is None else f"{exact_money(row['arr'], evidence.company.currency)} of ARR"
    return f"a customer with {worth}, in the book of {evidence.called(row['book_id'])}"


def _chapters(evidence: Evidence, row: Row) -> Iterator[Trace]:
    yield _read(evidence, row)
    yield _counts(evidence, row)
    yield arr(evidence, row)
    yield group(evidence, row)
    yield placed(evidence, row)
    if row["is_customer"]:
        yield _sums(evidence, row)
        yield hours(evidence, row)
        yield place(evidence, row)
        yield from filter(None, (touch(evidence, row),))
        yield alerts(evidence, row["book_id"])
    yield open_deals(evidence, row["account_id"])
    yield _spells(evidence, row["account_id"])
    id_ = [row["account_id"]]
    deals = evidence.snapshot.opportunities.filter(pl.col("account_id") == row["account_id"])["opportunity_id"]
    found = problems(evidence, {"account": id_, "ownership": id_, "opportunity": deals})
    if found is not None:
        yield found


def _read(evidence: Evidence, row: Row) -> Trace:
    """Every field that the source was asked for, and what it said."""
    parts = []
    for column in ACCOUNTS:
        field = evidence.fields.account(column)
        if field is not None and column not in _TOLD:
            says = (*_held(row, column), f"taken as {column}", *filter(None, (field.where,)))
            parts.append(Trace(f"field.{column}", field.name, says=says))
    return Trace("read", "What was read", record=evidence.account(row), parts=tuple(parts))


def _held(row: Row, column: str) -> Iterator[str]:
    if column == "churned_on" and row["leaving_on"] is not None:
        yield f"{day(row['leaving_on'])}, which is yet to come: until then it is no churn"
    else:
        yield shown(row[column])


def _counts(evidence: Evidence, row: Row) -> Trace:
    is_customer = bool(row["is_customer"])
    holds = "holds" if is_customer else "does not hold"
    says = [f"{seen(evidence, row)}: {condition(evidence)} {holds}."]
    if _decided_now(evidence, row) != is_customer:
        says.append("The condition has been changed since that night; the next one goes by what it is now.")
    return Trace("is_customer", "Why it counts" if is_customer else "Why it does not count", says=tuple(says),
                 sources=(evidence.setting("customers.where"),))  # fmt: skip


def _decided_now(evidence: Evidence, row: Row) -> bool:
    where = pl.sql_expr(evidence.company.settings.customers.where).fill_null(value=False)
    table = evidence.snapshot.table
    return bool(table.filter(pl.col("account_id") == row["account_id"]).select(where).item())


def _sums(evidence: Evidence, row: Row) -> Trace:
    """The totals that it is a part of, and how large a part."""
    books = evidence.company.books
    book = evidence.books[row["book_id"]]
    sums: list[tuple[str, str, Tally]] = [("sum.book", f"the book of {book.name}", book.tally)]
    for key, label, groups in (
        ("sum.team", book.team, books.teams),
        ("sum.manager", book.manager, books.managers),
        ("sum.segment", row["segment"], books.segments),
    ):
        sums += [
            (key, f"{key.removeprefix('sum.')} {label}", one.tally) for one in groups if one.label == label and label
        ]
    sums.append(("sum.company", "all books", books.totals))
    return Trace("sums", "In which sums", parts=tuple(_sum(row, *each) for each in sums))


def _sum(row: Row, key: str, title: str, tally: Tally) -> Trace:
    says = (f"{row['arr'] / tally.arr:.1%} of its ARR",) if row["arr"] and tally.arr else ()
    return Trace(key, title, tally.arr, Measure.MONEY, tally.accounts, says)


def _spells(evidence: Evidence, account_id: str) -> Trace:
    """All that is known of it through time, the latest first."""
    timeline = evidence.company.history.timeline
    spells = timeline.spells.filter(pl.col("account_id") == account_id).sort("valid_from", descending=True)
    parts = tuple(_spell(evidence, spell) for spell in spells.iter_rows(named=True))
    return Trace("spells", "Through time", says=tuple(known(evidence)), parts=parts)


def _spell(evidence: Evidence, spell: Row) -> Trace:
    until = f" until {day(spell['valid_to'])}" if spell["valid_to"] else ", still so"
    states = (
        f"in the book of {evidence.called(spell['book_id'])}",
        "a customer" if spell["is_customer"] else "no customer",
        spell["lifecycle"],
        spell["segment"],
        f"in the group {spell['unit_id']}" if spell["unit_id"] != spell["account_id"] else None,
    )
    return Trace(
        "spell",
        f"from {day(spell['valid_from'])}{until}",
        spell["arr"],
        Measure.MONEY,
        says=(", ".join(filter(None, states)),),
    )
