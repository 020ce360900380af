"""``cssync outbox``: what is on its way, what was given up, and how to send it by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.console import Console

    from cssync.notify.delivery import Delivered
    from cssync.settings.loaded import Loaded

outbox = typer.Typer(
    help="Show the messages that are not out, and send them.",
    add_completion=False,
    no_args_is_help=True,
    rich_markup_mode=None,
)


@outbox.command("list")
def show(
    path: ConfigPath = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="With what went out in 31 days, and all ever given up.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
) -> None:
    """Show what waits, what may have arrived, and what was given up.

    Each message with where it goes, what it says, why it is not out, and the next step. Reads the store alone, and
    never waits for a run that is at work.
    """
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.report.outbox import lines, outbox_as_json

    loaded = start(path)
    now, zone = assembly.now(), loaded.settings.zone
    shown = assembly.outbox(loaded) if everything else assembly.unsent(loaded)
    if json:
        write_json({"messages": [outbox_as_json(one, now, zone) for one in shown]})
        return
    screen = product()
    for one in shown:
        for said in lines(one, now, zone):
            screen.print(said, soft_wrap=True)
    if not shown:
        screen.print("Nothing has gone out in the last 31 days." if everything else "Everything is out.")


@outbox.command()
def send(path: ConfigPath = None) -> None:
    """Send what is due, without a night.

    For a timer that is to bring what quiet hours held back, or what Slack did not take, sooner than the next run.
    """
    from cssync.assembly import send as sending

    _tell(path, sending)


@outbox.command()
def retry(
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="As `list` shows them.")] = None,
    path: ConfigPath = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that was given up in the last 31 days.")] = False,
) -> None:
    """Take up again what was given up, and send what is due.

    What Slack may have taken is looked up there first. A digest brings its answers along.
    """
    from cssync.assembly import send_again
    from cssync.errors import ConfigError

    if bool(ids) == everything:
        raise ConfigError("say which messages", remedy="give ids as cssync outbox list shows them, or --all alone")
    _tell(path, lambda loaded, screen: send_again(loaded, screen, None if everything else ids))


def _tell(path: ConfigPath, sending: Callable[[Loaded, Console], Delivered]) -> None:
    """Send, and say what became of it."""
    from cssync.cli.output import product
    from cssync.cli.start import start
    from cssync.settings import secrets

    loaded = start(path)
    secrets.require(loaded, secrets.needed(loaded.settings))
    screen = product()
    delivered = sending(loaded, screen)
    screen.print(_told(delivered))
    for note in delivered.notes:
        screen.print(f"- {note}", soft_wrap=True)
    if delivered.failure is not None:
        raise delivered.failure


def _told(delivered: Delivered) -> str:
    from cssync.model.wording import count

    parts = [
        f"{count(delivered.sent, 'message')} sent" if delivered.sent else "",
        f"{count(delivered.edited, 'message')} brought up to date" if delivered.edited else "",
        f"{count(delivered.held, 'message')} held, since the sink is switched off" if delivered.held else "",
    ]
    said = ", ".join(filter(None, parts))
    return f"{said}." if said else "Nothing was due." if delivered.failure is None else "Nothing went out."
