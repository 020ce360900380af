"""A HubSpot account on a socket: good enough for other people's clients, and able to misbehave on demand."""

from __future__ import annotations

import gzip
import socket
import struct
import sys
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from tests.emulators.hubspot.answers import CORRELATION_ID, Answer, Wire, html, unauthorized
from tests.emulators.hubspot.faults import Faults
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.requests import Request, parsed
from tests.emulators.hubspot.routes import TOKEN_INFO, answer

CANARY = "pat-na1-canary-0123456789abcdef"
_WORTH_COMPRESSING = 1000
_LONGEST_URL = 8192
_RECORDS = ("/crm/v3/objects/", "/crm/v4/associations/")


class HubspotEmulator:
    """``with HubspotEmulator() as hubspot:`` serves ``hubspot.portal`` at ``hubspot.url`` to ``hubspot.token``.

    *requests* holds every request's method and path with query, in order, refused ones included.
    """

    def __init__(self, portal: Portal | None = None, *, token: str = CANARY, limits: Limits | None = None) -> None:
        self.portal = portal or Portal()
        self.token = token
        self.limits = limits or Limits()
        self.faults = Faults()
        self.requests: list[tuple[str, str]] = []
        self.connections = 0
        self.crashes: list[BaseException] = []
        self.request_headers: list[Mapping[str, str]] = []
        self.stopping = threading.Event()
        self._lock = threading.Lock()
        self._kill: tuple[int, Callable[[], object]] | None = None
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.emulator = self
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def requested(self, path: str) -> list[str]:
        """Paths, with query, of the requests so far that contain *path*."""
        return [target for _, target in self.requests if path in target]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.hang_up()
        self._server.server_close()
        if self.crashes:
            raise RuntimeError("the emulator could not answer") from self.crashes[0]

    def kill_after(self, n: int, callback: Callable[[], object]) -> None:
        """Run *callback* when the *n*-th request for records (1 is the next) arrives, before it is answered."""
        with self._lock:
            self._kill = (n, callback)

    def answered(self, request: Request, target: str, headers: Mapping[str, str]) -> Answer:
        self.requests.append((request.method, target))
        self.request_headers.append(headers)
        if request.path.startswith(_RECORDS):
            self._maybe_kill()
        search = request.path.endswith("/search")
        reply = self.limits.admitted(search=search) or self._right(request, target, headers)
        reply = self.faults.applied(target, reply)
        more = {"X-HubSpot-Correlation-Id": CORRELATION_ID, **self.limits.headers(search=search)}
        return Answer(reply.status, reply.body, {**more, **reply.headers}, reply.content_type, reply.wire)

    def _maybe_kill(self) -> None:
        with self._lock:
            if self._kill is None:
                return
            left, callback = self._kill
            self._kill = (left - 1, callback) if left > 1 else None
        if left == 1:
            callback()

    def _right(self, request: Request, target: str, headers: Mapping[str, str]) -> Answer:
        if len(target) > _LONGEST_URL:
            return html(414, "Request-URI Too Large")
        if headers.get("authorization") != f"Bearer {self.token}":
            return unauthorized()
        if request.path == TOKEN_INFO and request.body.get("tokenKey") != self.token:
            return unauthorized()
        return answer(self.portal, request)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = True
    request_queue_size = 64
    emulator: HubspotEmulator

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        self.emulator.connections += 1
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def hang_up(self) -> None:
        """Close connections that clients keep open, so that their threads end."""
        for each in list(self._open):
            try:
                each.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client was quicker

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up in the middle is part of the tests; anything else is a mistake of the emulator."""
        error = sys.exception()
        if error is not None and not isinstance(error, OSError):
            self.emulator.crashes.append(error)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name is http.server's
        """Tests look at ``requests`` instead."""

    def _serve(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        url = urlsplit(self.path)
        request = Request(self.command, url.path, parse_qs(url.query, keep_blank_values=True), parsed(body))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self._send(self.server.emulator.answered(request, self.path, headers))

    def _send(self, reply: Answer) -> None:
        match reply.wire:
            case Wire.RESET:
                # Lingering for zero seconds makes the kernel send RST instead of FIN.
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                self.close_connection = True
                self.connection.close()
                return
            case Wire.STALLED:
                self.server.emulator.stopping.wait()
                self.close_connection = True
                return
            case _:
                self._write(reply)

    def _write(self, reply: Answer) -> None:
        body = reply.body
        self.send_response(reply.status)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > _WORTH_COMPRESSING:
            body = gzip.compress(body, compresslevel=1)
            if reply.wire is Wire.CUT:
                body = body[: len(body) // 2]
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.wire is Wire.TRUNCATED:
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)
