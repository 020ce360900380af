"""Reads amounts of money exactly, a column at a time.

Numbers come out as ``MONEY``; more than two decimals are rounded half to even. A float is taken at its shortest
decimal form, so 0.1 is 0.10. Thousands may be grouped wherever the decimal mark leaves no doubt: under "." by
commas ("1,234.50", and "12,34,567" as India writes it), under "," by points ("1.234,50"), under both by spaces
and apostrophes. The last group has three digits, so "1,23" under "." is not read: it may be 1.23 or a slip.

An amount may carry its currency ("€1,200", "1200 EUR"). It then has to agree with the record's own currency, and
stands in where the record has none and the sign means one currency only ("$" does not).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

import polars as pl

from connectors.canonical.cells import text
from cssync.model.tables import MONEY

LARGEST = Decimal(1_000_000_000_000)

_DOLLARS = ("USD", "AUD", "CAD", "NZD", "SGD", "HKD", "MXN", "TWD", "ARS", "CLP", "COP", "BRL")
_SIGNS: dict[str, tuple[str, ...]] = {
    "$": _DOLLARS,
    "US$": ("USD",),
    "CA$": ("CAD",),
    "C$": ("CAD",),
    "A$": ("AUD",),
    "NZ$": ("NZD",),
    "S$": ("SGD",),
    "HK$": ("HKD",),
    "R$": ("BRL",),
    "€": ("EUR",),
    "£": ("GBP",),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₩": ("KRW",),
    "₪": ("ILS",),
    "₺": ("TRY",),
    "₴": ("UAH",),
    "₫": ("VND",),
    "₱": ("PHP",),
    "₽": ("RUB",),
    "₦": ("NGN",),
    "฿": ("THB",),
}
_UNIT = "[A-Z]{3}|" + "|".join(re.escape(sign) for sign in sorted(_SIGNS, key=len, reverse=True))
_SPACES = "[\u00a0\u2007\u2009\u202f]"  # no-break, figure, thin and narrow no-break space
_MINUSES = "[\u2212\u2013\ufe63\uff0d]"
_NOT_FINITE = r"(?i)^[-+]?(nan|inf|infinity)$"


@dataclass(frozen=True, slots=True)
class Amounts:
    """*currency*: the record's own, or the one that its amount is written in. *reasons* as in ``cells.Column``."""

    values: pl.Series
    currency: pl.Series
    reasons: pl.Series


def amounts(cells: pl.Series, currency: pl.Series, *, decimal_mark: str, at_least: Decimal) -> Amounts:
    """Read *cells*; *currency* holds each record's code, or null. At most ``LARGEST`` either way is believed."""
    written = text(cells) if cells.dtype == pl.String else cells
    number = _exact(written, decimal_mark)
    odd = (written.is_not_null() & ~number.is_between(at_least, LARGEST).fill_null(value=False)).arg_true()
    reason = pl.Series("reason", [None], dtype=pl.String).new_from_index(0, len(cells))
    if odd.is_empty():
        return Amounts(number, currency, reason)
    few = pl.DataFrame(
        {
            "words": written.gather(odd).cast(pl.String, strict=False),
            "number": number.gather(odd),
            "currency": currency.gather(odd),
        }
    )
    judged = _as_people_write(few, decimal_mark).select(
        pl.coalesce("currency", _code()).alias("currency"),
        "number",
        _why(decimal_mark, at_least).alias("why"),
    )
    return Amounts(
        number.clone().scatter(odd, judged["number"].set(judged["why"].is_not_null(), None)),
        currency.clone().scatter(odd, judged["currency"]),
        reason.scatter(odd, judged["why"]),
    )


