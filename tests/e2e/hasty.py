"""Nights at a source that fails for good, without the pauses that a connector makes between its tries."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from rich.console import Console

from connectors.base import Connector
from connectors.hubspot import HubspotConnector
from connectors.salesforce import SalesforceConnector
from cssync import assembly
from cssync.errors import ConnectorError
from cssync.run import run_night
from cssync.settings.load import load
from cssync.settings.loaded import Loaded
from cssync.settings.source import HubspotSource, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.e2e.desk import Desk


def failure_without_pauses(desk: Desk, as_of: str, monkeypatch: pytest.MonkeyPatch) -> ConnectorError:
    """Walk the night as the command would, and return what it ends with: exit code 3 and a remedy, always."""
    for name, value in desk.environ.items():
        monkeypatch.setenv(name, value)
    loaded = load(desk.write(), desk.environ, desk.folder)
    with assembly.night(loaded, Console(quiet=True)) as line, pytest.raises(ConnectorError) as caught:
        run_night(replace(line, connector=_hasty(loaded)), date.fromisoformat(as_of))
    assert caught.value.exit_code == 3
    assert caught.value.remedy
    return caught.value


def _hasty(loaded: Loaded) -> Connector:
    source, secrets = loaded.settings.source, loaded.secrets
    if isinstance(source, SalesforceSource):
        return SalesforceConnector(
            source, secrets.salesforce, arr_from_field=True, mirror=MemoryMirror(), sleep=lambda _: None
        )
    assert isinstance(source, HubspotSource)
    return HubspotConnector(
        source,
        secrets.hubspot,
        arr_from_field=True,
        mirror=MemoryMirror(),
        sleep=lambda _: None,
        base_url=source.api_url,
    )
