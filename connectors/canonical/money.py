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
    words = text(cells) if cells.dtype == pl.String else cells.cast(pl.String, strict=False)
    number, unit = _exact(cells), pl.Series("unit", [None], dtype=pl.String).new_from_index(0, len(cells))
    if cells.dtype == pl.String:
        number = _plain(words) if decimal_mark == "." else _nothing(len(words))
        if (number.is_null() & words.is_not_null()).any():
            number, unit = _written(words, number, decimal_mark)
    believable = number.is_between(at_least, LARGEST).fill_null(value=False)
    if unit.null_count() == len(unit) and (believable | words.is_null()).all():
        return Amounts(number, currency, unit)  # nothing to report: a column of nulls
    read = pl.DataFrame({"words": words, "number": number, "unit": unit, "currency": currency}).select(
        "number", pl.coalesce("currency", _code()).alias("currency"), _why(decimal_mark, at_least).alias("why")
    )
    return Amounts(read["number"].set(read["why"].is_not_null(), None), read["currency"], read["why"])


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


def _exact(cells: pl.Series) -> pl.Series:
    """Numbers of native types; null where they are no finite number."""
    if cells.dtype.is_float():
        return cells.cast(pl.String).cast(MONEY, strict=False)
    if cells.dtype.is_integer() or cells.dtype.is_decimal():
        return cells.cast(MONEY, strict=False)
    return _nothing(len(cells))


def _plain(words: pl.Series) -> pl.Series:
    # Polars reads decimals exactly, exponents included, and rounds half to even (a property test holds it to that).
    return words.cast(MONEY, strict=False)


def _nothing(rows: int) -> pl.Series:
    return pl.Series("number", [None], dtype=MONEY).new_from_index(0, rows)


def _written(words: pl.Series, plain: pl.Series, mark: str) -> tuple[pl.Series, pl.Series]:
    """Amounts as people and spreadsheets write them, and the currency written beside each."""
    tidy = pl.lit(words).str.replace_all(_SPACES, " ").str.replace_all(_MINUSES, "-")
    parts = pl.select(tidy.str.extract_groups(_whole(mark)).alias("parts")).unnest("parts")
    group = "," if mark == "." else "."
    digits = pl.col("number").str.replace_all(f"[{re.escape(group)} '\u2019]", "").str.replace(mark, ".", literal=True)
    signs = pl.concat_str("sign", "inner_sign", ignore_nulls=True)
    bracketed = pl.col("open").is_not_null()
    sound = (bracketed == pl.col("close").is_not_null()) & (
        signs.str.len_chars() <= pl.when(bracketed).then(0).otherwise(1)
    )
    minus = bracketed | signs.str.contains("-", literal=True)
    read = parts.select(
        pl.when(sound)
        .then(pl.when(minus).then(pl.lit("-")).otherwise(pl.lit("")) + digits)
        .cast(MONEY, strict=False)
        .alias("number"),
        pl.coalesce("after", "before").alias("unit"),
    )
    return read["number"].zip_with(plain.is_null(), plain), read["unit"]


def _whole(mark: str) -> str:
    """A pattern for a whole cell. Groups: open, sign, before, inner_sign, number, after, close."""
    point, group = (r"\.", ",") if mark == "." else (",", r"\.")
    grouped = "|".join(
        (
            rf"[0-9]{{1,3}}(?:{group}[0-9]{{2,3}})*{group}[0-9]{{3}}",
            "[0-9]{1,3}(?: [0-9]{3})+",
            "[0-9]{1,3}(?:['\u2019][0-9]{3})+",
        )
    )
    plain = rf"(?:[0-9]+(?:{point}[0-9]*)?|{point}[0-9]+)(?:[eE][-+]?[0-9]{{1,3}})?"
    number = rf"(?P<number>(?:{grouped})(?:{point}[0-9]*)?|{plain})"
    before = rf"(?P<sign>[-+])? ?(?P<before>{_UNIT})? ?(?P<inner_sign>[-+])? ?"
    return rf"^(?P<open>\()?{before}{number} ?(?P<after>{_UNIT})?(?P<close>\))?$"
