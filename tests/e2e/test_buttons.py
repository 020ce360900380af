"""The schedule posts a digest that can be answered: what somebody presses stands in the message a moment later."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.e2e.companies import LEADERSHIP, tell_slack, three_csms, write_files
from tests.e2e.desk import Desk, texts
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import User

MAYA = User("U0MAYA", "maya", "Maya Chen", "maya@acme.test")


@pytest.fixture
def scheduled(desk: Desk, slack: SlackServer) -> Iterator[Desk]:
    """A schedule that has told its first night and listens."""
    desk.settings["timezone"] = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"  # past noon: no date ends meanwhile
    desk.set("schedule", at="00:00")
    tell_slack(desk, slack)
    desk.environ["SLACK_APP_TOKEN"] = slack.workspace.app_token
    slack.workspace.join(MAYA)
    write_files(desk, three_csms())
    with desk.started("schedule") as process:
        try:
            await_log(process, '"night_ended"')
            slack.socket_mode.wait_connected()
            yield desk
        finally:
            os.kill(process.pid, signal.SIGTERM)
            _, rest = process.communicate()
    assert process.returncode == 0, rest


def await_log(process: subprocess.Popen[str], words: str) -> None:
    assert process.stderr is not None
    assert any(words in line for line in process.stderr)


def root(slack: SlackServer) -> dict[str, Any]:
    (message,) = slack.messages(LEADERSHIP)
    return message


def edited(slack: SlackServer, times: int) -> dict[str, Any]:
    """The digest once Slack was asked so often to change a message."""
    slack.wait_for("chat.update", times)
    return root(slack)


def option(message: dict[str, Any], who: str, control: str) -> tuple[str, str]:
    """Which block of *message* is about *who*, and what its menu says for *control*."""
    (block,) = [one for one in message["blocks"] if f"*{who}*" in texts({"blocks": [one]})]
    (value,) = [one["value"] for one in block["accessory"]["options"] if one["value"].startswith(control)]
    return str(block["block_id"]), str(value)


def test_acknowledged_in_slack_it_says_so_in_its_place(scheduled: Desk, slack: SlackServer) -> None:
    block, value = option(root(slack), "Dana Roy", "ack")
    slack.interactions.press(
        MAYA.id, "cssync_menu", ts=root(slack)["ts"], channel_id=LEADERSHIP, block_id=block, option=value
    ).answer()

    told = texts(edited(slack, 2))  # the digest and the answer in its thread

    assert "acknowledged by Maya Chen (maya@acme.test)" in told
    (dana, _) = scheduled.run("alerts", "--json").json["alerts"]
    assert dana["decided"]["acknowledged"]["by"] == "Maya Chen (maya@acme.test)"
    assert len(slack.messages(LEADERSHIP)) == 1


def test_an_exception_made_in_slack_is_kept_with_its_reason(scheduled: Desk, slack: SlackServer) -> None:
    (answer, *_) = slack.answers(root(slack)["ts"], LEADERSHIP)
    until = date.today() + timedelta(days=60)  # noqa: DTZ011 - any day ahead
    slack.interactions.press(MAYA.id, "cssync_press_except", ts=answer["ts"], channel_id=LEADERSHIP).answer()
    slack.wait_for("views.open", 1)
    entered = {"reason": "One simple product", "owner": "Vera Holt", "until": str(until)}
    slack.interactions.submit(MAYA.id, entered).answer()

    told = texts(edited(slack, 2))

    assert "(owner Vera Holt): One simple product" in told
    story = scheduled.run("alerts", "show", "Dana Roy", "--json").json["alerts"][0]["story"]
    assert story[-1]["who"] == "Maya Chen (maya@acme.test)"
    assert story[-1]["why"] == "One simple product"


def test_without_an_app_token_the_thread_names_the_command(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    write_files(desk, three_csms())
    assert desk.night().code == 0

    assert all("accessory" not in block for block in root(slack)["blocks"])
    (answer, *_) = slack.answers(root(slack)["ts"], LEADERSHIP)
    (dana, _) = desk.run("alerts", "--json").json["alerts"]
    assert f"To decide: cssync alerts ack {dana['alert'][:8]}" in texts(answer)
