"""Killed at any request of a pull, the next run goes on from there, and the books are as if nothing had happened."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.companies import ANA, DANA, Row, customers, hubspot_company, salesforce_company
from tests.e2e.desk import NIGHT, Desk
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.server import SalesforceEmulator

PAGE, LONG_AGO = 5, "2025-01-31T09:00:00.000+0000"
COMPANY: list[Row] = [*customers(25, DANA), *customers(16, ANA)]


def books(desk: Desk) -> Any:
    """What the books say, without what names the run itself."""
    shown = desk.run("books", "--json").json
    return {name: value for name, value in shown.items() if "run" not in name}


def undisturbed(desk: Desk, folder: Path) -> Any:
    """The books of the same source, read in one go into a store of its own."""
    folder.mkdir()
    other = Desk(folder, desk.settings, desk.environ)
    assert other.night(NIGHT).code == 0
    return books(other)


@contextmanager
def killed_at(desk: Desk, emulator: SalesforceEmulator | HubspotEmulator, nth: int) -> Iterator[None]:
    """A night that is killed when its *nth* request for data has arrived."""
    process: list[subprocess.Popen[str]] = []

    def kill() -> None:
        process[0].kill()

    emulator.kill_after(nth, kill)
    with desk.started("run", "--as-of", NIGHT) as started:
        process.append(started)
        out, err = started.communicate()
        assert started.returncode == -signal.SIGKILL, f"it had ended by itself: {out}{err}"
        yield


@pytest.mark.parametrize("nth", [2, 6, 9, 12])
@pytest.mark.parametrize("bulk", [False, True], ids=["REST", "Bulk"])
def test_salesforce_killed_at_any_request(desk: Desk, tmp_path: Path, nth: int, *, bulk: bool) -> None:
    with salesforce_company(desk, COMPANY, page_size=PAGE) as salesforce:
        salesforce.bulk.page_rows = PAGE
        desk.set("source", bulk_from_rows=10 if bulk else 1_000)
        for row in salesforce.org.records["Account"].values():
            row["SystemModstamp"] = LONG_AGO
        with killed_at(desk, salesforce, nth):
            pass
        assert desk.night(NIGHT).code == 0

        # Only what was on its way is asked for twice; the requests that Bulk makes ahead count among it.
        assert salesforce.rest.served["Account"].records <= len(COMPANY) + (3 if bulk else 1) * PAGE
        assert books(desk) == undisturbed(desk, tmp_path / "other")


@pytest.mark.parametrize("nth", [3, 5])
def test_hubspot_killed_at_any_request(desk: Desk, tmp_path: Path, nth: int) -> None:
    with hubspot_company(desk, [*customers(230, DANA), *customers(55, ANA)]) as hubspot:
        with killed_at(desk, hubspot, nth):
            pass
        assert desk.night(NIGHT).code == 0

        assert books(desk) == undisturbed(desk, tmp_path / "other")
