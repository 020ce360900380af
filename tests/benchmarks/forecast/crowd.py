"""How long the books of thousands of CSMs take: one company of so many, forecast as a night does it."""

from __future__ import annotations

import json
import sys
from time import process_time

import polars as pl

from cssync.books.aggregate import add_up
from cssync.books.history import History
from cssync.books.spells import Timeline
from cssync.capacity.forecast import Ledger
from cssync.model.calendar import FiscalCalendar
from cssync.settings.model import Settings
from tests.benchmarks.forecast.cut import cut
from tests.benchmarks.forecast.scenarios import BASE
from tests.benchmarks.forecast.world import FIRST_DAY, SEATS, simulated

DAY = 949
_LIMIT = 75


def crowd(csms: int) -> History:
    """A simulated company, put side by side with itself until it has as many CSMs."""
    one = cut(simulated(BASE, 1), FIRST_DAY + DAY)
    copies = -(-csms // SEATS)
    ids = ("account_id", "unit_id", "book_id", "csm_ref", "opportunity_id")

    def many(rows: pl.DataFrame) -> pl.DataFrame:
        renamed = [name for name in ids if name in rows.columns]
        return pl.concat(
            [rows.with_columns((pl.col(renamed) + f"/{copy}") if renamed else []) for copy in range(copies)]
        )

    snapshot, timeline = one.snapshot, one.timeline
    owners = tuple(
        type(owner)(f"{owner.id}/{copy}", owner.name, None, active=owner.active)
        for copy in range(copies)
        for owner in snapshot.owners
    )
    wide = type(snapshot)(
        as_of=snapshot.as_of,
        table=many(snapshot.table).sort(["is_customer", "book_id", "account_id"], descending=[True, False, False]),
        owners=owners,
        rates=snapshot.rates,
        crm_currency=snapshot.crm_currency,
        problems=snapshot.problems,
        opportunities=many(snapshot.opportunities),
    )
    through = Timeline(timeline.as_of, many(timeline.spells), timeline.history_since, pipeline=many(timeline.pipeline))
    return History(wide, through, add_up(wide, through, Settings().team, None))


def main() -> None:
    """Print as JSON how many books were forecast, and the seconds that took."""
    past = crowd(int(sys.argv[1]))
    began = process_time()
    calendar = FiscalCalendar()
    ledger = Ledger(past, calendar)
    horizon = calendar.next_quarter_end(past.timeline.as_of)
    for book in past.books.books:
        ledger.forecast(book, horizon, _LIMIT)
    seconds = process_time() - began
    began = process_time()
    for segment in dict.fromkeys(book.segment for book in past.books.books):
        ledger.outlook(segment, 400)
    outlook = process_time() - began
    accounts = past.books.totals.accounts
    sys.stdout.write(
        json.dumps({"books": len(past.books.books), "accounts": accounts, "seconds": seconds, "outlook": outlook})
    )


if __name__ == "__main__":
    main()
