"""Reads what companies' properties held before: whose they were, what they paid, what stage they were in.

HubSpot records every value of every property from the day on which there is one, and keeps the last 20. They are had
for 50 companies a request, and not by searching.
https://developers.hubspot.com/docs/api-reference/crm-companies-v3/batch/post-crm-v3-objects-companies-batch-read
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl
import structlog

from connectors.base import Progress
from connectors.canonical import past
from connectors.canonical.dates import dates
from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import COMPANIES
from cssync.errors import TransientError
from cssync.model.history import ARR, NAMES, History
from cssync.model.mirror import Mirror, Reading, Replica
from cssync.model.tables import MONEY
from cssync.model.wording import count

log = structlog.get_logger()

_KIND, _KEY = "companies.history", "version"
# One row a version, and for each company one without a property: whether HubSpot answered for it.
_ROWS = pl.Schema(dict.fromkeys((_KEY, "company", "property", "timestamp", "value"), pl.String()))
_ANSWERED, _ABSENT = "answered", "absent"
_A_REQUEST = 50
_MOST_VERSIONS = 20
_FRESH = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Request:
    """*properties*: by ``csm``, ``arr``, ``lifecycle``. *since* and *as_of*: first and last day of interest.

    *portal*: the id of the HubSpot account. *started*: aware.
    """

    mirror: Mirror
    portal: str
    properties: Mapping[str, str]
    as_of: date
    since: date
    started: datetime
    progress: Progress


def read(client: HubspotClient, accounts: pl.DataFrame, asked: Request) -> History:
    """What HubSpot remembers of *accounts* (``ACCOUNTS``); a note for all that it does not."""
    rows = _brought(client, accounts, asked)
    told = rows.filter(pl.col("property").is_not_null())
    versions = told.with_columns(day=dates(told["timestamp"]).values, account_id="company").filter(
        pl.col("day").is_not_null()
    )
    states: dict[str, pl.DataFrame] = {}
    since: dict[str, date] = {}
    cut: set[str] = set()
    notes = [] if ARR in asked.properties else [
        "ARR comes from won deals: what it was before the first night is not known."
    ]  # fmt: skip
    for fact, name in asked.properties.items():
        # The order in which they are kept is by time, and by place where one moment holds several.
        mine = versions.filter(pl.col("property") == name).sort("account_id", "timestamp", _KEY)
        if mine.is_empty():
            notes.append(f"HubSpot remembers no value of {NAMES[fact]} ({name}) from before the first night.")
            continue
        since[fact] = max(mine.select(pl.min("day")).item(), asked.since)
        states[fact], lost = _states(mine, accounts)
        cut |= lost
    absent = rows.filter(pl.col("property").is_null() & (pl.col("value") == _ABSENT))["company"]
    known = accounts.filter(~pl.col("account_id").is_in(absent.implode()))
    notes += _gaps(len(cut), accounts.height - known.height)
    log.info("hubspot history", versions=versions.height, tracked=len(since), calls=client.calls)
    owned = past.owned(states, known, since, asked.as_of)
    return History(owned.table, since, notes=(*notes, *owned.notes), calls=client.calls)


def _gaps(cut: int, absent: int) -> Iterator[str]:
    if cut:
        yield (
            f"HubSpot keeps the last {_MOST_VERSIONS} values of a property, and {count(cut, 'company', 'companies')}"
            " had more: the oldest that is left is taken to have held before it."
        )
    if absent:
        yield (
            f"HubSpot did not answer for {count(absent, 'company', 'companies')} when asked for history: they are taken"
            " as they are today."
        )


# -- reading ------------------------------------------------------------------------------------------------------


def _brought(client: HubspotClient, accounts: pl.DataFrame, asked: Request) -> pl.DataFrame:
    """Every version of every company; what was read less than a day ago is asked for again only where it is old."""
    shape = f"{asked.portal}: {', '.join(sorted(asked.properties.values()))}"
    replica = asked.mirror.replica(_KIND, key=_KEY, shape=shape)
    ids = accounts["account_id"].sort().to_list()
    broken_off = replica.unfinished()
    if broken_off is not None and asked.started - broken_off.begun <= _FRESH:
        log.info("hubspot history resumed", versions=broken_off.height)
        wanted = ids if broken_off.full else _outdated(_rows(replica), accounts, asked)
        _fill(client, broken_off, wanted, asked)
    if replica.full_at is None or asked.started - replica.full_at > _FRESH:
        _fill(client, _begun(replica, asked, full=True), ids, asked)
    elif outdated := _outdated(_rows(replica), accounts, asked):
        _fill(client, _begun(replica, asked, full=False), outdated, asked)
    return _rows(replica)


def _begun(replica: Replica, asked: Request, *, full: bool) -> Reading:
    return replica.begin(full=full, begun=asked.started, until=asked.started)


def _rows(replica: Replica) -> pl.DataFrame:
    rows = replica.rows()
    return rows if not rows.is_empty() else pl.DataFrame(schema=_ROWS)


def _outdated(rows: pl.DataFrame, accounts: pl.DataFrame, asked: Request) -> list[str]:
    """Companies that were never asked for, or whose newest version is not what they hold today."""
    marks = rows.filter(pl.col("property").is_null())
    found = set(accounts["account_id"]) - set(marks["company"])
    for fact, name in asked.properties.items():
        mine = rows.filter(pl.col("property") == name).sort("timestamp", _KEY)
        newest = mine.group_by("company", maintain_order=True).last().select(account_id="company", newest=_plain(fact))
        today = accounts.select("account_id", value=pl.col(past.TODAY[fact]).cast(pl.String))
        both = today.with_columns(today=_plain(fact)).join(newest, on="account_id", how="inner")
        found |= set(both.filter(pl.col("today").ne_missing(pl.col("newest")))["account_id"])
    return sorted(found)


def _plain(fact: str) -> pl.Expr:
    """``value`` as it may be compared: amounts are written now with and now without their decimals."""
    value = pl.when(pl.col("value").str.strip_chars() != "").then(pl.col("value").str.strip_chars())
    return value.cast(MONEY, strict=False).cast(pl.String) if fact == ARR else value


def _fill(client: HubspotClient, reading: Reading, ids: Sequence[str], asked: Request) -> None:
    """Ask for what comes after the last company that was kept, and seal."""
    last = (reading.cursor or {}).get("after", "")
    todo = [each for each in ids if each > last]
    asked.progress("history", len(ids) - len(todo), len(ids))
    for start in range(0, len(todo), _A_REQUEST):
        batch = todo[start : start + _A_REQUEST]
        rows = [row for record in _answers(client, batch, asked) for row in _versions(record, asked)]
        rows += ({_KEY: each, "company": each, "value": _ABSENT} for each in set(batch).difference(
            row["company"] for row in rows))  # fmt: skip
        reading.keep(pl.DataFrame(rows, schema=_ROWS), {"after": batch[-1]})
        asked.progress("history", len(ids) - len(todo) + start + len(batch), len(ids))
    reading.seal()


def _answers(client: HubspotClient, batch: Sequence[str], asked: Request) -> Iterator[Mapping[str, Any]]:
    """The records of *batch*. One that HubSpot leaves out without saying that it is not there is asked for again."""
    missing = list(batch)
    for _ in range(2):
        inputs = [{"id": each} for each in missing]
        body = {"inputs": inputs, "properties": [], "propertiesWithHistory": sorted(asked.properties.values())}
        reply = client.post(COMPANIES.batch, body, holds="results")
        yield from reply["results"]
        settled = {str(record.get("id")) for record in reply["results"]} | set(_said_absent(reply))
        missing = [each for each in missing if each not in settled]
        if not missing:
            return


def _said_absent(reply: Mapping[str, Any]) -> Iterator[str]:
    for error in reply.get("errors") or ():
        if isinstance(error, dict) and error.get("category") == "OBJECT_NOT_FOUND":
            yield from map(str, (error.get("context") or {}).get("ids") or ())


def _versions(record: Mapping[str, Any], asked: Request) -> Iterator[dict[str, str | None]]:
    company = str(record.get("id"))
    yield {_KEY: company, "company": company, "value": _ANSWERED}
    try:
        for name in asked.properties.values():
            at: Counter[str] = Counter()
            for version in reversed(record["propertiesWithHistory"].get(name) or ()):
                when = str(version["timestamp"])
                key = f"{company}/{name}/{when}/{at[when]:02}"
                at[when] += 1
                yield {_KEY: key, "company": company, "property": name, "timestamp": when, "value": version["value"]}
    except (AttributeError, KeyError, TypeError) as malformed:
        raise TransientError("HubSpot told histories of which some are not whole", remedy="run again") from malformed


# -- understanding ------------------------------------------------------------------------------------------------


def _states(versions: pl.DataFrame, accounts: pl.DataFrame) -> tuple[pl.DataFrame, set[str]]:
    """``past.STATES``, and which of *accounts* had older values that are lost.

    Before its first version a property was empty, unless there were more than HubSpot keeps.
    """
    value = pl.when(pl.col("value").str.strip_chars() != "").then("value")
    ordered = versions.with_columns(value=value)
    after = ordered.group_by("account_id", "day", maintain_order=True).last().select("account_id", "day", "value")
    first = ordered.group_by("account_id", maintain_order=True).agg(
        oldest=pl.col("value").first(), since=pl.col("day").first(), kept=pl.len()
    )
    first = first.join(accounts.select("account_id", "created_on"), on="account_id", how="inner")
    is_cut = (pl.col("kept") >= _MOST_VERSIONS) & (pl.col("created_on") < pl.col("since")).fill_null(value=True)
    before = first.select("account_id", day=pl.lit(None, pl.Date), value=pl.when(is_cut).then("oldest"))
    return pl.concat([before, after]).match_to_schema(past.STATES), set(first.filter(is_cut)["account_id"])
