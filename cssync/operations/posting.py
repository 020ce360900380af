"""Brings a small message to a service that watches over cssync: a few tries, and never an error that costs a night."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from urllib.parse import urlsplit

import urllib3

from cssync import network
from cssync.errors import ConfigError

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 5.0  # seconds


def post(
    url: str,
    body: bytes,
    headers: Mapping[str, str],
    *,
    timeout_seconds: float,
    tries: int,
    sleep: Callable[[float], None],
) -> str:
    """Return "" once *url* has taken *body*, else why it did not: in words that do not repeat the address, a secret."""
    if not is_address(url):
        return "its address is not a URL"
    try:
        pool = network.pool(url)
    except ConfigError as error:
        return f"{error.message}: {error.remedy}"
    with pool:
        for tried in range(1, tries + 1):
            problem, passing = _attempt(pool, url, body, headers, timeout_seconds)
            if not problem or not passing or tried == tries:
                return problem
            sleep(network.backoff(tried, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
    return ""


def is_address(text: str) -> bool:
    """Whether a request can be sent to *text* at all."""
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        return False
    plain = text.isascii() and text.isprintable() and " " not in text
    return plain and parts.scheme in {"http", "https"} and bool(parts.hostname)


def _attempt(
    pool: urllib3.PoolManager, url: str, body: bytes, headers: Mapping[str, str], timeout_seconds: float
) -> tuple[str, bool]:
    """What went wrong, "" if nothing, and whether it may pass by itself."""
    named = {**headers, "User-Agent": network.user_agent()}
    try:
        answer = pool.request("POST", url, body=body, headers=named, timeout=timeout_seconds)
    except urllib3.exceptions.HTTPError as error:
        if refused := network.proxy_refusal(error):
            return f"{refused.message}: {refused.remedy}", False
        if "CERTIFICATE_VERIFY_FAILED" in str(error):
            return f"its certificate is not trusted: {network.UNTRUSTED}", False
        return f"it {network.broken(error)}", True
    if answer.status < HTTPStatus.MULTIPLE_CHOICES:
        return "", False
    passing = answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS
    return f"it answered {answer.status}", passing
