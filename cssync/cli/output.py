"""Where a command writes: the product to stdout, everything else to stderr, colours and bars only for people."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from connectors.base import Progress

# Rich takes a pipe for a terminal of 80 columns and cuts tables to fit.
_COLUMNS_IN_A_PIPE = 140


def product() -> Console:
    """What the command was asked for. Names from the CRM are shown as they are: no markup, no emoji codes."""
    return _console(sys.stdout)


def remarks() -> Console:
    """What a person may want to know beside it."""
    return _console(sys.stderr)


def write_json(value: object) -> None:
    """The product for a program: keys in the order given, money as text."""
    import orjson

    sys.stdout.write(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n")


@contextmanager
def progress() -> Iterator[Progress]:
    """Yield a Progress: bars on a terminal, nothing in a pipe or under NO_COLOR."""
    from connectors.base import no_progress

    console = remarks()
    if not console.is_terminal or os.environ.get("NO_COLOR"):
        yield no_progress
        return
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        SpinnerColumn,
        TaskID,
        TextColumn,
        TimeElapsedColumn,
    )

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def show(stage: str, done: int, total: int | None) -> None:
            if stage not in tasks:
                tasks[stage] = bars.add_task(stage, total=total)
            bars.update(tasks[stage], completed=done, total=total)

        yield show


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    width = None if stream.isatty() or os.environ.get("COLUMNS") else _COLUMNS_IN_A_PIPE
    return Console(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
