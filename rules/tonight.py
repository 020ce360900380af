"""Puts what the rules find in one night into the form in which it is compared with the remembered alerts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cssync.alerts.tonight import About, Tonight
from cssync.alerts.workdays import Workdays
from cssync.capacity.company import Company
from cssync.model.alert import Alert
from cssync.model.book import BookKind
from cssync.model.finding import Finding, Limit
from rules.base import Context
from rules.engine import enabled
from rules.subjects import subject_ids


def context_of(company: Company, known: Iterable[Alert]) -> Context:
    """*company* as the rules see it while *known* are the remembered alerts."""
    return Context(company, frozenset((alert.rule, alert.subject_id) for alert in known if alert.state.is_open))


def tonight(
    context: Context, findings: tuple[Finding, ...], known: Iterable[Alert], *, workdays: Workdays, first: bool
) -> Tonight:
    """*known*: the remembered alerts, as for ``context_of``. *first*: no night was accepted before this date."""
    rules = enabled(context)
    return Tonight(
        as_of=context.as_of,
        tenant=context.settings.tenant,
        findings=findings,
        rules={rule.id: getattr(context.settings.rules, rule.id).pending_nights for rule in rules},
        subjects=subject_ids(context),
        currency=context.currency,
        left=frozenset(_left(context)),
        reached=frozenset((rule.id, book.id) for rule in rules for book in rule.reached(context)),
        limits=_limits(context, known),
        workdays=workdays,
        first=first,
    )


def _limits(context: Context, known: Iterable[Alert]) -> Mapping[About, Limit]:
    """What the rules hold those books to about which an alert is open, or comes and goes."""
    about = {(alert.rule, alert.subject_id) for alert in known if alert.state.is_open or alert.flapping}
    rules, books = {rule.id: rule for rule in enabled(context)}, {book.id: book for book in context.books.books}
    return {
        (rule, subject): rules[rule].limit(context, books[subject])
        for rule, subject in about
        if rule in rules and subject in books
    }


def _left(context: Context) -> Iterator[About]:
    """(rule, owner) where the owner of a book was deactivated and the rule is about CSMs at work."""
    inactive = {book.id for book in context.books.books if book.kind is BookKind.INACTIVE}
    for rule in enabled(context):
        yield from ((rule.id, left) for left in inactive.difference(book.id for book in rule.subjects(context)))
