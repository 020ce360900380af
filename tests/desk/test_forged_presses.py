"""Whatever comes over Socket Mode, it raises nothing; and whoever may not decide decides nothing."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cssync.desk import presses, windows
from cssync.desk.presses import Press, Spot, Submission
from cssync.desk.slack import Answer, SlackDesk
from cssync.model.alert import Incident
from cssync.notify.slack import controls
from cssync.notify.slack.client import web_client
from cssync.notify.slack.controls import Control, Wish
from cssync.settings.alerts import AlertPolicy
from tests.builders import AT
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel, User

DANA = Incident("f00d", 1)
SPOT = Spot("C0CAPACITY", "1764.5")
SAM = User("U0SAM", "sam", "Sam Ito", "sam@acme.test")


def a_press(action: str = controls.MENU, value: str = "ack f00d:1", **more: Any) -> dict[str, Any]:
    picked = {"selected_option": {"value": value}} if action == controls.MENU else {"value": value}
    return {
        "type": "block_actions",
        "user": {"id": SAM.id, "team_id": "T0ACME"},
        "trigger_id": "12.34.abc",
        "container": {"type": "message", "channel_id": SPOT.channel, "message_ts": SPOT.thread},
        "actions": [{"type": "overflow", "action_id": action, **picked}],
        **more,
    }


def a_submission(kept: object = None, **typed: str | None) -> dict[str, Any]:
    """*kept*: what the window is said to have kept, as it is if it is a text."""
    view = windows.exception("Dana Roy", [DANA], SPOT, owner="Sam Ito", today=date(2026, 11, 22))
    if kept is not None:
        view["private_metadata"] = kept if isinstance(kept, str) else json.dumps(kept)
    said: dict[str, str | None] = {"reason": "One simple product", "owner": "Sam Ito", "until": "2027-03-01", **typed}
    view["state"] = {
        "values": {
            "reason": {"reason": {"type": "plain_text_input", "value": said["reason"]}},
            "owner": {"owner": {"type": "plain_text_input", "value": said["owner"]}},
            "until": {"until": {"type": "datepicker", "selected_date": said["until"]}},
        }
    }
    return {"type": "view_submission", "user": {"id": SAM.id}, "view": view}


ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=20)
    | st.sampled_from(["x" * 10_000, "ack f00d:1", "block_actions", "view_submission", "cssync_menu", 10**400]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(max_size=8), below, max_size=3),
    max_leaves=8,
)


def paths(node: object) -> Iterator[tuple[Any, ...]]:
    """Where something stands in *node*."""
    if isinstance(node, dict | list):
        for key, below in node.items() if isinstance(node, dict) else enumerate(node):
            yield (key,)
            yield from ((key, *path) for path in paths(below))


@st.composite
def forged(draw: st.DrawFn) -> dict[str, Any]:
    """A press or a submission in which something was replaced, or is missing."""
    kept = {"incidents": [list(DANA)], "channel": SPOT.channel, "thread": SPOT.thread}
    if draw(st.booleans()):
        path = draw(st.sampled_from(list(paths(kept))))
        payload = a_submission(json.dumps(_changed(draw, kept, path)))
    else:
        payload = draw(st.sampled_from([a_press(), a_press("cssync_press_week", "week f00d:1"), a_submission()]))
        payload = _changed(draw, payload, draw(st.sampled_from(list(paths(payload)))))
    return payload


def _changed(draw: st.DrawFn, whole: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    changed: Any = copy.deepcopy(whole)
    at = changed
    for key in path[:-1]:
        at = at[key]
    if draw(st.booleans()):
        at[path[-1]] = draw(ANYTHING)
    else:
        del at[path[-1]]
    return dict(changed)


@given(ANYTHING | forged())
def test_what_makes_sense_is_well_formed_and_the_rest_is_nothing(payload: object) -> None:
    match presses.read(payload):
        case Press(user, Wish(_, incidents), spot):
            assert user == SAM.id or user.isalnum()
            assert incidents == (DANA,)
        case Submission(user, incidents, spot):
            assert user == SAM.id or user.isalnum()
            assert incidents
            assert all(incident.number >= 0 for incident in incidents)
        case None:
            return
        case other:
            pytest.fail(f"neither a press nor a submission: {other}")
    assert spot.channel.isalnum()
    assert spot.thread is None or spot.thread.replace(".", "").isdigit()


def test_a_press_and_a_submission_are_understood_as_slack_sends_them() -> None:
    wished = Wish(Control.ACKNOWLEDGE, (DANA,))
    assert presses.read(a_press()) == Press(SAM.id, wished, SPOT, "12.34.abc")
    assert presses.read(a_press("cssync_press_ack")) == Press(SAM.id, wished, SPOT, "12.34.abc")
    assert presses.read(a_submission()) == Submission(
        SAM.id, (DANA,), SPOT, "One simple product", "Sam Ito", date(2027, 3, 1)
    )


@pytest.mark.parametrize(
    "payload",
    [
        a_press("cssync_press_explode", "explode f00d:1"),
        a_press("somebody_elses_button"),
        a_press(value="ack"),
        a_press(value="ack f00d:-1"),
        a_press(value="ack f00d:\u0663"),
        a_press(value="ack f00d:1\u2028beef:1"),
        a_press(value=f"ack {'f00d:1 ' * 2_000}f00d:1"),
        a_press(user={"id": "U1\nU2"}),
        a_press(container={"channel_id": "#general", "message_ts": SPOT.thread}),
        a_press(actions=[]),
        a_submission("{"),
        a_submission("[" * 50_000),
        a_submission({"incidents": [], "channel": SPOT.channel, "thread": None}),
        a_submission({"incidents": [["f00d", 1e999]], "channel": SPOT.channel, "thread": None}),
        a_submission({"incidents": [["f00d", "1"]], "channel": SPOT.channel, "thread": None}),
        a_submission({"incidents": [["f00d", 1]], "channel": "@everyone", "thread": None}),
        a_submission({"incidents": [["f00d", 1]], "channel": SPOT.channel, "thread": "now"}),
        a_submission(until="2026-02-30"),
        a_submission(until="tomorrow"),
    ],
)
def test_a_forged_one_is_nothing(payload: dict[str, Any]) -> None:
    assert presses.read(payload) is None


def untouched() -> Any:
    raise AssertionError("the store was opened")


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.workspace.add(Channel(SPOT.channel, "capacity"))
        server.workspace.join(SAM)
        yield server


def desk_of(slack: SlackServer, *allowed: str) -> SlackDesk:
    return SlackDesk(
        client=web_client(slack.workspace.token, api_url=slack.api_url, timeout_seconds=5),
        store=untouched,
        policy=AlertPolicy(),
        allowed=allowed,
        zone=ZoneInfo("UTC"),
        now=lambda: AT,
        lay_out=lambda _: [],
        decided=untouched,
    )


@pytest.mark.parametrize(
    "scopes", [None, frozenset({"chat:write"})], ids=["known to Slack", "of whom Slack says nothing"]
)
@pytest.mark.parametrize(
    "payload",
    [
        *(a_press(value=f"{control} f00d:1") for control in Control),
        *(a_press(f"cssync_press_{control}", f"{control} f00d:1") for control in Control),
        a_press(user={"id": "U0NOBODY"}),
        a_submission(),
        a_submission({"incidents": [["f00d", 1], ["beef", 2]], "channel": "C0OTHER", "thread": None}),
    ],
)
def test_whoever_may_not_decide_can_do_nothing_by_any_way(
    slack: SlackServer, payload: dict[str, Any], scopes: frozenset[str] | None
) -> None:
    slack.workspace.scopes = scopes or slack.workspace.scopes
    answer = desk_of(slack, "maya@acme.test").hear(payload)
    answer.then()
    assert "views.open" not in slack.calls
    if payload["type"] == "view_submission":
        assert answer.acknowledged is not None
        assert "ask maya@acme.test" in answer.acknowledged["errors"]["reason"]


@given(forged())
def test_nothing_that_is_heard_raises(payload: dict[str, Any]) -> None:
    with SlackServer() as slack:
        answer = desk_of(slack, "maya@acme.test").hear(payload)
        answer.then()
        assert isinstance(answer, Answer)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"reason": None}, {"reason": "An exception needs a reason: say why the book is right as it is."}),
        ({"reason": "\u200b \u202e"}, {"reason": "An exception needs a reason: say why the book is right as it is."}),
        ({"reason": "x" * 10_000}, {"reason": "The reason has 10,000 characters: say it in 500."}),
        ({"owner": " "}, {"owner": "An exception needs an owner: name who answers for it."}),
        (
            {"until": "2026-11-01"},
            {"until": "An exception until 1 Nov 2026 would hold for no day: name a day after 22 Nov 2026."},
        ),
        ({"until": None}, {"until": "An exception needs an end: name the day from which it no longer holds."}),
        (
            {"reason": "", "owner": "y" * 201, "until": "2030-01-01"},
            {
                "reason": "An exception needs a reason: say why the book is right as it is.",
                "owner": "The owner has 201 characters: say it in 200.",
                "until": "An exception until 1 Jan 2030 is more than 730 days ahead: name a day up to 21 Nov 2028.",
            },
        ),
    ],
)
def test_what_is_wrong_is_said_below_its_field(
    slack: SlackServer, typed: dict[str, str | None], said: dict[str, str]
) -> None:
    answer = desk_of(slack).hear(a_submission(**typed))
    assert answer.acknowledged == {"response_action": "errors", "errors": said}
