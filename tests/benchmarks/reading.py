"""A whole pull by cssync: ``python -m tests.benchmarks.reading salesforce|hubspot URL [OPTION...]``; prints its cost.

With a mirror in a new store, as on the first night. While a server makes up its mind no pause is slept out, since how
long a bulk job takes is the org's affair. Options: ``paced``, for a server that limits its readers: every pause is;
``bulk_from=ROWS``, for an org so small that none of it would be read in bulk.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np  # noqa: F401 # polars imports it at its first literal, and imports are not part of the work
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
    kind, url, *options = sys.argv[1:]
    bulk_from = next((int(each.partition("=")[2]) for each in options if "=" in each), sources.BULK_FROM)
    # The log of a night goes to stderr, as JSON where that is no terminal; here it is no more than said.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        store = open_store(Path(folder) / "cssync.db", "default")
        mirror, sleep = store.mirror(kind), time.sleep if "paced" in options else _unslept
        connector = _salesforce(url, mirror, sleep, bulk_from) if kind == "salesforce" else _hubspot(url, mirror, sleep)
        report(lambda: connector.pull(sources.NOW.date()).accounts.height)
        store.close()


def _salesforce(url: str, mirror: Mirror, sleep: _Sleep, bulk_from: int) -> Connector:
    import simple_salesforce  # noqa: F401 # imports are not part of the work

    from connectors.salesforce import SalesforceConnector

    return SalesforceConnector(
        sources.salesforce(url, bulk_from=bulk_from),
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
