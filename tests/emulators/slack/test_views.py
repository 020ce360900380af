"""Windows open, stack, fill in and close for people as Slack's modals do, and no other way."""

from __future__ import annotations

from typing import Any

import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.views import View

from tests.emulators.slack.app import App
from tests.emulators.slack.conftest import ANA, SAM, Clock, pressed, refusal
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.shapes import option, plain

REASON = {
    "type": "input",
    "block_id": "why",
    "label": plain("Why?"),
    "element": {"type": "plain_text_input", "action_id": "reason"},
}
UNTIL = {
    "type": "input",
    "block_id": "when",
    "label": plain("How long?"),
    "element": {
        "type": "static_select",
        "action_id": "days",
        "options": [option("1 day", "1"), option("1 week", "7")],
        "initial_option": option("1 week", "7"),
    },
}
NOTE = {
    "type": "input",
    "block_id": "note",
    "optional": True,
    "label": plain("Note"),
    "element": {"type": "plain_text_input", "action_id": "note"},
}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "modal", "title": plain("Snooze"), "submit": plain("Snooze"), "blocks": list(blocks), **more}


def test_a_trigger_opens_one_window_within_three_seconds(
    slack: SlackServer, app: App, client: WebClient, ts: str, clock: Clock
) -> None:
    app.connect()

    def open_by(trigger_id: str) -> str:
        return refusal(lambda: client.views_open(trigger_id=trigger_id, view=modal(REASON)))

    first, second = pressed(slack, app, ts)["trigger_id"], pressed(slack, app, ts)["trigger_id"]
    opened = client.views_open(trigger_id=first, view=View(**modal(REASON, callback_id="snooze")))["view"]

    assert (opened["callback_id"], opened["state"], opened["root_view_id"]) == (
        "snooze",
        {"values": {}},
        opened["id"],
    )
    assert (slack.interactions.seen_by(ANA.id) or {})["id"] == opened["id"]
    assert open_by(first) == "exchanged_trigger_id"
    clock.seconds += 3.1
    assert open_by(second) == "expired_trigger_id"
    assert open_by("1.2.three") == "invalid_trigger_id"


@pytest.fixture
def opened(slack: SlackServer, app: App, client: WebClient, ts: str) -> dict[str, Any]:
    """A window that Ana has open."""
    app.connect()
    trigger_id = pressed(slack, app, ts)["trigger_id"]
    view = modal(REASON, UNTIL, NOTE, private_metadata="incident-7", callback_id="snooze", external_id="one")
    return dict(client.views_open(trigger_id=trigger_id, view=view)["view"])


def test_a_window_that_is_submitted_tells_what_was_entered_and_closes(
    slack: SlackServer, app: App, opened: dict[str, Any]
) -> None:
    assert slack.interactions.submit(ANA.id, {"reason": "On leave"}).answer() is None

    request = app.requests.get(timeout=30)
    payload = request.payload
    assert (payload["type"], payload["user"]["id"], request.accepts_response_payload) == (
        "view_submission",
        "U0ANA",
        True,
    )
    view = payload["view"]
    assert (view["id"], view["callback_id"], view["private_metadata"]) == (opened["id"], "snooze", "incident-7")
    assert view["state"]["values"] == {
        "why": {"reason": {"type": "plain_text_input", "value": "On leave"}},
        "when": {"days": {"type": "static_select", "selected_option": option("1 week", "7")}},
        "note": {"note": {"type": "plain_text_input", "value": None}},
    }
    assert slack.interactions.seen_by(ANA.id) is None


def test_nobody_submits_what_slack_would_not_let_them(slack: SlackServer, opened: dict[str, Any]) -> None:
    with pytest.raises(AssertionError, match="reason must be filled in"):
        slack.interactions.submit(ANA.id, {"days": "1"})
    with pytest.raises(AssertionError, match="nothing to fill in is called"):
        slack.interactions.submit(ANA.id, {"reasons": "x"})
    with pytest.raises(AssertionError, match="no window open"):
        slack.interactions.submit(SAM.id, {"reason": "x"})


@pytest.mark.parametrize(
    ("answer", "seen", "trouble"),
    [
        ({"response_action": "errors", "errors": {"why": "Say more."}}, ["Snooze"], "Say more."),
        ({"response_action": "errors", "errors": {"nowhere": "x"}}, ["Snooze"], "We had some trouble connecting"),
        ({"response_action": "update", "view": modal(NOTE, title=plain("Done"))}, ["Done"], None),
        ({"response_action": "update", "view": modal(title=plain("Done"))}, ["Snooze"], "We had some trouble"),
        ({"response_action": "push", "view": modal(NOTE, title=plain("Sure?"))}, ["Snooze", "Sure?"], None),
        ({"response_action": "clear"}, [], None),
        ({"response_action": "explode"}, ["Snooze"], "We had some trouble connecting"),
    ],
)
@pytest.mark.usefixtures("opened")
def test_the_answer_to_a_submission_changes_what_the_person_sees(
    slack: SlackServer, app: App, answer: dict[str, Any], seen: list[str], trouble: str | None
) -> None:
    app.answer = lambda _: answer

    envelope = slack.interactions.submit(ANA.id, {"reason": "x"})

    assert envelope.answer() == answer
    assert [view["title"]["text"] for view in slack.workspace.screens.stacks[ANA.id]] == seen
    assert envelope.trouble is None if trouble is None else str(envelope.trouble).startswith(trouble)


