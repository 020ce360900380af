"""Takes up a reading, does one thing more to it, and is killed on the way, right before a given statement."""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

import polars as pl

from cssync.store.open import open_store
from tests.store.crash import die, die_before

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
UNTIL = AT - timedelta(minutes=5)
LATER = AT + timedelta(days=1)
SCHEMA = pl.Schema({"Id": pl.String(), "Name": pl.String()})


def named(**names: str) -> pl.DataFrame:
    """Rows by their ids."""
    return pl.DataFrame({"Id": list(names), "Name": list(names.values())}, SCHEMA)


if __name__ == "__main__":
    address, deed, beginning = sys.argv[1:]
    replica = open_store(address, "acme").mirror("salesforce").replica("Account", key="Id", shape="s")
    reading = replica.unfinished()
    assert reading is not None
    die_before(beginning)
    if deed == "keep":
        reading.keep(named(c="Initech"), {"after": "c"}, gone=["a"])
    elif deed == "seal":
        reading.seal()
    else:
        replica.begin(full=True, begun=LATER, until=LATER)
    die()
