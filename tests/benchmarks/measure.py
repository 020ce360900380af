"""Runs a program and says how long it took and how much memory it held at its peak."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PYTHON = sys.executable
CSSYNC = str(Path(sys.executable).with_name("cssync"))

_MEGABYTE = 1024 * 1024
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table; *target* empty where there is none, *met* None where nothing is to be met."""

    what: str
    measured: str
    target: str = ""
    met: bool | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    seconds: float
    peak_mb: float
    output: str


def child(
    command: Sequence[str], environ: Mapping[str, str] | None = None, cwd: Path | None = None, *, stdin: str = ""
) -> Measured:
    """Run *command* to its end; *environ* is laid over our own. Raises SystemExit with its stderr if it fails.

    A child's peak counts from the fork on, so it is never below what this process holds: keep this one small.
    """
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as stdout, tempfile.TemporaryFile() as stderr:
        given.write(stdin.encode())
        given.seek(0)
        start = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - the commands are our own
            command, stdin=given, stdout=stdout, stderr=stderr, env={**os.environ, **(environ or {})}, cwd=cwd
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            stderr.seek(0)
            raise SystemExit(f"{' '.join(command)}: exit {process.returncode}\n{stderr.read().decode()[-4000:]}")
        stdout.seek(0)
        return Measured(seconds, usage.ru_maxrss * _RSS_UNIT / _MEGABYTE, stdout.read().decode())


def median_seconds(commands: Sequence[Sequence[str]], repeat: int) -> list[float]:
    """The median of each command's times, taken in turns so that a busy moment hits all of them."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(repeat):
        for place, command in enumerate(commands):
            times[place].append(child(command).seconds)
    return [median(each) for each in times]
