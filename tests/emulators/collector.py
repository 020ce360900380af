"""A service that is only ever told things, over a real socket: what it was told, and faults by script."""

from __future__ import annotations

import os
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit

from tests.emulators.slack.faults import Answer, Cut, Fault


@dataclass(frozen=True)
class Told:
    """One request. *query*: each parameter's last value; *headers* by their names in small letters."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


class Collector:
    """*take* says what is answered to what was told. *told*: everything, whether it was answered or not."""

    def __init__(self, take: Callable[[Told], Answer], *, tls: ssl.SSLContext | None = None) -> None:
        self.told: list[Told] = []
        self._take = take
        self._faults: deque[Fault | None] = deque()
        self._lock = threading.Lock()
        self._heard = threading.Condition(self._lock)
        self._http = _Http(self)
        if tls:
            self._http.socket = tls.wrap_socket(self._http.socket, server_side=True)
        self._scheme = "https" if tls else "http"
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)

    @property
    def port(self) -> int:
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self.port}"

    def inject(self, *faults: Fault | None) -> None:
        """Let the next requests go wrong, one fault each; None: this one goes well."""
        self._faults.extend(faults)

    def wait_for(self, times: int, timeout_seconds: float = 60) -> None:
        """Until it was told so often."""
        with self._heard:
            assert self._heard.wait_for(lambda: len(self.told) >= times, timeout_seconds)

    def answer(self, told: Told) -> tuple[Answer, Cut | None]:
        with self._lock:
            fault = self._faults.popleft() if self._faults else None
            real = self._take(told) if fault is None or fault.accepted else Answer(500)
            self.told.append(told)
            self._heard.notify_all()
        if fault is None:
            return real, None
        return (fault.ending, None) if isinstance(fault.ending, Answer) else (real, fault.ending)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, collector: Collector) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.collector = collector

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that gives up is part of the play."""


class _Handler(BaseHTTPRequestHandler):
    server: _Http

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        told = Told(
            method=self.command,
            path=parts.path,
            query={name: values[-1] for name, values in parse_qs(parts.query, keep_blank_values=True).items()},
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("Content-Length", 0))),
        )
        answer, cut = self.server.collector.answer(told)
        self.close_connection = True
        match cut:
            case Cut.SILENCE:
                self.connection.recv(1)  # returns when the client hangs up
            case Cut.RESET:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                os.close(self.connection.detach())
            case Cut.CLOSE:
                pass
            case Cut.HALF | None:
                self._write(answer, answer.body if cut is None else answer.body[: len(answer.body) // 2])

    do_GET = do_HEAD = do_POST  # noqa: N815  named by http.server

    def _write(self, answer: Answer, body: bytes) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  named by http.server
        """Say nothing."""
