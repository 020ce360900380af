"""Two nights of a very large company: the first from nothing, the second with one account in a thousand changed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from tests.benchmarks.measure import CSSYNC, PYTHON, Figure, Measured, child

_FULL_SIZE = 1_000_000
_FIRST_SECONDS, _SECOND_SECONDS, _PEAK_MB = 30.0, 10.0, 1_500.0

_SETTINGS = """\
source:
  kind: file
  folder: exports
store:
  path: cssync.db
team: {scope: []}
"""


def figures(accounts: int, folder: Path) -> Iterator[Figure]:
    """*folder*: an empty one, for the exports, the settings and the store."""
    today = datetime.now(UTC).date()
    exports = folder / "exports"
    settings = folder / "cssync.yaml"
    settings.write_text(_SETTINGS)
    yesterday = today - timedelta(days=1)
    size = ("--accounts", str(accounts), "--as-of", str(yesterday))
    made = child((CSSYNC, "demo", *size, "--format", "parquet", "--out", str(exports)))
    yield Figure(f"cssync demo --accounts {accounts:,} --format parquet", _cost(made))

    first = _night(settings, yesterday)
    yield from _figures(f"first night, {accounts:,} accounts from Parquet, SQLite", first, accounts, _FIRST_SECONDS)
    store = sum(path.stat().st_size for path in folder.glob("cssync.db*")) / 1e6
    yield Figure("the store after it", f"{store:,.0f} MB")

    child([PYTHON, "-m", "tests.benchmarks.changes", str(exports), "0.001"])
    second = _night(settings, today)
    yield from _figures("second night, 0.1% of them changed", second, accounts, _SECOND_SECONDS)


def _night(settings: Path, as_of: date) -> Measured:
    return child([CSSYNC, "run", "--config", str(settings), "--as-of", str(as_of)], {"NO_COLOR": "1"}, settings.parent)


def _figures(what: str, night: Measured, accounts: int, most_seconds: float) -> Iterator[Figure]:
    # The targets are for the full size; a smaller one meets them too easily to say so.
    judged = accounts >= _FULL_SIZE
    yield Figure(
        what,
        night.time,
        f"< {most_seconds:.0f} s at {_FULL_SIZE:,}",
        night.seconds < most_seconds if judged else None,
    )
    yield Figure(
        "  its peak memory",
        f"{night.peak_mb:,.0f} MB",
        f"< {_PEAK_MB:,.0f} MB at {_FULL_SIZE:,}",
        night.peak_mb < _PEAK_MB if judged else None,
    )


def _cost(run: Measured) -> str:
    return f"{run.time}, {run.peak_mb:,.0f} MB"
