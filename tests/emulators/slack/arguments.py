"""What a caller passed, out of an address, a form or JSON."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl

_JSON_WITHIN_A_FORM = ("blocks", "metadata", "view")


def of_request(query: str, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    if headers.get("content-type", "").startswith("application/json"):
        return {**dict(parse_qsl(query)), **json.loads(body or b"{}")}
    params: dict[str, Any] = dict(parse_qsl(query)) | dict(parse_qsl(body.decode()))
    for key in _JSON_WITHIN_A_FORM:
        if key in params:
            params[key] = json.loads(params[key])
    return params


def is_true(value: object) -> bool:
    """As Slack reads a boolean, in JSON or in a form."""
    return str(value).lower() in {"1", "true"}
