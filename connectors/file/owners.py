"""Reads the owners file and the rates file: small tables with columns of fixed names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

import polars as pl

from connectors.canonical import require_single_values
from connectors.canonical.cells import boolean, text
from connectors.file.folder import Export
from cssync.errors import ConnectorError
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner, OwnerKind
from cssync.model.tables import PROBLEMS

NEEDED = ("id", "name")
OPTIONAL = ("email", "active", "kind", "team", "manager_id")
RATES = ("currency", "rate")

_VALUE_LENGTH = 40


@dataclass(slots=True)
class _Reading:
    owners: dict[str, Owner] = field(default_factory=dict)
    problems: list[tuple[str, str | None, str, str | None, str]] = field(default_factory=list)

    def report(self, record_id: str | None, column: str, value: str | None, reason: str) -> None:
        self.problems.append(("owner", record_id, column, value and value[:_VALUE_LENGTH], reason))


def read_owners(export: Export) -> tuple[tuple[Owner, ...], pl.DataFrame]:
    """Owners unique by id, and ``PROBLEMS``.

    Left empty, *active* means yes and *kind* means person; what is neither is reported and taken for the same.
    An owner without a name goes by its e-mail address or its id.
    """
    columns = [*NEEDED, *(column for column in OPTIONAL if column in export.table.columns)]
    raw = export.read(columns)
    require_single_values(raw, str(export.path))
    cells = raw.select(text(raw[column]).alias(column) for column in columns)
    active = boolean(raw["active"]).values if "active" in columns else pl.Series([None] * raw.height, dtype=pl.Boolean)
    reading = _Reading()
    for row, is_active in zip(cells.iter_rows(named=True), active, strict=True):
        _read_owner(row, is_active, reading)
    return tuple(reading.owners.values()), pl.DataFrame(reading.problems, schema=PROBLEMS, orient="row")


def _read_owner(row: dict[str, str | None], is_active: bool | None, reading: _Reading) -> None:  # noqa: FBT001 -- a cell
    owner_id, name = row["id"], row["name"]
    if owner_id is None:
        reading.report(None, "id", name, "no id")
        return
    if owner_id in reading.owners:
        reading.report(owner_id, "id", owner_id, "duplicate id")
        return
    if name is None:
        reading.report(owner_id, "name", None, "no name")
    written, kind = row.get("active"), (row.get("kind") or OwnerKind.PERSON).lower()
    if written is not None and is_active is None:
        reading.report(owner_id, "active", written, "neither yes nor no")
    if kind not in set(OwnerKind):
        reading.report(owner_id, "kind", row.get("kind"), f"none of {', '.join(OwnerKind)}")
        kind = OwnerKind.PERSON
    reading.owners[owner_id] = Owner(
        id=owner_id,
        name=name or row.get("email") or owner_id,
        email=row.get("email"),
        active=is_active is not False,
        kind=OwnerKind(kind),
        team=row.get("team"),
        manager_id=row.get("manager_id"),
    )


def read_rates(export: Export, corporate: str, *, decimal_mark: str) -> ExchangeRates:
    """Raises ConnectorError for a rate that cannot be read: every amount in its currency hangs on it."""
    raw = export.read(RATES)
    require_single_values(raw, str(export.path))
    rates: dict[str, Decimal] = {}
    for currency, rate in _rates(raw.select(text(raw[column]).alias(column) for column in RATES), export, decimal_mark):
        if currency in rates:
            raise ConnectorError(f'{export.path}: two rates for "{currency}"', remedy="remove all but one")
        rates[currency] = rate
    if rates.pop(corporate, Decimal(1)) != 1:
        raise ConnectorError(
            f"{export.path}: the rate of {corporate} is not 1, but it is the corporate currency",
            remedy="set source.corporate_currency, or give rates as corporate units for one unit",
        )
    return ExchangeRates(corporate, rates, dict.fromkeys(rates, export.path.name))


def _rates(table: pl.DataFrame, export: Export, decimal_mark: str) -> Iterator[tuple[str, Decimal]]:
    for currency, written in table.iter_rows():
        try:
            rate = Decimal((written or "").replace(decimal_mark, "."))
        except InvalidOperation:
            rate = Decimal("NaN")
        if currency is None or not rate.is_finite() or rate <= 0:
            raise ConnectorError(
                f'{export.path}: "{written or ""}" is no rate for "{currency or ""}"',
                remedy="give a currency and a number above 0 in every row: EUR,1.08",
            )
        yield currency.upper(), rate
