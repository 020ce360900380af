"""Slack over real sockets: the Web API, Socket Mode, the webhooks, and people who press things; with faults by script.

with SlackServer(clock=clock) as slack:
    slack.workspace.add(Channel("C0CAPACITY", "capacity"))
    slack.inject("chat.postMessage", accepted_then(Cut.CLOSE))
    ...
    assert slack.interactions.press("U0ANA", "ack", ts=ts).answer() is None
    print(slack.transcript())
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
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

from tests.emulators.slack import arguments, hooks, methods, threads
from tests.emulators.slack.errors import SlackError, SlowDownError
from tests.emulators.slack.faults import Answer, Cut, Fault, Meanwhile, Mishap
from tests.emulators.slack.interactions import Interactions
from tests.emulators.slack.sockets import SocketMode
from tests.emulators.slack.transcript import transcript
from tests.emulators.slack.workspace import Workspace

WEBHOOK, RESPONSE_URL = "webhook", "response_url"


class SlackServer:
    """*calls*: every method that was asked for, in order, answered or not; *headers*: those that came with each."""

    def __init__(self, *, clock: Callable[[], float] = time.time, tls: ssl.SSLContext | None = None) -> None:
        self.workspace = Workspace(clock)
        self.calls: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.webhook_channel = "C0CAPACITY"
        self.crashes: list[BaseException] = []
        self._mishaps: dict[str, deque[Mishap]] = defaultdict(deque)
        self._late: list[_Late] = []
        self._lock = threading.Lock()
        self._called = threading.Condition(self._lock)
        self._scheme = "https" if tls else "http"
        self._http = _Http(self)
        self.socket_mode = SocketMode(self.workspace, self._next_socket_fault)
        self.workspace.socket_address = self.socket_mode.address
        self.interactions = Interactions(self.workspace, self.socket_mode, self._lock, self._url)
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def api_url(self) -> str:
        return f"{self._url}/api/"

    @property
    def webhook_url(self) -> str:
        return f"{self._url}{hooks.WEBHOOK_PATH}"

    @property
    def _url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def inject(self, method: str, *mishaps: Mishap) -> None:
        """Let the next calls of *method* go wrong, one mishap each; None: this one goes well.

        *method* may also be ``WEBHOOK``, ``RESPONSE_URL``, or ``CONNECT`` or ``ENVELOPE`` of Socket Mode.
        """
        self._mishaps[method].extend(mishaps)

    def wait_for(self, method: str, times: int, timeout_seconds: float = 30) -> None:
        """Until *method* has been called so often, and whatever Slack does about it is done but for the answer."""
        with self._called:
            assert self._called.wait_for(lambda: self.calls.count(method) >= times, timeout_seconds)

    @property
    def is_behind(self) -> bool:
        """Whether something that was accepted is still to be seen."""
        return bool(self._late)

    def messages(self, channel_id: str = "C0CAPACITY") -> list[dict[str, Any]]:
        """What stands in the channel itself; answers stand in threads."""
        return [one for one in self.workspace.channels[channel_id].messages if threads.is_in_channel(one)]

    def answers(self, ts: str, channel_id: str = "C0CAPACITY") -> list[dict[str, Any]]:
        """What stands in the thread of message *ts*."""
        return threads.replies(self.workspace.channels[channel_id], {"ts": ts})

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
        self.socket_mode.close()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()
        crashes = self.crashes + self.socket_mode.crashes
        if crashes and error is None:
            raise crashes[0]

    def answer(self, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[Answer, Cut | None]:
        """Do what is asked; a Cut beside the answer says how it fails to arrive."""
        name, act = self._door(path, query, headers, body)
        with self._lock:
            self.calls.append(name)
            self.headers.append(headers)
            self._called.notify_all()
            self._catch_up()
            fault = self._next_fault(name)
            if fault is not None and fault.late_by:
                self._late.append(_Late(fault.late_by, self.workspace.stamp(), act))
            real = act() if fault is None or (fault.accepted and not fault.late_by) else Answer(500)
        if fault is None:
            return real, None
        return (fault.ending, None) if isinstance(fault.ending, Answer) else (real, fault.ending)

    def _door(self, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[str, Callable[[], Answer]]:
        if path.startswith("/services/"):
            return WEBHOOK, lambda: hooks.webhook(self.workspace, path, body, self.webhook_channel)
        if path.startswith("/actions/"):
            return RESPONSE_URL, lambda: hooks.response(self.workspace, path, body)
        method = path.removeprefix("/api/")
        return method, lambda: self._method(method, query, headers, body)

    def _method(self, method: str, query: str, headers: dict[str, str], body: bytes) -> Answer:
        params = arguments.of_request(query, headers, body)
        token = headers.get("authorization", "").removeprefix("Bearer ") or params.get("token")
        more = {"x-oauth-scopes": ",".join(sorted(methods.scopes_of(self.workspace, token)))}
        try:
            return _json(200, methods.call(self.workspace, method, params, token), more)
        except SlackError as error:
            return _json(200, {"ok": False, "error": error.code, **error.more}, more)
        except SlowDownError:
            return _json(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})

    def _next_fault(self, name: str) -> Fault | None:
        mishap = self._mishaps[name].popleft() if self._mishaps[name] else None
        if isinstance(mishap, Meanwhile):
            mishap.change(self.workspace)
            return None
        return mishap

    def _next_socket_fault(self, name: str) -> Fault | None:
        with self._lock:
            return self._next_fault(name)

    def _catch_up(self) -> None:
        """Do what is late, once it is late enough."""
        for late in [one for one in self._late if not one.calls]:
            with self.workspace.as_of(late.ts):
                late.act()
        self._late = [replace(one, calls=one.calls - 1) for one in self._late if one.calls]


@dataclass(frozen=True)
class _Late:
    """*calls*: how many more do not see what *act* does, as of *ts*."""

    calls: int
    ts: str
    act: Callable[[], Answer]


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

    def date_time_string(self, timestamp: float | None = None) -> str:
        """Slack tells the time by its own clock."""
        return super().date_time_string(self.server.slack.workspace.clock() if timestamp is None else timestamp)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - named by http.server
        """Say nothing."""


def _json(status: int, body: dict[str, Any], headers: dict[str, str]) -> Answer:
    return Answer(status, json.dumps(body).encode(), {"Content-Type": "application/json; charset=utf-8", **headers})
