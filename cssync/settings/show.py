"""Lists the settings in force, each with where it was said, and which secrets are set, never what they are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time
from typing import Any, TypeAlias

from cssync.settings import secrets
from cssync.settings.base import Section
from cssync.settings.loaded import Loaded
from cssync.settings.reference import scalar

# As JSON holds it: numbers that may have a fraction are texts, so that none is rounded.
Plain: TypeAlias = "str | bool | int | list[str] | dict[str, str] | None"


@dataclass(frozen=True, slots=True)
class Line:
    """*origin*: "default", file and line, or an environment variable."""

    setting: str
    value: Plain
    origin: str

    @property
    def text(self) -> str:
        """The value for people: as the settings file says it, without quotes."""
        match self.value:
            case list():
                return f"[{', '.join(self.value)}]"
            case dict():
                return "{}"
            case str():
                return self.value
            case _:
                return scalar(self.value)


@dataclass(frozen=True, slots=True)
class SecretLine:
    """*origin*: where it was set; None where it is not. *missing*: the settings need it, and it is not set."""

    variable: str
    origin: str | None
    missing: bool


def settings(loaded: Loaded) -> tuple[Line, ...]:
    return tuple(Line(name, value, loaded.origin(name)) for name, value in _leaves(loaded.settings, ""))


def secret_lines(loaded: Loaded) -> tuple[SecretLine, ...]:
    missing = secrets.missing(loaded, secrets.needed(loaded.settings))
    return tuple(
        SecretLine(variable, loaded.origins.get(setting), variable in missing)
        for variable, setting in secrets.names().items()
    )


def _leaves(value: Any, name: str) -> Iterator[tuple[str, Plain]]:
    match value:
        case Section():
            for attribute, info in type(value).model_fields.items():
                yield from _leaves(getattr(value, attribute), _below(name, info.alias or attribute))
        case dict() if value:
            for key, inner in value.items():
                yield from _leaves(inner, _below(name, key))
        case tuple():
            yield name, [_inline(item) if isinstance(item, Section) else item for item in value]
        case None | bool() | int() | dict():
            yield name, value
        case time():
            yield name, f"{value:%H:%M}"
        case _:
            yield name, str(value)


def _inline(section: Section) -> str:
    """A section of a list on one line, with what was said of it."""
    said = section.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return "{" + ", ".join(f"{name}: {value}" for name, value in said.items()) + "}"


def _below(name: str, part: str) -> str:
    return f"{name}.{part}" if name else part
