"""What a reply of HubSpot means: good, worth another try, or an error of a kind that the operator can act on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import orjson

from connectors.canonical.answers import decoded
from connectors.hubspot.endpoints import Endpoint
from connectors.hubspot.pages import Form
from cssync.errors import AuthError, ConnectorError, MappingError, PermissionDeniedError, QuotaError

_RENEW = "create a new token in HubSpot (Settings > Integrations > Private Apps) and put it into HUBSPOT_TOKEN"

# Private statuses of HubSpot: https://developers.hubspot.com/docs/api-reference/error-handling
_MIGRATION_IN_PROGRESS = 477
_MALFORMED_TOKEN = 530
_TRANSIENT = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.LOCKED, HTTPStatus.TOO_EARLY, _MIGRATION_IN_PROGRESS})
_SERVER_ERRORS = 500

# How long each policy keeps the door shut when no Retry-After says so, in seconds.
_WAIT_BY_POLICY = {"SECONDLY": 1.0, "TEN_SECONDLY_ROLLING": 10.0}

_QUOTED_CHARACTERS = 200


class AbsentError(ConnectorError):
    """This HubSpot account has nothing at that address (404): a feature that is not switched on."""


class RefusedError(ConnectorError):
    """HubSpot understood the request and will not answer it, for a reason that is none of the usual ones."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Any answer over HTTP; *headers* are found by their names in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Again:
    """Not an answer yet. *wait* in seconds, None: the client's own back-off. *why* completes "HubSpot ..."."""

    why: str
    wait: float | None = None


def read(
    reply: Reply, endpoint: Endpoint, now: datetime, *, holds: str | None, form: Form | None = None
) -> dict[str, Any] | Again:
    """The JSON object of a good reply, or why to try again. Raises the ConnectorError that fits a bad one.

    *holds* names a key that must be there and be a list of objects: HubSpot's gateways have answered 200 with a page
    of HTML, which the client library turns into ``results=None``. *form*: how a page of records should be written; one
    that is not is told as any other reply is.
    """
    if not HTTPStatus.OK <= reply.status < HTTPStatus.MULTIPLE_CHOICES:
        return _refused(reply, endpoint, now)
    if form is not None and (page := form.read(reply.body)) is not None:
        return page
    try:
        content = decoded(reply.body)
    except ValueError:
        return Again(f"answered {reply.status} with something that is not JSON")
    if not isinstance(content, dict) or (holds and not _is_list_of_objects(content.get(holds))):
        return Again(f"answered {reply.status} with half a reply" + (f", without {holds}" if holds else ""))
    return content


def expired(error: AuthError) -> AuthError:
    """The *error* of a token that had been good for a while."""
    return AuthError(
        f"{error.message}. It was good at first: it has been revoked since, or is an OAuth access token, "
        "which lasts 30 minutes",
        remedy="put the token of a private app, which does not expire, into HUBSPOT_TOKEN",
    )


def _is_list_of_objects(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _refused(reply: Reply, endpoint: Endpoint, now: datetime) -> Again:
    details = _details(reply.body)
    wait = _retry_after(reply.headers.get("retry-after"), now)
    match reply.status:
        case HTTPStatus.TOO_MANY_REQUESTS:
            return _too_many(details, wait)
        case HTTPStatus.UNAUTHORIZED:
            raise AuthError(f"HubSpot refused the token (401): {_quoted(details)}", remedy=_RENEW)
        case status if status == _MALFORMED_TOKEN:
            raise AuthError("HubSpot says that the token is malformed (530)", remedy=_RENEW)
        case HTTPStatus.FORBIDDEN:
            raise _forbidden(details, endpoint)
        case HTTPStatus.NOT_FOUND:
            raise AbsentError(f"this HubSpot account has no {endpoint.what} (404)", remedy="run cssync doctor")
        case HTTPStatus.REQUEST_URI_TOO_LONG:
            raise MappingError(
                f"HubSpot cannot take so many properties of {endpoint.what} in one request (414)",
                remedy="map fewer fields, or ones with shorter names",
            )
        case status if status in _TRANSIENT or status >= _SERVER_ERRORS:
            return Again(f"answered {reply.status}", wait)
    raise RefusedError(
        f"HubSpot refused to list {endpoint.what} ({reply.status}): {_quoted(details)}",
        remedy="run cssync doctor; if it finds nothing, this is a change in HubSpot's API: please report it",
    )


def _too_many(details: Mapping[str, Any], wait: float | None) -> Again:
    policy = str(details.get("policyName") or "").upper()
    if policy == "DAILY":
        raise QuotaError(
            "HubSpot's daily limit of API requests is used up (429 DAILY)",
            remedy="it resets at midnight in the time zone of the HubSpot account; run again after that",
        )
    if wait is None:
        wait = _WAIT_BY_POLICY.get(policy, _WAIT_BY_POLICY["TEN_SECONDLY_ROLLING"])
    return Again(f"asked for a pause (429 {policy or 'without a policy'})", wait)


def _forbidden(details: Mapping[str, Any], endpoint: Endpoint) -> PermissionDeniedError:
    scopes = _scopes(details) or endpoint.scope
    remedy = (
        f"grant the private app the scope {scopes} (HubSpot: Settings > Integrations > Private Apps > Scopes)"
        if scopes
        else "ask an administrator of the HubSpot account"
    )
    return PermissionDeniedError(f"HubSpot does not show {endpoint.what} to this token (403)", remedy=remedy)


def _scopes(details: Mapping[str, Any]) -> str:
    """The scopes that a MISSING_SCOPES body asks for; the older key is sometimes misleading but all there is."""
    found: list[str] = []
    errors = details.get("errors")
    for error in errors if isinstance(errors, list) else []:
        context = error.get("context") if isinstance(error, dict) else None
        for key in ("requiredGranularScopes", "requiredScopes"):
            names = context.get(key) if isinstance(context, dict) else None
            found += [name for name in names or () if isinstance(name, str) and name not in found]
    return " or ".join(found)


def _details(body: bytes) -> Mapping[str, Any]:
    try:
        details = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return details if isinstance(details, dict) else {}


def _quoted(details: Mapping[str, Any]) -> str:
    message = details.get("message")
    text = " ".join(message.split()) if isinstance(message, str) else "without saying why"
    return text[:_QUOTED_CHARACTERS]


def _retry_after(header: str | None, now: datetime) -> float | None:
    """Seconds to wait; the header may hold seconds, a date, or nonsense."""
    if header is None:
        return None
    try:
        return max(0.0, float(header))
    except ValueError:
        pass
    try:
        until = parsedate_to_datetime(header)
    except ValueError:
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
