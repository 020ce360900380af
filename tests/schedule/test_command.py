"""``cssync schedule`` whole: the demo company's night, once, and a clean end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

CSSYNC = Path(sys.executable).with_name("cssync")


def scheduled(folder: Path, until: str, end: signal.Signals = signal.SIGTERM) -> str:
    """Start the schedule, wait for a line with *until*, end it by *end*; all that it said. Exits with 0."""
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "CSSYNC__SCHEDULE__AT": "00:00",  # today's night is due at any time of day
        "CSSYNC__LOG__FORMAT": "json",
    }
    said: list[str] = []
    with subprocess.Popen(  # noqa: S603  our own command
        [str(CSSYNC), "schedule"],
        cwd=folder,
        env=env,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line)
            if until in line:
                process.send_signal(end)
    assert process.returncode == 0, "".join(said)
    return "".join(said)


def test_a_start_catches_up_the_night_and_a_second_start_finds_it_done(tmp_path: Path) -> None:
    # Polars puts a handler of its own on SIGINT, which would keep Ctrl-C from ending a wait.
    first = scheduled(tmp_path, until='"event": "night_ended"', end=signal.SIGINT)
    assert "Next night: " in first
    assert first.count('"event": "concluded"') == 1
    assert '"event": "stopped"' in first
    second = scheduled(tmp_path, until='"event": "delivered"')
    assert "Next night: " in second
    assert "night_begins" not in second
    assert "concluded" not in second
