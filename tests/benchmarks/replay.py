"""Stands before an emulator and says again what it once said, so fast that the reader alone is measured.

An emulator thinks in Python about every page. Here each different request reaches it once, in a round that is not
measured; from then on its very bytes are sent again without a thought. What changes while it is being asked (a bulk
job that is not complete) is never said again, nor is a failure that may pass.
"""

from __future__ import annotations

import re
import socket
import ssl
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import trustme
from orjson import dumps

_READ = 1 << 16
_LASTING = frozenset({*range(200, 300), 400, 404})
_STATUS = slice(9, 12)  # of "HTTP/1.1 200 OK"
# Of all headers only these change what an answer looks like; whose token it was does not.
_TELLING = ("accept-encoding", "sforce-query-options", "x-prettyprint")
_UNFINISHED = re.compile(rb'"state"\s*:\s*"(?:UploadComplete|InProgress)"')
_Entry = tuple[str, str, str, int]
_OWN_HEADERS = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; *target* with its query, *headers* in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def key(self) -> tuple[object, ...]:
        return (self.method, self.target, self.body, *(self.headers.get(name) for name in _TELLING))


@dataclass(slots=True)
class Replay:
    """``with Replay(emulator.url, emulator.ca_file) as front:`` answers at ``front.url``.

    *authority*: the CA file of an emulator that speaks TLS; then this one does too, once it is certified.
    *remembers* False: every request goes through. *log*: method, target, body and status of each, in order.
    """

    behind: str
    authority: Path | None = None
    remembers: bool = True
    log: list[_Entry] = field(default_factory=list)
    url: str = ""
    _own: list[tuple[re.Pattern[str], bytes]] = field(default_factory=list)
    _said: dict[tuple[object, ...], bytes] = field(default_factory=dict)
    # The same by the very bytes of a request without a body, so that not even its headers are read twice.
    _at_once: dict[bytes, tuple[_Entry, bytes]] = field(default_factory=dict)
    _listener: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=64))
    _encrypted: ssl.SSLContext | None = None

    def __enter__(self) -> Self:
        port = self._listener.getsockname()[1]
        self.url = f"https://localhost:{port}" if self.authority else f"http://127.0.0.1:{port}"
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._listener.close()

    def certify(self, ca_file: Path) -> None:
        """Make a certificate of its own, and write whom to trust for it to *ca_file*."""
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(ca_file))
        self._encrypted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost", "127.0.0.1").configure_cert(self._encrypted)

    def say(self, request: str, status: int, content: object) -> None:
        """Answer what begins like *request*, a pattern ("GET /crm/v3/properties/(?!deals)"), here and always so."""
        self._own.append((re.compile(request), _reply(status, {"Content-Type": "application/json"}, dumps(content))))

    def _own_answer(self, asked: Asked) -> bytes | None:
        request = f"{asked.method} {asked.target}"
        return next((answer for pattern, answer in self._own if pattern.match(request)), None)

    def _accept(self) -> None:
        with suppress(OSError):  # closed
            while True:
                connection, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with suppress(OSError), connection:  # a client hangs up when it has had enough
            if self._encrypted is None:
                self._talk(connection)
                return
            with self._encrypted.wrap_socket(connection, server_side=True) as encrypted:
                self._talk(encrypted)

    def _talk(self, connection: socket.socket) -> None:
        received = b""
        while True:
            while (end := received.find(b"\r\n\r\n")) < 0:
                more = connection.recv(_READ)
                if not more:
                    return
                received += more
            head, received = received[:end], received[end + 4 :]
            if head in self._at_once:
                entry, answer = self._at_once[head]
            else:
                asked, received = _whole(connection, head, received)
                answer = self._said.get(asked.key) or self._own_answer(asked) or self._fetched(asked)
                entry = (asked.method, asked.target, asked.body.decode(), int(answer[_STATUS]))
                if asked.key in self._said and not asked.body:
                    self._at_once[head] = entry, answer
            self.log.append(entry)
            connection.sendall(answer)

    def _fetched(self, asked: Asked) -> bytes:
        """The answer of the emulator, with its length said."""
        there = urlsplit(self.behind)
        trusted = ssl.create_default_context(cafile=str(self.authority)) if self.authority else None
        connection = (
            HTTPSConnection(there.hostname or "", there.port, context=trusted)
            if trusted
            else HTTPConnection(there.hostname or "", there.port)
        )
        try:
            connection.request(asked.method, asked.target, asked.body or None, dict(asked.headers))
            reply = connection.getresponse()
            body = reply.read()
        finally:
            connection.close()
        kept = {name: value for name, value in reply.getheaders() if name.lower() not in _OWN_HEADERS}
        whole = _reply(reply.status, kept, body)
        changes = asked.method == "GET" and _UNFINISHED.search(body[:_READ])
        if self.remembers and reply.status in _LASTING and not changes:
            self._said[asked.key] = whole
        return whole


def _whole(connection: socket.socket, head: bytes, received: bytes) -> tuple[Asked, bytes]:
    """The request with this *head*, its body read to the end; and what was received beyond it."""
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    length = int(headers.get("content-length", 0))
    while len(received) < length:
        received += connection.recv(_READ)
    return Asked(method, target, headers, received[:length]), received[length:]


def _reply(status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    lines = [f"{name}: {value}\r\n" for name, value in headers.items()]
    head = f"HTTP/1.1 {status} {HTTPStatus(status).phrase}\r\n{''.join(lines)}Content-Length: {len(body)}\r\n\r\n"
    return head.encode("latin-1") + body
