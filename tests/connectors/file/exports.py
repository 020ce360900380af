"""A folder of exports, and what the connector says of it."""

from __future__ import annotations

import os
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from connectors.base import no_progress
from connectors.file import FileConnector
from cssync.errors import ConnectorError, CssyncError
from cssync.model.pull import Pull
from cssync.settings.source import AccountFields, FileSource

AS_OF = date(2026, 3, 31)


NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)


FOUR = AccountFields(
    currency=None,
    segment=None,
    lifecycle=None,
    product=None,
    region=None,
    language=None,
    health=None,
    parent=None,
    created=None,
    customer_since=None,
    churned_on=None,
    renewal=None,
)


SETTINGS = FileSource(accounts=FOUR)


HEADER = "account_id,name,csm,arr\n"


PLAIN = [("a1", "Acme", "u1", Decimal("1234.50"))]


def folder(path: Path, **files: str | bytes) -> Path:
    """An accounts and an owners export, and whatever else *files* says, by name without ending."""
    for name, content in ({"accounts": HEADER, "owners": "id,name\nu1,Dana\n"} | files).items():
        file = path / f"{name}.csv"
        file.write_bytes(content.encode() if isinstance(content, str) else content)
        os.utime(file, (NOW.timestamp() - 3600, NOW.timestamp() - 3600))
    return path


def pull(path: Path, settings: FileSource = SETTINGS) -> Pull:
    return FileConnector(settings, path, now=lambda: NOW).pull(AS_OF, no_progress)


def rows(path: Path, settings: FileSource = SETTINGS) -> list[tuple[object, ...]]:
    return pull(path, settings).accounts.select("account_id", "name", "csm_ref", "amount").rows()


def refusal(path: Path, kind: type[CssyncError] = ConnectorError, settings: FileSource = SETTINGS) -> CssyncError:
    with pytest.raises(kind) as caught:
        pull(path, settings)
    assert type(caught.value) is kind
    assert caught.value.remedy
    return caught.value
