"""Puts every amount into the one currency in which figures are shown, at the CRM's rates or the operator's."""

from __future__ import annotations

from decimal import Decimal

import polars as pl

from cssync.errors import ConfigError
from cssync.model.money import ExchangeRates
from cssync.model.tables import MONEY
from cssync.settings.model import Money

_EXACT = pl.Decimal(38, 12)


def rates_in_force(crm: ExchangeRates, money: Money) -> ExchangeRates:
    """Units of the shown currency for one unit of each known one; the operator's rates win over the CRM's.

    Raises ConfigError when figures are to be shown in a currency that neither of them knows.
    """
    shown = money.currency or crm.corporate
    rates = _rebased(crm, shown, money)
    sources = {code: crm.sources.get(code, "CRM") for code in rates}
    for code, rate in money.rates.items():
        rates[code] = rate
        sources[code] = "settings money.rates"
    rates[shown] = Decimal(1)
    return ExchangeRates(shown, rates, sources)


def converted(rows: pl.DataFrame, rates: ExchangeRates, unmarked: str) -> pl.DataFrame:
    """*rows* with ``converted``: ``amount`` in the shown currency, half even to the cent; null without a rate.

    Rows without a ``currency`` are in *unmarked*. Order is kept.
    """
    exact = [rate.quantize(Decimal("1e-12")) for rate in rates.rates.values()]
    known = pl.DataFrame({"code": list(rates.rates), "rate": exact}, schema={"code": pl.String(), "rate": _EXACT})
    coded = rows.with_columns(code=pl.col("currency").fill_null(unmarked))
    rated = coded.join(known, on="code", how="left", maintain_order="left")
    product = (pl.col("amount").cast(_EXACT) * pl.col("rate")).round(2, mode="half_to_even").cast(MONEY)
    same = pl.col("code") == rates.corporate
    return rated.with_columns(converted=pl.when(same).then("amount").otherwise(product)).drop("code", "rate")


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
