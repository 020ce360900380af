"""What can be pressed and picked has limits too, and Slack names them."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from tests.emulators.slack.conftest import CHANNEL
from tests.emulators.slack.shapes import plain


def button(**more: Any) -> dict[str, Any]:
    return {"type": "button", "text": plain("Go"), **more}


def overflow(count: int, text: str = "x", value: str = "v") -> dict[str, Any]:
    return {"type": "overflow", "options": [{"text": plain(text), "value": f"{value}{n}"} for n in range(count)]}


@pytest.mark.parametrize(
    ("element", "reason"),
    [
        (button(text=plain("x" * 76)), "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"),
        (button(value="x" * 2_001), "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]"),
        (button(url="x" * 3_001), "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]"),
        (button(style="warning"), "must be one of primary, danger [json-pointer:/blocks/0/elements/0/style]"),
        (button(action_id="x" * 256), "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]"),
        (overflow(6), "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]"),
        (overflow(0), "must provide at least one option [json-pointer:/blocks/0/elements/0/options]"),
        (
            overflow(1, text="x" * 76),
            "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
        ),
        (
            overflow(1, value="x" * 150),
            "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
        ),
        ({"type": "buton"}, "unsupported type: buton [json-pointer:/blocks/0/elements/0/type]"),
        (
            button(
                confirm={"title": plain("Sure?"), "text": plain("x" * 301), "confirm": plain("Y"), "deny": plain("N")}
            ),
            "must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]",
        ),
    ],
)
def test_elements_beyond_slack_s_limits_are_refused_with_the_reason(
    client: WebClient, element: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=[{"type": "actions", "elements": [element]}])

    assert refused.value.response["errors"] == [reason]


def test_an_element_beside_a_section_is_held_to_the_same(client: WebClient) -> None:
    section = {"type": "section", "text": plain("x"), "accessory": overflow(6)}

    with pytest.raises(SlackApiError) as refused:
        client.chat_postMessage(channel=CHANNEL, text="x", blocks=[section])

    assert refused.value.response["errors"] == [
        "no more than 5 items allowed [json-pointer:/blocks/0/accessory/options]"
    ]


@pytest.mark.parametrize("element", [overflow(5), button(value="x" * 2_000, style="danger")])
def test_elements_exactly_at_slack_s_limits_are_taken(client: WebClient, element: dict[str, Any]) -> None:
    blocks = [{"type": "actions", "elements": [element]}]

    assert client.chat_postMessage(channel=CHANNEL, text="x", blocks=blocks)["ok"]
