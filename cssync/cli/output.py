"""Where a command writes: the product to stdout, everything else to stderr, colours and bars only for people."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from connectors.base import Progress

# Rich takes a pipe for a terminal of 80 columns and cuts tables to fit.
_COLUMNS_IN_A_PIPE = 140
# Controls that JSON allows in its texts, and marks that change the direction of what follows.
_ACTED_UPON = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff]")


def product() -> Console:
    """What the command was asked for. Names from the CRM are shown as they are: no markup, no emoji codes."""
    return _console(sys.stdout)


def remarks() -> Console:
    """What a person may want to know beside it."""
    return _console(sys.stderr)


def write_json(value: object) -> None:
    """The product for a program: keys in the order given, money as text.

    It may end on a terminal all the same: what would be acted upon there is written as JSON's escapes.
    """
    import orjson

    written = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    sys.stdout.write(_ACTED_UPON.sub(lambda found: f"\\u{ord(found[0]):04x}", written) + "\n")


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
    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from cssync.model.text import harmless

    class Screen(Console):
        """Rich passes escape sequences on, whoever wrote them; here only its own colours and bars are left."""

        def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=harmless(segment.text))

    width = None if stream.isatty() or os.environ.get("COLUMNS") else _COLUMNS_IN_A_PIPE
    return Screen(file=stream, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False)
