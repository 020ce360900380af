"""``make bench``: prints what cssync costs in time and memory, each figure beside its target. Asserts nothing."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tests.benchmarks import nights, salesforce, startup
from tests.benchmarks.measure import Figure

_PARTS = ("startup", "nights", "salesforce")


def main() -> None:
    options = _options()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    _say(f"{machine}\n\n{'':62} {'measured':>32}   target")
    for part in options.only or _PARTS:
        for figure in _figures(part, options):
            verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
            _say(f"{figure.what:62} {figure.measured:>32}   {figure.target} {verdict}".rstrip())


def _figures(part: str, options: argparse.Namespace) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        match part:
            case "startup":
                yield from startup.figures(options.repeat)
            case "nights":
                yield from nights.figures(options.accounts, Path(folder))
            case _:
                yield from salesforce.figures(options.records, Path(folder))


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS, help="one part; may be given again")
    parser.add_argument("--accounts", type=int, default=1_000_000, help="size of the company of the two nights")
    parser.add_argument("--records", type=int, default=10_000, help="accounts in the emulated Salesforce org")
    parser.add_argument("--repeat", type=int, default=15, help="how often each start is timed")
    return parser.parse_args()


if __name__ == "__main__":
    main()
