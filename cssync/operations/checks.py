"""What ``doctor`` shows of those who watch over the nights: whether they can be told. Nothing is sent to try it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from ipaddress import ip_address
from urllib.parse import urlsplit

from cssync.model.check import Check, CheckStatus
from cssync.operations.pings import REMEDY
from cssync.operations.posting import is_address
from cssync.settings.loaded import Loaded
from cssync.settings.model import Metrics


def checks(loaded: Loaded) -> Iterator[Check]:
    """Of secrets, only the host is shown."""
    yield _dead_man(loaded)
    settings = loaded.settings.metrics
    if settings.enabled:
        yield _endpoint(settings)
    if settings.textfile is not None:
        yield _textfile(loaded)
    if loaded.secrets.sentry_dsn is not None:
        host = urlsplit(loaded.secrets.sentry_dsn.get_secret_value().strip()).hostname
        yield Check("bugs", CheckStatus.OK, f"reported to Sentry at {host}")


def _dead_man(loaded: Loaded) -> Check:
    name = "dead man's switch"
    if loaded.secrets.healthcheck_url is None:
        return Check(name, CheckStatus.OK, "none: nobody is told of a night that never ran (HEALTHCHECK_URL)")
    address = loaded.secrets.healthcheck_url.get_secret_value().strip()
    if not is_address(address):
        return Check(name, CheckStatus.FAILED, "HEALTHCHECK_URL is not a URL", REMEDY)
    return Check(name, CheckStatus.OK, f"{urlsplit(address).hostname}; nothing was sent to try it")


def _endpoint(settings: Metrics) -> Check:
    found = f"cssync schedule answers at {settings.host}:{settings.port}"
    if _is_loopback(settings.host):
        return Check("metrics", CheckStatus.OK, found)
    # In a container there is no other way, so the settings may say so; whether others get there is decided outside.
    remedy = "let a firewall or a network policy admit Prometheus alone, or set metrics.host to 127.0.0.1"
    return Check("metrics", CheckStatus.WARNING, f"{found}, to whoever reaches it, without a password", remedy)


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _textfile(loaded: Loaded) -> Check:
    path = loaded.folder / (loaded.settings.metrics.textfile or "")
    if os.access(path.parent, os.W_OK | os.X_OK):
        return Check("metrics.textfile", CheckStatus.OK, str(path))
    what = "may not be written" if path.parent.is_dir() else "does not exist"
    remedy = "make it, or let this user write it"
    return Check("metrics.textfile", CheckStatus.FAILED, f"the folder {path.parent} {what}", remedy)
