"""Walks the models of the settings: which names a section knows, and what each of them expects."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from cssync.settings.base import Section
from cssync.settings.model import Settings

_WORDS = {
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    Decimal: "a number",
    str: "text",
    Path: "a path",
    time: "a time such as 04:00",
    date: "a date such as 2027-01-31",
    dict: "a section of `name: value` lines",
    tuple: "a list such as [a, b]",
}
_BOUNDS = (("gt", "greater than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))


@dataclass(frozen=True, slots=True)
class Shape:
    """What may stand somewhere in the settings: *alternatives* of a type and its constraints, null left out."""

    alternatives: tuple[tuple[Any, tuple[Any, ...]], ...]

    @property
    def sections(self) -> tuple[type[Section], ...]:
        return tuple(kind for kind, _ in self.alternatives if isinstance(kind, type) and issubclass(kind, Section))

    @property
    def names(self) -> tuple[str, ...]:
        """The settings that a section may hold; none where any name goes."""
        return tuple(dict.fromkeys(name for section in self.sections for name, _ in fields(section)))

    def of_kind(self, kind: object) -> Shape:
        """Among several sections, the one that ``kind: ...`` chooses; all of them if none is."""
        chosen = [
            (section, ()) for section in self.sections if kind in get_args(section.model_fields["kind"].annotation)
        ]
        return Shape(tuple(chosen)) if chosen else self

    @property
    def is_table(self) -> bool:
        return any(get_origin(kind) is dict for kind, _ in self.alternatives)

    def below(self, part: str | int) -> Shape:
        """The shape of the setting *part* of this section, mapping or list, without alternatives if there is none."""
        found: list[tuple[Any, tuple[Any, ...]]] = []
        for kind, _ in self.alternatives:
            if get_origin(kind) is dict:
                found += _flatten(get_args(kind)[1], ())
            elif get_origin(kind) is tuple:
                found += _flatten(get_args(kind)[0], ())
        for section in self.sections:
            found += [option for name, info in fields(section) if name == part for option in _of(info)]
        return Shape(tuple(found))

    @property
    def expectation(self) -> str:
        choices = [str(choice) for kind, _ in self.alternatives for choice in _choices(kind)]
        others = [_in_words(kind, metadata) for kind, metadata in self.alternatives if not _choices(kind)]
        return " or ".join(dict.fromkeys([*([f"one of {', '.join(choices)}"] if choices else []), *others]))


ROOT = Shape(((Settings, ()),))


def fields(section: type[Section]) -> Iterator[tuple[str, FieldInfo]]:
    """The settings of *section* by the name that the file uses."""
    return ((info.alias or name, info) for name, info in section.model_fields.items())


def at(*parts: str | int, root: Shape = ROOT) -> Shape:
    shape = root
    for part in parts:
        shape = shape.below(part)
    return shape


def names(shape: Shape = ROOT, above: str = "") -> Iterator[str]:
    """Every dotted name there is, sections included."""
    for name in shape.names:
        yield f"{above}{name}"
        below = shape.below(name)
        if below.sections:
            yield from names(below, f"{above}{name}.")


def _of(info: FieldInfo) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    return _flatten(info.annotation, tuple(info.metadata))


def _flatten(annotation: Any, metadata: tuple[Any, ...]) -> Iterator[tuple[Any, tuple[Any, ...]]]:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *extra = get_args(annotation)
        flat = [part for item in extra for part in (item.metadata if isinstance(item, FieldInfo) else [item])]
        yield from _flatten(inner, (*metadata, *flat))
    elif origin in (Union, UnionType):
        for option in get_args(annotation):
            yield from _flatten(option, metadata)
    elif annotation is not NoneType:
        yield annotation, metadata


def _choices(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) is Literal else ()


def _in_words(kind: Any, metadata: tuple[Any, ...]) -> str:
    if isinstance(kind, type) and issubclass(kind, Section):
        return f"a section with {', '.join(name for name, _ in fields(kind))}"
    words = _WORDS[get_origin(kind) or kind]
    bounds = [
        f"{phrase} {bound}"
        for attribute, phrase in _BOUNDS
        for item in metadata
        if (bound := getattr(item, attribute, None)) is not None
    ]
    pattern = next((item.pattern for item in metadata if getattr(item, "pattern", None)), None)
    limits = " and ".join(bounds) or (f"like {pattern}" if pattern else "")
    return f"{words}, {limits}" if limits else words
