"""The deals that are open tonight: whose customers they would become, for how much, and how likely by when.

A deal that names its CSM, or whose account is that CSM's already, counts for that one in full; any other is spread over
the CSMs of its segment by their share of arrivals. Deals with those who are customers add no account, only ARR;
renewals add neither. Of several deals with one prospect, the likeliest brings the account.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl

from cssync.books.history import History
from cssync.books.owners import with_book
from cssync.capacity.forecast.conversions import ENOUGH_DECIDED, Counts, counted, curves
from cssync.capacity.forecast.distribution import Floats
from cssync.capacity.forecast.paths import Paths
from cssync.capacity.forecast.roster import Flags, Into, Roster, Rows, sums
from cssync.capacity.forecast.seasons import number_of
from cssync.capacity.forecast.stories import Stories, csms_only
from cssync.capacity.forecast.wins import Rates
from cssync.model.calendar import FiscalCalendar

# The stated prior, where no past says better: the CRM's own probability less a third, since close dates are pushed, and
# a month after the close date (or after today) half of what is won is there.
PRIOR_OF_CRM = 2 / 3
PRIOR_CHANCE = 0.2
_PRIOR_LATE_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class Deals:
    """One entry a deal. *book*: its row, -1 where it is spread over *group* (-1: over all CSMs). *curve*: the row of
    *curves* (by day, 0 is today) that it follows, *scale* times. *adds*: 1 if it brings an account, else 0. *words*:
    what its chance rests on, by row of *curves*. *new*: with somebody who is no customer. *signed*: won already.
    """

    ids: pl.Series
    account_ids: pl.Series
    names: pl.Series
    amounts: pl.Series
    book: Rows
    group: Rows
    curve: Rows
    scale: Floats
    adds: Floats
    new: Flags
    signed: Flags
    value: Floats
    curves: Floats
    words: Sequence[str]

    def believed(self, trust: float) -> Floats:
        """What every deal's curve is multiplied by, where the pipeline deserves *trust*; a signature needs none."""
        found: Floats = self.scale * np.where(self.signed, 1.0, trust)
        return found

    def by(self, days: int, trust: float, rows: Rows) -> Floats:
        """The chance of each of *rows* to have brought its customer within *days*."""
        found: Floats = self.believed(trust)[rows] * self.curves[self.curve[rows], days]
        return found

    def of_book(self, book: int) -> Rows:
        """Those that are meant for *book* alone."""
        return np.flatnonzero(self.book == book)

    def spread_over(self, group: int) -> Rows:
        """Those that any CSM of *group* may get."""
        return np.flatnonzero((self.book < 0) & ((self.group == group) | (self.group < 0)))

    def paths(self, weights: Floats, taken: Taken, into: Into, days: Rows) -> Paths:
        """What is gained by each of *days*, a deal weighing *weights*: cumulants of the sum."""
        return self.named(weights, taken, into, days) + self.spread(weights, taken, into, days)

    def named(self, weights: Floats, taken: Taken, into: Into, days: Rows) -> Paths:
        """Of those deals that are meant for one CSM: independent events."""
        chosen, rows = self.book >= 0, into.rows[self.book]
        curves, scale = self.curves[:, days], self.believed(taken.trust)
        parts = {
            (n, power): self._sums(rows, into.size, chosen, weights**n * scale**power) @ curves**power
            for n, power in ((1, 1), (2, 1), (2, 2), (3, 1), (3, 2), (3, 3))
        }
        return Paths(parts[1, 1], parts[2, 1] - parts[2, 2], parts[3, 1] - 3 * parts[3, 2] + 2 * parts[3, 3])

    def spread(self, weights: Floats, taken: Taken, into: Into, days: Rows) -> Paths:
        """Of those deals that name nobody: to each CSM with a chance so small that it is as good as Poisson."""
        shares = taken.shares(into)
        mean, variance, third = (shares @ self.of_groups(weights**n, taken, days) for n in (1, 2, 3))
        return Paths(mean, variance, third)

    def of_groups(self, weights: Floats, taken: Taken, days: Rows) -> Floats:
        """What those deals bring that name nobody, by group (a last one for those that anyone may get) and day."""
        weighed = weights * self.believed(taken.trust)
        found: Floats = (
            self._sums(self._groups(taken.roster), taken.size, self.book < 0, weighed) @ self.curves[:, days]
        )
        return found

    def _groups(self, roster: Roster) -> Rows:
        """The group of every deal; a last one for those that anyone may get."""
        found: Rows = np.where(self.group < 0, len(roster.segments), self.group)
        return found

    def _sums(self, place: Rows, size: int, chosen: Flags, weights: Floats) -> Floats:
        """Of *chosen* the sums of *weights* by place and row of ``curves``."""
        width = len(self.curves)
        flat = sums(place[chosen] * width + self.curve[chosen], weights[chosen], size * width)
        return flat.reshape(size, width)


