"""What the customers of a book ask for: whom to turn to first and why, and who works which open deal.

A chapter in the thread and no alert: every book has such customers, and a channel that pings about each is muted.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from cssync.capacity.attention import Needy
from cssync.capacity.deals import OpenDeal, Sort, Worker
from cssync.model.book import Book
from cssync.model.story import Sentence
from cssync.model.wording import count, listed, money
from rules.base import Context
from rules.movers import enumerated
from rules.playbooks import executive_outcomes_review

_MOST_NAMED = 5


def attention(context: Context, book: Book) -> Iterator[Sentence]:
    """Yield a sentence for each customer that needs attention, and how many more do (seeds 25 and 26)."""
    found = context.attention.of(book.id)
    pressing = [one for one in found if not one.only_renews]
    for one in pressing[:_MOST_NAMED]:
        arr = "ARR unknown" if one.arr is None else money(one.arr, context.currency)
        yield (context.named(one.account_id, one.name), f" ({arr}): {listed(one.reasons, len(one.reasons))}.")
    if more := pressing[_MOST_NAMED:]:
        yield (f"So do {count(len(more), 'other')}.",)
    if renewing := [one for one in found if one.only_renews]:
        yield _renewing(context, renewing)
    if found:
        yield executive_outcomes_review(context.settings.playbooks)


def _renewing(context: Context, renewing: Sequence[Needy]) -> Sentence:
    named = [(context.named(one.account_id, one.name), one.arr) for one in renewing]
    days = context.settings.attention.renewal_days
    return (f"Renewing within {days} days and well: ", *enumerated(named, context.currency, _MOST_NAMED), ".")


def deals(context: Context, book: Book) -> Iterator[Sentence]:
    """Yield for each who works open deals which ones; the account keeps its one owner (seeds 28, 34, 36 and 37)."""
    groups: dict[tuple[Worker, Sort], list[OpenDeal]] = {}
    for deal in context.deals.of(book.id):
        groups.setdefault((deal.worker, deal.sort), []).append(deal)
    for (worker, sort), of in groups.items():
        worth = money(sum((deal.amount or Decimal(0) for deal in of), Decimal(0)), context.currency)
        named = [(context.named(deal.account_id, deal.account), deal.amount) for deal in of]
        head = f"For {worker}: {count(len(of), sort, sort.plural)} ({worth}; {sort.seeds}): "
        yield (head, *enumerated(named, context.currency, _MOST_NAMED), ".")
