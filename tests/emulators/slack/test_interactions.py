"""What people press and pick reaches the app as Slack would tell it, and the app's answers reach them."""

from __future__ import annotations

import json

import pytest
from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from tests.emulators.slack import chat
from tests.emulators.slack.app import App
from tests.emulators.slack.conftest import ANA, CHANNEL, SAM, Clock, pressed
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.shapes import ACTIONS, option


def test_a_button_tells_who_pressed_what_and_where(slack: SlackServer, app: App, ts: str) -> None:
    app.connect()

    payload = pressed(slack, app, ts)

    assert payload["type"] == "block_actions"
    assert payload["user"] == {"id": "U0ANA", "username": "ana", "name": "ana", "team_id": "T0ACME"}
    assert (payload["team"]["id"], payload["api_app_id"]) == ("T0ACME", "A0CSSYNC")
    assert payload["channel"] == {"id": "C0CAPACITY", "name": "capacity"}
    assert payload["container"] == {
        "type": "message",
        "message_ts": ts,
        "channel_id": "C0CAPACITY",
        "is_ephemeral": False,
    }
    (action,) = payload["actions"]
    assert {key: action[key] for key in ("type", "action_id", "block_id", "value", "action_ts")} == {
        "type": "button",
        "action_id": "ack",
        "block_id": "of-dana",
        "value": "incident-7",
        "action_ts": "1795316400.000000",
    }
    assert (payload["message"]["ts"], "metadata" in payload["message"]) == (ts, False)
    assert payload["trigger_id"]
    assert payload["response_url"].startswith("http://127.0.0.1")


def test_an_option_of_a_menu_in_a_thread_is_told_with_its_thread(
    slack: SlackServer, app: App, client: WebClient, ts: str
) -> None:
    app.connect()
    reply = client.chat_postMessage(channel=CHANNEL, text="x", blocks=[ACTIONS], thread_ts=ts)["ts"]

    slack.interactions.press(SAM.id, "more", ts=reply, option="mute").answer()

    payload = app.requests.get(timeout=30).payload
    (action,) = payload["actions"]
    assert (action["type"], action["selected_option"]) == ("overflow", option("Mute", "mute"))
    assert "value" not in action
    assert (payload["container"]["message_ts"], payload["container"]["thread_ts"]) == (reply, ts)
    assert (payload["message"]["thread_ts"], payload["user"]["id"]) == (ts, "U0SAM")


def test_nobody_presses_what_is_not_there(slack: SlackServer, ts: str) -> None:
    with pytest.raises(AssertionError, match=r"0 elements are called acknowledge; there are \['ack', 'more'\]"):
        slack.interactions.press(ANA.id, "acknowledge", ts=ts)
    with pytest.raises(AssertionError, match="no message"):
        slack.interactions.press(ANA.id, "ack", ts="1.000000")


def test_an_answer_to_a_button_is_not_read(slack: SlackServer, app: App, ts: str) -> None:
    app.connect()
    app.answer = lambda _: {"response_action": "clear"}

    envelope = slack.interactions.press(ANA.id, "ack", ts=ts)

    assert envelope.answer() == {"response_action": "clear"}
    assert envelope.trouble is None


def test_whoever_is_not_in_a_channel_presses_nothing_there(slack: SlackServer) -> None:
    slack.workspace.channels[CHANNEL].members = frozenset({"U0SAM"})
    message = chat.post(slack.workspace, slack.workspace.channels[CHANNEL], {"text": "x", "blocks": [ACTIONS]})

    with pytest.raises(AssertionError, match="U0ANA does not see C0CAPACITY"):
        slack.interactions.press(ANA.id, "ack", ts=message["ts"])


def test_a_response_url_answers_the_person_everybody_or_in_place(
    slack: SlackServer, app: App, client: WebClient, ts: str
) -> None:
    app.connect()
    answers = WebhookClient(pressed(slack, app, ts)["response_url"])

    answers.send(text="only you")
    answers.send(text="all of you", response_type="in_channel")
    answers.send(text="done", replace_original=True)

    (seen,) = slack.workspace.ephemerals
    assert (seen.user_id, seen.message["text"]) == ("U0ANA", "only you")
    original, to_all = slack.messages()
    assert (original["ts"], original["text"], "blocks" in original, "edited" in original) == (ts, "done", False, True)
    assert to_all["text"] == "all of you"
    answers.send(delete_original=True)
    assert [message["text"] for message in slack.messages()] == ["all of you"]


def test_a_response_url_is_good_five_times_in_half_an_hour(slack: SlackServer, app: App, ts: str, clock: Clock) -> None:
    app.connect()
    used = WebhookClient(pressed(slack, app, ts)["response_url"])
    old = WebhookClient(pressed(slack, app, ts)["response_url"])

    assert [used.send(text="x").status_code for _ in range(6)] == [200] * 5 + [404]
    clock.seconds += 1_800
    assert old.send(text="in time").body == "ok"
    clock.seconds += 1
    assert json.loads(old.send(text="too late").body)["error"] == "expired_url"
