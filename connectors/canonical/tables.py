"""Puts the columns of one kind of record together: maps, reads, drops what has no id, reports."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches

import polars as pl

from connectors.canonical.cells import Column, boolean, code, number, probability, reasons, text
from connectors.canonical.dates import dates
from connectors.canonical.money import LARGEST, amounts
from connectors.canonical.pipeline import STATES
from cssync.errors import MappingError
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, OWNERSHIP, PROBLEMS, empty
from cssync.settings.source import AccountFields, OpportunityFields

_VALUE_LENGTH = 40
_NO_VALUES = (pl.Object, pl.Duration)

# Canonical column -> name of its setting under source.accounts.
_ACCOUNT_SETTINGS = {
    "account_id": "id",
    "name": "name",
    "csm_ref": "csm",
    "second_csm_ref": "second_csm",
    "amount": "arr",
    "currency": "currency",
    "segment": "segment",
    "lifecycle": "lifecycle",
    "product": "product",
    "region": "region",
    "language": "language",
    "health": "health",
    "parent_id": "parent",
    "created_on": "created",
    "customer_since": "customer_since",
    "churned_on": "churned_on",
    "renewal_on": "renewal",
    "usage": "usage",
    "decision_maker_changed_on": "decision_maker_changed",
}

_OPPORTUNITY_SETTINGS = {
    "opportunity_id": "id",
    "account_id": "account",
    "owner_ref": "owner",
    "csm_ref": "csm",
    "name": "name",
    "kind": "kind",
    "stage": "stage",
    "is_closed": "is_closed",
    "is_won": "is_won",
    "amount": "amount",
    "currency": "currency",
    "probability": "probability",
    "created_on": "created",
    "close_on": "close",
    "starts_on": "starts",
    "ends_on": "ends",
}

_OWNERSHIP_COLUMNS = {name: "csm" if name == "csm_ref" else name for name in OWNERSHIP}


@dataclass(frozen=True, slots=True)
class Parsed:
    """*table* in its canonical schema; *problems*: ``PROBLEMS``, in the source's own field names."""

    table: pl.DataFrame
    problems: pl.DataFrame


def accounts(raw: pl.DataFrame, fields: AccountFields, *, decimal_mark: str = ".") -> Parsed:
    """``ACCOUNTS``, unique by id, in the order of *raw*. A negative ARR is no ARR. Raises MappingError."""
    mapped = _mapped(fields, _ACCOUNT_SETTINGS)
    _require(raw, mapped, "accounts", _ACCOUNT_SETTINGS)
    return _identified(_Reading("account", raw, mapped, decimal_mark, Decimal(0)), ACCOUNTS, "account_id")


def opportunities(raw: pl.DataFrame, fields: OpportunityFields, *, decimal_mark: str = ".") -> Parsed:
    """``OPPORTUNITIES``, unique by id. A negative amount stays: so contractions are booked. Raises MappingError."""
    mapped = _mapped(fields, _OPPORTUNITY_SETTINGS)
    _require(raw, mapped, "opportunities", _OPPORTUNITY_SETTINGS)
    return _identified(_Reading("opportunity", raw, mapped, decimal_mark, -LARGEST), OPPORTUNITIES, "opportunity_id")


