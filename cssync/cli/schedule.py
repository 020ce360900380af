"""``cssync schedule``: the process that stays, where no timer of the host starts ``cssync run``."""

from __future__ import annotations

import typer

from cssync.cli.start import ConfigPath, start


def schedule(config: ConfigPath = None) -> None:
    """Run every night, and catch up after an outage.

    Runs at schedule.at in the time zone of the settings until SIGTERM or Ctrl-C, and then ends with 0. The latest
    night that was missed is caught up; a failed one is tried again each hour, four times in all; a refused one waits
    for `cssync run --accept`.
    """
    from cssync import assembly
    from cssync.settings import secrets

    loaded = start(config)
    secrets.require(loaded, secrets.needed(loaded.settings))
    assembly.schedule(loaded, say=typer.echo)
