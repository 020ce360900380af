"""Names every command and loads only the one that is called, so that `cssync --help` answers at once.

A command lives in the module of its name: the function `run` in `cssync/cli/run.py`, or a Typer called `config` where
a command has commands of its own.
"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from cssync import __version__
from cssync.cli import failures

# In the order in which an operator meets them. A test holds each line equal to the first one of the command's own help.
COMMANDS = {
    "init": "Write a commented settings file to start from.",
    "doctor": "Check settings, logins, fields, Slack and store; say what to do.",
    "run": "Pull the CRM, work out every book, and tell leadership what changed.",
    "backfill": "Rebuild the time before the first night from the CRM's own history.",
    "books": "Show every book of the last accepted night.",
    "verdicts": "Show what each article says of each book, and where they disagree.",
    "rebalance": "Propose which customers should change hands, from whom to whom, and why.",
    "alerts": "Show the alerts that are open, and decide about them.",
    "explain": "Trace every figure about a CSM, an alert or an account to its records.",
    "plan": "Say whom to hire by when, for which segment, and what that costs.",
    "backtest": "Replay the rules over past nights, and propose thresholds.",
    "status": "Say whether the last night was fine, and what is unsent.",
    "outbox": "Show the messages that are not out, and send them.",
    "schedule": "Run every night, and catch up after an outage.",
    "health": "Ask the schedule on this host whether it is well.",
    "config": "Show the settings in force, and describe them.",
    "demo": "Write the demo company's data to files.",
    "version": "Show the versions of cssync and of what it stands on.",
}


class LazyGroup(TyperGroup):
    """Knows its commands by name and one line of help, until one of them is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        self.commands = {name: TyperCommand(name, help=line, short_help=line) for name, line in COMMANDS.items()}

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        name, stub, rest = super().resolve_command(ctx, args)
        return name, load(name) if name and stub else stub, rest

    def invoke(self, ctx: Any) -> Any:
        with failures.told():
            return super().invoke(ctx)


def load(name: str) -> TyperCommand | TyperGroup:
    """Import and build the command *name*."""
    command = getattr(import_module(f"cssync.cli.{name}"), name)
    if not isinstance(command, typer.Typer):
        single = typer.Typer(add_completion=False, rich_markup_mode=None)
        single.command(name)(command)
        command = single
    built: TyperCommand | TyperGroup = typer.main.get_command(command)  # type: ignore[assignment] # their common base is private
    built.name = name
    return built


def _show_version(wanted: bool) -> None:  # noqa: FBT001 - Typer calls it so
    if wanted:
        typer.echo(f"cssync {__version__}")
        raise typer.Exit


# Rich's help takes three times as long to import as all of Typer; Rich is kept for what the commands show.
app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


@app.callback()
def cssync(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and leave.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """See customer success managers overload before customers leave."""
