"""What doctor says of Slack: OK, or what to do."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from cssync.model.check import Check, CheckStatus
from cssync.notify.slack import checks
from cssync.notify.slack.client import web_client
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack.faults import UNAVAILABLE, lost
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel, User
from tests.notify.builders import Clock
from tests.notify.conftest import make_bot

OK, WARNING, FAILED = CheckStatus.OK, CheckStatus.WARNING, CheckStatus.FAILED


def test_a_bot_that_is_set_up_well_passes(bot: SlackBotNotifier) -> None:
    assert list(bot.check()) == [
        Check("Slack token", OK, "cssync in Acme"),
        Check(
            "Slack scopes",
            OK,
            "channels:history, channels:read, chat:write, groups:history, groups:read, im:history, im:write, "
            "users:read, users:read.email",
        ),
        Check("Slack channel C0CAPACITY", OK, "the bot is in it"),
    ]


def test_nothing_is_posted_by_checking(
    slack: SlackServer, bot: SlackBotNotifier, webhook: SlackWebhookNotifier
) -> None:
    assert [*bot.check(), *webhook.check()]

    assert slack.messages() == []


def test_a_revoked_token_ends_the_checks(slack: SlackServer, bot: SlackBotNotifier) -> None:
    slack.workspace.revoked = True

    (check,) = bot.check()

    assert (check.status, check.found) == (FAILED, "Slack refused: token_revoked")
    assert "reinstall the Slack app" in check.remedy


def test_slack_out_of_reach_is_told_apart_from_a_wrong_token(slack: SlackServer, bot: SlackBotNotifier) -> None:
    slack.inject("auth.test", lost(UNAVAILABLE))

    (check,) = bot.check()

    assert (check.status, check.found) == (FAILED, "Slack answered HTTP 503")


@pytest.mark.parametrize(
    ("scopes", "status", "found"),
    [
        ({"channels:history", "channels:read"}, FAILED, "chat:write is missing"),
        (
            {"chat:write", "channels:read"},
            WARNING,
            "no history scope: a digest whose answer is lost cannot be looked up, and waits",
        ),
    ],
)
def test_a_missing_scope_is_found(
    slack: SlackServer, bot: SlackBotNotifier, scopes: set[str], status: CheckStatus, found: str
) -> None:
    slack.workspace.scopes = frozenset(scopes)

    check = list(bot.check())[1]

    assert (check.status, check.found) == (status, found)
    assert "reinstall it" in check.remedy


@pytest.mark.parametrize(
    ("channel", "found"),
    [
        (Channel("C1", "one", is_archived=True), "archived"),
        (Channel("C1", "one", is_member=False), "the bot is not in it"),
        (Channel("C1", "one", is_member=False, is_private=True), "Slack refused: channel_not_found"),
        (Channel("C2", "two"), "Slack refused: channel_not_found"),
    ],
)
@pytest.mark.parametrize("address", ["C1", "#one"])
def test_a_channel_out_of_reach_says_why(
    slack: SlackServer, clock: Clock, channel: Channel, found: str, address: str
) -> None:
    slack.workspace.add(channel)

    check = list(make_bot(slack, clock, address).check())[-1]

    assert (check.name, check.status, check.found) == (f"Slack channel {address}", FAILED, found)
    assert check.remedy


@pytest.mark.parametrize("address", ["C1", "#one"])
def test_a_private_channel_with_the_bot_in_it_passes(slack: SlackServer, clock: Clock, address: str) -> None:
    slack.workspace.add(Channel("C1", "one", is_private=True))

    assert list(make_bot(slack, clock, address).check())[-1].status is OK


@pytest.mark.parametrize("address", ["C0CAPACITY", "#capacity"])
def test_without_the_right_to_look_membership_cannot_be_told(slack: SlackServer, clock: Clock, address: str) -> None:
    slack.workspace.scopes = frozenset({"chat:write", "channels:history"})

    check = list(make_bot(slack, clock, address).check())[-1]

    assert (check.status, check.found) == (WARNING, "cannot tell whether the bot is in it")


def test_a_private_channel_needs_its_own_history_scope(slack: SlackServer, clock: Clock) -> None:
    slack.workspace.add(Channel("G1", "leads", is_private=True))
    slack.workspace.scopes = frozenset({"chat:write", "channels:history", "groups:read"})

    check = list(make_bot(slack, clock, "G1").check())[-1]

    assert (check.status, check.found) == (WARNING, "it cannot be read back without groups:history")


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("https://hooks.slack.com/services/T0/B0/x", OK),
        ("https://hooks.slack-gov.com/services/T0/B0/x", OK),
        ("http://hooks.slack.com/services/T0/B0/x", WARNING),
        ("https://hooks.example.com/services/T0/B0/x", WARNING),
        ("hooks.slack.com/services/T0/B0/x", FAILED),
        ("", FAILED),
    ],
)
def test_a_webhook_is_judged_by_its_address_alone(url: str, status: CheckStatus) -> None:
    (check,) = SlackWebhookNotifier(SecretStr(url), timeout_seconds=1).check()

    assert check.status is status
    assert (check.remedy == "") is (status is OK)


def test_people_who_are_named_are_looked_up(slack: SlackServer, clock: Clock) -> None:
    slack.workspace.join(User("U0MAYA", "maya", "Maya Chen", "maya@acme.test"))
    bot = SlackBotNotifier(
        SecretStr(slack.workspace.token),
        api_url=slack.api_url,
        timeout_seconds=5,
        people=("maya@acme.test", "gone@acme.test"),
        sleep=clock.sleep,
    )
    maya, gone = list(bot.check())[-2:]
    assert maya == Check("Slack person maya@acme.test", OK, "U0MAYA")
    assert (gone.status, gone.found) == (WARNING, "Slack knows nobody as gone@acme.test")


def test_whether_buttons_would_be_heard_is_tried_by_asking_for_an_address(slack: SlackServer) -> None:
    client = web_client(slack.workspace.token, api_url=slack.api_url, timeout_seconds=5)
    assert checks.of_app(client, slack.workspace.app_token).status is OK
    wrong = checks.of_app(client, slack.workspace.token)
    assert (wrong.status, wrong.found) == (FAILED, "Slack refused: not_allowed_token_type")
    assert "xapp-" in wrong.remedy
