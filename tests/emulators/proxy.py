"""A company's way out: a proxy that tunnels and forwards, and servers whose certificates a private authority signed.

    with Front(hubspot.port, authority, "api.hubapi.com") as front, Proxy({"api.hubapi.com": front.port}) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)

The proxy alone knows where the vendors' names lead to, so what does not go through it does not get there.
"""

from __future__ import annotations

import base64
import select
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import trustme

_PIECE = 65_536
_GLANCE_SECONDS = 0.05
_HEAD_ENDS = b"\r\n\r\n"
_UNAUTHENTICATED = (
    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
    b'Proxy-Authenticate: Basic realm="acme"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'
)


class _Listener:
    """Accepts on an ephemeral port of localhost; each connection is a thread's own."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._socket.getsockname()[1]
        self._closing = threading.Event()
        self._threads = [threading.Thread(target=self._accept, daemon=True)]

    def __enter__(self) -> Self:
        self._threads[0].start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self._socket.shutdown(socket.SHUT_RDWR)
        for thread in list(self._threads):
            thread.join(10)
        self._socket.close()

    def serve(self, client: socket.socket) -> None:
        raise NotImplementedError

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._socket.accept()
            except OSError:  # closed
                return
            thread = threading.Thread(target=self._served, args=(client,), daemon=True)
            self._threads.append(thread)
            thread.start()

    def _served(self, client: socket.socket) -> None:
        with client:
            try:
                self.serve(client)
            except OSError:
                return  # a client that hangs up, or does not trust us, is part of the tests

    def relay(self, client: socket.socket, server: socket.socket) -> None:
        """Pass on what either side says until one has finished."""
        other = {client: server, server: client}
        while not self._closing.is_set():
            for ready in _ready((client, server)):
                piece = _piece(ready)
                if piece is None:
                    continue
                if not piece:
                    return
                other[ready].sendall(piece)


def _piece(ready: socket.socket) -> bytes | None:
    """None: it was woken by what is no data. In TLS 1.3 a server hands out tickets when it likes."""
    ready.settimeout(_GLANCE_SECONDS)
    try:
        return ready.recv(_PIECE)
    except TimeoutError:
        return None
    finally:
        ready.settimeout(None)


def _ready(sockets: tuple[socket.socket, ...]) -> list[socket.socket]:
    """Those with something to read; TLS may have decrypted it already."""
    waiting: list[socket.socket] = [each for each in sockets if isinstance(each, ssl.SSLSocket) and each.pending()]
    return waiting or select.select(sockets, (), (), _GLANCE_SECONDS)[0]


class Proxy(_Listener):
    """*routes*: ports of localhost by host name. *login*: "name:password" to be asked for, None for nobody's.

    *passed*: what went through ("CONNECT slack.com:443", "GET http://..."), *refused*: what did not.
    *status*: what CONNECT is answered with instead, if anything ("403 Forbidden").
    """

    def __init__(self, routes: Mapping[str, int], *, login: str | None = None, status: str = "") -> None:
        super().__init__()
        self._routes = routes
        self._login = login
        self._status = status
        self.passed: list[str] = []
        self.refused: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def hosts(self) -> set[str]:
        """Who was reached."""
        return {urlsplit(f"//{target}" if "://" not in target else target).hostname or "" for target in self._targets()}

    def _targets(self) -> list[str]:
        return [each.split(" ", maxsplit=1)[1] for each in self.passed]

    def serve(self, client: socket.socket) -> None:
        head = _head(client)
        if head is None:
            return
        if self._login and head.authorization != f"Basic {base64.b64encode(self._login.encode()).decode()}":
            self.refused.append(f"{head.method} {head.target}")
            client.sendall(_UNAUTHENTICATED)
        elif head.method == "CONNECT" and self._status:
            self.refused.append(f"{head.method} {head.target}")
            client.sendall(f"HTTP/1.1 {self._status}\r\nContent-Length: 0\r\n\r\n".encode())
        else:
            self.passed.append(f"{head.method} {head.target}")
            self._pass_on(client, head)

    def _pass_on(self, client: socket.socket, head: _Head) -> None:
        target = urlsplit(f"//{head.target}" if head.method == "CONNECT" else head.target)
        port = self._routes.get(target.hostname or "", target.port or 80)
        with socket.create_connection(("127.0.0.1", port), 10) as server:
            if head.method == "CONNECT":
                client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = target.path + (f"?{target.query}" if target.query else "")
                server.sendall(f"{head.method} {path} HTTP/1.1\r\n".encode() + head.rest)
            self.relay(client, server)


class Front(_Listener):
    """Speaks TLS under *names* in front of a server on *port* of localhost; *tls*: that speaks it too."""

    def __init__(self, port: int, authority: trustme.CA, *names: str, tls: bool = False) -> None:
        super().__init__()
        self._upstream = port
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*names).configure_cert(self._context)
        self._onwards: ssl.SSLContext | None = None
        if tls:
            self._onwards = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            self._onwards.check_hostname, self._onwards.verify_mode = False, ssl.CERT_NONE

    def serve(self, client: socket.socket) -> None:
        client.settimeout(10)
        with (
            self._context.wrap_socket(client, server_side=True) as seen,
            socket.create_connection(("127.0.0.1", self._upstream), 10) as plain,
        ):
            if self._onwards is None:
                self.relay(seen, plain)
                return
            with self._onwards.wrap_socket(plain) as server:
                self.relay(seen, server)


@dataclass(frozen=True, slots=True)
class _Head:
    """*rest*: the headers but for what concerns the proxy alone, and whatever of the body came with them."""

    method: str
    target: str
    authorization: str
    rest: bytes


def _head(client: socket.socket) -> _Head | None:
    read = b""
    while _HEAD_ENDS not in read:
        piece = client.recv(_PIECE)
        if not piece:
            return None
        read += piece
    head, _, body = read.partition(_HEAD_ENDS)
    line, *headers = head.decode("latin-1").split("\r\n")
    fields: dict[str, Any] = {
        name.lower(): value.strip() for name, _, value in (each.partition(":") for each in headers)
    }
    kept = [each for each in headers if not each.lower().startswith("proxy-")]
    method, target, _ = line.split(" ")
    rest = "\r\n".join(kept).encode("latin-1") + _HEAD_ENDS + body
    return _Head(method, target, str(fields.get("proxy-authorization", "")), rest)
