"""The emulator with the plain client on it, simple-salesforce, which we did not write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import requests
from simple_salesforce.api import Salesforce

from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.server import SalesforceEmulator

NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)


@dataclass(slots=True)
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(frozen=True, slots=True)
class Plain:
    emulator: SalesforceEmulator
    client: Salesforce
    session: requests.Session

    def rows(self, *clauses: str, deleted: bool = False) -> list[dict[str, Any]]:
        """The records without their attributes; *deleted*: by queryAll."""
        found = self.client.query_all_iter(" ".join(clauses), include_deleted=deleted)
        return [{name: value for name, value in row.items() if name != "attributes"} for row in found]

    def count(self, *clauses: str, deleted: bool = False) -> int:
        return int(self.client.query(" ".join(clauses), include_deleted=deleted)["totalSize"])

    def send(self, method: str, path: str, **how: Any) -> requests.Response:
        """*path*: after the version of the API, or from the root."""
        url = f"{self.emulator.url}{path}" if path.startswith("/") else f"{self.client.base_url}{path}"
        return self.session.request(method, url, headers=dict(self.client.headers) | how.pop("headers", {}), **how)


@contextmanager
def plain(org: Org, *, page_size: int = 2_000) -> Iterator[Plain]:
    with SalesforceEmulator(org, page_size=page_size) as emulator, emulator.session() as session:
        client = Salesforce(session_id=org.open_session(), instance_url=emulator.url, session=session, version="62.0")
        yield Plain(emulator, client, session)
        assert emulator.crashes == []
