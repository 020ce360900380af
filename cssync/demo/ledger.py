"""The truth behind the exports: one row an account, with every event as days before *as_of*."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from cssync.demo.cast import PROMISED, SEGMENTS, Book, Role
from cssync.demo.currencies import RATES, ROUND_TO
from cssync.demo.past import NEVER, Past, past_of
from cssync.demo.rows import Floats, Ints, Rows, rows_of
from cssync.demo.words import COMPANY_PLACES, COMPANY_TRADES, COMPANY_WORDS

# Annual revenue of a customer, log-normal: median in dollars; sigma is the spread of its logarithm.
_MEDIAN_ARR = np.array([6_500.0, 27_000.0, 90_000.0])
_SIGMA_ARR = 0.6
_HEALTHY_ARR_AT_MOST = 1_700_000.0

# (region, language, currency) and how common each is.
_MARKETS = (
    ("Americas", "en", "USD", 0.46),
    ("Americas", "en", "CAD", 0.06),
    ("EMEA", "en", "GBP", 0.12),
    ("EMEA", "de", "EUR", 0.12),
    ("EMEA", "fr", "EUR", 0.08),
    ("EMEA", "es", "EUR", 0.04),
    ("APAC", "en", "AUD", 0.07),
    ("APAC", "ja", "JPY", 0.05),
)
_PRODUCTS = ("Essentials", "Professional", "Platform")  # of rising complexity
_PRODUCT_SHARES = ((0.75, 0.25, 0.0), (0.2, 0.65, 0.15), (0.0, 0.3, 0.7))  # by segment
_CHILD_SHARE = 0.08


def ledger(books: Sequence[Book], rng: np.random.Generator) -> pl.DataFrame:
    """One row an account, in days before *as_of* (null: never) and whole units of the account's currency.

    ``account_id, name, role, segment, csm, tracked, product, region, language, currency, amount, amount_before,
    parent, created, since, churned, moved, csm_before, changed, onboarded, at_risk``. *amount_before* held until
    *changed*, *csm_before* until *moved*; a churned account's *amount* is what it paid to the end.
    """
    rows = rows_of(books)
    count = len(rows)
    segment = np.array([SEGMENTS.index(book.segment) for book in books])[rows.book_of]
    # The spare customers and the prospects are of every size.
    loose = rows.are(Role.PROSPECT, Role.SPARE)
    segment[loose] = rng.integers(0, len(SEGMENTS), int(loose.sum()))
    segment[_promised(rows)] = SEGMENTS.index("SMB")
    past = past_of(rows, rng)
    dollars = _dollars(rows, segment, rng)
    market = rng.choice(len(_MARKETS), count, p=[share for *_, share in _MARKETS])
    units, step = _units(market)
    amount = np.maximum(np.round(dollars / units / step), 1) * step
    before = np.maximum(np.round(amount * past.ratio_before / step), 1) * step
    return pl.DataFrame(
        {
            "account_id": pl.select(
                pl.format("A{}", pl.int_range(1, count + 1, dtype=pl.Int64).cast(pl.String).str.zfill(7))
            ).to_series(),
            "name": _names(count, rng),
            "role": _pick([book.role.value for book in books], rows.book_of),
            "segment": _pick(SEGMENTS, segment),
            "csm": _csms(rows),
            "tracked": np.array([book.tracked for book in books])[rows.book_of],
            "product": _pick(_PRODUCTS, _products(segment, rng)),
            "region": _pick([region for region, *_ in _MARKETS], market),
            "language": _pick([language for _, language, *_ in _MARKETS], market),
            "currency": _pick([currency for *_, currency, _ in _MARKETS], market),
            "amount": amount.astype(np.int64),
            "amount_before": before.astype(np.int64),
            "parent": _parents(count, rng),
        }
    ).with_columns(_past_columns(books, past))


def _dollars(rows: Rows, segment: Ints, rng: np.random.Generator) -> Floats:
    """Log-normal by segment, scaled so that each story book has the ARR it needs and no healthy one too much.

    What a stretched one has is left to chance.
    """
    dollars = _MEDIAN_ARR[segment] * rng.lognormal(0.0, _SIGMA_ARR, len(rows))
    counted = ~rows.has_churned & ~rows.are(Role.PROSPECT, Role.SPARE)
    total = np.bincount(rows.book_of, weights=dollars * counted, minlength=len(rows.books))
    wanted = np.array([book.arr or np.nan for book in rows.books], dtype=np.float64)
    most = np.where([book.role is Role.STRETCHED for book in rows.books], np.inf, _HEALTHY_ARR_AT_MOST)
    factor = np.where(np.isnan(wanted), np.minimum(1.0, most / np.maximum(total, 1.0)), wanted / total)
    scaled: Floats = dollars * factor[rows.book_of]
    return scaled


def _units(market: Ints) -> tuple[Floats, Floats]:
    """Dollars for one unit of each row's currency, and to how many units its amounts are rounded."""
    currencies = [currency for *_, currency, _ in _MARKETS]
    return (
        np.array([float(RATES[currency]) for currency in currencies])[market],
        np.array([float(ROUND_TO[currency]) for currency in currencies])[market],
    )


