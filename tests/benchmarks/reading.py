"""A whole pull by cssync: ``python -m tests.benchmarks.reading salesforce|hubspot URL``; prints what it cost.

With a mirror in a new store, as on the first night. While a server makes up its mind no pause is slept out, since how
long a bulk job takes is the org's affair; with ``... URL paced``, for a server that limits its readers, they all are.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import structlog
from pydantic import SecretStr

from connectors.base import Connector
from cssync.model.mirror import Mirror
from cssync.settings.source import HubspotSecrets, SalesforceSecrets
from cssync.store.open import open_store
from tests.benchmarks import sources
from tests.benchmarks.cost import report

_Sleep = Callable[[float], None]


def main() -> None:
    kind, url, *paced = sys.argv[1:]
    # The log of a night goes to stderr, as JSON where that is no terminal; here it is no more than said.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        store = open_store(Path(folder) / "cssync.db", "default")
        made = _salesforce if kind == "salesforce" else _hubspot
        connector = made(url, store.mirror(kind), time.sleep if paced else _unslept)
        report(lambda: connector.pull(sources.NOW.date()).accounts.height)
        store.close()


def _salesforce(url: str, mirror: Mirror, sleep: _Sleep) -> Connector:
    import requests
    import simple_salesforce  # noqa: F401 # imports are not part of the work

    from connectors.salesforce import SalesforceConnector

    def session() -> requests.Session:
        return requests.Session()

    return SalesforceConnector(
        sources.salesforce(url),
        SalesforceSecrets(session_id=SecretStr(os.environ["SALESFORCE_SESSION_ID"])),
        arr_from_field=True,
        mirror=mirror,
        now=lambda: sources.NOW,
        sleep=sleep,
    )


def _hubspot(url: str, mirror: Mirror, sleep: _Sleep) -> Connector:
    import hubspot.crm.companies  # noqa: F401 # imports are not part of the work

    from connectors.hubspot import HubspotConnector

    return HubspotConnector(
        sources.hubspot(url),
        HubspotSecrets(token=SecretStr(os.environ["HUBSPOT_TOKEN"])),
        arr_from_field=True,
        mirror=mirror,
        now=lambda: sources.NOW,
        sleep=sleep,
        base_url=url,
    )


def _unslept(seconds: float) -> None:
    """No pause."""


if __name__ == "__main__":
    main()
