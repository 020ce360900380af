"""Lets rounds of deliveries live, and die, in processes of their own, of which a thousand are born in minutes.

As a program: a process with a single thread that has everything imported, and forks a child for every line it is
given. The child opens the store as a run does, delivers to Slack over a socket, and is killed by SIGKILL at a write
if it was told to; at a request it is Slack that kills it.
"""

from __future__ import annotations

import gc
import json
import mmap
import os
import signal
import struct
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, NamedTuple, Self

from pydantic import SecretStr

from cssync import log
from cssync.model.delivery import Delivery
from cssync.notify.delivery import deliver
from cssync.notify.slack.web import SlackBotNotifier
from cssync.store.base import Store
from cssync.store.open import open_store
from tests.notify.crashes.morning import CHANNELS, first, put

REPOSITORY = Path(__file__).parents[3]
_SHAPE = struct.Struct("dq")


class Shared:
    """What all processes see at once: the time, which passes by sleeping alone, and how much a child has written."""

    def __init__(self, file: IO[bytes]) -> None:
        if not file.seek(0, os.SEEK_END):
            file.truncate(_SHAPE.size)
        self._map = mmap.mmap(file.fileno(), _SHAPE.size)

    @property
    def seconds(self) -> float:
        return float(_SHAPE.unpack_from(self._map)[0])

    @seconds.setter
    def seconds(self, value: float) -> None:
        _SHAPE.pack_into(self._map, 0, value, self.writes)

    @property
    def writes(self) -> int:
        return int(_SHAPE.unpack_from(self._map)[1])

    @writes.setter
    def writes(self, value: int) -> None:
        _SHAPE.pack_into(self._map, 0, self.seconds, value)

    def clock(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.seconds, UTC)

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


class Death(NamedTuple):
    """Before or after the *number*-th write or request, from 0."""

    at: str  # "write" or "request"
    number: int
    after: bool


class Nursery:
    """The other end of the program. *pid*: of the child that lives now."""

    def __init__(self) -> None:
        self._file = tempfile.NamedTemporaryFile(prefix="cssync-clock-")  # noqa: SIM115 - lives as long as this does
        self.shared = Shared(self._file.file)
        self.pid = 0
        self._program = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.notify.crashes.nursery", self._file.name],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        # The rehearsal takes time and writes, of the kind that is shared.
        assert self._hear() == "ready\n"

    def bear(self, store: Path, api_url: str, timeout_seconds: float, death: Death | None = None) -> int:
        """Deliver once, in a process of its own; answer how it ended: 0, or the signal's number, negative."""
        self.shared.writes = 0
        dies = death if death and death.at == "write" else None
        self._tell({"store": str(store), "api_url": api_url, "timeout_seconds": timeout_seconds, "death": dies})
        self.pid = int(self._hear())
        self._tell("go")
        return int(self._hear())

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._program:
            assert self._program.stdin
            self._program.stdin.close()
        self._file.close()

    def _tell(self, what: object) -> None:
        assert self._program.stdin
        self._program.stdin.write(json.dumps(what) + "\n")
        self._program.stdin.flush()

    def _hear(self) -> str:
        assert self._program.stdout
        return self._program.stdout.readline()


class MortalStore:
    """The outbox of a process that is killed at one of its writes."""

    def __init__(self, store: Store, shared: Shared, death: Death | None) -> None:
        self.due, self.posted, self.sent_again = store.due, store.posted, store.sent_again
        self.replies, self.delivery = store.replies, store.delivery
        self._store, self._shared, self._death = store, shared, death

    def record(self, delivery: Delivery, others: Iterable[Delivery] = ()) -> None:
        number = self._shared.writes
        self._die_at(number, after=False)
        self._store.record(delivery, others)
        self._shared.writes = number + 1
        self._die_at(number, after=True)

    def _die_at(self, number: int, *, after: bool) -> None:
        if self._death == Death("write", number, after):
            os.kill(os.getpid(), signal.SIGKILL)


def _live(order: dict[str, Any], shared: Shared) -> None:
    death = Death(*order["death"]) if order["death"] else None
    with closing(open_store(Path(order["store"]), "acme")) as store, store.lock():
        bot = SlackBotNotifier(
            SecretStr("xoxb-canary-0123456789"),
            api_url=order["api_url"],
            timeout_seconds=order["timeout_seconds"],
            channels=CHANNELS,
            sleep=shared.sleep,
        )
        deliver(MortalStore(store, shared, death), [bot], now=shared.now, sleep=shared.sleep)


def main() -> None:
    with Path(sys.argv[1]).open("r+b") as file:
        shared = Shared(file)
        log.configure("error")
        _rehearse(shared)
        print("ready", flush=True)  # noqa: T201 - how this program speaks
        while line := sys.stdin.readline():
            order = json.loads(line)
            pid = os.fork()
            if not pid:
                _be_born(order, shared)
            print(pid, flush=True)  # noqa: T201
            _, status = os.waitpid(pid, 0)
            print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201


def _rehearse(shared: Shared) -> None:
    """Deliver in vain once, so that all children are born with everything loaded and every statement prepared."""
    with tempfile.TemporaryDirectory(prefix="cssync-nursery-") as folder:
        file = Path(folder) / "rehearsal.db"
        put(file, first())
        _live({"store": str(file), "api_url": "http://127.0.0.1:9/", "timeout_seconds": 1, "death": None}, shared)
    gc.freeze()


def _be_born(order: dict[str, Any], shared: Shared) -> None:
    """Begin once the parent knows who is born, and never return."""
    try:
        sys.stdin.readline()
        _live(order, shared)
    except BaseException:  # noqa: BLE001 - the end of a process
        import traceback

        traceback.print_exc()
        os._exit(1)
    os._exit(0)


if __name__ == "__main__":
    main()
