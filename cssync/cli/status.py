"""``cssync status``: whether the last night was fine, straight from the store."""

from __future__ import annotations

from typing import Annotated

import typer

from cssync.cli.start import ConfigPath


def status(
    path: ConfigPath = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
) -> None:
    """Say whether the last night was fine, and what is unsent.

    Reads the store alone, and never waits for a run that is at work. The exit code is 0 where all is well, 4 where the
    last night that was due was refused, 6 where it is missing, failed or stuck, 5 where a message is not out.
    """
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.operations.telling import as_json, lines

    found = assembly.status_now(start(path))
    if json:
        write_json(as_json(found))
    else:
        screen = product()
        for title, said in lines(found):
            screen.print(f"{title:<12}{said}" if title else said, soft_wrap=True)
    raise typer.Exit(found.exit_code)
