"""Holds a book to the figure of each article, one function a figure."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from decimal import Decimal

from cssync.capacity.company import Company
from cssync.capacity.touch import ARR_A_CSM, BANDS, DEDICATED, accounts_a_csm, covers
from cssync.capacity.verdicts.verdict import Verdict, Word
from cssync.model.book import Book
from cssync.model.wording import count, day, hours, listed, money

_CLIENT_SUCCESS = "ClientSuccess"
_MIX = "How Many CSMs You Really Need"
_SAASTR, _READERS = "SaaStr", "SaaStr, its readers"
_SEGMENTS = "How Many Accounts Should a CSM Have"
_SETTINGS = "Your own hours"
_SURVEY = "Vitally's survey of B2B SaaS companies"

_ACCOUNTS, _CEILING = 50, 75
_IDEAL = (25, 35)
_COST_OF_A_CSM = Decimal(100_000)
_EVEN = 0.5
# Seed 22: so much a CSM while the company grows quickly, until it has so much ARR.
_GROWING, _GROWN = Decimal(1_000_000), Decimal(10_000_000)
# Seed 30: past so much ARR of the company, so much a CSM.
_SLIDING = (
    (Decimal(100_000_000), Decimal(4_000_000)),
    (Decimal(50_000_000), Decimal(3_000_000)),
    (Decimal(20_000_000), Decimal(2_500_000)),
    (Decimal(-1), ARR_A_CSM),
)
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
_COMPANIES = ((10, "fewer than 10", 23), (25, "10 to 25", 33), (51, "25 to 50", 29), (101, "51 to 100", 14),
              (201, "101 to 200", 1))  # fmt: skip


def verdicts(company: Company, book: Book, keys: Collection[str] | None = None) -> Iterator[Verdict]:
    """Yield one of each of ``COLUMNS``, in their order; of *keys* only where they are given."""
    return (say(company, book) for key, (_, say) in COLUMNS.items() if keys is None or key in keys)


def _two_million(company: Company, book: Book) -> Verdict:
    word, figures = _against(company, book, ARR_A_CSM)
    return Verdict("two_million", _CLIENT_SUCCESS, "$2M", word, figures, f"{figures} ARR", (1,))


def _fifty(_company: Company, book: Book) -> Verdict:
    word, most = Word.OVER if book.accounts > _ACCOUNTS else Word.WITHIN, count(_ACCOUNTS, "customer")
    figures = f"{book.accounts} of {_ACCOUNTS}"
    return Verdict("fifty", _CLIENT_SUCCESS, "50 accounts", word, figures, f"{book.accounts} of {most}", (2,))


def _ideal(_company: Company, book: Book) -> Verdict:
    least, best = _IDEAL
    if book.accounts > _ACCOUNTS:
        word = Word.OVER
    elif book.accounts > best:
        word = Word.WORKABLE
    else:
        word = Word.ROOM if book.accounts < least else Word.WITHIN
    figures = f"{book.accounts} of {least} to {best}"
    return Verdict("ideal", _CLIENT_SUCCESS, "the ideal", word, figures, f"{least} to {best} at best", (3,))


def _seventy_five(company: Company, book: Book) -> Verdict:
    horizon = company.calendar.next_quarter_end(company.as_of)
    there = book.accounts >= _CEILING
    chance = 1.0 if there else company.forecaster.forecast(book, horizon, _CEILING).reaches
    figures = "there already" if there else f"{chance:.0%} likely"
    word, why = Word.OVER if chance >= _EVEN else Word.WITHIN, f"{_CEILING} by {day(horizon)}: {figures}"
    return Verdict("seventy_five", _CLIENT_SUCCESS, "75 ahead", word, figures, why, (4,))


def _quadrants(company: Company, book: Book) -> Verdict:
    """No figure of its own: never the $2M without what the book is made of."""
    portfolio = company.portfolio
    mix = portfolio.mix(book.id)
    if not portfolio.known:
        why = f"too early to tell a Star from a Poor Dog: ARR is known from {day(portfolio.since)}"
        return Verdict("mix", _MIX, "mix", None, "", why, (11, 15))
    if not mix or book.arr <= 0:
        return Verdict("mix", _MIX, "mix", None, "", "no ARR is known, so nothing of the mix", (11, 15))
    most = max(mix, key=lambda part: part.arr)
    told = "; ".join(part.words(company.currency) for part in mix)
    return Verdict(
        "mix", _MIX, "mix", None, f"{most.arr / book.arr:.0%} {most.quadrant.plural.split()[-1]}", told, (11, 15)
    )


def _cost(company: Company, book: Book) -> Verdict:
    """By what SaaStr says a CSM costs; what yours cost is a setting, and the rule goes by that."""
    if book.tally.arr_unknown:
        return Verdict("cost", _MIX, "cost", Word.OPEN, "", "the ARR of some customers is not known", (12, 23))
    held, cost = money(book.arr, company.currency), money(_COST_OF_A_CSM, company.currency)
    word = Word.WITHIN if book.arr > _COST_OF_A_CSM else Word.UNCOVERED
    return Verdict("cost", _MIX, "cost", word, f"{held} for {cost}", f"{held} ARR to cover {cost} a year", (12, 23))


def _deal_size(company: Company, book: Book) -> Verdict:
    """$2M by the mean deal: customers whose ARR is not known count as neither."""
    known = book.accounts - book.tally.arr_unknown
    if known <= 0 or book.arr <= 0:
        return Verdict("deal_size", _SAASTR, "deal size", Word.OPEN, "", "no ARR is known of its customers", (17,))
    deal = book.arr / known
    fit = accounts_a_csm(deal)
    arr, mean = money(ARR_A_CSM, company.currency), money(deal, company.currency)
    word, why = (
        Word.OVER if known > fit else Word.WITHIN,
        f"{known} of {count(fit, 'customer')}: {arr} by a mean deal of {mean}",
    )
    return Verdict("deal_size", _SAASTR, "deal size", word, f"{known} of {fit:,}", why, (17,))


def _growing(company: Company, book: Book) -> Verdict:
    """Of a company that grows quickly; past $10M it is silent."""
    total = company.books.totals.arr
    a_csm, until, now = (money(amount, company.currency) for amount in (_GROWING, _GROWN, total))
    if total > _GROWN:
        why = f"{a_csm} a CSM is for growing to {until}, and there are {now} now"
        return Verdict("one_million", _SAASTR, "$1M", None, "", why, (22,))
    word, figures = _against(company, book, _GROWING)
    return Verdict(
        "one_million", _SAASTR, "$1M", word, figures, f"{figures} ARR while growing quickly to {until}", (22,)
    )


def _sliding(company: Company, book: Book) -> Verdict:
    total = company.books.totals.arr
    limit = next(a_csm for past, a_csm in _SLIDING if total > past)
    word, figures = _against(company, book, limit)
    why = f"{figures} ARR, as the company has {money(total, company.currency)}"
    return Verdict("sliding", _READERS, "sliding ratio", word, figures, why, (30,))


def _pooled(company: Company, book: Book) -> Verdict:
    """No limit, but a home: a CSM of one's own, one of 20 to 2 customers, or the pool."""
    amounts = company.history.customers(book.id)["arr"].to_list()
    by_touch = {cover.touch: cover.accounts for cover in covers(amounts)}
    dedicated, shared = by_touch.get(DEDICATED, 0), by_touch.get(BANDS[0], 0)
    pooled = sum(by_touch.get(band, 0) for band in BANDS[1:])
    homes = {"to a CSM of their own": dedicated, "to one with 2 to 20 of them": shared, "to a pool": pooled}
    told = [f"{number:,} {home}" for home, number in homes.items() if number]
    return Verdict("pool", _READERS, "pool", None, f"{pooled:,}", listed(told) or "no ARR is known", (32,))


