"""Says what a book is held to, who says so, and which narrower limits were looked at first."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from cssync.books.owners import keys_of_book
from cssync.capacity.limits import Measure as Limited
from cssync.explain.evidence import Evidence
from cssync.explain.ownership import excused
from cssync.explain.trace import Measure, Source, SourceKind, Trace
from cssync.model.book import Book, BookKind
from cssync.model.finding import Limit, Unit
from cssync.model.wording import count, day, exact_money, money

_TITLES: dict[Limited, tuple[str, Measure]] = {
    "accounts": ("Customers of one CSM", Measure.ACCOUNTS),
    "arr": ("ARR of one CSM", Measure.MONEY),
    "trend_accounts": ("Customers that a CSM must not be heading for", Measure.ACCOUNTS),
}


def limits(evidence: Evidence, book: Book) -> Trace:
    """Every limit in force for *book*, how full it is, and since when it is over."""
    if book.kind is not BookKind.CSM or excused(evidence, book):
        why = "The limits are those of one CSM at work; this book is held to none."
        return Trace("limits", "Limits", says=(why,))
    return Trace("limits", "Limits", parts=tuple(_limit(evidence, book, measure) for measure in _TITLES))


def fullness(evidence: Evidence, book: Book) -> str:
    """176% of the limit of 50 customers, 156% of that of $2M, 301% of the hours; "" for those held to none."""
    company = evidence.company
    if book.kind is not BookKind.CSM or excused(evidence, book):
        return ""
    accounts, arr = (company.limits.limit(book, measure).value for measure in ("accounts", "arr"))
    used = company.workload.of(book).utilisation
    hours = f", {used:.0%} of the hours" if used is not None else ""
    return (
        f"{book.accounts / accounts:.0%} of the limit of {count(int(accounts), 'customer')}, "
        f"{book.arr / arr:.0%} of that of {money(arr, company.currency)}{hours}"
    )


def threshold(evidence: Evidence, limit: Limit) -> tuple[Source, ...]:
    """The setting that holds *limit*, and the rows of the seeds that it rests on."""
    return (Source(SourceKind.SETTING, limit.setting, limit.origin), *evidence.seeds(limit.seed))


def _limit(evidence: Evidence, book: Book, measure: Limited) -> Trace:
    limit = evidence.company.limits.limit(book, measure)
    title, counted = _TITLES[measure]
    return Trace(
        f"limit.{measure}",
        title,
        value=limit.value,
        measure=counted,
        says=(limit.why, *_fullness(evidence, book, measure, limit)),
        sources=threshold(evidence, limit),
        parts=tuple(_precedence(evidence, book, measure)),
    )


def _fullness(evidence: Evidence, book: Book, measure: Limited, limit: Limit) -> Iterator[str]:
    if measure == "trend_accounts":
        return
    unit = Unit.MONEY if measure == "arr" else Unit.ACCOUNTS
    held = book.arr if unit is Unit.MONEY else Decimal(book.accounts)
    words = exact_money(held, evidence.company.currency) if unit is Unit.MONEY else count(book.accounts, "customer")
    yield f"{words}: {held / limit.value:.0%} of it"
    if held > limit.value:
        since = evidence.company.history.over_since(book.id, unit, limit.value)
        yield f"over it since {day(since)}" if since else "over it for as long as its history is known"


def _precedence(evidence: Evidence, book: Book, measure: Limited) -> Iterator[Trace]:
    """Yield every setting that could say it, the narrowest first (CSM > segment > complexity > stage > global)."""
    is_set = {limit.setting: limit for limit in evidence.company.limits.narrowest_first(book, measure)}
    holds = next(iter(is_set))
    for setting in _settings(evidence, book, measure):
        limit = is_set.get(setting)
        if limit is None:
            yield Trace("looked_at", setting, says=("not set",))
            continue
        says = "in force" if setting == holds else "a narrower one holds"
        yield Trace("looked_at", setting, limit.value, _TITLES[measure][1], says=(f"{says} ({limit.origin})",))


def _settings(evidence: Evidence, book: Book, measure: Limited) -> Iterator[str]:
    limits = evidence.company.settings.limits
    own = [name for name in limits.csms if name.casefold() in keys_of_book(book)]
    yield f"limits.csms.{own[0] if own else book.email or book.id}.{measure}"
    if book.segment:
        known = [name for name in limits.segments if name.casefold() == book.segment.casefold()]
        yield f"limits.segments.{known[0] if known else book.segment}.{measure}"
    yield "limits.stage" if measure == "arr" else "limits.complexity"
    yield f"limits.{measure}"
