"""Reads what companies' properties held before: whose they were, what they paid, what stage they were in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import polars as pl
import structlog

from connectors.canonical import past
from connectors.hubspot import versions
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import COMPANIES
from connectors.hubspot.versions import Request, Versions
from cssync.model.history import ARR, NAMES, History
from cssync.model.tables import MONEY
from cssync.model.wording import count

log = structlog.get_logger()


def read(client: HubspotClient, accounts: pl.DataFrame, properties: Mapping[str, str], asked: Request) -> History:
    """What HubSpot remembers of *accounts* (``ACCOUNTS``); a note for all that it does not.

    *properties*: by ``csm``, ``arr``, ``lifecycle``.
    """
    reading = Versions(client, COMPANIES, tuple(properties.values()), asked, "history")
    ids = accounts["account_id"].sort().to_list()
    rows = reading.brought(ids, lambda known: _outdated(known, accounts, properties))
    held = versions.told(rows).rename({"record": "account_id"})
    states: dict[str, pl.DataFrame] = {}
    since: dict[str, date] = {}
    cut: set[str] = set()
    notes = [] if ARR in properties else ["ARR comes from won deals: what it was before the first night is not known."]
    for fact, name in properties.items():
        mine = held.filter(pl.col("property") == name)
        if mine.is_empty():
            notes.append(f"HubSpot remembers no value of {NAMES[fact]} ({name}) from before the first night.")
            continue
        since[fact] = max(mine.select(pl.min("day")).item(), asked.since)
        states[fact], lost = _states(mine, accounts)
        cut |= lost
    known = accounts.filter(~pl.col("account_id").is_in(versions.absent(rows).implode()))
    notes += _gaps(len(cut), accounts.height - known.height)
    log.info("hubspot history", versions=held.height, tracked=len(since), calls=client.calls)
    owned = past.owned(states, known, since, asked.as_of)
    return History(owned.table, since, notes=(*notes, *owned.notes), calls=client.calls)


def _gaps(cut: int, absent: int) -> Iterator[str]:
    if cut:
        yield (
            f"HubSpot keeps the last {versions.MOST} values of a property, and {count(cut, 'company', 'companies')}"
            " had more: the oldest that is left is taken to have held before it."
        )
    if absent:
        yield (
            f"HubSpot did not answer for {count(absent, 'company', 'companies')} when asked for history: they are taken"
            " as they are today."
        )


def _outdated(rows: pl.DataFrame, accounts: pl.DataFrame, properties: Mapping[str, str]) -> set[str]:
    """Companies whose newest version is not what they hold today."""
    found: set[str] = set()
    for fact, name in properties.items():
        mine = rows.filter(pl.col("property") == name).sort("timestamp", "version")
        newest = mine.group_by("record", maintain_order=True).last().select(account_id="record", newest=_plain(fact))
        today = accounts.select("account_id", value=pl.col(past.TODAY[fact]).cast(pl.String))
        both = today.with_columns(today=_plain(fact)).join(newest, on="account_id", how="inner")
        found |= set(both.filter(pl.col("today").ne_missing(pl.col("newest")))["account_id"])
    return found


def _plain(fact: str) -> pl.Expr:
    """``value`` as it may be compared: amounts are written now with and now without their decimals."""
    value = pl.when(pl.col("value").str.strip_chars() != "").then(pl.col("value").str.strip_chars())
    return value.cast(MONEY, strict=False).cast(pl.String) if fact == ARR else value


def _states(held: pl.DataFrame, accounts: pl.DataFrame) -> tuple[pl.DataFrame, set[str]]:
    """``past.STATES``, and which of *accounts* had older values that are lost.

    Before its first version a property was empty, unless there were more than HubSpot keeps.
    """
    value = pl.when(pl.col("value").str.strip_chars() != "").then("value")
    ordered = held.with_columns(value=value)
    after = ordered.group_by("account_id", "day", maintain_order=True).last().select("account_id", "day", "value")
    first = ordered.group_by("account_id", maintain_order=True).agg(
        oldest=pl.col("value").first(), since=pl.col("day").first(), kept=pl.len()
    )
    first = first.join(accounts.select("account_id", "created_on"), on="account_id", how="inner")
    is_cut = (pl.col("kept") >= versions.MOST) & (pl.col("created_on") < pl.col("since")).fill_null(value=True)
    before = first.select("account_id", day=pl.lit(None, pl.Date), value=pl.when(is_cut).then("oldest"))
    return pl.concat([before, after]).match_to_schema(past.STATES), set(first.filter(is_cut)["account_id"])