def _segment(_company: Company, book: Book) -> Verdict:
    key = "".join(filter(str.isalpha, (book.segment or "").casefold()))
    if key not in _BY_SEGMENT:
        why = f"it has no row for {book.segment}" if book.segment else "the segment of the book is not known"
        return Verdict("segment_range", _SEGMENTS, "segment", Word.OPEN, "", why, (39,))
    least, most = _BY_SEGMENT[key]
    word = Word.OVER if book.accounts > most else Word.ROOM if book.accounts < least else Word.WITHIN
    figures = f"{book.accounts} of {least} to {most}"
    return Verdict("segment_range", _SEGMENTS, "segment", word, figures, f"{figures} for {book.segment}", (39,))


def _survey(_company: Company, book: Book) -> Verdict:
    more = 100
    for under, words, share in _COMPANIES:
        more -= share
        if book.accounts < under:
            why = f"{words} a CSM, as in {share}% of them; {more}% have more"
            return Verdict("survey", _SURVEY, "survey", None, f"{more}%", why, (40,))
    why = f"{book.accounts} a CSM, more than any of them has"
    return Verdict("survey", _SURVEY, "survey", None, "0%", why, (40,))


def _hours(company: Company, book: Book) -> Verdict:
    """The one figure here that is not an article's but the settings': whether the effort fits (seed 13)."""
    load, rule = company.workload.of(book), company.settings.capacity
    if load.utilisation is None or load.guessed:
        why = f"no hours are set for {count(load.guessed, 'customer')}" if load.guessed else "no capacity is known"
        return Verdict("hours", _SETTINGS, "hours", Word.OPEN, "", why, (13,))
    over, tight = load.utilisation > rule.amber_at, load.utilisation > 1
    word = Word.OVER if over else Word.WORKABLE if tight else Word.WITHIN
    why = f"{hours(load.hours)} of {load.capacity.words}"
    return Verdict("hours", _SETTINGS, "hours", word, f"{load.utilisation:.0%}", why, (13,))


def _against(company: Company, book: Book, limit: Decimal) -> tuple[Word, str]:
    figures = f"{money(book.arr, company.currency)} of {money(limit, company.currency)}"
    return (Word.OVER if book.arr > limit else Word.WITHIN), figures


# By key: the heading of a table, and what says it.
COLUMNS: Mapping[str, tuple[str, Callable[[Company, Book], Verdict]]] = {
    "two_million": ("$2M", _two_million),
    "fifty": ("50", _fifty),
    "ideal": ("25-35", _ideal),
    "seventy_five": ("75", _seventy_five),
    "deal_size": ("Deal size", _deal_size),
    "one_million": ("$1M", _growing),
    "sliding": ("Sliding", _sliding),
    "segment_range": ("Segment", _segment),
    "hours": ("Hours", _hours),
    "cost": ("Cost", _cost),
    "pool": ("To a pool", _pooled),
    "survey": ("Have more", _survey),
    "mix": ("Mostly", _quadrants),
}
