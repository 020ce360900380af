"""What cssync would know of a simulated company on one day: the very values that a night works on."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import cache
from itertools import pairwise

import numpy as np
import polars as pl

from cssync.books.aggregate import add_up
from cssync.books.history import LOOK_BACK_DAYS, History
from cssync.books.snapshot import take_snapshot
from cssync.books.spells import Timeline
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.pull import Pull
from cssync.model.tables import ACCOUNTS, MONEY, OPPORTUNITIES, OPPORTUNITY_SPELLS, SPELLS
from cssync.settings.model import Settings
from cssync.settings.team import Member, Team
from tests.benchmarks.forecast.sales import CRM_PROBABILITIES, STAGES, Ints
from tests.benchmarks.forecast.scenarios import SEGMENTS
from tests.benchmarks.forecast.world import NEVER, SEATS, SEGMENT_OF, World

HISTORY_DAYS = LOOK_BACK_DAYS
_ZERO = np.datetime64("1970-01-01", "D")


def cut(world: World, day: int, known_days: int = HISTORY_DAYS) -> History:
    """*known_days*: how long the CRM, or cssync, has been writing down what changes; the dates of records are older."""
    known = day - known_days
    as_of = _date(day)
    owners = tuple(Owner(world.csm(seat, day), f"CSM {seat}", None) for seat in range(SEATS)) + tuple(
        Owner(f"csm-{seat:02}-{number}", f"CSM {seat} before", None, active=False)
        for seat in range(SEATS)
        for number in range(int((world.successions[seat] <= day).sum()))
    )
    settings = _settings(tuple(world.csm(seat, day) for seat in range(SEATS)))
    deals = _through_time(world, day, known)
    pull = Pull(
        source="simulated",
        pulled_at=datetime(as_of.year, as_of.month, as_of.day, 2, tzinfo=UTC),
        accounts=_accounts(world, day),
        owners=owners,
        rates=ExchangeRates("USD"),
        opportunities=_opportunities(world, day),
    )
    snapshot = take_snapshot(pull, settings, as_of)
    spells = _recent(_spells(world), day, known)
    timeline = Timeline(as_of, spells, _date(known), pipeline=deals)
    # No forecast asks how the books have changed, so no day is looked back to.
    books = add_up(snapshot, timeline, settings.team, last_night=as_of, windows=())
    return History(snapshot, timeline, books)


@cache
def _settings(csms: tuple[str, ...]) -> Settings:
    members = {csm: Member(segment=SEGMENTS[SEGMENT_OF[seat]].name) for seat, csm in enumerate(csms)}
    return Settings(team=Team(members=members))


def _date(day: int) -> date:
    found: date = (_ZERO + np.timedelta64(day, "D")).astype(object)
    return found


def _days(days: Ints) -> pl.Series:
    """Dates; NEVER is null."""
    rows = pl.DataFrame({"day": days.astype(np.int64)})
    return rows.select(pl.when(pl.col("day") < NEVER).then("day").cast(pl.Int32).cast(pl.Date)).to_series()


def _recent(spells: pl.DataFrame, day: int, known: int) -> pl.DataFrame:
    """*spells* as they were remembered on *day*, from *known* on."""
    today, first = _date(day), _date(known)
    ends = pl.when(pl.col("valid_to") <= today).then("valid_to")
    rows = spells.filter(pl.col("valid_from") <= today).with_columns(
        valid_to=ends, valid_from=pl.max_horizontal("valid_from", pl.lit(first))
    )
    return rows.filter(pl.col("valid_to").is_null() | (pl.col("valid_to") > pl.col("valid_from")))


def _names(accounts: Ints) -> list[str]:
    return [f"A{account:06}" for account in accounts.tolist()]


def _segments(segments: Ints) -> list[str]:
    return [SEGMENTS[segment].name for segment in segments.tolist()]


def _accounts(world: World, day: int) -> pl.DataFrame:
    held, seats = world.held(day)
    gone = np.flatnonzero((world.ends <= day) & (world.starts < world.ends))
    # Whom a deal was ever opened with, decided or not, is an account of the CRM.
    prospects = world.account_of_deal[np.flatnonzero(world.deals.created <= day)]
    prospects = prospects[world.starts[prospects] > day]
    rows = np.concatenate([held, gone, prospects])
    csms = [world.csm(seat, day) for seat in range(SEATS)]
    is_held = np.arange(len(rows)) < len(held)
    is_prospect = np.arange(len(rows)) >= len(held) + len(gone)
    starts = np.where(is_prospect, NEVER, world.starts[rows])
    year = 365
    due = world.starts[rows] + ((day - world.starts[rows]) // year + 1) * year
    return pl.DataFrame(
        {
            "account_id": _names(rows),
            "name": _names(rows),
            "csm_ref": [*(csms[seat] for seat in seats.tolist()), *([None] * (len(gone) + len(prospects)))],
            "amount": pl.Series(np.where(is_prospect, 0, world.arr[rows])).cast(MONEY),
            "segment": _segments(world.segment[rows]),
            "customer_since": _days(starts),
            "churned_on": _days(np.where(world.ends[rows] <= day, world.ends[rows], NEVER)),
            "renewal_on": _days(np.where(is_held, due, NEVER)),
        }
    ).match_to_schema(ACCOUNTS, missing_columns="insert")


def _spells(world: World) -> pl.DataFrame:
    """``SPELLS`` of all customers, through all years: a seat that changes hands begins new ones."""
    if "spells" not in world.memo:
        account, seat, begins, ends = world.holdings
        parts = []
        for place in range(SEATS):
            mine = seat == place
            turns = [-NEVER, *world.successions[place].tolist(), NEVER]
            for number, (first, last) in enumerate(pairwise(turns)):
                since, until = np.maximum(begins[mine], first), np.minimum(ends[mine], last)
                there = since < until
                rows = (account[mine][there], f"csm-{place:02}-{number}", since[there], until[there])
                parts.append(_holding_rows(world, *rows))
        world.memo["spells"] = pl.concat(parts).sort("account_id", "valid_from")
    return world.memo["spells"]  # type: ignore[return-value]


def _holding_rows(world: World, accounts: Ints, csm: str, since: Ints, until: Ints) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "account_id": pl.Series(_names(accounts), dtype=pl.String),
            "book_id": pl.repeat(csm, len(accounts), dtype=pl.String, eager=True),
            "arr": pl.Series(world.arr[accounts]).cast(MONEY),
            "is_customer": pl.repeat(value=True, n=len(accounts), eager=True),
            "segment": pl.Series(_segments(world.segment[accounts]), dtype=pl.String),
            "unit_id": pl.Series(_names(accounts), dtype=pl.String),
            "valid_from": _days(since),
            "valid_to": _days(until),
        }
    ).match_to_schema(SPELLS, missing_columns="insert")


def _deal_rows(world: World) -> pl.DataFrame:
    """Every state of every deal, as ``OPPORTUNITY_SPELLS``."""
    if "deals" not in world.memo:
        deals = world.deals
        turns = np.concatenate([deals.stages_on, deals.pushed_on, deals.noted[:, None]], axis=1)
        told = (turns < NEVER) & (turns <= deals.noted[:, None])
        deal, days = np.unique(np.stack([np.nonzero(told)[0], turns[told]]), axis=1)
        closed = days >= deals.noted[deal]
        ends = np.where(np.append(deal[1:] == deal[:-1], False), np.append(days[1:], NEVER), NEVER)[: len(deal)]
        pushes = (deals.pushed_on[deal] <= days[:, None]).sum(axis=1)
        stage = np.clip((deals.stages_on[deal] <= days[:, None]).sum(axis=1) - 1, 0, len(STAGES) - 1)
        on_their_way = {
            "opportunity_id": [f"O{number:06}" for number in deal.tolist()],
            "account_id": _names(world.account_of_deal[deal]),
            "csm_ref": _csms(world, world.said_seat[deal], days),
            "stage": [STAGES[place] for place in stage.tolist()],
            "probability": np.array(CRM_PROBABILITIES)[stage],
            "is_closed": closed,
            "is_won": closed & deals.won[deal],
            "created_on": _days(deals.created[deal]),
            "close_on": _days(np.where(closed, deals.noted[deal], deals.closes[deal, pushes])),
            "starts_on": _days(np.where(closed, deals.starts[deal], NEVER)),
            "amount": pl.Series(world.arr[world.account_of_deal[deal]]).cast(MONEY),
            "valid_from": _days(days),
            "valid_to": _days(ends),
        }
        won = np.flatnonzero(world.logged)
        walked_in = {
            "opportunity_id": [f"W{number:06}" for number in won.tolist()],
            "account_id": _names(won),
            "csm_ref": _csms(world, world.seat[won], world.starts[won]),
            "stage": [STAGES[-1]] * len(won),
            "probability": np.ones(len(won)),
            "is_closed": np.ones(len(won), dtype=bool),
            "is_won": np.ones(len(won), dtype=bool),
            **{on: _days(world.starts[won]) for on in ("created_on", "close_on", "starts_on", "valid_from")},
            "amount": pl.Series(world.arr[won]).cast(MONEY),
        }
        tables = [pl.DataFrame(rows).match_to_schema(OPPORTUNITY_SPELLS, missing_columns="insert")
                  for rows in (on_their_way, walked_in)]  # fmt: skip
        found = pl.concat(tables) if tables else pl.DataFrame(schema=OPPORTUNITY_SPELLS)
        world.memo["deals"] = found.with_columns(kind=pl.lit("new"))
    return world.memo["deals"]  # type: ignore[return-value]


def _csms(world: World, seats: Ints, days: Ints) -> list[str | None]:
    turns = [np.searchsorted(world.successions[seat], days, side="right") for seat in range(SEATS)]
    return [f"csm-{seat:02}-{int(turns[seat][n])}" if seat >= 0 else None for n, seat in enumerate(seats.tolist())]


def _through_time(world: World, day: int, known: int) -> pl.DataFrame:
    return _recent(_deal_rows(world), day, known)


def _opportunities(world: World, day: int) -> pl.DataFrame:
    """The deals of *day*: all that are open, and what was decided within a year."""
    rows = _recent(_deal_rows(world), day, day - HISTORY_DAYS).filter(pl.col("valid_to").is_null())
    recent = ~pl.col("is_closed") | (pl.col("close_on") > _date(day - HISTORY_DAYS))
    rows = rows.filter(recent)
    turns = ((seat, n) for seat in range(SEATS) for n in range(1 + len(world.successions[seat])))
    now = {f"csm-{seat:02}-{n}": world.csm(seat, day) for seat, n in turns}
    rows = rows.with_columns(csm_ref=pl.col("csm_ref").replace(now))
    return rows.drop("valid_from", "valid_to").match_to_schema(OPPORTUNITIES, missing_columns="insert")
