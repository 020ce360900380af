"""What a piece of work costs the program that does it, without the start of Python and the imports."""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import orjson

_MEGABYTE = 1_000_000
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
_STATM = Path("/proc/self/statm")


def report(work: Callable[[], int]) -> None:
    """Do *work*, which tells how many rows came of it, and print what it took as a line of JSON.

    ``peak_mb``: the most that the process ever held, beyond what it held before the work.
    """
    before = _held_mb()
    cpu, start = time.process_time(), time.perf_counter()
    rows = work()
    seconds, cpu_seconds = time.perf_counter() - start, time.process_time() - cpu
    cost = {"rows": rows, "seconds": seconds, "cpu_seconds": cpu_seconds, "peak_mb": _peak_mb() - before}
    sys.stdout.buffer.write(orjson.dumps(cost) + b"\n")


def _held_mb() -> float:
    """What this process holds now; where the system does not tell, the most that it ever held."""
    if not _STATM.exists():
        return _peak_mb()
    pages = int(_STATM.read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / _MEGABYTE


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT / _MEGABYTE