def ownership(raw: pl.DataFrame, *, decimal_mark: str = ".") -> Parsed:
    """``OWNERSHIP`` from columns of the same names (``csm`` for ``csm_ref``).

    Rows are dropped, and reported, that name no account, begin on no day, or end before they begin. Columns other
    than account_id, csm and valid_from may be left out. Raises MappingError.
    """
    needed = ("account_id", "csm_ref", "valid_from")
    mapped = {name: column for name, column in _OWNERSHIP_COLUMNS.items() if name in needed or column in raw.columns}
    _require(raw, mapped, "ownership", {})
    reading = _Reading("ownership", raw, mapped, decimal_mark, Decimal(0))
    table = reading.table(OWNERSHIP)
    starts, ends = table["valid_from"], table["valid_to"]
    nameless = table["account_id"].is_null()
    startless = ~nameless & text(raw["valid_from"]).is_null()
    backwards = ~nameless & (ends <= starts).fill_null(value=False)
    # A day that cannot be read is reported as such; taken as null it would mean "since ever" or "up to now".
    unreadable = starts.is_null() | (
        ends.is_null() & text(raw["valid_to"]).is_not_null() if "valid_to" in mapped else False
    )
    problems = [
        *reading.problems(~nameless),
        reading.flagged("account_id", nameless, "no account"),
        reading.flagged("valid_from", startless, "no first day"),
    ]
    if "valid_to" in mapped:
        problems.append(reading.flagged("valid_to", backwards, "ends before it begins"))
    return Parsed(table.filter(~(nameless | backwards | unreadable)), pl.concat(problems))


def opportunity_history(raw: pl.DataFrame, *, decimal_mark: str = ".") -> Parsed:
    """``pipeline.STATES`` from columns of the same names (``valid_from`` for ``day``), in the order of *raw*.

    Rows are dropped, and reported, that name no opportunity or no day. Columns other than opportunity_id, valid_from
    and stage may be left out. Raises MappingError.
    """
    needed = ("opportunity_id", "day", "stage")
    columns = {name: "valid_from" if name == "day" else name for name in STATES}
    mapped = {name: column for name, column in columns.items() if name in needed or column in raw.columns}
    _require(raw, mapped, "opportunity_history", {})
    reading = _Reading("opportunity history", raw, mapped, decimal_mark, -LARGEST)
    table = reading.table(pl.Schema({**STATES, "currency": pl.String()}))
    nameless = table["opportunity_id"].is_null()
    dayless = ~nameless & text(raw["valid_from"]).is_null()
    problems = [
        *reading.problems(~nameless),
        reading.flagged("opportunity_id", nameless, "no opportunity"),
        reading.flagged("day", dayless, "no first day"),
    ]
    kept = table.filter(~nameless & table["day"].is_not_null())
    return Parsed(kept.select(STATES.names()), pl.concat(problems))


def missing_columns(present: Iterable[str], wanted: Mapping[str, str], where: str) -> str:
    """A sentence that names each of *wanted* (column -> the setting that asks for it, or "") not *present*; else ""."""
    known = list(present)
    sentences = []
    for column, setting in wanted.items():
        if column in known:
            continue
        alike = get_close_matches(column.lower(), [name.lower() for name in known], n=1)
        meant = next((f'; did you mean "{name}"?' for name in known if alike and name.lower() == alike[0]), "")
        asked = f" ({setting})" if setting else ""
        sentences.append(f'{where} has no field "{column}"{asked}{meant}')
    return "\n".join(sentences)


def require_single_values(raw: pl.DataFrame, where: str) -> None:
    """Raises MappingError for a column of lists, structs or bytes: what no cell of text, number or date can be."""
    for field, dtype in raw.schema.items():
        if dtype.is_nested() or dtype in _NO_VALUES or (dtype == pl.Binary and not _is_text(raw[field])):
            raise MappingError(
                f'{where}: field "{field}" holds {dtype}, not texts, numbers or dates',
                remedy="map a field with one value a record",
            )


def _is_text(cells: pl.Series) -> bool:
    try:
        cells.cast(pl.String)
    except pl.exceptions.PolarsError:
        return False
    return True


