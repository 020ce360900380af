"""``cssync backtest``: what the rules would have said of past nights, before anyone is told anything."""

from __future__ import annotations

import sys
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from cssync.backtest import Scenario

_EVERY = {"day": 1, "week": 7}


def backtest(
    path: ConfigPath = None,
    *,
    since: Annotated[
        datetime | None, typer.Option("--since", formats=["%Y-%m-%d"], help="First night; a year back by default.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--until", formats=["%Y-%m-%d"], help="Last night; the last known by default.")
    ] = None,
    said: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="SETTING=VALUE", help="Compare this beside the settings in force; repeatable."),
    ] = None,
    every: Annotated[
        Literal["day", "week"] | None,
        typer.Option("--every", help="How often books are worked out; weekly by default where there is very much."),
    ] = None,
    at_most: Annotated[
        float, typer.Option("--at-most", min=0.1, help="Alerts a month of one rule that proposed thresholds may open.")
    ] = 4,
    details: Annotated[bool, typer.Option("--details", help="With every alert that would have opened.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line an alert that would have opened.")] = False,
) -> None:
    """Replay the rules over past nights, and propose thresholds.

    Works on the nights of the store and the CRM's history before them; where there is no night yet, on the source's own
    history, read as `cssync run --dry` reads it. Nothing is stored, and nobody is told.
    """
    from cssync import backtest as past
    from cssync.assembly.backtesting import recorded
    from cssync.cli.company import company
    from cssync.cli.output import product, progress, write_json
    from cssync.cli.start import start
    from cssync.errors import ConfigError
    from cssync.report.backtest import backtest_report
    from cssync.report.backtest_json import backtest_as_json, backtest_csv

    if json and csv:
        raise ConfigError("--json and --csv exclude each other", remedy="choose one of them")
    loaded = start(path)
    other = _changed(path, said or [])
    record = recorded(loaded, company(loaded))
    span = past.span_of(
        record, since.date() if since else None, until.date() if until else None, _EVERY[every] if every else None
    )
    with progress() as bars:
        found = past.backtest(
            record, span, past.present(loaded), other=other, at_most=Decimal(str(at_most)), progress=bars
        )
    if json:
        write_json(backtest_as_json(found))
    elif csv:
        sys.stdout.write(backtest_csv(found))
    else:
        product().print(backtest_report(found, details=details))


def _changed(path: ConfigPath, said: list[str]) -> Scenario | None:
    import os
    from pathlib import Path

    from cssync.backtest import changed
    from cssync.settings.load import load

    return changed(load(path, os.environ, Path.cwd(), said), said) if said else None
