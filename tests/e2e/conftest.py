"""A desk for each test, with limits that a company of a dozen customers can break."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.companies import slack_server
from tests.e2e.desk import Desk
from tests.emulators.slack.server import SlackServer


@pytest.fixture
def desk(request: pytest.FixtureRequest, tmp_path: Path) -> Desk:
    """A CSM may hold five accounts. Only limits speak: a forecast over three days of history would be noise.

    Given the parameter PostgreSQL, the store is there, and in a SQLite file otherwise.
    """
    environ = {}
    if getattr(request, "param", "") == "PostgreSQL":
        environ["DATABASE_URL"] = request.getfixturevalue("fresh_database")()
    return Desk(
        tmp_path,
        {
            "limits": {"accounts": 5},
            "rules": {
                name: {"enabled": False} for name in ("trending_to_ceiling", "new_customer_unassigned", "hire_by")
            },
            "notify": {"console": False},
        },
        environ,
    )


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with slack_server() as server:
        yield server
