"""``cssync health``: asks the schedule on this host how it is; for the checks of containers that have no curl."""

from __future__ import annotations

import typer

from cssync.cli.start import ConfigPath


def health(path: ConfigPath = None) -> None:
    """Ask the schedule on this host whether it is well.

    Needs metrics.enabled. The exit code is 0 where the scheduler is alive and the last night that was due is done,
    running or not late yet; 6 where it is not, or nobody answers.
    """
    from cssync.cli.start import start
    from cssync.errors import ConfigError, ExitCode
    from cssync.operations.endpoint import ask

    settings = start(path).settings.metrics
    if not settings.enabled:
        raise ConfigError(
            "metrics.enabled is false, so cssync schedule answers nobody",
            remedy="set it to true and start cssync schedule again; cssync status reads the store by itself",
        )
    found = ask(settings)
    typer.echo(f"well: the night of {found.night} is {found.state}" if found.is_well else f"not well: {found.reason}")
    raise typer.Exit(ExitCode.OK if found.is_well else ExitCode.MISSED)