class _Reading:
    """The columns of one raw table, each read once."""

    def __init__(
        self, kind: str, raw: pl.DataFrame, mapped: Mapping[str, str], decimal_mark: str, at_least: Decimal
    ) -> None:
        self._kind = kind
        self._raw = raw
        self.mapped = mapped
        self._decimal_mark = decimal_mark
        self._at_least = at_least
        self._reasons: dict[str, pl.Series] = {}
        self._ids = pl.Series("record_id", [None], dtype=pl.String).new_from_index(0, raw.height)

    def table(self, schema: pl.Schema) -> pl.DataFrame:
        columns: dict[str, pl.Series] = {}
        for name, dtype in schema.items():
            if name not in self.mapped:
                columns[name] = pl.Series(name, [None], dtype=dtype).new_from_index(0, self._raw.height)
            elif name != "amount":
                columns[name] = self._column(name, dtype)
        if "amount" in self.mapped:
            read = amounts(
                self._raw[self.mapped["amount"]],
                columns["currency"],
                decimal_mark=self._decimal_mark,
                at_least=self._at_least,
            )
            columns["amount"], columns["currency"] = read.values, read.currency
            self._reasons["amount"] = read.reasons
        self._ids = columns[schema.names()[0]]
        return pl.DataFrame([columns[name].alias(name) for name in schema], schema=schema)

    def problems(self, kept: pl.Series) -> tuple[pl.DataFrame, ...]:
        """What could not be read in the rows *kept*."""
        given = ((name, why) for name, why in self._reasons.items() if why.null_count() < why.len())
        found = (self._problems(name, why.set(~kept, None), name) for name, why in given)
        return (empty(PROBLEMS), *found)

    def flagged(self, name: str, where: pl.Series, why: str, *, showing: str | None = None) -> pl.DataFrame:
        """A problem in each row *where* is true: *name* is the canonical column to mend, *showing* the one to quote."""
        return self._problems(name, reasons(where, why), showing or name)

    def _column(self, name: str, dtype: pl.DataType) -> pl.Series:
        cells = self._raw[self.mapped[name]]
        if dtype == pl.String:
            return code(cells) if name == "currency" else text(cells)
        read = number(cells, self._decimal_mark) if name == "usage" else self._typed(cells, dtype)
        self._reasons[name] = read.reasons
        return read.values

    def _typed(self, cells: pl.Series, dtype: pl.DataType) -> Column:
        if dtype == pl.Date:
            return dates(cells)
        if dtype == pl.Boolean:
            return boolean(cells)
        return probability(cells)

    def _problems(self, name: str, why: pl.Series, showing: str) -> pl.DataFrame:
        bad = why.is_not_null()
        if not bad.any():
            return empty(PROBLEMS)
        field = self.mapped[name]
        held = self._raw[self.mapped[showing]].filter(bad).cast(pl.String, strict=False).str.slice(0, _VALUE_LENGTH)
        return pl.DataFrame({"record_id": self._ids.filter(bad), "value": held, "reason": why.filter(bad)}).select(
            pl.lit(self._kind).alias("object"), "record_id", pl.lit(field).alias("field"), "value", "reason"
        )


def _identified(reading: _Reading, schema: pl.Schema, key: str) -> Parsed:
    """One row an id, the first; of the others nothing more is reported than that they were dropped."""
    table = reading.table(schema)
    nameless = table[key].is_null()
    repeated = ~table[key].is_first_distinct() & ~nameless
    kept = ~(nameless | repeated)
    problems = (
        *reading.problems(kept),
        reading.flagged(key, nameless, "no id", showing="name" if "name" in reading.mapped else key),
        reading.flagged(key, repeated, "duplicate id"),
    )
    # Mostly it is all of them, and a filter copies.
    return Parsed(table if kept.all() else table.filter(kept), pl.concat(problems))


def _mapped(fields: AccountFields | OpportunityFields, settings: Mapping[str, str]) -> dict[str, str]:
    """Canonical column -> the source's field, for all that are mapped."""
    pairs = ((name, getattr(fields, setting)) for name, setting in settings.items())
    return {name: field for name, field in pairs if field is not None}


def _require(raw: pl.DataFrame, mapped: Mapping[str, str], table: str, settings: Mapping[str, str]) -> None:
    wanted = {field: f"source.{table}.{settings[name]}" if name in settings else "" for name, field in mapped.items()}
    if missing := missing_columns(raw.columns, wanted, table):
        raise MappingError(missing, remedy="map the field that holds it, or null where the source does not say")
    require_single_values(raw.select(list(dict.fromkeys(mapped.values()))), table)
