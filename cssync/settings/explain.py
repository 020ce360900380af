"""Says what is wrong with a setting in the operator's words, never repeating a value that may be a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import ValidationError

from cssync.settings import fields, secrets
from cssync.settings.fields import Shape
from cssync.settings.problems import Problem
from cssync.settings.yaml import Document, Key, Value, dotted

_NUMBER = re.compile(r"[+-]?[\d_]{1,15}(\.\d{1,6})?")


def problems(
    error: ValidationError, values: dict[str, Value], places: Mapping[Key, str], name: str, root: Shape = fields.ROOT
) -> Iterator[Problem]:
    """Translate each error of *error*; *name* stands where no line is known. *root*: what *values* are to be."""
    for detail in error.errors(include_url=False, include_input=False):
        key = _key(detail["loc"], values)
        if any(secrets.belongs_to(str(part)) for part in key):
            continue  # told by `leaks`, which does not repeat the name
        yield Problem(_place(key, places, name), _text(detail, key, values, root), dotted(key))


def leaks(value: Value, places: Mapping[Key, str], key: Key = ()) -> Iterator[Problem]:
    """A problem for every key and value that looks like a secret."""
    match value:
        case dict():
            for name, below in value.items():
                if secrets.belongs_to(name):
                    yield Problem(places[(*key, name)], "a name that looks like a secret", dotted(key))
                yield from leaks(below, places, (*key, name))
        case list():
            for index, below in enumerate(value):
                yield from leaks(below, places, (*key, index))
        case str() if variable := secrets.belongs_to(value):
            yield Problem(places[key], f"looks like a secret; {_misplaced(variable)}", dotted(key))
        case _:
            pass


def unsaid(required: Mapping[Key, str], document: Document, name: str) -> Iterator[Problem]:
    """A problem for each of *required*, with what it asks for, that *document* leaves out or blank."""
    for key, remedy in required.items():
        if _value(key, document.values) is None:
            yield Problem(_place(key, document.places, name), f"missing; {remedy}", dotted(key))


def _misplaced(variable: str) -> str:
    return f"secrets never stand in the settings: remove it, replace it if others saw it, and set {variable}"


def _text(detail: Any, key: Key, values: dict[str, Value], root: Shape) -> str:
    match detail["type"]:
        case "extra_forbidden":
            return _unknown(key, values, root)
        case "value_error":
            return str(detail["ctx"]["error"])
        case "missing":
            return f"missing; expected {_expectation(key, root)}"
        case "union_tag_not_found" | "union_tag_invalid":
            return _expected((*key, "kind"), values, root)
        case _ if detail["loc"][-1] == "[key]":
            return f"the name of this entry must match {detail['ctx']['pattern']}"
        case _:
            return _expected(key, values, root)


def _expected(key: Key, values: dict[str, Value], root: Shape) -> str:
    setting = f"{key[-1]}: " if key[-1] == "kind" else ""
    return f"{setting}expected {_expectation(key, root)} (got {_got(_value(key, values))})"


def _expectation(key: Key, root: Shape) -> str:
    return fields.at(*key, root=root).expectation


def _got(value: Value) -> str:
    match value:
        case None:
            return "nothing"
        case dict():
            return "a section"
        case list():
            return "a list"
        case str() if _NUMBER.fullmatch(value):
            return value
        case _:
            return "text"


def _unknown(key: Key, values: dict[str, Value], root: Shape) -> str:
    source = values.get("source")
    kind = source.get("kind") if isinstance(source, dict) else None
    if variable := secrets.named_like(dotted(key), kind):
        return _misplaced(variable)
    known = _names_beside(key, kind, root)
    last = str(key[-1])
    if near := get_close_matches(last, known, n=1):
        return f"unknown setting; did you mean {near[0]}?"
    elsewhere = {name.rpartition(".")[2]: name for name in fields.names(root) if name != dotted(key)}
    if near := get_close_matches(last, elsewhere, n=1, cutoff=0.8):
        return f"unknown setting; did you mean {elsewhere[near[0]]}?"
    return f"unknown setting; known here are {', '.join(known)}"


def _names_beside(key: Key, source_kind: object, root: Shape) -> tuple[str, ...]:
    """The settings known where *key* stands; of the source, only those of its kind."""
    shape = fields.at(*key[:-1], root=root)
    if key[0] == "source" and len(key) == len(("source", "kind")):
        shape = shape.of_kind(source_kind)
    return shape.names


def _key(location: tuple[int | str, ...], values: dict[str, Value]) -> Key:
    """Where in the file pydantic's *location* is: without the tag of the chosen source and marks of mappings' keys."""
    key: list[str | int] = []
    for part in location:
        here = _value(tuple(key), values)
        is_tag = isinstance(here, dict) and part == here.get("kind") and part not in here
        if part != "[key]" and not is_tag:
            key.append(part)
    return tuple(key)


def _value(key: Key, values: dict[str, Value]) -> Value:
    here: Value = values
    for part in key:
        if isinstance(here, dict) and isinstance(part, str):
            here = here.get(part)
        elif isinstance(here, list) and isinstance(part, int) and part < len(here):
            here = here[part]
        else:
            return None
    return here


def _place(key: Key, places: Mapping[Key, str], name: str) -> str:
    """The place of *key*, or of the nearest section around it that was written down."""
    return next((places[key[:end]] for end in range(len(key), 0, -1) if key[:end] in places), name)
