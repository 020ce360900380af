"""Reads ``limits.accounts=60``, as it is said at the command line."""

from __future__ import annotations

from difflib import get_close_matches

from cssync.settings import fields
from cssync.settings.fields import Shape
from cssync.settings.problems import Problem, refusal
from cssync.settings.yaml import Key, Value, parse_value

PLACE = "--set"


def parse(said: str) -> tuple[Key, Value, str]:
    """(setting, value, where it was said). Whether there is such a setting is for the whole document to find out.

    Raises ConfigError for what is no assignment.
    """
    name, equals, value = said.partition("=")
    key = key_of(name.strip())
    if not equals or not all(key):
        problem = Problem(PLACE, f"{said!r} is not SETTING=VALUE")
        raise refusal(problem, remedy="write it like limits.accounts=60; `cssync config reference` names every setting")
    return key, parse_value(value.strip(), PLACE), PLACE


def key_of(dotted: str) -> Key:
    """The parts of a setting's name. Names in tables may have dots of their own: limits.csms.dana@acme.test.arr."""
    return tuple(_parts(dotted.split("."), fields.ROOT))


def _parts(rest: list[str], shape: Shape) -> list[str]:
    if not rest:
        return []
    if shape.is_table:
        # What stands in a table is one value, or a section whose settings are single words.
        is_setting = len(rest) > 1 and get_close_matches(rest[-1], shape.below("").names)
        ends = len(rest) - 1 if is_setting else len(rest)
        return [".".join(rest[:ends]), *rest[ends:]]
    return [rest[0], *_parts(rest[1:], shape.below(rest[0]))]
