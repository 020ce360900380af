"""An emulated org with a small company in it, and the connector that reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from connectors.salesforce import SalesforceConnector
from cssync.model.mirror import Mirror
from cssync.model.pull import Pull
from cssync.settings.source import SalesforceSecrets, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS, CanonicalRow, Loaded, load_company
from tests.emulators.salesforce.org import Org, signing_key
from tests.emulators.salesforce.schema import Field
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

    def lookups(self, path: str) -> int:
        """How many requests so far had *path* in theirs."""
        return sum(path in each for each in self.emulator.paths())


@dataclass(slots=True)
class Clock:
    """The time of the org, and of the connector that reads it."""

    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass(slots=True)
class Nights(Served):
    """A company read night after night into one mirror."""

    clock: Clock = field(default_factory=Clock)
    settings: dict[str, Any] = field(default_factory=dict)

    def night(self, *, as_of: date = AS_OF, full: bool = False, **settings: Any) -> Pull:
        return self.connector(now=self.clock, **{**self.settings, **settings}).pull(as_of, full=full)

    def next_night(self, **settings: Any) -> Pull:
        self.clock.pass_(days=1)
        return self.night(**settings)

    def anew(self, **settings: Any) -> Pull:
        """What a connector without a past makes of the org as it is."""
        return self.connector(now=self.clock, mirror=MemoryMirror(), **{**self.settings, **settings}).pull(AS_OF)

    def account(self, key: str) -> str:
        return self.loaded.accounts[key]


@contextmanager
def nights(
    accounts: Sequence[CanonicalRow] = (),
    *,
    owners: Sequence[CanonicalRow] = (DANA,),
    opportunities: Sequence[CanonicalRow] = (),
    page_size: int = 2_000,
    fields: Sequence[Field] = (),
    **settings: Any,
) -> Iterator[Nights]:
    """A company that has stood for a month. *fields*: more of Account. *settings*: of the source, for every night."""
    clock = Clock(NOW - timedelta(days=30))
    org = Org(now=clock)
    org.define("Account", *fields)
    with served(accounts, owners=owners, opportunities=opportunities, org=org, page_size=page_size) as running:
        clock.now = NOW
        yield Nights(running.emulator, running.loaded, clock=clock, settings=settings)


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