@dataclass(frozen=True, slots=True)
class Taken:
    """How deals are taken. *trust*: what every chance is multiplied by. *rates*: who gets those that name nobody."""

    trust: float
    roster: Roster
    rates: Rates

    @property
    def size(self) -> int:
        return len(self.roster.segments) + 1

    def shares(self, into: Into) -> Floats:
        """By row of *into* and group: how much of what comes to the group goes there; the last one is anyone's."""
        roster, rates = self.roster, self.rates
        places, csms = into.rows * self.size, roster.is_csm
        of_groups = sums((places + roster.group_of)[csms], rates.share[csms], into.size * self.size)
        of_all = sums(places + self.size - 1, rates.share_of_all, into.size * self.size)
        return (of_groups + of_all).reshape(into.size, self.size)


@dataclass(frozen=True, slots=True)
class Learned:
    """What the past says of deals. *counts*: with prospects, with customers; None where too few were decided."""

    stories: Stories
    prospects: Counts | None
    customers: Counts | None


def learned(stories: Stories, calendar: FiscalCalendar, as_of: int) -> Learned:
    both = (counted(stories, calendar, as_of, customers=customers) for customers in (False, True))
    prospects, customers = (counts if counts.decided >= ENOUGH_DECIDED else None for counts in both)
    return Learned(stories, prospects, customers)


def deals_of(history: History, roster: Roster, past: Learned, calendar: FiscalCalendar, days: int) -> Deals:
    """Every open deal that may bring a customer or ARR within *days*."""
    rows = _open(history, roster)
    is_new, signed = rows["is_new"].to_numpy(), rows["signed"].to_numpy()
    cells = _cells(rows["opportunity_id"], past.stories, history.timeline.as_of, calendar)
    ahead = np.clip(rows["ahead"].to_numpy(), 0, days)
    tables: list[Floats] = []
    words: list[str] = []
    curve, scale = np.full(rows.height, -1, dtype=np.int64), np.ones(rows.height)
    for counts, chosen in ((past.prospects, is_new), (past.customers, ~is_new)):
        if counts is not None:
            told = chosen & (cells >= 0) & ~signed
            curve[told] = len(words) + cells[told]
            tables.append(curves(counts, days))
            words += _words(past.stories, counts)
    untold = (curve < 0) & ~signed
    scale[untold] = rows["stated"].to_numpy()[untold]
    for chosen, of_ahead, why in ((untold, _late, _PRIOR_WORDS), (signed, _punctual, _SIGNED_WORDS)):
        distinct, places = np.unique(ahead[chosen], return_inverse=True)
        curve[chosen] = len(words) + places
        tables.append(of_ahead(distinct, days))
        words += [why] * len(distinct)
    used, curve = np.unique(curve, return_inverse=True)
    table = np.concatenate(tables)[used]
    return Deals(
        ids=rows["opportunity_id"],
        account_ids=rows["account_id"],
        names=rows["name"],
        amounts=rows["value"],
        book=rows["place"].to_numpy(),
        group=rows["group"].to_numpy(),
        curve=curve,
        scale=scale,
        adds=_likeliest(rows, scale * table[curve, -1]),
        new=is_new,
        signed=signed,
        value=rows["value"].cast(pl.Float64).fill_null(0.0).to_numpy(),
        curves=table,
        words=[words[row] for row in used],
    )


