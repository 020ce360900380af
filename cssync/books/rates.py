"""Puts every amount into the one currency in which figures are shown, at the CRM's rates or the operator's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

import polars as pl

from cssync.errors import ConfigError
from cssync.model.money import ExchangeRates
from cssync.model.tables import MONEY
from cssync.settings.model import Money

_EXACT = pl.Decimal(38, 12)

# (first day, rate), in order of days; the first one holds before its day too.
Course = Sequence[tuple[date, Decimal]]


def rates_in_force(crm: ExchangeRates, money: Money) -> ExchangeRates:
    """Units of the shown currency for one unit of each known one; the operator's rates win over the CRM's, dated ones
    too: whoever sets a rate means every day.

    Raises ConfigError when figures are to be shown in a currency that neither of them knows.
    """
    shown = money.currency or crm.corporate
    rates = _rebased(crm, shown, money)
    dated = _rebased_courses(crm, shown, money)
    sources = {code: crm.sources.get(code, "CRM") for code in rates}
    for code, rate in money.rates.items():
        rates[code] = rate
        sources[code] = "settings money.rates"
    rates[shown] = Decimal(1)
    lasting = {shown, *money.rates}
    return ExchangeRates(shown, rates, sources, {code: dated[code] for code in dated if code not in lasting})


def converted(rows: pl.DataFrame, rates: ExchangeRates, unmarked: str, *, on: str | None = None) -> pl.DataFrame:
    """*rows* with ``converted``: ``amount`` in the shown currency, half even to the cent; null without a rate.

    Rows without a ``currency`` are in *unmarked*. *on*: the column of days by which dated rates are taken; without it,
    or where it is null, today's holds. Order is kept.
    """
    coded = rows.with_columns(code=pl.col("currency").fill_null(unmarked))
    rated = _rated(coded, rates.rates)
    if on is not None and rates.dated:
        rated = _rated_by_day(rated, rates.dated, on)
    product = (pl.col("amount").cast(_EXACT) * pl.col("rate")).round(2, mode="half_to_even").cast(MONEY)
    same = pl.col("code") == rates.corporate
    return rated.with_columns(converted=pl.when(same).then("amount").otherwise(product)).drop("code", "rate")


def _rated(coded: pl.DataFrame, rates: Mapping[str, Decimal]) -> pl.DataFrame:
    known = {"code": list(rates), "rate": [_exact(rate) for rate in rates.values()]}
    table = pl.DataFrame(known, schema={"code": pl.String(), "rate": _EXACT})
    return coded.join(table, on="code", how="left", maintain_order="left")


def _rated_by_day(rated: pl.DataFrame, dated: Mapping[str, Course], on: str) -> pl.DataFrame:
    """*rated* with the rate of the day in place of today's, where the day is known and its currency's rate dated."""
    entries = [
        (code, day if number else date.min, _exact(rate))
        for code, course in dated.items()
        for number, (day, rate) in enumerate(course)
    ]
    table = pl.DataFrame(entries, {"code": pl.String(), "since": pl.Date(), "of_day": _EXACT}, orient="row")
    numbered = rated.with_row_index("row")
    found = (
        numbered.select("row", "code", day=on)
        .drop_nulls()
        .sort("day")
        .join_asof(table.sort("since"), left_on="day", right_on="since", by="code", check_sortedness=False)
    )
    return (
        numbered.join(found.select("row", "of_day"), on="row", how="left", maintain_order="left")
        .with_columns(rate=pl.coalesce("of_day", "rate"))
        .drop("row", "of_day")
    )


def _exact(rate: Decimal) -> Decimal:
    return rate.quantize(Decimal("1e-12"))


def _rebased(crm: ExchangeRates, shown: str, money: Money) -> dict[str, Decimal]:
    known = {**crm.rates, crm.corporate: Decimal(1)}
    if shown == crm.corporate:
        return known
    if shown in known:
        return {code: rate / known[shown] for code, rate in known.items()}
    if crm.corporate in money.rates:
        return {code: rate * money.rates[crm.corporate] for code, rate in known.items()}
    raise ConfigError(
        f"money.currency is {shown}, but neither the CRM nor the settings know its rate against {crm.corporate}",
        remedy=f"set money.rates.{crm.corporate} to what one {crm.corporate} is worth in {shown}",
    )


def _rebased_courses(crm: ExchangeRates, shown: str, money: Money) -> dict[str, tuple[tuple[date, Decimal], ...]]:
    """The CRM's dated rates in terms of *shown*; where that is dated itself, every other currency becomes so."""
    if shown == crm.corporate:
        return {code: tuple(course) for code, course in crm.dated.items() if course}
    known = {**crm.rates, crm.corporate: Decimal(1)}
    if shown not in known:
        factor = money.rates[crm.corporate]
        return {code: tuple((day, rate * factor) for day, rate in course) for code, course in crm.dated.items()}
    one = crm.dated.get(shown) or ((date.min, known[shown]),)
    found = {}
    for code in known.keys() | crm.dated.keys():
        course = crm.dated.get(code) or ((date.min, known[code]),)
        days = sorted({day for day, _ in (*course, *one)})
        if len(days) > 1 or code in crm.dated:
            found[code] = tuple((day, _on(course, day) / _on(one, day)) for day in days)
    return found


def _on(course: Course, day: date) -> Decimal:
    return next((rate for since, rate in reversed(course) if since <= day), course[0][1])
