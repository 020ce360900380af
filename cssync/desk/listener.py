"""Hears what people press, over Socket Mode, for as long as the schedule runs.

slack_sdk's own client keeps the connection: it answers pings and comes back by itself. The first connection is made
here, in the background, so that a Slack that is down keeps no night from beginning.
"""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime

import structlog
from slack_sdk import WebClient
from slack_sdk.socket_mode.builtin import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from cssync import network
from cssync.desk.slack import SlackDesk
from cssync.log import without_messages
from cssync.model.delivery import Outcome
from cssync.notify.slack import outcome
from cssync.notify.slack.checks import BUTTONS_REMEDY
from cssync.notify.slack.client import silent

log = structlog.get_logger()

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds


@contextmanager
def listening(
    app_token: str,
    client: WebClient,
    desk: SlackDesk,
    *,
    report_bug: Callable[[Exception], None],
    ping_seconds: float = 5.0,
) -> Iterator[None]:
    """Presses reach *desk* until the block ends. *client*: with Slack's address, proxy and authorities.

    *ping_seconds*: how soon it is noticed that the connection is gone.
    """
    client_of_slack = SocketModeClient(app_token, logger=silent(), web_client=client, ping_interval=ping_seconds)
    # Left to itself it would take HTTPS_PROXY, whatever NO_PROXY says.
    client_of_slack.proxy = client.proxy
    client_of_slack.socket_mode_request_listeners.append(_heard_by(desk, report_bug))
    over = threading.Event()
    connecting = threading.Thread(target=_connect, args=(client_of_slack, over), name="slack-buttons", daemon=True)
    connecting.start()
    try:
        yield
    finally:
        over.set()
        connecting.join()
        _hang_up(client_of_slack)


def _hang_up(client: SocketModeClient) -> None:
    """Close at once: by itself it waits for its reader, which looks up only every three seconds."""
    client.auto_reconnect_enabled = False
    session = client.current_session
    if session is not None and session.sock is not None:
        with suppress(OSError):
            session.sock.shutdown(socket.SHUT_RDWR)
    # The reader, which notices the end, may close the connection under the hands of the first call.
    for _ in range(2):
        with suppress(*outcome.ESCAPES):
            client.close()


def _heard_by(
    desk: SlackDesk, report_bug: Callable[[Exception], None]
) -> Callable[[BaseSocketModeClient, SocketModeRequest], None]:
    def hear(client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        try:
            answer = desk.hear(request.payload) if request.type == "interactive" else None
            client.send_socket_mode_response(
                SocketModeResponse(request.envelope_id, answer.acknowledged if answer else None)
            )
            if answer is not None:
                answer.then()
        except outcome.ESCAPES as error:
            # Slack sends it again, and a decision that was taken already stays one.
            log.warning("press_unanswered", reason=outcome.of_error(error, datetime.now(UTC)).error)
        except Exception as error:  # noqa: BLE001  a bug in one press must not cost the others
            log.error("press_failed", traceback=without_messages(error))  # noqa: TRY400
            report_bug(error)

    return hear


def _connect(client: SocketModeClient, over: threading.Event) -> None:
    tried = 0
    while not over.is_set():
        try:
            client.connect()
        except outcome.ESCAPES as error:
            attempt = outcome.of_error(error, datetime.now(UTC))
            if attempt.outcome is Outcome.SINK_DOWN:
                log.warning("buttons_off", reason=attempt.error, remedy=f"{BUTTONS_REMEDY}; then start again")
                return
            tried += 1
            log.warning("buttons_unreached", reason=attempt.error, tried=tried)
            over.wait(network.backoff(tried, first=_FIRST_PAUSE, longest=_LONGEST_PAUSE))
        else:
            log.info("buttons_on")
            return
