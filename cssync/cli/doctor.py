"""``cssync doctor``: try everything the night needs, and say of each thing that it is fine or what to do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath, start

if TYPE_CHECKING:
    from rich.console import Console

    from cssync.doctor import Examined, Verdict

_COLOURS = {"ok": "green", "warning": "yellow", "failed": "bold red"}
_INDENT = " " * 11


def doctor(
    config: ConfigPath = None,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object: checks, failed, warnings, next.")] = False,
) -> None:
    """Check settings, logins, fields, Slack and store; say what to do.

    Posts nothing. The exit code is 0 without a failure, else that of the first one: 2 settings
    or store, 3 CRM, 5 Slack.
    """
    from cssync.cli.output import product, write_json
    from cssync.doctor import conclude
    from cssync.model.wording import count

    console = product()
    lines: list[Examined] = []
    about = ""
    for line in _examined(config):
        lines.append(line)
        if not as_json:
            if line.about != about:
                about = line.about
                console.print(about, style="bold")
            _show(line, console)
    verdict = conclude(lines)
    if as_json:
        write_json(_document(lines, verdict))
    else:
        warnings = count(verdict.warnings, "warning")
        counted = f"{verdict.failed} failed, {warnings}. " if verdict.failed or verdict.warnings else ""
        console.print(f"\n{counted}Next: {verdict.next_step}", soft_wrap=True)
    raise typer.Exit(verdict.exit_code)


def _examined(config: ConfigPath) -> Iterator[Examined]:
    from cssync.doctor import examine, failure
    from cssync.errors import ConfigError

    try:
        loaded = start(config)
    except ConfigError as error:
        yield failure("settings", error)
        return
    # Polars, the CRM's client and the store: not before the settings are known to be sound.
    from cssync import assembly

    yield from examine(assembly.examinations(loaded))


def _show(line: Examined, console: Console) -> None:
    """One line, wrapped under itself on a terminal and whole in a pipe; the remedy below it."""
    from rich.padding import Padding
    from rich.table import Table
    from rich.text import Text

    check = line.check
    status = Text(check.status.upper(), style=_COLOURS[check.status])
    if not console.is_terminal:
        console.print(f"  {status.plain:<8} {check.name}: {_below(check.found)}", soft_wrap=True)
        if check.remedy:
            console.print(f"{_INDENT}-> {_below(check.remedy)}", soft_wrap=True)
        return
    grid = Table.grid(padding=(0, 1))
    grid.add_column(width=8)
    grid.add_column(overflow="fold")
    grid.add_row(status, Text.assemble((check.name, "bold"), ": ", check.found))
    if check.remedy:
        grid.add_row("", Text(f"-> {check.remedy}", style="italic"))
    console.print(Padding(grid, (0, 0, 0, 2)))


def _below(text: str) -> str:
    return text.replace("\n", f"\n{_INDENT}")


def _document(lines: list[Examined], verdict: Verdict) -> dict[str, object]:
    return {
        "checks": [
            {
                "about": line.about,
                "name": line.check.name,
                "status": str(line.check.status),
                "found": line.check.found,
                "remedy": line.check.remedy,
            }
            for line in lines
        ],
        "failed": verdict.failed,
        "warnings": verdict.warnings,
        "exit_code": int(verdict.exit_code),
        "next": verdict.next_step,
    }
