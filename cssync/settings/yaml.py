"""Reads YAML as plain text, with the line of every key, so that each complaint can name file and line.

Scalars stay as written: 0.1 is "0.1", 16:30 is "16:30", NO is "NO". The models say what they mean, so no amount
passes through a binary float and none of YAML 1.1's surprises applies. Only a blank, ``~`` or ``null`` is None.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

import yaml

from cssync.settings.problems import Problem, refusal, refuse

Key: TypeAlias = tuple[str | int, ...]
Value: TypeAlias = "str | list[Value] | dict[str, Value] | None"

_REMEDY = "correct the file, then run `cssync config show`"
_STANDARD_TAG = "tag:yaml.org,2002:"
_BINARY_TAG = f"{_STANDARD_TAG}binary"
_NULL_TAG = f"{_STANDARD_TAG}null"


@dataclass(frozen=True, slots=True)
class Document:
    """*places*: "config/cssync.yaml:12" for every key and list item."""

    values: dict[str, Value] = field(default_factory=dict)
    places: dict[Key, str] = field(default_factory=dict)


def parse(text: str, name: str) -> Document:
    """Read *text*, which errors call *name*. Raises ConfigError for all that is not a mapping of plain values."""
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise refusal(Problem(_position(name, error), _complaint(text, error)), remedy=_REMEDY) from error
    except yaml.YAMLError as error:
        # The only one without a mark: characters that no YAML file may hold.
        problem = Problem(name, "holds a character that is not allowed in YAML (a control character?)")
        raise refusal(problem, remedy=_REMEDY) from error
    if root is None or root.tag == _NULL_TAG:
        return Document()
    if not isinstance(root, yaml.MappingNode):
        problem = Problem(f"{name}:1", f"expected settings such as `timezone: UTC` (got {_kind(root)})")
        raise refusal(problem, remedy=_REMEDY)
    reading = _Reading(name)
    values = reading.mapping(root, ())
    refuse(reading.problems, _REMEDY)
    return Document(values, reading.places)


def parse_value(text: str, name: str) -> Value:
    """Read one setting from the environment: a list or mapping in YAML's short form, else text as it is."""
    if not text.startswith(("[", "{")):
        return None if text == "null" else text
    document = parse(f"value: {text}", name)
    return document.values["value"]


class _Loader(yaml.SafeLoader):
    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        # An alias may contain itself, or grow without bounds: settings need neither.
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call] # types-PyYAML leaves it out
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not supported", problem_mark=mark)
        return super().compose_node(parent, index)


class _Reading:
    """One pass over the nodes of a file, which goes on after a problem so that all of them are told."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.places: dict[Key, str] = {}
        self.problems: list[Problem] = []

    def mapping(self, node: yaml.MappingNode, above: Key) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key_node, value_node in node.value:
            place = self._place(key_node)
            if not isinstance(key_node, yaml.ScalarNode):
                self._complain(place, above, f"expected a name before the colon (got {_kind(key_node)})")
                continue
            key = (*above, key_node.value)
            if key in self.places:
                self._complain(place, key, f"said twice; the first is {self.places[key]}")
                continue
            self.places[key] = place
            values[key_node.value] = self._value(value_node, key)
        return values

    def _value(self, node: yaml.Node, key: Key) -> Value:
        if node.tag == _BINARY_TAG or not node.tag.startswith(_STANDARD_TAG) or "python/" in node.tag:
            self._complain(self._place(node), key, "tags (!name) are not supported; write the value without it")
            return None
        if isinstance(node, yaml.MappingNode):
            return self.mapping(node, key)
        if isinstance(node, yaml.SequenceNode):
            items: list[Value] = []
            for index, item in enumerate(node.value):
                self.places[(*key, index)] = self._place(item)
                items.append(self._value(item, (*key, index)))
            return items
        return None if node.tag == _NULL_TAG else str(node.value)

    def _place(self, node: yaml.Node) -> str:
        return f"{self._name}:{node.start_mark.line + 1}"

    def _complain(self, place: str, key: Key, text: str) -> None:
        self.problems.append(Problem(place, text, dotted(key)))


def dotted(key: Key) -> str:
    return ".".join(str(part) for part in key)


def _kind(node: yaml.Node) -> str:
    if isinstance(node, yaml.MappingNode):
        return "a mapping"
    return "a list" if isinstance(node, yaml.SequenceNode) else "text"


def _position(name: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark or error.context_mark
    return f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name


def _complaint(text: str, error: yaml.MarkedYAMLError) -> str:
    mark = error.problem_mark
    lines = text.splitlines()
    if mark and mark.line < len(lines) and "\t" in lines[mark.line][: mark.column + 1]:
        return "not valid YAML: indent with spaces, not with tabs"
    expected = " ".join(part for part in (error.problem, error.context) if part)
    return f"not valid YAML: {expected}"
