"""A whole schedule in a process of its own, for tests of signals: ``python program.py BEHAVIOUR [ZONE]``.

Its night is always due, says what it does on stdout, and takes its cues from stdin.
"""

from __future__ import annotations

import sys
from contextlib import nullcontext
from datetime import UTC, date, datetime, time

from cssync.model.night import Run, RunStatus
from cssync.schedule import Pulse, Stop, serve
from cssync.settings.model import Schedule, Settings

stop = Stop()
runs: list[Run] = []


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201  the test reads it


def accept(night: date) -> None:
    runs.append(Run("r1", night, datetime.now(UTC), RunStatus.ACCEPTED, "file"))


def until_told(night: date) -> None:
    say("night: writing")
    sys.stdin.readline()
    accept(night)
    say("night: written")


def page_by_page(_night: date) -> None:
    say("night: pulling")
    stop.wait()
    stop.checkpoint("accounts", 2000, None)
    say("night: pulled on in spite of the signal")


def fail(_night: date) -> None:
    raise RuntimeError("a bug")


def at_once(night: date) -> None:
    accept(night)


BEHAVIOURS = {"until_told": until_told, "page_by_page": page_by_page, "fail": fail, "at_once": at_once}

if __name__ == "__main__":
    serve(
        Settings(timezone=sys.argv[2] if sys.argv[2:] else "UTC", schedule=Schedule(at=time(0, 0))),
        run_night=BEHAVIOURS[sys.argv[1]],
        deliver_waiting=lambda: None,
        latest_runs=lambda: runs,
        now=lambda: datetime.now(UTC),
        report_bug=lambda error: say(f"reported: {type(error).__name__}"),
        say=say,
        stop=stop,
        pulse=Pulse(),
        beside=lambda _soon: nullcontext(),
    )
    say("served")
