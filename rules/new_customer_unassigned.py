"""Flags new customers that nobody has been named for.

Seed 31: onboarding decides whether a customer stays, and customers expect support from day one. What "new" is,
is a setting; the default is the ramp of a CSM.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import polars as pl

from cssync.model.book import Book
from cssync.model.finding import Driver, Finding, Limit, Severity, Unit
from cssync.model.story import Chapter, Sentence
from cssync.model.wording import count, day, listed
from rules.base import Context, Rule, subject_of
from rules.movers import enumerated
from rules.playbooks import prescriptive_onboarding

_MOST_NAMED = 10
NONE_ALLOWED = Limit(Decimal(0), "rules.new_customer_unassigned", "default", "seed 31", "every new customer has a CSM")


def _evaluate(context: Context) -> Iterator[Finding]:
    days = context.settings.rules.new_customer_unassigned.within_days
    start = context.as_of - timedelta(days=days)
    for book in context.unworked():
        since = pl.coalesce("customer_since", "created_on").alias("since")
        rows = context.history.customers(book.id).with_columns(since)
        new = rows.filter((pl.col("since") > start) & (pl.col("since") <= context.as_of)).sort(
            ["since", "account_id"], descending=[True, False]
        )
        if new.is_empty():
            continue
        drivers = tuple(
            Driver(id_, name or id_, arr, f"customer since {day(on)}")
            for id_, name, arr, on in new.select("account_id", "name", "arr", "since").iter_rows()
        )
        names = [driver.name for driver in drivers]
        yield Finding(
            rule=RULE.id,
            subject=subject_of(book),
            severity=Severity.WARNING,
            unit=Unit.ACCOUNTS,
            value=Decimal(new.height),
            limit=NONE_ALLOWED,
            since=new["since"][-1],
            headline=f"{new.height} of them new",
            reason=f"{count(new.height, 'customer')} won in the last {days} days without a working CSM.",
            action=f"Name a CSM for {listed(names)} today.",
            act_by=context.as_of,
            drivers=drivers,
            story=(
                Chapter(
                    "New customers",
                    (_named(context, drivers), prescriptive_onboarding(context.settings.playbooks)),
                ),
            ),
        )


def _named(context: Context, drivers: tuple[Driver, ...]) -> Sentence:
    named = [(context.named(driver.account_id, driver.name), driver.arr) for driver in drivers]
    return (*enumerated(named, context.currency, _MOST_NAMED), ".")


def _limit(_context: Context, _book: Book) -> Limit:
    return NONE_ALLOWED


RULE = Rule("new_customer_unassigned", "New customers without a CSM", ("31",), _evaluate, _limit, Context.unworked)
