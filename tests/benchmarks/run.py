"""``make bench``: prints what cssync costs in time, memory and calls, beside its targets. Asserts nothing."""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import structlog

from tests.benchmarks import dry_run, hubspot_reading, nights, peers, quiet, rebalancing, salesforce_reading, startup
from tests.benchmarks.forecast import figures as forecast
from tests.benchmarks.forecast import public
from tests.benchmarks.measure import Figure
from tests.connectors.ravenstack import DATA

# Named after what is read; the modules are not, since a script's own folder comes before the packages it imports.
_PARTS = ("startup", "nights", "salesforce", "hubspot", "peers", "forecast", "ravenstack", "rebalance")
_HUBSPOT_LIMIT = 100  # calls per ten seconds, the lowest that HubSpot has


def main() -> None:
    options = parsed(sys.argv[1:])
    # What a night logs when all goes well is no part of the table.
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger("warning"))
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}"
    _say(f"{machine}\n\n{'':62} {'measured':>32}   target")
    for part in options.only or _PARTS:
        for figure in figures(part, options):
            _say(line(figure))


def line(figure: Figure) -> str:
    """One line of the table."""
    verdict = {None: "", True: "met", False: "MISSED"}[figure.met]
    return f"{figure.what:62} {figure.measured:>32}   {figure.target} {verdict}".rstrip()


def figures(part: str, options: argparse.Namespace) -> Iterator[Figure]:
    """All that is measured of one part."""
    with tempfile.TemporaryDirectory(prefix="cssync-bench-") as folder:
        match part:
            case "startup":
                yield from startup.figures(options.starts)
            case "nights":
                yield from nights.figures(options.accounts, Path(folder))
                yield from quiet.salesforce(options.rows)
                yield from quiet.hubspot(options.rows)
            case "salesforce":
                yield from salesforce_reading.figures(options.rows, options.many, options.repeat)
                yield from dry_run.figures(options.records, Path(folder))
            case "hubspot":
                yield from hubspot_reading.figures(options.rows, options.repeat)
                yield from hubspot_reading.limited(options.limited, _HUBSPOT_LIMIT)
            case "forecast":
                yield from forecast.figures(options.companies, options.watched, options.csms)
            case "ravenstack":
                yield from public.figures(DATA, options.every)
            case "rebalance":
                yield from rebalancing.figures(rebalancing.SIZES[: options.sizes], options.seeds)
            case _:
                yield from peers.figures(options.records, options.repeat)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=_PARTS, help="one part; may be given again")
    parser.add_argument("--accounts", type=int, default=1_000_000, help="size of the company of the two nights")
    parser.add_argument("--rows", type=int, default=100_000, help="accounts of the org, companies of the portal")
    parser.add_argument("--many", type=int, default=1_000_000, help="accounts of the largest org; 0: not measured")
    parser.add_argument("--limited", type=int, default=30_500, help="companies that are read under HubSpot's limit")
    parser.add_argument("--records", type=int, default=10_000, help="accounts of the dry run and of the peers")
    parser.add_argument("--repeat", type=int, default=3, help="how often each reading is timed")
    parser.add_argument("--companies", type=int, default=36, help="simulated companies a scenario of the forecast")
    parser.add_argument("--watched", type=int, default=364, help="nights that the forecast's trigger is watched for")
    parser.add_argument("--csms", type=int, default=5_000, help="of the company whose every book is forecast")
    parser.add_argument("--every", type=int, default=30, help="days from one forecast of RavenStack to the next")
    parser.add_argument("--starts", type=int, default=15, help="how often each start is timed")
    parser.add_argument(
        "--sizes", type=int, default=3, help="of the companies to be rebalanced, so many, the smallest first"
    )
    parser.add_argument("--seeds", type=int, default=5, help="how many companies of each size are rebalanced")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    main()
