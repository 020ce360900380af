"""Tells what an answer of Slack, or the lack of one, means for the message: did it arrive, and may it go again?

The dangerous answer is the one that never came: Slack may have posted the message all the same. It is UNKNOWN,
and looked up before anything is sent again. Nothing here repeats what an exception says of itself, since that
may hold a token or a webhook's address.
"""

from __future__ import annotations

import http.client
import math
import re
import socket
import ssl
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.error import URLError

from slack_sdk.errors import SlackApiError, SlackClientError, SlackRequestError

from cssync import network
from cssync.errors import ConfigError
from cssync.model.delivery import Attempt, Outcome

# All that slack_sdk lets through: its own errors, urllib's and http.client's, and those of decoding what is no
# UTF-8 (ValueError, LookupError) or JSON but no object (AttributeError).
ESCAPES = (SlackClientError, OSError, http.client.HTTPException, ValueError, LookupError, AttributeError)

TOO_MANY_REQUESTS = 429
_OK = 200
_SERVER_ERROR = 500
_UNHEARD_OF = timedelta(seconds=30)  # to wait after a 429 that does not say how long
_LONGEST = timedelta(hours=1)

_TOKEN = "mend SLACK_BOT_TOKEN: reinstall the Slack app and copy its bot token (xoxb-...)"  # noqa: S105 - advice
_WEBHOOK = "create a new incoming webhook in the Slack app and set SLACK_WEBHOOK_URL"
_SCOPE = "add the scope to the Slack app and reinstall it"
_ADMIN = "ask a Slack admin to let the app post"
_REPORT = "report it, with the digest as cssync run --dry shows it"
_MAYBE_POSTED = frozenset({"fatal_error", "internal_error", "service_unavailable", "request_timeout"})
_TOO_FAST = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
# https://docs.slack.dev/reference/methods/chat.postMessage
_ADVICE: dict[Outcome, dict[str, str]] = {
    Outcome.GONE: {
        "message_not_found": "",
        "thread_not_found": "",
    },
    Outcome.REFUSED: {
        "cant_update_message": "it was posted by another app: nothing to do",
        "cant_delete_message": "it was posted by another app: delete it by hand",
        "compliance_exports_prevent_deletion": "the workspace allows no deletions: nothing to do",
        "edit_window_closed": "the workspace allows no edits after so long: nothing to do",
        "invalid_blocks": _REPORT,
        "invalid_blocks_format": _REPORT,
        "msg_too_long": _REPORT,
        "msg_blocks_too_long": _REPORT,
        "no_text": _REPORT,
        "metadata_too_large": _REPORT,
        "invalid_metadata_format": _REPORT,
        "invalid_metadata_schema": _REPORT,
        "invalid_arguments": _REPORT,
        "invalid_payload": _REPORT,
    },
    Outcome.ADDRESS_DOWN: {
        "channel_not_found": "set notify.slack.channel to one that exists; a private one must have the bot in it",
        "not_in_channel": "invite the bot: type /invite and its name in the channel",
        "is_archived": "unarchive the channel, or set notify.slack.channel to another",
        "is_inactive": "unarchive the channel",
        "channel_is_archived": "unarchive the channel, or create a webhook for another",
        "channel_type_not_supported": "set notify.slack.channel to a public or private channel",
        "posting_to_general_channel_denied": _ADMIN,
        "restricted_action": _ADMIN,
        "restricted_action_read_only_channel": _ADMIN,
        "restricted_action_thread_only_channel": _ADMIN,
        "restricted_action_non_threadable_channel": _ADMIN,
    },
    Outcome.SINK_DOWN: {
        "invalid_auth": _TOKEN,
        "not_authed": _TOKEN,
        "token_revoked": _TOKEN,
        "token_expired": _TOKEN,
        "account_inactive": _TOKEN,
        "not_allowed_token_type": _TOKEN,
        "missing_scope": _SCOPE,
        "no_permission": _SCOPE,
        "org_login_required": _ADMIN,
        "ekm_access_denied": _ADMIN,
        "access_denied": _ADMIN,
        "accesslimited": _ADMIN,
        "team_access_not_granted": _ADMIN,
        "enterprise_is_restricted": _ADMIN,
        "team_added_to_org": _ADMIN,
        "two_factor_setup_required": _ADMIN,
        "action_prohibited": _ADMIN,
        "no_service": _WEBHOOK,
        "no_service_id": _WEBHOOK,
        "no_active_hooks": _WEBHOOK,
        "no_team": _WEBHOOK,
        "invalid_token": _WEBHOOK,
        "team_disabled": _WEBHOOK,
    },
}
_REMARK = re.compile(r"[\w ,.%'-]+\[json-pointer:[\w/-]*\]")


def of_error(error: Exception, now: datetime) -> Attempt:
    """What an exception of slack_sdk's clients means; *error* is one of ``ESCAPES``."""
    if isinstance(error, SlackApiError):
        return _of_api_error(error, now)
    if isinstance(error, (SlackRequestError, http.client.InvalidURL)):
        return Attempt(Outcome.SINK_DOWN, error="the Slack address is not a URL", remedy="mend notify.slack.api_url")
    return _of_lost_answer(error)


def of_webhook(status: int, headers: Mapping[str, str], body: str, now: datetime) -> Attempt:
    """What an incoming webhook answered: ``ok``, or an error's name in plain text."""
    if status == _OK:
        # Anything else is a captive portal or a proxy's page, or half a body.
        return Attempt(Outcome.SENT) if body == "ok" else _unknown("the webhook answered something else than ok")
    return _of_status(status, _code(body), headers, now)


