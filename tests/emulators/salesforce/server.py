"""A Salesforce org behind real sockets and TLS, for real clients.

    with SalesforceEmulator() as salesforce:
        salesforce.org.add("Account", Name="Globex", OwnerId=...)
        with salesforce.session() as session:
            simple_salesforce.Salesforce(username=..., password=..., security_token=..., session=session)

Logins go to ``*.salesforce.com``: the session that the emulator hands out sends them, and nothing else, here.
"""

from __future__ import annotations

import gzip
import socket
import ssl
import struct
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast
from urllib.parse import parse_qsl, unquote_plus, urlsplit

import orjson
import requests
import trustme
from requests.adapters import HTTPAdapter

from tests.emulators.salesforce import composite, faults, permissions
from tests.emulators.salesforce.bulk import Bulk
from tests.emulators.salesforce.faults import is_of_one_query
from tests.emulators.salesforce.logins import Doors
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.request import Request
from tests.emulators.salesforce.rest import Rest, head_is_too_long

_WORTH_ZIPPING = 500  # bytes
_NO_CONTENT = 204


class SalesforceEmulator:
    """One org on an ephemeral port of localhost. *requests* logs what arrived, *crashes* the emulator's own bugs."""

    def __init__(self, org: Org | None = None, *, page_size: int = 2_000) -> None:
        self.org = org or Org()
        self.faults = faults.Script()
        self.requests: list[Request] = []
        self.crashes: list[str] = []
        self.closing = threading.Event()
        authority, server_side = _tls()
        self._folder = tempfile.TemporaryDirectory(prefix="salesforce-")
        self.ca_file = Path(self._folder.name) / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        self._server = _Server(self, server_side)
        self.port: int = self._server.server_address[1]
        self.bulk = Bulk(self.org)
        self.rest = Rest(self.org, self.bulk, page_size, self.bulk.served)
        self._watches: list[_Watch] = []
        self._lock = threading.Lock()
        self.doors = Doors(self.org, f"https://{self.org.my_domain}.salesforce.com")
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        """Where the org answers directly: the instance URL for a ready session."""
        return f"https://localhost:{self.port}"

    def session(self) -> requests.Session:
        """A session that trusts the emulator and takes every ``*.salesforce.com`` for it."""
        session = requests.Session()
        session.trust_env = False
        session.verify = str(self.ca_file)
        session.mount("https://", _Redirect(self.port))
        return session

    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [request.path for request in self.requests]

    def queries(self) -> list[str]:
        """The SOQL asked for, in order."""
        return [query for request in self.requests for query in request.queries()]

    def kill_after(self, nth: int, callback: Callable[[], object]) -> None:
        """Call *callback* when the *nth* data request from now on has arrived, before it is answered."""
        self._watches.append(_Watch(nth, callback))

    def arrived(self, request: Request) -> None:
        self.requests.append(request)
        if not request.is_data:
            return
        with self._lock:
            for watch in self._watches:
                watch.left -= 1
            due = [watch for watch in self._watches if watch.left == 0]
        for watch in due:
            watch.callback()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._folder.cleanup()


@dataclass(slots=True)
class _Watch:
    left: int
    callback: Callable[[], object]


