"""Runs a program and says how long it took and how much memory it held at its peak."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

PYTHON = sys.executable
CSSYNC = str(Path(sys.executable).with_name("cssync"))
_WAITER = Path(__file__).with_name("waiter.py")

_MEGABYTE = 1_000_000
_SHOWN = 4_000  # characters of a failed program's last words
_Run = TypeVar("_Run")
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


@dataclass(frozen=True, slots=True)
class Cost:
    """What ``tests.benchmarks.cost`` reports of a piece of work in a program of its own."""

    rows: int
    seconds: float
    cpu_seconds: float
    peak_mb: float

    @property
    def rate(self) -> float:
        """Rows a second."""
        return self.rows / self.seconds

    def __str__(self) -> str:
        return f"{self.rate:,.0f} rows/s (CPU {self.cpu_seconds:.2f} s)"


def cost(module: str, *arguments: str, environ: Mapping[str, str] | None = None, stdin: str = "") -> Cost:
    """What *module* of this folder reports of itself."""
    run = child((PYTHON, "-m", f"tests.benchmarks.{module}", *arguments), environ, stdin=stdin)
    return Cost(**json.loads(run.output))


def in_turns(runs: Sequence[Callable[[], _Run]], repeat: int) -> list[list[_Run]]:
    """What each gave each time, taken in turns so that a busy moment hits all of them."""
    given: list[list[_Run]] = [[] for _ in runs]
    for _ in range(repeat):
        for place, run in enumerate(runs):
            given[place].append(run())
    return given


def middle(costs: Sequence[Cost]) -> Cost:
    """The one of median time."""
    return sorted(costs, key=lambda each: each.seconds)[len(costs) // 2]


@dataclass(frozen=True, slots=True)
class Ratio:
    """How many times their rate ours is, medians over the turns. *cpu*: the same by CPU time: a busy machine bends it
    less, but it does not know that work was done on two cores at once.
    """

    rate: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.rate:.2f}x (by CPU time {self.cpu:.2f}x)"


def ratio(ours: Sequence[Cost], others: Sequence[Cost]) -> Ratio:
    pairs = list(zip(ours, others, strict=True))
    return Ratio(
        median(mine.rate / theirs.rate for mine, theirs in pairs),
        median((mine.rows / mine.cpu_seconds) / (theirs.rows / theirs.cpu_seconds) for mine, theirs in pairs),
    )


def median_seconds(commands: Sequence[Sequence[str]], repeat: int) -> list[float]:
    """The median of each command's times."""
    runs = in_turns([lambda command=command: child(command).seconds for command in commands], repeat)  # type: ignore[misc] # a default binds the loop's value
    return [median(each) for each in runs]
