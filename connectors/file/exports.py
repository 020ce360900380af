"""Which files make up a source, and which of their columns are wanted by which setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from connectors.file.folder import Export, find, missing_file, require_folder
from connectors.file.owners import NEEDED as OWNER_COLUMNS
from connectors.file.owners import RATES as RATE_COLUMNS
from cssync.settings.source import AccountFields, FileSource, OpportunityFields

NEEDED = ("accounts", "owners")
OPTIONAL = ("opportunities", "ownership", "opportunity_history", "rates")
OWNERSHIP_COLUMNS = ("account_id", "csm", "valid_from")
DEAL_HISTORY_COLUMNS = ("opportunity_id", "valid_from", "stage")
DEAL_HISTORY_OPTIONAL = ("amount", "probability", "close_on")
OWNERSHIP_OPTIONAL = ("amount", "currency", "is_customer", "lifecycle", "valid_to")
STALE_AFTER = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Exports:
    """What was found, with all its columns, none of it read yet."""

    accounts: Export
    owners: Export
    opportunities: Export | None
    ownership: Export | None
    opportunity_history: Export | None
    rates: Export | None

    def __iter__(self) -> Iterator[Export]:
        optional = (self.opportunities, self.ownership, self.opportunity_history, self.rates)
        return iter((self.accounts, self.owners, *(export for export in optional if export is not None)))


def locate(settings: FileSource, folder: Path) -> Exports:
    """Raises ConfigError, ConnectorError; MappingError where a file lacks a column that is wanted."""
    require_folder(folder)
    accounts, owners = (_needed(settings, folder, name) for name in NEEDED)
    return Exports(accounts, owners, *(sound(settings, folder, name) for name in OPTIONAL))


def sound(settings: FileSource, folder: Path, name: str) -> Export | None:
    """The export *name* with every wanted column; None if there is no such file."""
    export = find(folder, name, settings.encoding)
    if export is not None:
        export.require(wanted(settings, name), name)
    return export


def wanted(settings: FileSource, name: str) -> Mapping[str, str]:
    """Column -> the setting that asks for it, "" where the name of the column is fixed."""
    if name == "accounts":
        return _mapped(settings.accounts, name)
    if name == "opportunities":
        return _mapped(settings.opportunities, name)
    fixed = {
        "owners": OWNER_COLUMNS,
        "ownership": OWNERSHIP_COLUMNS,
        "opportunity_history": DEAL_HISTORY_COLUMNS,
        "rates": RATE_COLUMNS,
    }
    return dict.fromkeys(fixed[name], "")


def staleness(export: Export, now: datetime) -> str:
    """A sentence about an export that is older than ``STALE_AFTER``, else ""."""
    age = now - export.written_at
    return f"{export.path.name} is {age.days} days old" if age > STALE_AFTER else ""


def _needed(settings: FileSource, folder: Path, name: str) -> Export:
    export = sound(settings, folder, name)
    if export is None:
        raise missing_file(folder, name)
    return export


def _mapped(fields: AccountFields | OpportunityFields, section: str) -> Mapping[str, str]:
    pairs = ((setting, getattr(fields, setting)) for setting in type(fields).model_fields)
    return {column: f"source.{section}.{setting}" for setting, column in pairs if column is not None}
