"""Tells Salesforce's refusals apart by what can be done about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from cssync import network
from cssync.errors import ConfigError, ConnectorError, CssyncError, PermissionDeniedError, QuotaError, TransientError

if TYPE_CHECKING:
    from requests.exceptions import RequestException


class BusyError(TransientError):
    """Worth asking again after a pause. *pause_seconds*: what Salesforce asked for, if it did."""

    def __init__(self, message: str, *, remedy: str = "", pause_seconds: float | None = None) -> None:
        super().__init__(message, remedy=remedy)
        self.pause_seconds = pause_seconds


class LostAnswerError(BusyError):
    """No whole answer came: what was asked for may have been done all the same."""


class SessionExpiredError(ConnectorError):
    """The session is over: log in again and repeat."""


class LocatorLostError(TransientError):
    """The place in a long answer is lost: ask anew for what comes after the last record."""


class QueryTimeoutError(TransientError):
    """The query takes Salesforce too long: ask for less at once."""


class NotThereError(PermissionDeniedError):
    """404: the object does not exist, or not for this user, or the API version is unknown."""


TRY_LATER = "see https://status.salesforce.com; the next run tries again"
NOT_UNDERSTOOD = "check that source.domain or source.instance_url is Salesforce, with no proxy answering in its place"

_UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND = 401, 403, 404
# 406 and 420 come from Salesforce's edge when an instance is moved or overloaded.
_BUSY_STATUSES = frozenset({406, 408, 420, 429})
_TOO_LONG = frozenset({413, 414, 431})
_SERVER_ERRORS = 500
_BUSY_CODES = frozenset({"SERVER_UNAVAILABLE", "UNABLE_TO_LOCK_ROW", "UNKNOWN_EXCEPTION"})
_LOCATOR_CODES = frozenset({"INVALID_QUERY_LOCATOR", "QUERY_LOCATOR_EXPIRED"})
_PERMISSION_REMEDY = (
    "give the integration user a permission set with API Enabled and read access to Account, Opportunity and User"
)
_SHOWN = 300  # characters of what Salesforce says
_LONGEST_PAUSE = 120.0


def refusal(status: int, headers: Mapping[str, str], body: bytes) -> CssyncError:
    """The error for an answer that is no success; *headers* with any case of names."""
    code, said = _code_and_message(body)
    shown = f"{code}: {said}" if code else f"HTTP {status}"
    if status == _UNAUTHORIZED:
        return SessionExpiredError(f"the session is not valid ({shown})")
    if code == "REQUEST_LIMIT_EXCEEDED" and status == _FORBIDDEN and "concurrent" not in said.lower():
        return QuotaError(
            f"the org's API calls of the day are used up ({shown})",
            remedy="run again tomorrow, or find out what uses them: Setup > System Overview > API Usage",
        )
    if code in _LOCATOR_CODES:
        return LocatorLostError(f"Salesforce lost its place in the answer ({shown})", remedy=TRY_LATER)
    if code == "QUERY_TIMEOUT":
        return QueryTimeoutError(f"a query took Salesforce too long ({shown})", remedy=TRY_LATER)
    if code == "REQUEST_LIMIT_EXCEEDED" or _is_busy(status, code):
        return BusyError(f"Salesforce is not able to answer now ({shown})", pause_seconds=_asked_pause(headers))
    return _lasting(status, code, shown)


def unreachable(failure: RequestException) -> CssyncError:
    """The error for a request that got no whole answer."""
    from requests.exceptions import SSLError, Timeout

    if refused := network.proxy_refusal(failure):
        return refused
    kind = type(failure).__name__
    if isinstance(failure, Timeout):
        return LostAnswerError("Salesforce did not answer in time (source.timeout_seconds)")
    if isinstance(failure, SSLError):
        return ConnectorError(
            f"no trusted connection to Salesforce ({kind})",
            remedy=network.UNTRUSTED,
        )
    return LostAnswerError(f"the connection to Salesforce failed ({kind})")


def _lasting(status: int, code: str, shown: str) -> CssyncError:
    """Refusals that asking again would not mend."""
    if status in _TOO_LONG:
        return ConfigError(
            f"the query is longer than Salesforce takes (HTTP {status})",
            remedy="map fewer fields under source.accounts and source.opportunities",
        )
    if code == "UNSUPPORTED_API_VERSION" or (status == _NOT_FOUND and code != "INVALID_TYPE"):
        return NotThereError(f"Salesforce has no such thing ({shown})", remedy=_PERMISSION_REMEDY)
    return PermissionDeniedError(f"Salesforce refused to answer ({shown})", remedy=_PERMISSION_REMEDY)


def _is_busy(status: int, code: str) -> bool:
    return status in _BUSY_STATUSES or status >= _SERVER_ERRORS or code in _BUSY_CODES


def _code_and_message(body: bytes) -> tuple[str, str]:
    """Both empty unless the body is a refusal in Salesforce's own form: other texts may hold anything."""
    try:
        found: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        return "", ""
    first = found[0] if isinstance(found, list) and found else found
    if not isinstance(first, dict):
        return "", ""
    # A query is quoted before the reason; the last line says what is wrong.
    message = str(first.get("message", "")).strip().rpartition("\n")[2]
    return str(first.get("errorCode", "")), message[:_SHOWN]


def _asked_pause(headers: Mapping[str, str]) -> float | None:
    """Retry-After where it is a number of seconds; dates and nonsense count as not said."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    return min(float(text), _LONGEST_PAUSE) if text.isdigit() else None
