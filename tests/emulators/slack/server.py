"""Slack over a real socket: the Web API and one incoming webhook, with faults by script.

with SlackServer(clock=clock) as slack:
    slack.workspace.add(Channel("C0CAPACITY", "capacity"))
    slack.inject("chat.postMessage", accepted_then(Cut.CLOSE))
"""

from __future__ import annotations

import json
import os
import socket
import ssl
import struct
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.emulators.slack import arguments, chat, methods
from tests.emulators.slack.errors import SlackError, SlowDownError
from tests.emulators.slack.faults import Answer, Cut, Fault
from tests.emulators.slack.transcript import transcript
from tests.emulators.slack.workspace import Workspace

WEBHOOK = "webhook"
_WEBHOOK_PATH = "/services/T0ACME/B0CSSYNC/canary-webhook-secret"
_WEBHOOK_STATUS = {"invalid_payload": 400, "no_service": 404, "channel_not_found": 404, "is_archived": 410}


class SlackServer:
    """*calls*: every method that was asked for, in order, answered or not; *headers*: those that came with each."""

    def __init__(self, *, clock: Callable[[], float] = time.time, tls: ssl.SSLContext | None = None) -> None:
        self.workspace = Workspace(clock)
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.webhook_channel = "C0CAPACITY"
        self.crashes: list[BaseException] = []
        self._faults: dict[str, deque[Fault | None]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._called = threading.Condition(self._lock)
        self._scheme = "https" if tls else "http"
        self._http = _Http(self)
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def api_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}/api/"

    @property
    def webhook_url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}{_WEBHOOK_PATH}"

    def inject(self, method: str, *faults: Fault | None) -> None:
        """Let the next calls of *method* (or ``WEBHOOK``) go wrong, one fault each; None: this one goes well."""
        self._faults[method].extend(faults)

    def wait_for(self, method: str, times: int, timeout_seconds: float = 30) -> None:
        """Until *method* has been called so often, and whatever Slack does about it is done but for the answer."""
        with self._called:
            assert self._called.wait_for(lambda: self.calls.count(method) >= times, timeout_seconds)

    def messages(self, channel_id: str = "C0CAPACITY") -> list[dict[str, Any]]:
        """What stands in the channel itself; answers stand in threads."""
        return [
            one for one in self.workspace.channels[channel_id].messages if one.get("thread_ts", one["ts"]) == one["ts"]
        ]

    def answers(self, ts: str, channel_id: str = "C0CAPACITY") -> list[dict[str, Any]]:
        """What stands in the thread of message *ts*."""
        messages = self.workspace.channels[channel_id].messages
        return [one for one in messages if one.get("thread_ts") == ts and one["ts"] != ts]

    def transcript(self, channel_id: str = "C0CAPACITY") -> str:
        """The channel as a person reads it."""
        with self._lock:
            return transcript(self.workspace, channel_id)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        if self.crashes and error is None:
            raise self.crashes[0]

    def answer(self, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[Answer, Cut | None]:
        """Do what is asked; a Cut beside the answer says how it fails to arrive."""
        method = WEBHOOK if path.startswith("/services/") else path.removeprefix("/api/")
        with self._lock:
            self.calls.append(method)
            self.headers.append(headers)
            self._called.notify_all()
            fault = self._faults[method].popleft() if self._faults[method] else None
            if fault is None or fault.accepted:
                real = self._webhook(path, body) if method == WEBHOOK else self._method(method, query, headers, body)
            else:
                real = Answer(500)
        if fault is None:
            return real, None
        return (fault.ending, None) if isinstance(fault.ending, Answer) else (real, fault.ending)

    def _method(self, method: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        params = arguments.of_request(query, headers, body)
        token = headers.get("authorization", "").removeprefix("Bearer ") or params.get("token")
        more = {"x-oauth-scopes": ",".join(sorted(self.workspace.scopes))}
        try:
            return _json(200, methods.call(self.workspace, method, params, token), more)
        except SlackError as error:
            return _json(200, {"ok": False, "error": error.code, **error.more}, more)
        except SlowDownError:
            return _json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})

    def _webhook(self, path: str, body: bytes) -> Answer:
        if path != _WEBHOOK_PATH:
            return _words(404, "no_service")
        try:
            payload = json.loads(body)
        except ValueError:
            return _words(400, "invalid_payload")
        try:
            channel = self.workspace.named(self.webhook_channel)
            chat.post(self.workspace, channel, {key: value for key, value in payload.items() if key != "metadata"})
        except SlackError as error:
            code = "channel_is_archived" if error.code == "is_archived" else error.code
            return _words(_WEBHOOK_STATUS.get(error.code, 400), code)
        except SlowDownError:
            return Answer(429, b"rate_limited", {"Retry-After": "1"})
        return _words(200, "ok")


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, slack: SlackServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.slack = slack

    def handle_error(self, request: object, client_address: object) -> None:
        import sys

        error = sys.exc_info()[1]
        # A client that gave up is part of the play; anything else is a fault of the emulator.
        if error is not None and not isinstance(error, ConnectionError | ssl.SSLError):
            self.slack.crashes.append(error)


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        headers = {key.lower(): value for key, value in self.headers.items()}
        url = urlsplit(self.path)
        answer, cut = self.server.slack.answer(url.path, url.query, headers, body)
        match cut:
            case None:
                self._write(answer, answer.body)
            case Cut.HALF:
                self._write(answer, answer.body[: len(answer.body) // 2])
            case Cut.SILENCE:
                self.connection.recv(1)  # returns when the client hangs up
            case Cut.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            case Cut.CLOSE:
                pass
        self.close_connection = True

    def _write(self, answer: Answer, body: bytes) -> None:
        self.send_response(answer.status)
        for key, value in answer.headers.items():
            self.send_header(key, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
        """Say nothing."""


def _json(status: int, body: dict[str, Any], headers: dict[str, str]) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})


def _words(status: int, words: str) -> Answer:
    return Answer(status, words.encode(), {"Content-Type": "text/html"})
