"""Leads other people's connectors to the emulator: Python imports a module of this name from PYTHONPATH at its start.

They have the vendors' hosts written into them. What they send to one of these goes to BENCHMARK_URL instead, as it is;
whom to trust there REQUESTS_CA_BUNDLE tells, which requests reads by itself. Nothing else about them is changed.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

_VENDORS = (".salesforce.com", ".hubapi.com")


def _divert(url: str) -> None:
    from requests.adapters import HTTPAdapter

    there = urlsplit(url)
    send = HTTPAdapter.send

    def diverted(self: HTTPAdapter, request: Any, *args: Any, **options: Any) -> Any:
        asked = urlsplit(request.url)
        if f".{asked.hostname}".endswith(_VENDORS):
            request.url = asked._replace(scheme=there.scheme, netloc=there.netloc).geturl()
        return send(self, request, *args, **options)

    HTTPAdapter.send = diverted  # type: ignore[method-assign] # that is the detour


if "BENCHMARK_URL" in os.environ:
    _divert(os.environ["BENCHMARK_URL"])
