"""Traces the ARR of an account to the amounts in the CRM that it was made of."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.explain.evidence import Evidence, Row
from cssync.explain.trace import Measure, Source, Trace
from cssync.model.wording import day


def arr(evidence: Evidence, row: Row) -> Trace:
    """The ARR of one account, a row of ``SNAPSHOT``; its parts, where there are any, are opportunities."""
    if evidence.company.settings.customers.arr.from_ == "won_opportunities":
        return _from_opportunities(evidence, row)
    return Trace(
        "arr",
        "ARR",
        value=row["arr"],
        measure=Measure.MONEY,
        says=tuple(_unknown(evidence, row)) if row["arr"] is None else (),
        conversion=evidence.conversion(row["amount"], row["currency"]),
        sources=read_from(evidence),
    )


def read_from(evidence: Evidence) -> tuple[Source, ...]:
    """The fields that hold amounts and their currencies."""
    fields, customers = evidence.fields, evidence.company.settings.customers
    if customers.arr.from_ == "field":
        found = (fields.account("amount"), fields.account("currency"))
    else:
        found = (fields.opportunity("amount"), fields.opportunity("currency"))
    settings = (evidence.setting("customers.arr.from"),) if customers.arr.from_ != "field" else ()
    return (*(source for source in found if source), *settings)


def _unknown(evidence: Evidence, row: Row) -> Iterator[str]:
    """Why the ARR of an account is not known."""
    field = evidence.fields.account("amount")
    named = field.name if field else "the amount"
    if row["amount"] is not None:
        code = row["currency"] or evidence.snapshot.crm_currency
        yield f"unknown, and in no sum: {row['amount']:,.2f} {code}, and there is no rate for {code}"
        return
    problem = next(
        (
            f"{value!r} is {reason}" if value else reason
            for field_, value, reason in evidence.problems("account", [row["account_id"]])
            .select("field", "value", "reason")
            .iter_rows()
            if field is not None and field.name.endswith(f".{field_}")
        ),
        None,
    )
    yield f"unknown, and in no sum: {named}: {problem}" if problem else f"unknown, and in no sum: {named} is empty"


def _from_opportunities(evidence: Evidence, row: Row) -> Trace:
    deals = evidence.recurring.get(row["account_id"])
    parts = tuple(_deal(evidence, deal) for deal in deals.iter_rows(named=True)) if deals is not None else ()
    known = all(part.value is not None for part in parts)
    says: tuple[str, ...] = () if parts else ("no won opportunity is in force",)
    if not known:
        says = ("unknown, and in no sum: an opportunity could not be valued, and a part is not the sum",)
    return Trace(
        "arr",
        "ARR",
        value=row["arr"],
        measure=Measure.MONEY,
        says=says,
        sources=read_from(evidence),
        parts=tuple(sorted(parts, key=lambda part: -(part.value or Decimal(0)))),
        adds_up=bool(parts) and known,
    )


def _deal(evidence: Evidence, deal: Row) -> Trace:
    begins, ends = deal["starts_on"] or deal["close_on"], deal["ends_on"]
    lasts = f"in force since {day(begins)}" + (f", until {day(ends)}" if ends else "")
    unvalued: tuple[str, ...] = ()
    if deal["value"] is None:
        held = f"{deal['amount']:,.2f}" if deal["amount"] is not None else "no amount"
        unvalued = (f"{held}, {deal['currency'] or evidence.snapshot.crm_currency}: cannot be valued",)
    record = evidence.opportunity(deal)
    return Trace(
        "opportunity",
        record.name,
        value=deal["value"],
        measure=Measure.MONEY,
        says=(lasts, *unvalued),
        record=record,
        conversion=evidence.conversion(deal["amount"], deal["currency"], deal["close_on"]),
    )
