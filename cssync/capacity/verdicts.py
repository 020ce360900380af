"""What each of the articles would say of one book, side by side: they disagree, and each rests on a row of the seeds.

They are held to their own figures here, not to the settings. Their money is US dollars; it is taken as it stands for
the currency in which figures are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum

from cssync.model.book import Book
from cssync.model.wording import count, money

_ARR, _ACCOUNTS = Decimal(2_000_000), 50
_IDEAL = (25, 35)
# Seed 39: from, and up to, so many customers.
_BY_SEGMENT = {
    "enterprise": (10, 40),
    "large": (40, 80),
    "midmarket": (80, 125),
    "smb": (125, 200),
    "digital": (125, 200),
    "digitalsmb": (125, 200),
    "smbdigital": (125, 200),
}
# Seed 40: fewer than so many customers a CSM, in how many of a hundred companies.
_SURVEY = ((10, "fewer than 10", 23), (25, "10 to 25", 33), (51, "25 to 50", 29), (101, "51 to 100", 14),
           (201, "101 to 200", 1))  # fmt: skip


class Word(StrEnum):
    OVER = "over"
    WITHIN = "within"
    ROOM = "room left"  # below the range that the article gives
    OPEN = "cannot tell"


@dataclass(frozen=True, slots=True)
class Verdict:
    """*article*: by its publisher or title. *word*: None where it has no limit, and only says where the book stands.

    *why*: a few words with the figures. *seeds*: "seeds 1, 2 and 3".
    """

    article: str
    word: Word | None
    why: str
    seeds: str


def verdicts(book: Book, currency: str) -> Iterator[Verdict]:
    """Yield one of every article that has a figure to hold *book* to."""
    yield _client_success(book, currency)
    yield _saastr(book, currency)
    yield _by_segment(book)
    yield _mix(book, currency)
    yield _survey(book)


def _client_success(book: Book, currency: str) -> Verdict:
    over = book.accounts > _ACCOUNTS or book.arr > _ARR
    ideal = f", at best {_IDEAL[0]} to {_IDEAL[1]}" if book.accounts > _IDEAL[1] else ""
    why = f"{book.accounts} of {_ACCOUNTS} customers{ideal}, {money(book.arr, currency)} of {money(_ARR, currency)} ARR"
    return Verdict("ClientSuccess", Word.OVER if over else Word.WITHIN, why, "seeds 1, 2 and 3")


def _saastr(book: Book, currency: str) -> Verdict:
    """$2M by the mean deal: customers whose ARR is not known count as neither."""
    known = book.accounts - book.tally.arr_unknown
    if known <= 0 or book.arr <= 0:
        return Verdict("SaaStr", Word.OPEN, "no ARR is known of its customers", "seed 17")
    fit = int((_ARR * known / book.arr).to_integral_value(ROUND_FLOOR))
    deal = money(book.arr / known, currency)
    why = f"{known} of {count(fit, 'customer')}: {money(_ARR, currency)} by a mean deal of {deal}"
    return Verdict("SaaStr", Word.OVER if known > fit else Word.WITHIN, why, "seed 17")


def _by_segment(book: Book) -> Verdict:
    article = "How Many Accounts Should a CSM Have"
    key = "".join(filter(str.isalpha, (book.segment or "").casefold()))
    if key not in _BY_SEGMENT:
        why = f"it has no row for {book.segment}" if book.segment else "the segment of the book is not known"
        return Verdict(article, Word.OPEN, why, "seed 39")
    least, most = _BY_SEGMENT[key]
    word = Word.OVER if book.accounts > most else Word.ROOM if book.accounts < least else Word.WITHIN
    return Verdict(article, word, f"{book.accounts} of {least} to {most} for {book.segment}", "seed 39")


def _mix(book: Book, currency: str) -> Verdict:
    """No figure of its own, but never the $2M without what the book is made of."""
    largest = next(iter(book.tally.by_deal_size), None)
    share = f"{largest.arr / book.arr:.0%} of the ARR in deals of {largest.label}" if largest and book.arr > 0 else ""
    why = f"{money(_ARR, currency)} says nothing without the mix: {share or 'no ARR is known'}"
    return Verdict("How Many CSMs You Really Need", None, why, "seed 11")


def _survey(book: Book) -> Verdict:
    article, more = "Vitally's survey of B2B SaaS companies", 100
    for under, words, share in _SURVEY:
        more -= share
        if book.accounts < under:
            return Verdict(article, None, f"{words} a CSM, as in {share}% of them; {more}% have more", "seed 40")
    return Verdict(article, None, f"{book.accounts} a CSM, more than any of them has", "seed 40")