def _cells(ids: pl.Series, stories: Stories, today: date, calendar: FiscalCalendar) -> Rows:
    """The cell of each deal; -1 where the history of deals does not know it."""
    entries = stories.open_on(number_of(today))
    told = pl.DataFrame(
        {
            "opportunity_id": stories.ids.gather(stories.deal[entries]),
            "cell": stories.cell_of(entries, today, calendar),
        },
        schema={"opportunity_id": pl.String(), "cell": pl.Int64()},
    )
    found = ids.to_frame().join(told, on="opportunity_id", how="left", maintain_order="left")
    return found["cell"].fill_null(-1).to_numpy()


_PRIOR_WORDS = "the CRM's own probability less a third, since too few deals were decided to learn from"
_SIGNED_WORDS = "won already; it begins on its own day"


def _words(stories: Stories, counts: Counts) -> list[str]:
    """What each cell rests on."""
    seen = counts.deals
    return [f"{stories.cells.words(cell)}; {seen[cell]:.0f} such deals in the past" for cell in range(len(seen))]


def _late(ahead: Rows, days: int) -> Floats:
    """By days to the close date, then by day: what of those that are won is there, as the prior has it."""
    found: Floats = 1 - 0.5 ** (np.maximum(np.arange(days + 1) - ahead[:, None], 0) / _PRIOR_LATE_DAYS)
    return found


def _punctual(ahead: Rows, days: int) -> Floats:
    """By days to the start, then by day: 0 before, 1 from then on."""
    return (np.arange(days + 1) >= np.maximum(ahead[:, None], 1)).astype(np.float64)


def _likeliest(rows: pl.DataFrame, chance: Floats) -> Floats:
    """1 for the one deal of every prospect that is the likeliest to bring it, 0 for all others."""
    ranked = rows.select("account_id", "is_new", "opportunity_id", row=pl.int_range(pl.len())).with_columns(
        chance=chance
    )
    first = ranked.filter("is_new").sort(["chance", "opportunity_id"], descending=[True, False])
    first = first.unique("account_id", keep="first", maintain_order=True)
    adds = np.zeros(rows.height)
    adds[first["row"].to_numpy()] = 1.0
    return adds


def _open(history: History, roster: Roster) -> pl.DataFrame:
    """The deals on their way, with ``place, group, is_new, signed, ahead, stated``."""
    timeline = history.timeline
    table = history.snapshot.table.select(
        "account_id", "segment", "is_customer", "customer_since", of_account="book_id"
    )
    renewal = pl.col("kind").str.to_lowercase().str.contains("renew").fill_null(value=False)
    rows = history.snapshot.opportunities.filter(~renewal).join(
        table, on="account_id", how="left", maintain_order="left"
    )
    customer = pl.col("is_customer").fill_null(value=False)
    to_come = (pl.col("is_won") & (pl.col("starts_on") > timeline.as_of)).fill_null(value=False)
    # The deal that brought a customer may stay open for a while; it brings nothing more.
    done = customer & (pl.col("customer_since") >= pl.col("created_on")).fill_null(value=False)
    rows = rows.filter((~pl.col("is_closed") & ~done) | (to_come & ~customer)).with_columns(signed=to_come)
    day = pl.when("signed").then("starts_on").otherwise("close_on").to_physical().cast(pl.Int64)
    meant = with_book(rows.select("csm_ref"), history.snapshot.owners)["book_id"]
    named, own = (np.asarray(csms_only(roster, ids)) for ids in (meant, rows["of_account"]))
    return rows.with_columns(
        place=pl.Series(np.where(named >= 0, named, own)),
        group=pl.Series(roster.groups(rows["segment"])),
        is_new=~customer,
        ahead=(day - number_of(timeline.as_of)).fill_null(0),
        stated=(pl.col("probability") * PRIOR_OF_CRM).fill_null(PRIOR_CHANCE).clip(0.0, 1.0),
    ).sort("opportunity_id")
