"""What every command that works on settings does first: read them, and turn the log on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from cssync.settings.loaded import Loaded

ConfigPath = Annotated[
    Path | None,
    typer.Option(
        "--config",
        "-c",
        metavar="FILE",
        help="Settings file. Else $CSSYNC_CONFIG, config/cssync.yaml, /etc/cssync/cssync.yaml, or the demo company.",
    ),
]


def start(config: Path | None) -> Loaded:
    """Return the settings in force, with the log set up as they say. Raises ConfigError."""
    from cssync import log, network
    from cssync.operations import bugs
    from cssync.settings import secrets
    from cssync.settings.load import load

    _keep_interruptible()

    loaded = load(config, os.environ, Path.cwd())
    _export_network(loaded.folder)
    bugs.configure(loaded.secrets.sentry_dsn)
    hidden = (*secrets.by_name(loaded.secrets).values(), *network.logins())
    log.configure(loaded.settings.log.level, loaded.settings.log.format, hidden)
    for warning in loaded.warnings:
        log.get_logger().warning("settings", warning=warning)
    return loaded


def _export_network(folder: Path) -> None:
    """Let the proxies and authorities of the .env files hold as if the process had been given them.

    What it was given wins, in capitals or not: the libraries that go by it read the process's environment alone.
    """
    from cssync import network
    from cssync.settings import environment

    given = {name.upper() for name, value in os.environ.items() if value}
    cwd = Path.cwd()
    for name, variable in environment.read({}, [folder / ".env", cwd / ".env"], cwd).variables.items():
        if name.upper() in network.PROXIES - given:
            os.environ[name] = variable.value
        elif name in network.PLACES - given:
            os.environ[name] = str(variable.folder / variable.value)


def _keep_interruptible() -> None:
    """Let Ctrl-C end a read that blocks.

    Importing Polars makes the kernel restart such reads (https://github.com/pola-rs/polars/issues/21739), and the
    settings import it in any case.
    """
    import signal
    import threading

    import polars as pl  # noqa: F401 - for what it does to signals

    if threading.current_thread() is threading.main_thread():
        signal.siginterrupt(signal.SIGINT, True)  # noqa: FBT003 - positional only
