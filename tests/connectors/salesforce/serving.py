"""An emulated org with a small company in it, and the connector that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from connectors.mirror import Mirror
from connectors.salesforce import SalesforceConnector
from cssync.model.pull import Pull
from cssync.settings.source import SalesforceSecrets, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS, CanonicalRow, Loaded, load_company
from tests.emulators.salesforce.org import Org, signing_key
from tests.emulators.salesforce.server import SalesforceEmulator

AS_OF = date(2026, 3, 31)
NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)

DANA: CanonicalRow = {"id": "dana", "name": "Dana O'Neil", "email": "dana@cs.test", "team": "EMEA"}


def plain_accounts(count: int) -> Sequence[CanonicalRow]:
    return [
        {"account_id": f"a{number}", "name": f"Account {number}", "csm_ref": "dana", "amount": 1000}
        for number in range(count)
    ]


@dataclass(slots=True)
class Served:
    """*pauses*: the seconds that the connector waited between tries."""

    emulator: SalesforceEmulator
    loaded: Loaded
    pauses: list[float] = field(default_factory=list)
    mirror: Mirror = field(default_factory=MemoryMirror)

    @property
    def org(self) -> Org:
        return self.emulator.org

    def connector(
        self,
        *,
        arr_from_field: bool = True,
        secrets: SalesforceSecrets | None = None,
        now: Callable[[], datetime] = lambda: NOW,
        mirror: Mirror | None = None,
        **settings: Any,
    ) -> SalesforceConnector:
        """Logged in by JWT unless *settings* say otherwise."""
        known = self.org.credentials
        given: dict[str, Any] = {
            "auth": "jwt",
            "username": known.username,
            "accounts": ACCOUNT_FIELDS,
            "opportunities": OPPORTUNITY_FIELDS,
        }
        return SalesforceConnector(
            SalesforceSource(kind="salesforce", **{**given, **settings}),
            secrets or self.secrets(),
            arr_from_field=arr_from_field,
            mirror=mirror or self.mirror,
            now=now,
            sleep=self.pauses.append,
            session=self.emulator.session,
        )

    def secrets(self, **others: str) -> SalesforceSecrets:
        known = self.org.credentials
        return SalesforceSecrets.model_validate(
            {
                "client_id": known.client_id,
                "client_secret": known.client_secret,
                "private_key": signing_key()[0],
                "password": known.password,
                "security_token": known.security_token,
                **others,
            }
        )

    def pull(self, **settings: Any) -> Pull:
        return self.connector(**settings).pull(AS_OF)


@contextmanager
def served(
    accounts: Sequence[CanonicalRow] = (),
    *,
    owners: Sequence[CanonicalRow] = (DANA,),
    opportunities: Sequence[CanonicalRow] = (),
    org: Org | None = None,
    page_size: int = 2_000,
    text_amounts: bool = False,
) -> Iterator[Served]:
    org = org or Org(now=lambda: NOW)
    loaded = load_company(org, accounts=accounts, owners=owners, opportunities=opportunities, text_amounts=text_amounts)
    with SalesforceEmulator(org, page_size=page_size) as emulator:
        yield Served(emulator, loaded)
        assert emulator.crashes == []
