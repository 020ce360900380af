"""Writes the reference configuration out of the models: every setting, what it means, and its default.

What is written loads as it stands and changes nothing. Sections that only some need (another source, limits of
single CSMs) are there as comments.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from textwrap import wrap
from typing import Any, get_args

import yaml
from pydantic_core import PydanticUndefined

from cssync.settings import fields, secrets
from cssync.settings.base import Section
from cssync.settings.model import Settings

_WIDTH = 118
_INDENT = "  "
# What stands for a name that only the operator knows.
_EXAMPLE_NAMES = {
    "complexity": "Platform",
    "csms": "dana@acme.test",
    "duties": "travel",
    "members": "dana@acme.test",
    "others": "several_sites",
    "pools": "cs.pool@acme.test",
    "rates": "EUR",
    "segments": "enterprise",
}
_EXAMPLE_NUMBERS = {"duties": Decimal("0.1")}
_EXAMPLE_NUMBER = Decimal("1.25")


def reference() -> str:
    lines = [
        "# yaml-language-server: $schema=cssync.schema.json",
        "#",
        "# Every setting of cssync with its default. Copy only what you change: the rest keeps its default, also when",
        "# a later version knows better. Start with `cssync init`, which leaves open the few that have none.",
        "# `cssync config show` tells what is in force and where it was said. Each may also come from the environment,",
        "# as CSSYNC__SECTION__NAME: CSSYNC__GATE__MAX_DROP=0.5.",
        '# "seed 4" names the advice that a default rests on: its row in the rules that cssync follows. "[d]" marks',
        "# one of our own, where no advice says anything.",
        "#",
        "# Secrets never stand here. They come from the environment, from a .env file beside the settings, or from the",
        "# file that the same name with _FILE points to:",
        *(f"#   {name}" for name in secrets.names()),
    ]
    defaults = Settings()
    for name, info in fields.fields(Settings):
        lines += ["", *_setting(name, info, getattr(defaults, name))]
        if name == "source":
            _, *others = fields.ROOT.below(name).sections
            lines += [line for section in others for line in ["", *_alternative(section)]]
    return "\n".join(lines) + "\n"


def scalar(value: Any) -> str:
    """*value* in YAML, quoted where another reader of YAML would take it for something else."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float() | Decimal():
            return f"{value:g}" if isinstance(value, float) else f"{value:f}"
        case time() | date():
            return f'"{value:%H:%M}"' if isinstance(value, time) else f'"{value}"'
        case Path() | str():
            return yaml.safe_dump(str(value), width=10_000).removesuffix("\n...\n").strip()
        case _:
            raise TypeError(f"{type(value).__name__} is not a value of a setting")


def _setting(name: str, info: Any, value: Any) -> Iterator[str]:
    yield from _comment(info.description)
    match value:
        case Section():
            yield f"{name}:"
            yield from _indented(_section(value))
        case dict() if value:
            yield f"{name}:"
            for key, below in value.items():
                yield from _indented(_pair(key, below))
        case dict():
            yield f"{name}:"
            yield from _indented(_commented(_entry(name, get_args(info.annotation)[1])))
        case tuple() if (kind := _section_of(info.annotation)) is not None:
            yield f"{name}:"
            yield from _indented(_commented(_item(kind)))
        case tuple():
            yield f"{name}: [{', '.join(map(scalar, value))}]"
        case _:
            yield f"{name}: {scalar(value)}"


def _pair(key: Any, value: Any) -> Iterator[str]:
    """One line or section of a mapping."""
    if isinstance(value, Section):
        yield f"{_key(key)}:"
        yield from _indented(_section(value))
    else:
        yield f"{_key(key)}: {scalar(value)}"


def _key(key: str | Decimal) -> str:
    """Any other reader of YAML, too, is to take a number for the name that it is."""
    return f'"{key:f}"' if isinstance(key, Decimal) else scalar(key)


def _section(section: Section) -> Iterator[str]:
    for name, info in fields.fields(type(section)):
        attribute = next(key for key, other in type(section).model_fields.items() if other is info)
        yield from _setting(name, info, getattr(section, attribute))


def _entry(table: str, kind: Any) -> Iterator[str]:
    """What one line or section of a mapping would look like."""
    if isinstance(kind, type) and issubclass(kind, Section):
        yield f"{_EXAMPLE_NAMES.get(table, 'name')}:"
        yield from _indented(_section(kind.example()))
    else:
        yield f"{_EXAMPLE_NAMES.get(table, 'name')}: {scalar(_EXAMPLE_NUMBERS.get(table, _EXAMPLE_NUMBER))}"


def _section_of(annotation: Any) -> type[Section] | None:
    """The section that a list holds, where it holds sections."""
    first = next(iter(get_args(annotation)), None)
    return first if isinstance(first, type) and issubclass(first, Section) else None


def _item(kind: type[Section]) -> Iterator[str]:
    """What one section of a list would look like."""
    yield "-"
    yield from _indented(_section(kind.example()))


def _alternative(section: type[Section]) -> Iterator[str]:
    """Another source, commented out."""
    yield from _comment(f"Or this source instead. {section.__doc__}")
    body = ["source:"]
    for name, info in fields.fields(section):
        given = get_args(info.annotation)[0] if info.default is PydanticUndefined else info.default
        body += _indented(_setting(name, info, given))
    yield from _commented(body)


def _comment(text: str) -> Iterator[str]:
    return (f"# {line}" for line in wrap(text, _WIDTH))


def _indented(lines: Iterable[str]) -> Iterator[str]:
    return (f"{_INDENT}{line}" for line in lines)


def _commented(lines: Iterable[str]) -> Iterator[str]:
    """As comments that an editor's "uncomment" turns into settings, explanations staying comments."""
    return (f"# {line}" for line in lines)