def _csms(rows: Rows) -> pl.Series:
    """The owner of each account's book; the spare ones go round the healthy CSMs."""
    place = rows.book_of.copy()
    spare = rows.are(Role.SPARE)
    healthy = [place for place, book in enumerate(rows.books) if book.role is Role.HEALTHY]
    place[spare] = np.resize(healthy, int(spare.sum()))
    place[_promised(rows)] = next(number for number, book in enumerate(rows.books) if book.role is Role.ARRIVING)
    return _pick([book.owner_id for book in rows.books], place)


def _promised(rows: Rows) -> Ints:
    """Prospects of whom it is known who will look after them: the CSM whose book fills up."""
    return rows.places(Role.PROSPECT)[:PROMISED]


def _products(segment: Ints, rng: np.random.Generator) -> Ints:
    edges = np.cumsum(_PRODUCT_SHARES, axis=1)[segment]
    drawn = rng.random(len(segment))
    product: Ints = np.minimum((drawn[:, None] > edges).sum(axis=1), len(_PRODUCTS) - 1)
    return product


def _parents(count: int, rng: np.random.Generator) -> pl.Series:
    """Row numbers; a parent always comes before its child, so that no cycle arises here."""
    row = np.arange(count)
    distance = rng.integers(1, 12, count)
    is_child = (rng.random(count) < _CHILD_SHARE) & (row >= distance)
    return _days(np.where(is_child, row - distance, NEVER))


def _names(count: int, rng: np.random.Generator) -> pl.Series:
    """Names that do not repeat before words, trades and places are used up."""
    pairs = len(COMPANY_WORDS) * len(COMPANY_TRADES)
    row = np.arange(count)
    # 1009 is prime and no factor of the number of pairs: each is met once a round.
    pair = (row * 1009 + int(rng.integers(pairs))) % pairs
    word, trade = np.divmod(pair, len(COMPANY_TRADES))
    place = row // pairs % len(COMPANY_PLACES)
    parts = pl.DataFrame(
        {
            "word": _pick(COMPANY_WORDS, word),
            "trade": _pick(COMPANY_TRADES, trade),
            "place": _pick(COMPANY_PLACES, place),
        }
    )
    return parts.select(
        pl.concat_str("word", "trade", "place", separator=" ").str.strip_chars().alias("name")
    ).to_series()


def _past_columns(books: Sequence[Book], past: Past) -> list[pl.Series]:
    days = {
        "created": past.created,
        "since": past.since,
        "churned": past.churned,
        "moved": past.moved,
        "changed": past.changed,
        "onboarded": past.onboarded,
        "at_risk": past.at_risk,
    }
    owners = [book.owner_id for book in books]
    return [
        *(_days(values).alias(name) for name, values in days.items()),
        _pick([*owners, *past.gone], past.book_before).alias("csm_before"),
    ]


def _days(values: Ints) -> pl.Series:
    return pl.Series(values).replace(NEVER, None)


def _pick(values: Sequence[str | None], places: Ints) -> pl.Series:
    """The value at each place; -1 gives null."""
    return pl.Series(values, dtype=pl.String).gather(pl.Series(places).replace(NEVER, None))
