"""What may be sent again and what may not: every Slack notifier is held to the same table."""

from __future__ import annotations

import http.client
import socket
import ssl
from datetime import timedelta
from urllib.error import URLError

import pytest
from pydantic import SecretStr

from cssync.model.delivery import Outcome
from cssync.notify.base import Notifier
from cssync.notify.slack.outcome import of_error
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from tests.emulators.slack.faults import (
    NOT_JSON,
    UNAVAILABLE,
    Answer,
    Cut,
    Fault,
    accepted_then,
    error,
    lost,
    slow_down,
)
from tests.emulators.slack.server import WEBHOOK, SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import NIGHT, outgoing

POST = "chat.postMessage"

UNKNOWN_FATES = {
    "accepted, then closed": accepted_then(Cut.CLOSE),
    "accepted, then reset": accepted_then(Cut.RESET),
    "accepted, then silent": accepted_then(Cut.SILENCE),
    "accepted, half a body": accepted_then(Cut.HALF),
    "accepted, then 503": accepted_then(UNAVAILABLE),
    "accepted, then a page of HTML": accepted_then(NOT_JSON),
    "lost, closed": lost(Cut.CLOSE),
    "lost, reset": lost(Cut.RESET),
    "lost, silent": lost(Cut.SILENCE),
    "lost, 503": lost(UNAVAILABLE),
    "lost, a page of HTML": lost(NOT_JSON),
    "no UTF-8": lost(Answer(200, b"\xff\xfe")),
    "a charset that nobody knows": lost(Answer(200, b"ok", {"Content-Type": "text/plain; charset=klingon"})),
    "an empty body": lost(Answer(200)),
}


@pytest.mark.parametrize("fault", UNKNOWN_FATES.values(), ids=UNKNOWN_FATES)
def test_alert_case_01_02_03_29_a_lost_answer_leaves_the_fate_unknown(
    slack: SlackServer, notifier: Notifier, fault: Fault
) -> None:
    slack.inject(POST, fault)
    slack.inject(WEBHOOK, fault)

    attempt = notifier.send(outgoing(), NIGHT)

    assert attempt.outcome is Outcome.UNKNOWN
    assert attempt.error
    assert len(slack.calls) == 1, "the client library must not try again by itself"


@pytest.mark.parametrize(
    "answer",
    [
        error("fatal_error"),
        error("internal_error"),
        error("service_unavailable"),
        error("request_timeout"),
        Answer(200, b"[1]"),
        Answer(200, b"null"),
        Answer(200, b"{}"),
        Answer(200, b'{"ok":true}'),
        Answer(500, b'{"ok":false,"error":"invalid_auth"}'),
    ],
)
def test_an_answer_that_settles_nothing_leaves_the_fate_unknown(
    slack: SlackServer, bot: SlackBotNotifier, answer: Answer
) -> None:
    slack.inject(POST, lost(answer))

    assert bot.send(outgoing(), NIGHT).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("retry_after", "wait_seconds"),
    [
        ("7", 7),
        ("0", 1),
        ("-3", 1),
        ("2.5", 2.5),
        (None, 30),
        ("soon", 30),
        ("nan", 30),
        ("inf", 30),
        ("1e300", 3600),
        ("Sun, 22 Nov 2026 04:00:20 GMT", 20),
        ("Sun, 22 Nov 2026 03:00:00 GMT", 1),
        ("Sun, 22 Nov 2099 04:00:00 GMT", 3600),
    ],
)
def test_alert_case_04_slack_says_when_to_come_back_and_is_read_with_care(
    slack: SlackServer, notifier: Notifier, retry_after: str | None, wait_seconds: float
) -> None:
    slack.inject(POST, slow_down(retry_after))
    slack.inject(WEBHOOK, slow_down(retry_after))

    attempt = notifier.send(outgoing(), NIGHT)

    assert attempt.outcome is Outcome.NOT_SENT
    assert attempt.retry_at == NIGHT + timedelta(seconds=wait_seconds)


