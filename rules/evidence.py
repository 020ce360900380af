"""The story under a finding: who came and from whom, where the book is heading, what it is made of, whom to move.

Every rule tells the same story of a book, so that two findings about one CSM read as one.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from heapq import nsmallest

from cssync.books.aggregate import SINCE_LAST_NIGHT
from cssync.capacity.verdicts import by_article, verdicts
from cssync.model.book import Book, BookKind, Change
from cssync.model.finding import Driver, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import count, day, listed, money, signed_money
from rules.base import Context
from rules.effort import effort
from rules.heading import heading
from rules.movers import enumerated, movers
from rules.proposal import proposal
from rules.service import attention, deals

_DRIVERS = 5
_MOST_SHARES = 4
# What `cssync verdicts` says beside these is told by other chapters, or too much for a thread.
_IN_THE_THREAD = ("two_million", "fifty", "ideal", "deal_size", "segment_range", "survey")


def largest(context: Context, book: Book) -> tuple[Driver, ...]:
    """The customers with the highest ARR."""
    if not context.tells:
        return ()
    known = (row for row in context.history.facts(book.id, "account_id", "name", "arr") if row[2] is not None)
    top = nsmallest(_DRIVERS, known, key=lambda row: (-row[2], row[0]))
    return tuple(Driver(id_, name or id_, arr, f"{money(arr, context.currency)} of ARR") for id_, name, arr in top)


def newest(context: Context, book: Book) -> tuple[Driver, ...]:
    """The customers that came into the book last, by their date of becoming a customer."""
    if not context.tells:
        return ()
    rows = context.history.facts(book.id, "account_id", "name", "arr", "customer_since", "created_on")
    begun = ((since or created_on, id_, name, arr) for id_, name, arr, since, created_on in rows)
    dated = (row for row in begun if row[0] is not None and row[0] <= context.as_of)
    top = nsmallest(_DRIVERS, dated, key=lambda row: (-row[0].toordinal(), row[1]))
    return tuple(Driver(id_, name or id_, arr, f"customer since {day(since)}") for since, id_, name, arr in top)


def about(context: Context, book: Book) -> tuple[Chapter, ...]:
    """All that is known of the book beside its limits; never a bare number (seed 11)."""
    if not context.tells:
        return ()
    if book.id not in context.stories:
        context.stories[book.id] = tuple(_chapters(context, book))
    return context.stories[book.id]


def last_night(book: Book, unit: Unit) -> Decimal | None:
    """What the book held on the last accepted night; None where that is not known."""
    change = next((change for change in book.tally.changes if change.days == SINCE_LAST_NIGHT), None)
    if change is None or (unit is Unit.MONEY and not change.arr_known):
        return None
    return Decimal(change.before.accounts) if unit is Unit.ACCOUNTS else change.before.arr


def _chapters(context: Context, book: Book) -> Iterator[Chapter]:
    parts = {
        "Who came, who went": (*_change(context, book), *movers(context, book)),
        "Forecast": tuple(heading(context, book)),
        "What it is made of": tuple(_mix(context, book)),
        "Effort": tuple(effort(context, book)),
        "What the articles say": tuple(_articles(context, book)),
        "Who needs attention": tuple(attention(context, book)),
        "Who works the open deals": tuple(deals(context, book)),
        "Whom to move" if book.kind.is_working else "Who should take over": tuple(proposal(context, book)),
    }
    return (Chapter(title, sentences) for title, sentences in parts.items() if sentences)


def _change(context: Context, book: Book) -> Iterator[Sentence]:
    told = [change for change in book.tally.changes if change.days != SINCE_LAST_NIGHT]
    moved = [change for change in told if change.net.accounts or (change.net.arr and change.arr_known)]
    for change in moved:
        unknown = "" if change.arr_known else "; the ARR of that day is not known"
        net, causes = _net(change, context.currency), _causes(change, context.currency)
        yield (f"Since {day(change.since)}: {net} ({causes}){unknown}.",)
    if told and not moved:
        yield (f"As many customers and as much ARR as on {day(told[-1].since)}.",)
    if not told:
        yield ("History begins tonight: who came, and from whom, is not known yet.",)
        if latest := newest(context, book):
            named = [(context.named(driver.account_id, driver.name), driver.arr) for driver in latest]
            yield ("Newest, by their dates: ", *enumerated(named, context.currency), ".")


def _net(change: Change, currency: str) -> str:
    accounts, arr = change.net.accounts, change.net.arr
    sign = "+" if accounts > 0 else ""
    parts = [f"{sign}{count(accounts, 'customer')}"] if accounts else []
    return ", ".join([*parts, f"{signed_money(arr, currency)} of ARR"] if arr and change.arr_known else parts)


def _causes(change: Change, currency: str) -> str:
    named = {
        "won": change.won,
        "lost": change.churned,
        "taken over": change.reassigned_in,
        "handed over": change.reassigned_out,
    }
    parts = [f"{abs(move.accounts)} {name}" for name, move in named.items() if move.accounts]
    if change.arr_changed.arr and change.arr_known:
        parts.append(f"ARR of existing customers {signed_money(change.arr_changed.arr, currency)}")
    return ", ".join(parts)


def _mix(context: Context, book: Book) -> Iterator[Sentence]:
    tally = book.tally
    mixes = {"By segment": tally.by_segment, "By deal size": tally.by_deal_size, "By lifecycle": tally.by_lifecycle}
    for title, shares in mixes.items():
        if title == "By lifecycle" and len(shares) == 1:
            continue
        parts = [f"{s.label} {s.accounts} ({money(s.arr, context.currency)})" for s in shares]
        yield (f"{title}: {listed(parts, _MOST_SHARES)}.",)
    if quadrants := context.company.portfolio.mix(book.id):
        told = "; ".join(part.words(context.currency) for part in quadrants)
        yield (f"By what they bring and how they grow: {told} (seed 15).",)
    if top := [(context.named(one.account_id, one.name), one.arr) for one in largest(context, book)]:
        yield ("Largest: ", *enumerated(top, context.currency), ".")
    if tally.arr_unknown:
        yield (f"The ARR of {count(tally.arr_unknown, 'customer')} could not be read and is not in the sum.",)


def _articles(context: Context, book: Book) -> Iterator[Sentence]:
    if book.kind is not BookKind.CSM:
        return
    yield from ((said,) for said in by_article(verdicts(context.company, book, _IN_THE_THREAD)))