def _why(decimal_mark: str, at_least: Decimal) -> pl.Expr:
    """Why an amount was not read, or is not believed; null where it is."""
    words, number = pl.col("words"), pl.col("number")
    unread = words.is_not_null() & number.is_null()
    huge = words.cast(pl.Float64, strict=False).abs() > float(LARGEST)
    other = "," if decimal_mark == "." else "."
    written_otherwise = words.str.contains(_whole(other)) & ~words.str.contains(_whole(decimal_mark))
    return (
        pl.when(unread & words.str.contains(_NOT_FINITE))
        .then(pl.lit("not a finite number"))
        .when((unread & huge) | (number.abs() > LARGEST))
        .then(pl.lit("beyond 1,000,000,000,000"))
        .when(unread & written_otherwise)
        .then(pl.lit(f'not a number with "{decimal_mark}" as its decimal mark'))
        .when(unread)
        .then(pl.lit("not a number"))
        .when(number < at_least)
        .then(pl.lit("negative"))
        .when(_contradicts())
        .then(pl.lit("written in another currency than the record's"))
        .otherwise(None)
        .cast(pl.String)
    )


def _contradicts() -> pl.Expr:
    unit, currency = pl.col("unit"), pl.col("currency")
    agrees = unit == currency
    for sign, codes in _SIGNS.items():
        agrees = agrees | ((unit == sign) & currency.is_in(codes))
    return unit.is_not_null() & currency.is_not_null() & ~agrees


def _code() -> pl.Expr:
    """The one currency that an amount is written in; null where its sign may mean several."""
    unit = pl.col("unit")
    only = {sign: codes[0] for sign, codes in _SIGNS.items() if len(codes) == 1}
    return pl.when(unit.str.contains("^[A-Z]{3}$")).then(unit).otherwise(unit.replace_strict(only, default=None))


def _exact(cells: pl.Series, decimal_mark: str) -> pl.Series:
    """Numbers of native types, and plain ones in text; null where they are neither, or not finite."""
    if cells.dtype.is_float():
        return cells.cast(pl.String).cast(MONEY, strict=False)
    if cells.dtype.is_integer() or cells.dtype.is_decimal():
        return cells.cast(MONEY, strict=False)
    if cells.dtype == pl.String and decimal_mark == ".":
        # Polars reads decimals exactly, exponents included, and rounds half to even (a property test holds it to that).
        return cells.cast(MONEY, strict=False)
    return pl.Series("number", [None], dtype=MONEY).new_from_index(0, len(cells))


def _as_people_write(cells: pl.DataFrame, mark: str) -> pl.DataFrame:
    """*cells* with *number* filled where the words are an amount, and *unit*, the currency written beside it."""
    tidy = pl.col("words").str.replace_all(_SPACES, " ").str.replace_all(_MINUSES, "-")
    group = "," if mark == "." else "."
    digits = pl.col("digits").str.replace_all(f"[{re.escape(group)} '\u2019]", "").str.replace(mark, ".", literal=True)
    signs = pl.concat_str("sign", "inner_sign", ignore_nulls=True)
    bracketed = pl.col("open").is_not_null()
    sound = (bracketed == pl.col("close").is_not_null()) & (
        signs.str.len_chars() <= pl.when(bracketed).then(0).otherwise(1)
    )
    minus = pl.when(bracketed | signs.str.contains("-", literal=True)).then(pl.lit("-")).otherwise(pl.lit(""))
    return (
        cells.with_columns(tidy.str.extract_groups(_whole(mark)).alias("parts"))
        .unnest("parts")
        .with_columns(
            pl.coalesce("number", pl.when(sound).then(minus + digits).cast(MONEY, strict=False)).alias("number"),
            pl.coalesce("after", "before").alias("unit"),
        )
    )


def _whole(mark: str) -> str:
    """A pattern for a whole cell. Groups: open, sign, before, inner_sign, digits, after, close."""
    point, group = (r"\.", ",") if mark == "." else (",", r"\.")
    grouped = "|".join(
        (
            rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}",
            "[0-9]{1,3}(?: [0-9]{3})+",
            "[0-9]{1,3}(?:['\u2019][0-9]{3})+",
        )
    )
    plain = rf"(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]{{1,3}})?"
    number = rf"(?P<digits>(?:{grouped})(?:{point}[0-9]*)?|{plain})"
    before = rf"(?P<sign>[-+])? ?(?P<before>{_UNIT})? ?(?P<inner_sign>[-+])? ?"
    return rf"^(?P<open>\()?{before}{number} ?(?P<after>{_UNIT})?(?P<close>\))?$"
