"""``cssync alerts``: what is firing, straight from the store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from rich.table import Table

    from cssync.model.alert import Alert


def alerts(
    path: ConfigPath = None,
    *,
    resolved: Annotated[bool, typer.Option("--resolved", help="Those that have ended, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in the README.")] = False,
) -> None:
    """Show the alerts that are firing.

    The most severe first, each with its one action. They change only when a night is accepted.
    """
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.model.alert import AlertState
    from cssync.report.json import alert_as_json

    memory = assembly.dry_store(start(path))
    try:
        known = memory.alerts()
    finally:
        memory.close()
    shown = sorted(
        (alert for alert in known if resolved or alert.state is AlertState.FIRING),
        key=lambda alert: (alert.state is AlertState.RESOLVED, -alert.severity.rank, alert.subject_name, alert.rule),
    )
    if json:
        write_json({"alerts": [alert_as_json(alert) for alert in shown]})
        return
    screen = product()
    if not shown:
        screen.print("No alert is firing." if known else "No night has been accepted yet. Next: cssync run")
        return
    screen.print(_table(shown))


def _table(shown: Sequence[Alert]) -> Table:
    from rich.table import Table

    from cssync.model.alert import AlertState
    from cssync.model.text import line, name

    table = Table(box=None, pad_edge=False)
    for column in ("Severity", "Who", "What", "Do", "Since", "Alert"):
        table.add_column(column, overflow="fold")
    for alert in shown:
        over = alert.state is AlertState.RESOLVED
        finding = alert.finding
        table.add_row(
            "resolved" if over else str(alert.severity),
            name(alert.subject_name),
            line(finding.headline) if finding else alert.rule,
            "" if over or finding is None else line(finding.action),
            str(alert.resolved_on if over else alert.opened_on),
            alert.fingerprint,
        )
    return table