def test_a_refused_connection_is_safe_to_try_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    for notifier in (
        SlackBotNotifier(
            SecretStr("xoxb-1"), api_url=f"http://127.0.0.1:{port}/api/", timeout_seconds=1, channels=("C1",)
        ),
        SlackWebhookNotifier(SecretStr(f"http://127.0.0.1:{port}/services/T/B/x"), timeout_seconds=1),
    ):
        attempt = notifier.send(outgoing(), NIGHT)

        assert attempt.outcome is Outcome.NOT_SENT
        assert attempt.error == "Slack was not reached: connection refused"


@pytest.mark.parametrize(
    ("code", "outcome"),
    [
        ("invalid_auth", Outcome.SINK_DOWN),
        ("token_revoked", Outcome.SINK_DOWN),
        ("account_inactive", Outcome.SINK_DOWN),
        ("missing_scope", Outcome.SINK_DOWN),
        ("is_archived", Outcome.ADDRESS_DOWN),
        ("channel_not_found", Outcome.ADDRESS_DOWN),
        ("not_in_channel", Outcome.ADDRESS_DOWN),
        ("restricted_action_read_only_channel", Outcome.ADDRESS_DOWN),
        ("invalid_blocks", Outcome.REFUSED),
        ("msg_too_long", Outcome.REFUSED),
        ("msg_blocks_too_long", Outcome.REFUSED),
        ("metadata_too_large", Outcome.REFUSED),
        ("ratelimited", Outcome.NOT_SENT),
        ("an_error_of_next_year", Outcome.NOT_SENT),
    ],
)
def test_each_error_of_slack_has_its_consequence_and_a_remedy(
    slack: SlackServer, bot: SlackBotNotifier, code: str, outcome: Outcome
) -> None:
    slack.inject(POST, lost(error(code)), lost(error(code)))

    attempt = bot.send(outgoing(), NIGHT)

    assert attempt.outcome is outcome
    assert attempt.remedy or attempt.retry_at


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (400, b"invalid_payload", Outcome.REFUSED),
        (400, b"invalid_blocks", Outcome.REFUSED),
        (403, b"action_prohibited", Outcome.SINK_DOWN),
        (403, b"invalid_token", Outcome.SINK_DOWN),
        (404, b"no_service", Outcome.SINK_DOWN),
        (404, b"channel_not_found", Outcome.ADDRESS_DOWN),
        (410, b"channel_is_archived", Outcome.ADDRESS_DOWN),
        (407, b"<html>proxy authentication required</html>", Outcome.NOT_SENT),
        (200, b"ok\n<html>", Outcome.UNKNOWN),
    ],
)
def test_each_answer_of_a_webhook_has_its_consequence(
    slack: SlackServer, webhook: SlackWebhookNotifier, status: int, body: bytes, outcome: Outcome
) -> None:
    slack.inject(WEBHOOK, lost(Answer(status, body)), lost(Answer(status, body)))

    assert webhook.send(outgoing(), NIGHT).outcome is outcome


def test_a_missing_scope_is_named(slack: SlackServer, bot: SlackBotNotifier) -> None:
    slack.workspace.scopes = frozenset({"channels:read"})

    assert bot.send(outgoing(), NIGHT).error == "Slack refused: missing_scope, it needs chat:write"


def test_blocks_that_slack_refuses_go_out_as_plain_text(slack: SlackServer, notifier: Notifier) -> None:
    refusal = lost(Answer(400, b"invalid_blocks")), lost(error("invalid_blocks"))
    slack.inject(WEBHOOK, refusal[0])
    slack.inject(POST, refusal[1])

    attempt = notifier.send(outgoing(), NIGHT)

    assert attempt.outcome is Outcome.SENT
    assert "plain text" in attempt.error
    (message,) = slack.messages()
    assert "blocks" not in message
    assert "CRITICAL Dana Roy (new): 88 accounts (limit 50, +3 this week), $3.1M ARR" in message["text"]


