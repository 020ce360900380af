"""Socket Mode carries what people press to slack_sdk's own client, over real WebSockets, until it is acknowledged."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from typing import Any

import pytest
import trustme
from slack_sdk import WebClient

from tests.emulators.proxy import Front, Proxy
from tests.emulators.slack.app import App
from tests.emulators.slack.conftest import CHANNEL, Clock, refusal
from tests.emulators.slack.envelopes import Envelope
from tests.emulators.slack.faults import Answer, Cut, accepted_then, lost
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.sockets import CONNECT, ENVELOPE

SLACK = "wss-primary.slack.com"
BUTTON = {"type": "button", "action_id": "ack", "text": {"type": "plain_text", "text": "Acknowledge"}, "value": "7"}


@pytest.fixture
def press(slack: SlackServer, client: WebClient) -> Callable[[], Envelope]:
    actions = [{"type": "actions", "block_id": "of-dana", "elements": [BUTTON]}]
    ts = client.chat_postMessage(channel=CHANNEL, text="x", blocks=actions)["ts"]
    return lambda: slack.interactions.press("U0ANA", "ack", ts=ts)


def test_an_address_is_given_for_an_app_token_alone(slack: SlackServer, client: WebClient) -> None:
    def error(token: str) -> str:
        return refusal(lambda: client.apps_connections_open(app_token=token))

    app_token = slack.workspace.app_token
    assert client.apps_connections_open(app_token=app_token)["url"].startswith("ws://127.0.0.1:")
    assert error(slack.workspace.token) == "not_allowed_token_type"
    assert error("xapp-wrong") == "invalid_auth"
    assert refusal(lambda: WebClient(app_token, base_url=slack.api_url).auth_test()) == "not_allowed_token_type"
    slack.workspace.app_scopes = frozenset()
    assert error(app_token) == "missing_scope"
    slack.workspace.app_revoked = True
    assert error(app_token) == "token_revoked"


def test_the_app_is_greeted_told_and_heard(slack: SlackServer, app: App, press: Callable[[], Envelope]) -> None:
    app.connect()
    envelope = press()

    assert envelope.answer() is None
    hello, told = app.said.get(timeout=30), app.requests.get(timeout=30)
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert (told.type, told.envelope_id, told.accepts_response_payload) == ("interactive", envelope.id, False)
    assert told.payload["actions"][0]["value"] == "7"
    assert envelope.deliveries == 1


def test_what_was_pressed_while_nobody_listened_arrives_with_the_connection(
    app: App, press: Callable[[], Envelope]
) -> None:
    envelope = press()

    app.client.connect()

    assert envelope.answer() is None


def test_what_is_not_acknowledged_in_three_seconds_comes_again(
    slack: SlackServer, app: App, press: Callable[[], Envelope], clock: Clock
) -> None:
    app.connect()
    app.silent = True
    envelope = press()
    first = app.requests.get(timeout=30)
    app.silent = False

    clock.seconds += 3.1

    again = app.requests.get(timeout=30)
    assert envelope.answer() is None
    assert (first.envelope_id, first.retry_attempt) == (again.envelope_id, None)
    assert (again.retry_attempt, again.retry_reason) == (1, "timeout")


@pytest.mark.parametrize(
    "fault",
    [
        lost(Cut.CLOSE),
        lost(Cut.RESET),
        lost(Cut.HALF),
        accepted_then(Cut.CLOSE),
        accepted_then(Cut.RESET),
    ],
    ids=["closed before", "reset before", "half a frame", "closed after", "reset after"],
)
def test_what_a_broken_connection_took_with_it_comes_by_the_next_one(
    slack: SlackServer, app: App, press: Callable[[], Envelope], fault: Any
) -> None:
    app.connect()
    slack.inject(ENVELOPE, fault)

    envelope = press()

    assert envelope.answer() is None
    assert slack.calls.count("apps.connections.open") >= 2


@pytest.mark.parametrize(
    "fault", [lost(Cut.SILENCE), accepted_then(Cut.SILENCE)], ids=["on the way", "on the way back"]
)
def test_what_was_lost_without_a_trace_comes_again_in_time(
    slack: SlackServer, app: App, press: Callable[[], Envelope], clock: Clock, fault: Any
) -> None:
    app.connect()
    slack.inject(ENVELOPE, fault)
    envelope = press()
    assert not envelope.is_acknowledged

    clock.seconds += 3.1

    assert envelope.answer() is None
    assert envelope.deliveries == 2


@pytest.mark.parametrize("reason", ["warning", "refresh_requested"])
def test_an_app_that_is_asked_to_come_anew_does(slack: SlackServer, app: App, press: Any, reason: str) -> None:
    app.connect()

    slack.socket_mode.disconnect(reason)
    slack.socket_mode.wait_handshakes(2)
    slack.socket_mode.wait_connected()

    assert press().answer() is None
    assert slack.calls.count("apps.connections.open") >= 2


def test_an_app_comes_back_after_the_connection_is_gone(slack: SlackServer, app: App, press: Any) -> None:
    app.connect()

    slack.socket_mode.drop()
    slack.socket_mode.wait_handshakes(2)

    assert press().answer() is None


def test_an_app_that_is_refused_at_the_door_knocks_on(slack: SlackServer, app: App, press: Any) -> None:
    app.connect()
    slack.socket_mode.refusing = True
    slack.socket_mode.drop()
    slack.wait_for("apps.connections.open", 3)  # the second address led to nobody
    assert slack.socket_mode.handshakes == 1

    slack.socket_mode.refusing = False

    assert press().answer() is None


# slack_sdk forgets the socket of a handshake that was refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_a_handshake_that_fails_is_tried_again(slack: SlackServer, app: App, press: Any) -> None:
    slack.inject(CONNECT, lost(Answer(503, b"try later")), lost(Cut.CLOSE))
    app.client.connect()

    assert press().answer() is None
    assert slack.socket_mode.handshakes == 3


# slack_sdk forgets the socket of a handshake that was refused.
@pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")
def test_an_address_is_good_for_one_connection(slack: SlackServer, app: App) -> None:
    url = slack.socket_mode.address()
    app.client.wss_uri = url
    app.connect()

    with App(slack) as second:
        second.client.default_auto_reconnect_enabled = False
        second.client.wss_uri = url
        second.client.connect()

        assert not second.client.is_connected()


def test_the_app_is_reached_through_a_proxy_and_tls(slack: SlackServer, press: Callable[[], Envelope]) -> None:
    authority, tls = trustme.CA(), ssl.create_default_context()
    authority.configure_trust(tls)
    slack.socket_mode.origin = f"wss://{SLACK}"
    with (
        Front(slack.socket_mode.port, authority, SLACK) as front,
        Proxy({SLACK: front.port}) as proxy,
        App(slack, proxy=proxy.url, tls=tls) as app,
    ):
        app.connect()

        assert press().answer() is None
        assert proxy.passed == [f"CONNECT {SLACK}:443"]


def test_what_acknowledges_nothing_is_kept_for_tests_to_find(slack: SlackServer, app: App, press: Any) -> None:
    app.connect()

    app.client.send_socket_mode_response({"envelope_id": "unknown"})

    assert press().answer() is None
    assert slack.socket_mode.strays == ['{"envelope_id": "unknown"}']