def of_code(code: str, now: datetime, *, detail: str = "") -> Attempt:
    """What an error's *code* means; *detail* is shown beside it."""
    if code in _MAYBE_POSTED:
        return _unknown(f"Slack failed: {code}")
    if code in _TOO_FAST:
        return Attempt(Outcome.NOT_SENT, error="Slack asks to slow down", retry_at=retry_at(None, now))
    said = f"Slack refused: {code}{detail}"
    for outcome, advice in _ADVICE.items():
        if code in advice:
            return Attempt(outcome, error=said, remedy=advice[code])
    # Slack said no, in words not known here: nothing was posted, and the message stays in the outbox.
    return Attempt(Outcome.NOT_SENT, error=said, remedy="look the error up at docs.slack.dev")


def of_building(client: Callable[[], object]) -> Attempt | None:
    """None where *client* can be had; else why the environment's proxy or certificate authorities stand in the way."""
    try:
        client()
    except ConfigError as error:
        return Attempt(Outcome.SINK_DOWN, error=error.message, remedy=error.remedy)
    return None


def retry_at(header: str | None, now: datetime) -> datetime:
    """When Slack wants to hear from us again: a Retry-After in seconds, as a date, absent or senseless."""
    wait = _wait(header, now)
    return now + min(max(wait, timedelta(seconds=1)), _LONGEST)


def _wait(header: str | None, now: datetime) -> timedelta:
    try:
        seconds = float(header or "")
    except ValueError:
        pass
    else:
        return timedelta(seconds=min(seconds, _LONGEST.total_seconds())) if math.isfinite(seconds) else _UNHEARD_OF
    try:
        moment = parsedate_to_datetime(header or "")
    except ValueError:
        return _UNHEARD_OF
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - now


def _of_api_error(error: SlackApiError, now: datetime) -> Attempt:
    response = error.response
    data = response.data if isinstance(response.data, Mapping) else {}
    code = _code(data.get("error"))
    if response.status_code != _OK:
        return _of_status(response.status_code, code, response.headers, now)
    if code is None:
        return _unknown("Slack's answer was not JSON")
    return of_code(code, now, detail=_detail(data))


def _of_status(status: int, code: str | None, headers: Mapping[str, str], now: datetime) -> Attempt:
    if status == TOO_MANY_REQUESTS:
        header = next((value for key, value in headers.items() if key.lower() == "retry-after"), None)
        return Attempt(Outcome.NOT_SENT, error="Slack asks to slow down (429)", retry_at=retry_at(header, now))
    if status >= _SERVER_ERROR:
        return _unknown(f"Slack answered HTTP {status}")
    if code is not None:
        return of_code(code, now)
    return Attempt(
        Outcome.NOT_SENT,
        error=f"HTTP {status} in place of an answer of Slack",
        remedy="check notify.slack.api_url, and whether a proxy stands in between",
    )


def _of_lost_answer(error: Exception) -> Attempt:
    if refused := network.proxy_refusal(error):
        return Attempt(Outcome.NOT_SENT, error=f"Slack was not reached: {refused.message}", remedy=refused.remedy)
    reason = error.reason if isinstance(error, URLError) else error
    said = _in_words(reason)
    # urllib wraps what goes wrong until the request is written whole; what breaks later comes out bare. A reset
    # while writing is not trusted either: a server may answer before it has read everything.
    if isinstance(error, URLError) and (
        isinstance(reason, ConnectionRefusedError) or not isinstance(reason, ConnectionError)
    ):
        remedy = "check the network, HTTPS_PROXY and NO_PROXY"
        if isinstance(reason, ssl.SSLError):
            remedy = network.UNTRUSTED
        return Attempt(Outcome.NOT_SENT, error=f"Slack was not reached: {said}", remedy=remedy)
    return _unknown(f"Slack's answer was lost: {said}")


def _in_words(reason: object) -> str:
    said = type(reason).__name__
    match reason:
        case ssl.SSLCertVerificationError():
            said = f"its certificate was not accepted ({reason.verify_message})"
        case ssl.SSLError():
            said = "the TLS handshake failed"
        case TimeoutError():
            said = "timed out"
        case http.client.RemoteDisconnected():
            said = "the connection was closed without a word"
        case http.client.IncompleteRead():
            said = "it broke off in the middle"
        case socket.gaierror():
            said = "its name was not found"
        case ValueError() | AttributeError() | LookupError():
            said = "it made no sense"
        case OSError(strerror=str(words)) if words:
            said = words.lower()
    return said


def _unknown(error: str) -> Attempt:
    return Attempt(Outcome.UNKNOWN, error=error)


def _code(error: object) -> str | None:
    """An error's name, or None where something else stands in its place."""
    return error if isinstance(error, str) and re.fullmatch(r"[a-z][a-z0-9_:]{1,60}", error) else None


def _detail(data: Mapping[str, object]) -> str:
    if isinstance(needed := data.get("needed"), str) and re.fullmatch(r"[a-z:.,_ ]{1,80}", needed):
        return f", it needs {needed}"
    errors = data.get("errors")
    remarks = [one for one in errors if isinstance(one, str)] if isinstance(errors, list) else []
    kept = [found[0].strip() for one in remarks[:2] if (found := _REMARK.search(one))]
    return f" ({'; '.join(kept)})" if kept else ""
