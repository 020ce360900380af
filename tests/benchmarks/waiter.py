"""Runs a program from a process that holds next to nothing, and writes down what the program cost.

Linux counts to a program's peak memory what its parent held when it was started. So ``measure`` starts programs from
here, an interpreter without any packages: ``python -I -S waiter.py REPORT PROGRAM ARGUMENT...``.
"""

from __future__ import annotations

import json
import os
import sys
import time


def main() -> None:
    report, *command = sys.argv[1:]
    start = time.perf_counter()
    process = os.posix_spawn(command[0], command, os.environ)
    _, status, usage = os.wait4(process, 0)
    seconds = time.perf_counter() - start
    cost = {
        "seconds": seconds,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "max_rss": usage.ru_maxrss,
        "exit": os.waitstatus_to_exitcode(status),
    }
    with open(report, "w") as file:  # noqa: PTH123 - pathlib alone would double the memory of this process
        json.dump(cost, file)


if __name__ == "__main__":
    main()
