"""Shows the settings: those in force, every one there is, and their schema."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from cssync.settings.loaded import Loaded
    from cssync.settings.show import SecretLine

config = typer.Typer(
    help="Show the settings in force, and describe them.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
)


@config.command()
def show(
    path: ConfigPath = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="Write JSON, for a program.")] = False,
) -> None:
    """Show every setting in force, and where it was said.

    Of secrets it shows whether they are set and from where, never what they are.
    """
    from cssync.cli.output import write_json
    from cssync.cli.start import start

    loaded = start(path)
    if json:
        write_json(_as_json(loaded))
    else:
        _print(loaded)


@config.command()
def reference() -> None:
    """Print every setting with its meaning and its default.

    The output is itself a settings file, of which you keep what you change.
    """
    from cssync.settings.reference import reference

    typer.echo(reference(), nl=False)


@config.command()
def schema() -> None:
    """Print the JSON schema of the settings file.

    Editors that know YAML complete and explain settings with it, where the file names it in its first line.
    """
    from cssync.cli.output import write_json
    from cssync.settings.schema import schema

    write_json(schema())


def _print(loaded: Loaded) -> None:
    from rich.table import Table

    from cssync.cli.output import product
    from cssync.settings import show
    from cssync.settings.environment import shown

    console = product()
    said = f"from {shown(loaded.file, Path.cwd())}" if loaded.file else "are the defaults: no settings file was found"
    console.print(f"Settings {said}")
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in ("setting", "value", "said in"):
        table.add_column(column, overflow="fold")
    for line in show.settings(loaded):
        table.add_row(line.setting, line.text, line.origin, style="dim" if line.origin == "default" else "")
    console.print(table)
    console.print("\nSecrets")
    for secret in show.secret_lines(loaded):
        console.print(f"{secret.variable:<26}{_state(secret)}", style="red" if secret.missing else "")


def _state(secret: SecretLine) -> str:
    if secret.origin is not None:
        return f"set from {secret.origin}"
    return "not set, but the settings need it" if secret.missing else "not set"


def _as_json(loaded: Loaded) -> dict[str, Any]:
    """``file``; ``settings``: dotted name -> value, source; ``secrets``: variable -> set, missing, source."""
    from cssync.settings import show

    return {
        "file": None if loaded.file is None else str(loaded.file),
        "settings": {line.setting: {"value": line.value, "source": line.origin} for line in show.settings(loaded)},
        "secrets": {
            secret.variable: {"set": secret.origin is not None, "missing": secret.missing, "source": secret.origin}
            for secret in show.secret_lines(loaded)
        },
    }