def test_windows_are_pushed_three_deep(slack: SlackServer, app: App, client: WebClient, ts: str) -> None:
    app.connect()
    button = {"type": "actions", "elements": [{"type": "button", "action_id": "go", "text": plain("Go")}]}
    client.views_open(trigger_id=pressed(slack, app, ts)["trigger_id"], view=modal(button))

    def push() -> dict[str, Any]:
        slack.interactions.press_in_view(ANA.id, "go").answer()
        payload = app.requests.get(timeout=30).payload
        assert payload["container"] == {"type": "view", "view_id": payload["view"]["id"]}
        return dict(client.views_push(trigger_id=payload["trigger_id"], view=modal(button))["view"])

    second, third = push(), push()

    assert third["previous_view_id"] == second["id"]
    assert third["root_view_id"] == second["root_view_id"] == second["previous_view_id"]
    assert refusal(push) == "push_limit_reached"
    from_a_message = pressed(slack, app, ts)["trigger_id"]
    assert refusal(lambda: client.views_push(trigger_id=from_a_message, view=modal(button))) == "invalid_trigger_id"


def test_a_window_is_updated_by_either_id_unless_it_has_changed(client: WebClient, opened: dict[str, Any]) -> None:
    done = modal(NOTE, title=plain("Done"))
    changed = client.views_update(view_id=opened["id"], hash=opened["hash"], view=done)["view"]
    again = modal(NOTE, external_id="one")

    assert (changed["id"], changed["title"]["text"]) == (opened["id"], "Done")
    assert refusal(lambda: client.views_update(view_id=opened["id"], hash=opened["hash"], view=done)) == "hash_conflict"
    assert refusal(lambda: client.views_update(view_id="V0", view=done)) == "not_found"
    assert refusal(lambda: client.views_update(external_id="one", view=done)) == "not_found"
    client.views_update(view_id=opened["id"], view=again)
    assert client.views_update(external_id="one", view=again)["view"]["id"] == opened["id"]


def test_an_external_id_stands_for_one_window(
    slack: SlackServer, app: App, client: WebClient, ts: str, opened: dict[str, Any]
) -> None:
    slack.interactions.press(SAM.id, "ack", ts=ts).answer()
    trigger_id = app.requests.get(timeout=30).payload["trigger_id"]

    view = modal(NOTE, external_id="one")
    assert refusal(lambda: client.views_open(trigger_id=trigger_id, view=view)) == "duplicate_external_id"


def test_a_window_that_is_dismissed_tells_the_app_where_it_asked(
    slack: SlackServer, app: App, client: WebClient, ts: str
) -> None:
    app.connect()
    client.views_open(trigger_id=pressed(slack, app, ts)["trigger_id"], view=modal(NOTE))
    assert slack.interactions.dismiss(ANA.id) is None

    client.views_open(trigger_id=pressed(slack, app, ts)["trigger_id"], view=modal(NOTE, notify_on_close=True))
    envelope = slack.interactions.dismiss(ANA.id)

    assert slack.interactions.seen_by(ANA.id) is None
    assert envelope is not None
    envelope.answer()
    assert app.requests.get(timeout=30).payload["type"] == "view_closed"


@pytest.mark.parametrize(
    ("view", "reason"),
    [
        (modal(NOTE, title=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/title/text]"),
        (modal(NOTE, submit=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/submit/text]"),
        (modal(NOTE, close=plain("x" * 25)), "must be less than 25 characters [json-pointer:/view/close/text]"),
        (modal(NOTE, submit=None), "missing required field: submit [json-pointer:/view]"),
        (modal(), "missing required field: blocks [json-pointer:/view]"),
        (modal(*[{"type": "divider"}] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
        (
            modal(NOTE, private_metadata="x" * 3_001),
            "must be less than 3001 characters [json-pointer:/view/private_metadata]",
        ),
        (modal(NOTE, callback_id="x" * 256), "must be less than 256 characters [json-pointer:/view/callback_id]"),
        (modal(NOTE, type="home"), "unsupported type: home [json-pointer:/view/type]"),
        (
            modal({**NOTE, "label": plain("x" * 2_001)}),
            "must be less than 2001 characters [json-pointer:/view/blocks/0/label/text]",
        ),
    ],
)
def test_windows_beyond_slack_s_limits_are_refused_with_the_reason(
    client: WebClient, view: dict[str, Any], reason: str
) -> None:
    with pytest.raises(SlackApiError, match="invalid_arguments") as refused:
        client.views_open(trigger_id="1.2.three", view=view)

    assert refused.value.response["response_metadata"]["messages"] == [f"[ERROR] {reason}"]


def test_a_window_over_250_kilobytes_is_too_large(client: WebClient) -> None:
    view = modal({"type": "section", "text": plain("x" * 250_000)})

    assert refusal(lambda: client.views_open(trigger_id="1.2.three", view=view)) == "view_too_large"
