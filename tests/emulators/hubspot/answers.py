"""What the emulator says over the wire, in the words of the real API where they are known.

Bodies follow HubSpot's published error format and those that users pasted into public issue threads.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto

CORRELATION_ID = "aeb5f871-7f07-4993-9211-075dc63e7cbf"


class Wire(Enum):
    """What becomes of an answer on its way."""

    WHOLE = auto()
    TRUNCATED = auto()  # announces its full length, sends half of it and closes
    CUT = auto()  # the end of what was zipped is missing, and the length announced is of what is there
    RESET = auto()  # the connection is reset before anything is said
    STALLED = auto()  # nothing is said until the emulator stops


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = "application/json;charset=utf-8"
    wire: Wire = Wire.WHOLE

    def content(self) -> dict[str, object]:
        parsed = json.loads(self.body)
        assert isinstance(parsed, dict)
        return parsed


def ok(content: Mapping[str, object], status: int = 200) -> Answer:
    return Answer(status, json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode())


def error(status: int, category: str, message: str, **more: object) -> Answer:
    body = {"status": "error", "message": message, "correlationId": CORRELATION_ID, "category": category, **more}
    return ok(body, status)


def validation(message: str) -> Answer:
    return error(400, "VALIDATION_ERROR", message)


def not_found(message: str = "resource not found") -> Answer:
    return error(404, "OBJECT_NOT_FOUND", message)


def unauthorized() -> Answer:
    return error(
        401,
        "INVALID_AUTHENTICATION",
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and you can find more "
        "details at https://developers.hubspot.com/docs/methods/auth/oauth-overview",
    )


def expired_token() -> Answer:
    """As for OAuth tokens, which live for 30 minutes."""
    return error(401, "EXPIRED_AUTHENTICATION", "The OAuth token used to make this call expired 12 minute(s) ago.")


def malformed_token() -> Answer:
    return Answer(530, b"<html><title>530</title>malformed token</html>", content_type="text/html")


def missing_scopes(*scopes: str) -> Answer:
    return error(
        403,
        "MISSING_SCOPES",
        "This app hasn't been granted all required scopes to make this call. Read more about required scopes here: "
        "https://developers.hubspot.com/scopes.",
        errors=[
            {
                "message": "One or more of the following scopes are required.",
                "context": {"requiredGranularScopes": list(scopes)},
            }
        ],
        links={"scopes": "https://developers.hubspot.com/scopes"},
    )


def not_permitted() -> Answer:
    """What a token says whose user has left, or may not see this."""
    return error(403, "USER_DOES_NOT_HAVE_PERMISSIONS", "User does not have permissions to access this resource.")


def locked() -> Answer:
    """423: too much was synchronised too quickly; a pause of at least two seconds is asked for."""
    return error(423, "LOCKED", "The resource is temporarily locked.")


def migrating(retry_after: str | None = "86400") -> Answer:
    """477: the account is on its way to another data centre, which takes up to a day."""
    refusal = error(477, "MIGRATION_IN_PROGRESS", "This account is currently being migrated between data centers.")
    return refusal if retry_after is None else replace(refusal, headers={"Retry-After": retry_after})


def too_many(policy: str, retry_after: str | None = None) -> Answer:
    """429; *policy* is SECONDLY, TEN_SECONDLY_ROLLING or DAILY."""
    body = {
        "status": "error",
        "message": f"You have reached your {policy.lower()} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": CORRELATION_ID,
        "policyName": policy,
        "requestId": "632b866a6fc6454f32d5423a1166e92a",
    }
    headers = {} if retry_after is None else {"Retry-After": retry_after}
    return Answer(429, json.dumps(body).encode(), headers)


def html(status: int, title: str) -> Answer:
    page = f"<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"
    return Answer(status, page.encode(), content_type="text/html")
