"""Leads other people's connectors to the emulator: Python imports a module of this name from PYTHONPATH at its start.

They have the vendors' hosts written into them. What they send to one of these goes to BENCHMARK_URL instead, as it is;
whom to trust there REQUESTS_CA_BUNDLE tells, which requests reads by itself. Nothing else about them is changed. How
long they were at it, from their first request to their end, is left in the file BENCHMARK_SECONDS.
"""

from __future__ import annotations

import atexit
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

_VENDORS = (".salesforce.com", ".hubapi.com")


def _divert(url: str, report: Path) -> None:
    from requests.adapters import HTTPAdapter

    there = urlsplit(url)
    send = HTTPAdapter.send
    begun: list[float] = []

    def diverted(self: HTTPAdapter, request: Any, *args: Any, **options: Any) -> Any:
        begun.append(time.perf_counter())
        asked = urlsplit(request.url)
        if f".{asked.hostname}".endswith(_VENDORS):
            request.url = asked._replace(scheme=there.scheme, netloc=there.netloc).geturl()
        return send(self, request, *args, **options)

    HTTPAdapter.send = diverted  # type: ignore[method-assign] # that is the detour
    atexit.register(lambda: report.write_text(str(time.perf_counter() - begun[0] if begun else 0.0)))


if "BENCHMARK_URL" in os.environ:
    _divert(os.environ["BENCHMARK_URL"], Path(os.environ["BENCHMARK_SECONDS"]))
