"""An app on slack_sdk's own Socket Mode client, which keeps what it is told and answers as it is told to."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from queue import Queue
from types import TracebackType
from typing import Any, Self

from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse

from tests.emulators.slack.server import SlackServer

# How soon the client notices that a connection is gone.
_PING_SECONDS = 0.1


class App:
    """*answer*: the payload to acknowledge a request with, None for no more than that. *silent*: it says nothing."""

    def __init__(self, slack: SlackServer, *, proxy: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self.requests: Queue[SocketModeRequest] = Queue()
        self.said: Queue[dict[str, Any]] = Queue()
        self.silent = False
        self.answer: Callable[[SocketModeRequest], dict[str, Any] | None] = lambda _: None
        self._slack = slack
        web = WebClient(slack.workspace.token, base_url=slack.api_url, ssl=tls)
        self.client = SocketModeClient(
            slack.workspace.app_token, web_client=web, ping_interval=_PING_SECONDS, proxy=proxy
        )
        self.client.socket_mode_request_listeners.append(self._listen)
        self.client.message_listeners.append(lambda _, message, __: self.said.put(message))

    def connect(self) -> None:
        self.client.connect()
        self._slack.socket_mode.wait_connected()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.client.auto_reconnect_enabled = False
        self._slack.socket_mode.drop()  # or it would go on listening for three seconds
        try:
            self.client.close()
        except AttributeError:
            # Its reader, which has noticed the end, closed the socket under its hands.
            self.client.close()

    def _listen(self, client: Any, request: SocketModeRequest) -> None:
        self.requests.put(request)
        if not self.silent:
            client.send_socket_mode_response(SocketModeResponse(request.envelope_id, self.answer(request)))
