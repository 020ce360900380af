"""Runs a program and says how long it took and how much memory it held at its peak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

PYTHON = sys.executable
CSSYNC = str(Path(sys.executable).with_name("cssync"))
_WAITER = Path(__file__).with_name("waiter.py")

_MEGABYTE = 1_000_000
_SHOWN = 4_000  # characters of a failed program's last words
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
    """*cpu_seconds*: over all cores; it tells a slow program from a busy machine."""

    seconds: float
    cpu_seconds: float
    peak_mb: float
    output: str

    @property
    def time(self) -> str:
        return f"{self.seconds:.1f} s (CPU {self.cpu_seconds:.1f} s)"


def child(
    command: Sequence[str], environ: Mapping[str, str] | None = None, cwd: Path | None = None, *, stdin: str = ""
) -> Measured:
    """Run *command* to its end; *environ* is laid over our own. Raises SystemExit with its stderr if it fails."""
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        report = Path(folder) / "cost.json"
        done = subprocess.run(  # noqa: S603 - the commands are our own
            (PYTHON, "-I", "-S", str(_WAITER), str(report), *command),
            input=stdin,
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **(environ or {})},
            cwd=cwd,
        )
        cost = json.loads(report.read_text())
    if cost["exit"]:
        raise SystemExit(f"{' '.join(command)}: exit {cost['exit']}\n{done.stderr[-_SHOWN:]}")
    return Measured(cost["seconds"], cost["cpu_seconds"], cost["max_rss"] * _RSS_UNIT / _MEGABYTE, done.stdout)


def median_seconds(commands: Sequence[Sequence[str]], repeat: int) -> list[float]:
    """The median of each command's times, taken in turns so that a busy moment hits all of them."""
    times: list[list[float]] = [[] for _ in commands]
    for _ in range(repeat):
        for place, command in enumerate(commands):
            times[place].append(child(command).seconds)
    return [median(each) for each in times]