class _Redirect(HTTPAdapter):
    def __init__(self, port: int) -> None:
        super().__init__()
        self._port = port

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        if (parts.hostname or "").endswith(".salesforce.com"):
            request.headers["Host"] = parts.netloc
            request.url = parts._replace(netloc=f"localhost:{self._port}").geturl()
        return super().send(request, *args, **kwargs)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, emulator: SalesforceEmulator, server_side: ssl.SSLContext) -> None:
        super().__init__(("localhost", 0), _Handler)
        self.emulator = emulator
        self._server_side = server_side

    def finish_request(self, request: Any, client_address: Any) -> None:
        """Shake hands in the connection's own thread, so that a slow client keeps no other waiting."""
        with self._server_side.wrap_socket(request, server_side=True) as encrypted:
            super().finish_request(encrypted, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):  # clients may hang up whenever they like
            self.emulator.crashes.append(repr(error))


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PATCH(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def _serve(self) -> None:
        emulator = cast("_Server", self.server).emulator
        headers = {name.lower(): value for name, value in self.headers.items()}
        url = urlsplit(self.path)
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, headers.get("host", ""), url.path, dict(parse_qsl(url.query)), headers)
        if request.is_data:
            request = replace(request, body=body, parts=composite.parts(body) if request.is_composite else ())
        emulator.arrived(request)
        fault, request = self._scripted(emulator, request)
        match fault:
            case faults.Reset():
                self._reset()
                return
            case faults.Stall():
                emulator.closing.wait()
                self.close_connection = True
                return
            case faults.ExpireSession(reply):
                emulator.org.expire_sessions()
                fault = reply
            case faults.Meanwhile(act):
                act()
            case faults.Quote():
                fault = fault.reply(headers, body)
        reply = fault if isinstance(fault, faults.Reply) else self._answer(emulator, request, body)
        if isinstance(fault, faults.Rewrite):
            target = url.path + (f"?{url.query}" if url.query else "")
            reply = replace(reply, body=orjson.dumps(fault.change(target, orjson.loads(reply.body))), zipped=None)
        elif isinstance(fault, faults.Alter):
            reply = replace(fault.change(reply), zipped=None)
        self._write(reply, headers, fault)

    def _scripted(self, emulator: SalesforceEmulator, request: Request) -> tuple[faults.Fault | None, Request]:
        """What goes wrong with the request as a whole; and the request, its parts with what goes wrong with each."""
        target = f"{request.method} {unquote_plus(self.path)}"
        if not request.is_composite:
            posted = "" if "q" in request.query else "".join(f" {query}" for query in request.queries())
            return emulator.faults.next(target + posted), request
        whole = emulator.faults.next(target)
        parts = []
        for part in request.parts:
            fault = emulator.faults.next(part.target, within=target)
            if is_of_one_query(fault):
                parts.append(replace(part, fault=fault))
            else:
                parts.append(part)
                whole = whole or fault
        return whole, replace(request, parts=tuple(parts))

    def _answer(self, emulator: SalesforceEmulator, request: Request, body: bytes) -> faults.Reply:
        if head_is_too_long(self.requestline, request.headers):
            return faults.html(431 if request.method == "POST" else 414, "URI Too Long")
        match request.method, request.path:
            case "POST", "/services/oauth2/token":
                return emulator.doors.token(request.host, body, request.headers.get("authorization"))
            case "POST", path if path.startswith("/services/Soap/u/"):
                return emulator.doors.soap(request.host, path.split("/")[4], body)
            case "GET", "/services/oauth2/userinfo":
                return self._userinfo(emulator, request)
            case _:
                return emulator.rest.answer(request)

    @staticmethod
    def _userinfo(emulator: SalesforceEmulator, request: Request) -> faults.Reply:
        if not emulator.org.is_open(request.headers.get("authorization", "").removeprefix("Bearer ")):
            return faults.Reply(403, b"Bad_OAuth_Token", {"Content-Type": "text/html;charset=UTF-8"})
        told = orjson.dumps(permissions.userinfo(emulator.org))
        return faults.Reply(200, told, {"Content-Type": "application/json;charset=UTF-8"})

    def _write(self, reply: faults.Reply, asked: Mapping[str, str], fault: faults.Fault | None) -> None:
        body = reply.body
        if asked.get("x-prettyprint") == "1" and reply.headers.get("Content-Type", "").startswith("application/json"):
            body = orjson.dumps(orjson.loads(body), option=orjson.OPT_INDENT_2)
        zipped = "gzip" in asked.get("accept-encoding", "") and len(body) > _WORTH_ZIPPING
        if zipped:
            body = reply.zipped() if reply.zipped else gzip.compress(body, compresslevel=1)
        if isinstance(fault, faults.CutShort):
            body = body[: len(body) // 2]
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if zipped:
            self.send_header("Content-Encoding", "gzip")
        if reply.status != _NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        truncated = isinstance(fault, faults.Truncate)
        self.wfile.write(body[: len(body) // 2] if truncated else body)
        self.close_connection |= truncated

    def _reset(self) -> None:
        # Linger of zero seconds: the kernel sends RST, not FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 # the name that the base class gives it
        """Stay silent: *requests* is the log."""


@cache
def _tls() -> tuple[trustme.CA, ssl.SSLContext]:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return authority, context
