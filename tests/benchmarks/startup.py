"""How long a user waits for ``cssync --help``."""

from __future__ import annotations

from collections.abc import Iterator

from tests.benchmarks.measure import CSSYNC, PYTHON, Figure, median_seconds

_TIMES_TYPER = 2.0


def figures(repeat: int) -> Iterator[Figure]:
    typer, help_ = median_seconds(([PYTHON, "-c", "import typer"], [CSSYNC, "--help"]), repeat)
    yield Figure("python -c 'import typer'", f"{typer * 1000:.0f} ms")
    yield Figure(
        "cssync --help",
        f"{help_ * 1000:.0f} ms, {help_ / typer:.2f}x of it",
        f"< {_TIMES_TYPER:.0f}x",
        help_ / typer < _TIMES_TYPER,
    )
