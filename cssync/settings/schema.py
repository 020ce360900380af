"""The JSON schema of the settings file, from which editors complete names and explain them."""

from __future__ import annotations

from typing import Any

from cssync.settings.model import Settings

_TIME = r"^\d{1,2}:\d{2}(:\d{2})?$"


def schema() -> dict[str, Any]:
    """JSON Schema 2020-12, as `config/cssync.schema.json` holds it."""
    made = Settings.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "cssync settings",
        **{name: _tidied(part) for name, part in made.items() if name != "title"},
    }


def _is_source(part: Any) -> bool:
    """The source alone must say its kind."""
    return "const" in part.get("properties", {}).get("kind", {})


def _tidied(part: Any) -> Any:
    """Without titles that only repeat names, and with times as people write them ("04:00" is no RFC 3339 time)."""
    match part:
        case {"format": "time", **rest}:
            return _tidied({**rest, "pattern": _TIME})
        case {"type": "object" | "array" as kind, **rest} if not _is_source(part):
            # Left blank, a section or list has its default.
            return _tidied({**rest, "type": [kind, "null"]})
        case dict():
            # A setting may itself be called title; those of the schema are texts.
            return {
                name: _tidied(below) for name, below in part.items() if name != "title" or not isinstance(below, str)
            }
        case list():
            return [_tidied(below) for below in part]
        case _:
            return part
