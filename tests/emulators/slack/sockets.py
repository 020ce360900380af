"""Socket Mode: what happens in Slack goes to the app over WebSockets, until the app says that it has it.

https://docs.slack.dev/apis/events-api/using-socket-mode. The faults are scripted as those of the methods are:
``inject(CONNECT, ...)`` for the next handshakes, ``inject(ENVELOPE, ...)`` for the next envelopes.
"""

from __future__ import annotations

import json
import logging
import secrets
import socket
import struct
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.sync.server import Server, ServerConnection, serve

from tests.emulators.slack.envelopes import Envelope
from tests.emulators.slack.faults import Answer, Cut, Fault
from tests.emulators.slack.workspace import APP, Workspace

CONNECT, ENVELOPE = "websocket connect", "websocket envelope"
_TICK_SECONDS = 0.02
_MOST_CONNECTIONS = 10


class SocketMode:
    """*refusing*: addresses lead to where nobody listens. The time to acknowledge is that of the workspace's clock.

    *handshakes*: how often the app knocked, let in or not. *strays*: what it sent that acknowledges nothing.
    *origin*: what addresses begin with where something stands in front, as ``wss://wss-primary.slack.com``.
    """

    def __init__(self, workspace: Workspace, next_fault: Callable[[str], Fault | None]) -> None:
        self.refusing = False
        self.strays: list[str] = []
        self.handshakes = 0
        self.origin: str | None = None
        self.crashes: list[BaseException] = []
        self._workspace, self._next_fault = workspace, next_fault
        self._envelopes: list[Envelope] = []
        self._open: list[ServerConnection] = []  # the last one gets what comes next
        self._leaving: set[ServerConnection] = set()
        self._tickets: set[str] = set()
        self._changed = threading.Condition()
        self._server: Server | None = None
        self._nobody = socket.socket()  # bound, and never listening
        self._nobody.bind(("127.0.0.1", 0))

    @property
    def port(self) -> int:
        return int(self._listening().socket.getsockname()[1])

    def address(self) -> str:
        """A URL for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        port = self._nobody.getsockname()[1] if self.refusing else self.port
        return f"{self.origin or f'ws://127.0.0.1:{port}'}/link/?ticket={ticket}&app_id={APP}"

    def send(self, envelope: Envelope) -> Envelope:
        """Deliver *envelope* now, or as soon as the app connects; again whenever it is not acknowledged in time."""
        with self._changed:
            self._envelopes.append(envelope)
        self._deliver_due()
        return envelope

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Ask the app on every connection to come anew: ``warning``, ``refresh_requested`` or ``link_disabled``."""
        with self._changed:
            leaving = list(self._open)
            self._leaving.update(leaving)
        for connection in leaving:
            connection.send(json.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "emulator"}}))

    def drop(self, *, reset: bool = False) -> None:
        """End every connection without a word, as a network does."""
        with self._changed:
            dropped = list(self._open)
        for connection in dropped:
            _drop(connection, reset=reset)

    def wait_connected(self, connections: int = 1, timeout_seconds: float = 30) -> None:
        """Until so many connections stand that were not asked to leave."""
        with self._changed:
            assert self._changed.wait_for(lambda: len(self._usable()) == connections, timeout_seconds)

    def wait_handshakes(self, times: int, timeout_seconds: float = 30) -> None:
        """Until the app has knocked so often, let in or not."""
        with self._changed:
            assert self._changed.wait_for(lambda: self.handshakes >= times, timeout_seconds)

    def close(self) -> None:
        if self._server is not None:
            self._server.shutdown()
        self._nobody.close()

    def _listening(self) -> Server:
        if self._server is None:
            # Dropped connections are part of the play; what is not goes to *crashes*.
            quiet = logging.getLogger("slack emulator")
            quiet.propagate, quiet.disabled = False, True
            self._server = serve(
                self._attend, "127.0.0.1", 0, process_request=self._admit, close_timeout=1, logger=quiet
            )
            threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self._server

    def _admit(self, connection: ServerConnection, request: Request) -> Response | None:
        fault = self._next_fault(CONNECT)
        ticket = parse_qs(urlsplit(request.path).query).get("ticket", [""])[0]
        with self._changed:
            self.handshakes += 1
            self._changed.notify_all()
            known = ticket in self._tickets
            self._tickets.discard(ticket)
        if fault is not None and isinstance(fault.ending, Answer):
            return connection.respond(fault.ending.status, fault.ending.body.decode())
        if fault is not None:
            _drop(connection, reset=fault.ending is Cut.RESET)
        # An address is good once; how Slack says so is not documented.
        return None if known else connection.respond(403, "invalid ticket")

    def _attend(self, connection: ServerConnection) -> None:
        try:
            with self._changed:
                number = len(self._open) + 1
            if number > _MOST_CONNECTIONS:
                connection.send(json.dumps({"type": "disconnect", "reason": "too_many_websockets"}))
                return
            connection.send(json.dumps(_hello(number)))
            with self._changed:
                self._open.append(connection)
                self._changed.notify_all()
            while True:
                self._deliver_due()
                try:
                    self._listen(connection, connection.recv(timeout=_TICK_SECONDS))
                except TimeoutError:
                    continue
        except (ConnectionClosed, OSError):
            pass
        except BaseException as crash:
            self.crashes.append(crash)
            raise
        finally:
            with self._changed:
                self._leaving.discard(connection)
                if connection in self._open:
                    self._open.remove(connection)
                self._changed.notify_all()

    def _listen(self, connection: ServerConnection, message: str | bytes) -> None:
        try:
            said = json.loads(message)
            envelope = next(one for one in self._envelopes if one.id == said["envelope_id"])
        except (ValueError, LookupError, TypeError, StopIteration):
            self.strays.append(str(message))
            return
        envelope.acknowledge(said.get("payload"), connection)

    def _deliver_due(self) -> None:
        with self._changed:
            usable = self._usable()
            if not usable:
                return
            by, now = usable[-1], self._workspace.clock()
            due = [one for one in self._envelopes if one.is_due(now, self._open)]
            for envelope in due:
                envelope.goes(by, now)
        for envelope in due:
            self._deliver(envelope, by)

    def _deliver(self, envelope: Envelope, connection: ServerConnection) -> None:
        fault = self._next_fault(ENVELOPE)
        try:
            if fault is None:
                connection.send(envelope.on_the_wire())
            elif isinstance(fault.ending, Answer):
                connection.send(fault.ending.body.decode())
            else:
                self._fail(envelope, connection, fault, fault.ending)
        except (ConnectionClosed, OSError):
            return  # and so it is due again

    def _fail(self, envelope: Envelope, connection: ServerConnection, fault: Fault, cut: Cut) -> None:
        if cut is Cut.HALF:
            frame = Frame(Opcode.TEXT, envelope.on_the_wire().encode()).serialize(mask=False)
            connection.socket.sendall(frame[: len(frame) // 2])
        elif fault.accepted:
            envelope.lose_answer(connection)
            connection.send(envelope.on_the_wire())
        if cut is not Cut.SILENCE:
            _drop(connection, reset=cut is Cut.RESET)

    def _usable(self) -> list[ServerConnection]:
        return [one for one in self._open if one not in self._leaving]


def _hello(number: int) -> dict[str, Any]:
    return {
        "type": "hello",
        "num_connections": number,
        "connection_info": {"app_id": APP},
        "debug_info": {"host": "emulator", "build_number": 1, "approximate_connection_time": 18_060},
    }


def _drop(connection: ServerConnection, *, reset: bool) -> None:
    """End *connection* without the words that WebSockets part with."""
    with suppress(OSError):  # it is gone already
        if reset:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            connection.socket.shutdown(socket.SHUT_RDWR)
    connection.close_socket()