def test_a_channel_may_be_named_and_an_empty_address_means_the_first(slack: SlackServer, bot: SlackBotNotifier) -> None:
    slack.workspace.add(Channel("C0OPS", "ops"))

    assert bot.send(outgoing(address="#ops"), NIGHT).outcome is Outcome.SENT
    assert bot.send(outgoing(address=""), NIGHT).outcome is Outcome.SENT

    assert (len(slack.messages("C0OPS")), len(slack.messages("C0CAPACITY"))) == (1, 1)


def test_the_message_carries_its_delivery_id_twice(slack: SlackServer, bot: SlackBotNotifier) -> None:
    attempt = bot.send(outgoing(), NIGHT)

    (message,) = slack.messages()
    assert attempt.receipt == f"C0CAPACITY:{message['ts']}"
    assert message["metadata"] == {
        "event_type": "cssync_delivery",
        "event_payload": {"delivery_id": "5d41402abc4b2a76b9719d911017c592"},
    }
    assert message["blocks"][0]["block_id"] == "5d41402abc4b2a76b9719d911017c592"


def test_a_webhook_shows_a_short_reference_instead(slack: SlackServer, webhook: SlackWebhookNotifier) -> None:
    webhook.send(outgoing(), NIGHT)

    (message,) = slack.messages()
    assert message["text"].endswith("\nref 5d41402a")
    assert message["blocks"][-1]["elements"][0]["text"] == "14 unchanged \u00b7 ref 5d41402a"


def test_without_any_channel_nothing_is_sent_and_the_setting_is_named(slack: SlackServer) -> None:
    bot = SlackBotNotifier(SecretStr(slack.workspace.token), api_url=slack.api_url, timeout_seconds=1)

    attempt = bot.send(outgoing(address=""), NIGHT)

    assert (attempt.outcome, attempt.remedy) == (Outcome.ADDRESS_DOWN, "set notify.slack.channel")
    assert slack.calls == []


def test_a_channel_whose_name_is_gone_cannot_be_read_back(bot: SlackBotNotifier) -> None:
    attempt = bot.find(outgoing(address="#renamed", first_attempt_at=NIGHT), NIGHT)

    assert (attempt.outcome, attempt.error) == (Outcome.ADDRESS_DOWN, "Slack refused: channel_not_found")


def test_of_two_copies_one_that_cannot_be_deleted_is_mentioned(slack: SlackServer, bot: SlackBotNotifier) -> None:
    first, _ = bot.send(outgoing(), NIGHT), bot.send(outgoing(), NIGHT)
    slack.inject("chat.delete", lost(error("compliance_exports_prevent_deletion")))

    attempt = bot.find(outgoing(first_attempt_at=NIGHT), NIGHT)

    assert (attempt.receipt, attempt.error) == (first.receipt, "a second copy could not be deleted")


@pytest.mark.parametrize(
    ("broken", "outcome", "said"),
    [
        (URLError(socket.gaierror(-2, "Name or service not known")), Outcome.NOT_SENT, "its name was not found"),
        (URLError(TimeoutError("timed out")), Outcome.NOT_SENT, "timed out"),
        (URLError(ssl.SSLError("handshake")), Outcome.NOT_SENT, "the TLS handshake failed"),
        (URLError(OSError("Tunnel connection failed: 407")), Outcome.NOT_SENT, "wants to know who asks (407)"),
        (URLError(ConnectionResetError(104, "Connection reset by peer")), Outcome.UNKNOWN, "connection reset by peer"),
        (ConnectionResetError(104, "Connection reset by peer"), Outcome.UNKNOWN, "connection reset by peer"),
        (TimeoutError(), Outcome.UNKNOWN, "timed out"),
        (http.client.RemoteDisconnected("closed"), Outcome.UNKNOWN, "closed without a word"),
        (http.client.IncompleteRead(b"o", 1), Outcome.UNKNOWN, "broke off in the middle"),
    ],
)
def test_what_breaks_before_the_request_is_written_may_go_again(broken: Exception, outcome: Outcome, said: str) -> None:
    attempt = of_error(broken, NIGHT)

    assert attempt.outcome is outcome
    assert said in attempt.error
