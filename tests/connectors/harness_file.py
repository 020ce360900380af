"""Serves the contract's company as exports in a folder, once as CSV and once as Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from connectors.file import FileConnector
from cssync.settings.source import AccountFields, FileSource, OpportunityFields
from tests.connectors.contract import GHOST, NOW, Company, Fault, Feature, Harness, Serving

_ACCOUNTS = ("account_id", "name", "csm", "arr", "currency", "segment", "lifecycle", "parent_id", "created_on")
_OWNERS = ("id", "name", "email", "active", "kind", "manager_id")
_DEALS = ("opportunity_id", "account_id", "owner_id", "name", "amount", "currency", "is_closed", "is_won", "close_on")

SETTINGS = FileSource(
    accounts=AccountFields(
        product=None, region=None, language=None, health=None, customer_since=None, churned_on=None, renewal=None
    ),
    opportunities=OpportunityFields(kind=None, stage=None, probability=None, created=None, starts=None, ends=None),
)

Row = Sequence[str | None]


class FileHarness:
    features = frozenset(
        {Feature.QUEUES, Feature.UNASSIGNED, Feature.TEXT_AMOUNTS, Feature.CURRENCIES, Feature.MANAGERS}
    )
    faults = frozenset({Fault.BROKEN_MIDWAY, Fault.FIELD_GONE})
    customers_for_two_pages = 0

    def __init__(self, ending: str) -> None:
        self.name = f"file ({ending})"
        self._ending = ending

    @contextmanager
    def serve(self, company: Company, folder: Path, fault: Fault | None = None) -> Iterator[Serving]:
        header = tuple("revenue" if fault is Fault.FIELD_GONE and name == "arr" else name for name in _ACCOUNTS)
        self._write(folder / "accounts", header, _accounts(company))
        self._write(folder / "owners", _OWNERS, _owners(company))
        self._write(folder / "opportunities", _DEALS, _deals(company))
        self._write(folder / "rates", ("currency", "rate"), [(code, str(rate)) for code, rate in company.rates.items()])
        if fault is Fault.BROKEN_MIDWAY:
            whole = (folder / f"accounts.{self._ending}").read_bytes()
            (folder / f"accounts.{self._ending}").write_bytes(whole[: len(whole) * 2 // 3])
        yield Serving(FileConnector(SETTINGS, folder, now=lambda: NOW), _ids(company), arr_field="arr")

    def _write(self, path: Path, header: Row, rows: list[Row]) -> None:
        table = pl.DataFrame(rows, schema={str(name): pl.String() for name in header}, orient="row")
        if self._ending == "csv":
            table.write_csv(path.with_suffix(".csv"))
        else:
            table.write_parquet(path.with_suffix(".parquet"))


def _ids(company: Company) -> dict[str, str]:
    people = {GHOST: "own-ghost"} | {person.key: f"own-{person.key}" for person in company.people}
    customers = {customer.key: f"acc-{customer.key}" for customer in company.customers}
    return people | customers | {deal.key: f"opp-{deal.key}" for deal in company.deals}


def _accounts(company: Company) -> list[Row]:
    ids = _ids(company)
    return [
        (
            ids[c.key],
            c.name,
            c.csm and ids[c.csm],
            c.amount,
            c.currency,
            c.segment,
            c.lifecycle,
            c.parent and ids[c.parent],
            c.created_on.isoformat(),
        )
        for c in company.customers
    ]


def _owners(company: Company) -> list[Row]:
    ids = _ids(company)
    return [
        (ids[p.key], p.name, p.email, str(p.active).lower(), p.kind.value, p.manager and ids[p.manager])
        for p in company.people
    ]


def _deals(company: Company) -> list[Row]:
    ids = _ids(company)
    return [
        (
            ids[d.key],
            ids[d.customer],
            ids[d.owner],
            d.name,
            d.amount,
            d.currency,
            str(d.closed_won).lower(),
            str(d.closed_won).lower(),
            d.close_on.isoformat(),
        )
        for d in company.deals
    ]


HARNESSES: tuple[Harness, ...] = (FileHarness("csv"), FileHarness("parquet"))
