"""Where a book is heading, for its story: the forecast in a sentence, its deals and losses, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cssync.model.book import Book, BookKind
from cssync.model.history import reach
from cssync.model.story import Named, Sentence
from cssync.model.wording import count
from rules.base import Context

_MOST_NAMED = 3
# What is less likely than that is not called likely.
_LEAST = 0.15


def heading(context: Context, book: Book) -> Iterator[Sentence]:
    """Sentences about the end of next quarter; none for books without a CSM."""
    if book.kind is not BookKind.CSM:
        return
    horizon = context.calendar.next_quarter_end(context.as_of)
    limit = int(context.limits.limit(book, "trend_accounts").value)
    forecast = context.forecaster.forecast(book, horizon, limit)
    yield (f"{forecast.words}.",)
    rule = context.settings.rules.trending_to_ceiling
    if book.accounts < limit and rule.watch_from <= forecast.reaches < rule.fire_at:
        nights = f"{count(rule.pending_nights, 'night')} running"
        yield (f"Worth watching: at {rule.fire_at:.0%}, {nights}, it becomes an alert.",)
    parts = forecast.likely(_LEAST)
    deals = [
        (deal.account_id, deal.name or deal.account_id, deal.probability) for deal in parts.deals if deal.adds_account
    ]
    yield from _named(context, "Likeliest to come", deals)
    names = dict(context.history.facts(book.id, "account_id", "name"))
    losses = [
        (loss.account_id, names.get(loss.account_id) or loss.account_id, loss.probability) for loss in parts.losses
    ]
    yield from _named(context, "Likeliest to go", losses)
    yield (f"It rests on {forecast.basis}.",)
    # From which day each thing is known, where that is not the same for all that a trend rests on.
    known = context.books.known_since
    if len(set(known.values())) > 1:
        yield (reach(known, context.as_of),)


def _named(context: Context, what: str, likely: Sequence[tuple[str, str, float]]) -> Iterator[Sentence]:
    told: list[str | Named] = []
    for account_id, name, chance in likely[:_MOST_NAMED]:
        told += [", " if told else f"{what}: ", context.named(account_id, name), f" ({chance:.0%})"]
    if told:
        yield (*told, ".")
