"""``cssync alerts``: what is open and how it came to that, and what people decide about it."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Callable

    from cssync.alerts.decide import Case
    from cssync.alerts.known import Known
    from cssync.model.decision import Decision
    from cssync.settings.alerts import AlertPolicy

    Choose = Callable[[str, AlertPolicy], Callable[[Case], Decision]]

alerts = typer.Typer(
    help="Show the alerts that are open, and decide about them.",
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode=None,
)

_Details = Annotated[bool, typer.Option("--details", help="With the evidence: what drives each of them.")]
_Resolved = Annotated[bool, typer.Option("--resolved", help="Those that have ended, too.")]
_Json = Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")]
_Which = Annotated[str, typer.Argument(help="An alert's id or its beginning, or a CSM's name or e-mail address.")]
_By = Annotated[str | None, typer.Option("--by", help="Who decides; the one who is logged in by default.")]
_Why = Annotated[str, typer.Option("--reason", help="Why; it is kept, and shown beside the alert.")]
_Until = Annotated[
    datetime, typer.Option("--until", formats=["%Y-%m-%d"], help="The day from which it no longer holds.")
]


@alerts.callback()
def by_default(
    context: typer.Context,
    path: ConfigPath = None,
    *,
    details: _Details = False,
    resolved: _Resolved = False,
    json: _Json = False,
) -> None:
    """Show the alerts that are open, and decide about them.

    Without a command: the list. Alerts change only when a night is accepted; what people decide holds at once.
    """
    if context.invoked_subcommand is None:
        _show_list(path, details=details, resolved=resolved, json=json)


@alerts.command("list")
def list_(
    path: ConfigPath = None, *, details: _Details = False, resolved: _Resolved = False, json: _Json = False
) -> None:
    """Show the alerts that are open.

    The worst first, one action for each book, and what was decided about them.
    """
    _show_list(path, details=details, resolved=resolved, json=json)


@alerts.command()
def show(which: _Which, path: ConfigPath = None, *, json: _Json = False) -> None:
    """Tell the story of an alert: what happened when, who decided what, and why."""
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.report.json import told_as_json
    from cssync.report.tables import story_table

    told = assembly.stories(start(path), which)
    if json:
        write_json({"alerts": [told_as_json(one) for one in told]})
        return
    for one in told:
        product().print(story_table(one))


@alerts.command()
def ack(which: _Which, path: ConfigPath = None, reason: _Why = "", by: _By = None) -> None:
    """Acknowledge: no reminders until it gets worse."""
    from cssync.alerts.decide import acknowledge

    _decide(path, which, by, lambda who, _policy: lambda case: acknowledge(case, by=who, reason=reason))


@alerts.command()
def snooze(which: _Which, until: _Until, path: ConfigPath = None, reason: _Why = "", by: _By = None) -> None:
    """Say nothing more until a day, or until it gets worse."""
    from cssync.alerts.decide import snooze as decided

    day = until.date()
    _decide(path, which, by, lambda who, policy: lambda case: decided(case, policy, by=who, until=day, reason=reason))


@alerts.command()
def unsnooze(which: _Which, path: ConfigPath = None, reason: _Why = "", by: _By = None) -> None:
    """End a snooze."""
    from cssync.alerts.decide import end_snooze

    _decide(path, which, by, lambda who, _policy: lambda case: end_snooze(case, by=who, reason=reason))


@alerts.command("except")
def except_(
    which: _Which,
    *,
    until: _Until,
    reason: Annotated[str, typer.Option("--reason", help="Why the book is right as it is; it is kept and shown.")],
    path: ConfigPath = None,
    owner: Annotated[
        str | None, typer.Option("--owner", help="Who answers for it; whoever decides by default.")
    ] = None,
    by: _By = None,
) -> None:
    """Make an exception: it is right as it is, for a reason, until a day (seed 7)."""
    from cssync.alerts.decide import make_exception

    day = until.date()

    def decided(who: str, policy: AlertPolicy) -> Callable[[Case], Decision]:
        return lambda case: make_exception(case, policy, by=who, reason=reason, owner=owner or who, until=day)

    _decide(path, which, by, decided)


@alerts.command()
def unexcept(which: _Which, path: ConfigPath = None, reason: _Why = "", by: _By = None) -> None:
    """End an exception."""
    from cssync.alerts.decide import end_exception

    _decide(path, which, by, lambda who, _policy: lambda case: end_exception(case, by=who, reason=reason))


def _show_list(path: ConfigPath, *, details: bool, resolved: bool, json: bool) -> None:
    from cssync import assembly
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.model.alert import AlertState
    from cssync.report.json import exception_as_json, known_as_json
    from cssync.report.tables import alerts_table, exceptions_table

    loaded = start(path)
    known = assembly.known_alerts(loaded)
    excepted = sorted((one for one in known if one.standing.exception), key=_ends)
    shown = [one for one in known if one.alert.state.is_open or (resolved and one.alert.state is AlertState.RESOLVED)]
    if json:
        write_json(
            {
                "alerts": [known_as_json(one) for one in shown],
                "exceptions": [exception_as_json(one, assembly.today(loaded)) for one in excepted],
            }
        )
        return
    screen = product()
    if shown:
        screen.print(alerts_table(shown, evidence=details))
    else:
        screen.print("No alert is open." if known else "No night has been accepted yet. Next: cssync run")
    if excepted:
        screen.print()
        screen.print(exceptions_table(excepted, assembly.today(loaded)))


def _ends(known: Known) -> tuple[date, str]:
    exception = known.standing.exception
    return (exception.until if exception and exception.until else date.max, known.alert.fingerprint)


def _decide(path: ConfigPath, which: str, by: str | None, choose: Choose) -> None:
    from getpass import getuser

    from cssync import assembly
    from cssync.cli.output import product
    from cssync.cli.start import start
    from cssync.desk.decisions import confirmation

    loaded = start(path)
    taken = assembly.decide(loaded, which, choose(by or getuser(), loaded.settings.alerts))
    screen = product()
    screen.print(confirmation(taken))
    delivered = assembly.bring_up_to_date(loaded, screen)
    if delivered is None:
        screen.print("A run is at work: it brings the messages up to date when it is over.")
    elif delivered.failure is not None:
        raise delivered.failure
