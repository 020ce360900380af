"""Reports bugs to Sentry, where the operator has one: where in the code it broke, and nothing of whose data it was.

Nothing of Sentry's SDK is imported, started or hooked in before there is a bug to report. It is used for what a report
looks like; the way out is ours. Left out are the values of variables, the messages of errors (they may quote a
customer), breadcrumbs, requests, arguments, and everything that an integration would add.
"""

from __future__ import annotations

import gzip
import re
import time
from collections.abc import Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, TypeVar

import structlog
from pydantic import SecretStr

from cssync import __version__, network
from cssync.errors import ConfigError
from cssync.log import mask
from cssync.operations.posting import is_address, post

if TYPE_CHECKING:
    from sentry_sdk.types import Event

log = structlog.get_logger()

# https://develop.sentry.dev/sdk/overview/#parsing-the-dsn
_DSN = re.compile(r"https?://[^@/\s]+@[^@/\s]+/(?:[^\s?#]*/)?\d+")
_KEPT = frozenset(
    {"event_id", "timestamp", "level", "platform", "release", "environment", "exception", "contexts", "sdk", "tags"}
)
_KEPT_OF_AN_ERROR = frozenset({"type", "module", "mechanism", "stacktrace"})
_TIMEOUT_SECONDS, _TRIES = 10.0, 2

Part = TypeVar("Part")

# Where bugs go is known for as long as the process lives, as are the log and what it hides: one may happen anywhere.
_dsn: SecretStr | None = None


def configure(dsn: SecretStr | None) -> None:
    """Report the bugs of this process to *dsn*, None for nowhere. Raises ConfigError where that cannot be done."""
    global _dsn  # noqa: PLW0603  see above
    _dsn = None
    if dsn is None:
        return
    if find_spec("sentry_sdk") is None:
        raise ConfigError(
            "SENTRY_DSN is set, but Sentry's SDK is not installed",
            remedy="pip install 'cssync[sentry]', or unset SENTRY_DSN",
        )
    address = dsn.get_secret_value().strip()
    if not (_DSN.fullmatch(address) and is_address(address)):
        raise ConfigError(
            "SENTRY_DSN is not the DSN of a Sentry project",
            remedy="copy it from the project's settings, Client Keys: https://<key>@<host>/<number>",
        )
    _dsn = SecretStr(address)


def report(error: Exception, *, sleep: Callable[[float], None] = time.sleep) -> None:
    """Send where *error* happened. A report that fails is a warning, and never hides the bug itself."""
    if _dsn is None:
        return
    try:
        problem = _send(error, _dsn.get_secret_value(), sleep)
    except Exception as other:  # noqa: BLE001  whatever the SDK does, the bug is what matters
        problem = f"its SDK failed: {type(other).__name__}"
    if problem:
        log.warning("bug_not_reported", problem=problem, remedy="look at SENTRY_DSN, and at the way out to it")


def _send(error: Exception, dsn: str, sleep: Callable[[float], None]) -> str:
    from sentry_sdk import Client, Scope
    from sentry_sdk.utils import event_from_exception

    way = _way_out(dsn, sleep)
    client = Client(
        dsn,
        transport=way,
        release=f"cssync@{__version__}",
        before_send=_scrubbed,
        default_integrations=False,
        auto_enabling_integrations=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        send_client_reports=False,
        auto_session_tracking=False,
        enable_backpressure_handling=False,
        spotlight=False,
    )
    event, hint = event_from_exception(error, client.options, {"type": "cssync", "handled": False})
    with client:
        client.capture_event(event, hint, Scope())
    return str(way.problem)


def _way_out(dsn: str, sleep: Callable[[float], None]) -> Any:
    """A transport of the SDK's that goes out as everything else does. *problem*: why it did not get there."""
    from sentry_sdk.envelope import Envelope
    from sentry_sdk.transport import Transport
    from sentry_sdk.utils import Dsn

    class Way(Transport):
        def __init__(self) -> None:
            super().__init__()
            self.parsed_dsn = Dsn(dsn)
            self.problem = "nothing was sent"

        def capture_envelope(self, envelope: Envelope) -> None:
            auth = self.parsed_dsn.to_auth(network.user_agent().partition(" ")[0]) if self.parsed_dsn else None
            if auth is None:
                return
            self.problem = post(
                auth.get_api_url(),
                gzip.compress(envelope.serialize()),
                {
                    "Content-Type": "application/x-sentry-envelope",
                    "Content-Encoding": "gzip",
                    "X-Sentry-Auth": auth.to_header(),
                },
                timeout_seconds=_TIMEOUT_SECONDS,
                tries=_TRIES,
                sleep=sleep,
            )

    return Way()


def _scrubbed(event: Event, _hint: dict[str, Any]) -> Event:
    """What is known to be harmless, and no more: the SDK may learn to add things."""
    kept: dict[str, Any] = {name: value for name, value in event.items() if name in _KEPT}
    errors = kept.get("exception", {}).get("values", ())
    kept["exception"] = {"values": [_scrubbed_error(error) for error in errors]}
    return _masked(kept)  # type: ignore[return-value]  # a TypedDict of theirs


def _scrubbed_error(error: dict[str, Any]) -> dict[str, Any]:
    kept = {name: value for name, value in error.items() if name in _KEPT_OF_AN_ERROR}
    for frame in (kept.get("stacktrace") or {}).get("frames", ()):
        frame.pop("vars", None)
    return kept


def _masked(part: Part) -> Part:
    """*part* with every secret of the settings replaced in its texts."""
    match part:
        case str():
            return mask(part)  # type: ignore[return-value]  # str is what it was
        case dict():
            return {name: _masked(value) for name, value in part.items()}  # type: ignore[return-value]  # the same
        case list() | tuple():
            return [_masked(value) for value in part]  # type: ignore[return-value]  # JSON knows no tuples
        case _:
            return part
