"""What can be pressed, picked and filled in: Slack's limits for it, and what it says once somebody did.

https://docs.slack.dev/reference/block-kit/block-elements and https://docs.slack.dev/reference/block-kit/composition-objects
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from tests.emulators.slack.measures import Json, at, length, of_text

_STYLES = {None, "primary", "danger"}
_STATE = {"plain_text_input": "value", "number_input": "value", "datepicker": "selected_date"}
_STATE |= {"users_select": "selected_user", "static_select": "selected_option", "radio_buttons": "selected_option"}
_STATE |= {"checkboxes": "selected_options"}


def problems(element: object, where: str) -> Iterator[str]:
    """Every reason for Slack to refuse *element*."""
    if not isinstance(element, Mapping):
        yield at("must be an object", where)
        return
    kind = element.get("type")
    check = _KINDS.get(kind) if isinstance(kind, str) else None
    if check is None:
        yield at(f"unsupported type: {kind}", f"{where}/type")
        return
    action_id = element.get("action_id", "x")
    if not isinstance(action_id, str) or length(action_id) > 255:
        yield at("must be less than 256 characters", f"{where}/action_id")
    yield from check(element, where)
    if "confirm" in element:
        yield from _confirm(element["confirm"], f"{where}/confirm")


def action(element: Json, chosen: str | None) -> dict[str, Any]:
    """What a person did to *element*, as ``actions`` of the payload tells it; *chosen*: the option's value."""
    told = {key: element[key] for key in ("type", "action_id")}
    if element["type"] == "button":
        return told | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    assert chosen is not None, f"{element['action_id']} is not a button: say what is chosen"
    return told | state(element, chosen)


def state(element: Json, entered: str | Sequence[str] | None) -> dict[str, Any]:
    """What *element* holds once *entered* is in it, an option's value or values, a text, a date or a user's id."""
    kind = element["type"]
    options = {option["value"]: option for option in element.get("options", ())}
    if kind == "overflow":
        return {"selected_option": options[str(entered)]}
    name = _STATE[kind]
    value: object = entered
    if entered is None:
        value = element.get(name.replace("selected", "initial") if "selected" in name else "initial_value")
        value = [] if value is None and kind == "checkboxes" else value
    elif kind == "checkboxes":
        value = [options[one] for one in entered]
    elif name == "selected_option":
        value = options[str(entered)]
    return {"type": kind, name: value}


def is_empty(held: Json) -> bool:
    return not next(value for key, value in held.items() if key != "type")


def _button(element: Json, where: str) -> Iterator[str]:
    yield from of_text(element.get("text"), f"{where}/text", 75, kinds=("plain_text",))
    if length(str(element.get("value", ""))) > 2_000:
        yield at("must be less than 2001 characters", f"{where}/value")
    if length(str(element.get("url", ""))) > 3_000:
        yield at("must be less than 3001 characters", f"{where}/url")
    if element.get("style") not in _STYLES:
        yield at("must be one of primary, danger", f"{where}/style")


def _overflow(element: Json, where: str) -> Iterator[str]:
    yield from _options(element.get("options"), f"{where}/options", 5)


def _select(element: Json, where: str) -> Iterator[str]:
    yield from _options(element.get("options"), f"{where}/options", 100)
    yield from _placeholder(element, where)


def _few_options(element: Json, where: str) -> Iterator[str]:
    yield from _options(element.get("options"), f"{where}/options", 10, kinds=("plain_text", "mrkdwn"))


def _text_input(element: Json, where: str) -> Iterator[str]:
    yield from _placeholder(element, where)
    if not 1 <= element.get("max_length", 1) <= 3_000:
        yield at("must be between 1 and 3000", f"{where}/max_length")


def _placeholder(element: Json, where: str) -> Iterator[str]:
    if "placeholder" in element:
        yield from of_text(element["placeholder"], f"{where}/placeholder", 150, kinds=("plain_text",))


def _image(element: Json, where: str) -> Iterator[str]:
    for name in ("image_url", "alt_text"):
        if not element.get(name):
            yield at(f"missing required field: {name}", where)


def _options(options: object, where: str, at_most: int, kinds: tuple[str, ...] = ("plain_text",)) -> Iterator[str]:
    if not isinstance(options, Sequence) or not options:
        yield at("must provide at least one option", where)
        return
    if len(options) > at_most:
        yield at(f"no more than {at_most} items allowed", where)
    for number, option in enumerate(options):
        yield from of_text(option.get("text"), f"{where}/{number}/text", 75, kinds=kinds)
        value = option.get("value")
        if not isinstance(value, str) or not value:
            yield at("missing required field: value", f"{where}/{number}")
        elif length(value) > 150:
            yield at("must be less than 151 characters", f"{where}/{number}/value")


def _confirm(confirm: Json, where: str) -> Iterator[str]:
    for name, limit in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30)):
        yield from of_text(confirm.get(name), f"{where}/{name}", limit, kinds=("plain_text",))


_KINDS: dict[str, Callable[[Json, str], Iterator[str]]] = {
    "button": _button,
    "overflow": _overflow,
    "static_select": _select,
    "radio_buttons": _few_options,
    "checkboxes": _few_options,
    "users_select": _placeholder,
    "datepicker": _placeholder,
    "number_input": _placeholder,
    "plain_text_input": _text_input,
    "image": _image,
}
