"""``cssync alerts``: what is open, straight from the store."""

from __future__ import annotations

from typing import Annotated

import typer

from cssync.cli.start import ConfigPath


def alerts(
    path: ConfigPath = None,
    *,
    details: Annotated[bool, typer.Option("--details", help="With the evidence: what drives each of them.")] = False,
    resolved: Annotated[bool, typer.Option("--resolved", help="Those that have ended, too.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in the README.")] = False,
) -> None:
    """Show the alerts that are open.

    The worst first, one action for each book. They change only when a night is accepted.
    """
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.model.alert import AlertState
    from cssync.report.json import alert_as_json
    from cssync.report.tables import alerts_table

    known = assembly.known_alerts(start(path))
    shown = [alert for alert in known if alert.state.is_open or (resolved and alert.state is AlertState.RESOLVED)]
    if json:
        write_json({"alerts": [alert_as_json(alert) for alert in shown]})
    elif shown:
        product().print(alerts_table(shown, evidence=details))
    else:
        product().print("No alert is open." if known else "No night has been accepted yet. Next: cssync run")
