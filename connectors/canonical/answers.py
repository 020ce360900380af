"""Reads the JSON of a vendor, which may hold what no text can: half of a pair of surrogates, of an emoji cut in two."""

from __future__ import annotations

import json
from typing import Any

import orjson


def decoded(body: bytes) -> Any:
    r"""What *body* says, with a question mark for half of a pair ("\ud83d"). Raises ValueError where it is not JSON."""
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return orjson.loads(_mended(body))


def _mended(body: bytes) -> bytes:
    """Seldom called, and as a rule for an answer that was cut short; Python reads what is whole but for such halves."""
    try:
        return json.dumps(json.loads(body), ensure_ascii=False).encode("utf-8", "replace")
    except RecursionError as error:
        raise ValueError("nested too deep") from error
