"""``cssync run``: one night, by hand or by a timer; with ``--dry`` a rehearsal that changes nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from rich.console import Console

    from cssync.capacity.company import Company
    from cssync.model.night import Run
    from cssync.model.pull import Pull
    from cssync.run import Outcome

_FAR_AHEAD_DAYS = 31


def run(
    path: ConfigPath = None,
    as_of: Annotated[
        datetime | None,
        typer.Option("--as-of", formats=["%Y-%m-%d"], help="The night's date, today in the settings' zone by default."),
    ] = None,
    *,
    dry: Annotated[bool, typer.Option("--dry", help="Change nothing and post nothing; show what would be.")] = False,
    full: Annotated[bool, typer.Option("--full", help="Read everything anew, not only what has changed.")] = False,
    details: Annotated[bool, typer.Option("--details", help="With the evidence of every book.")] = False,
    accept: Annotated[bool, typer.Option("--accept", help="Take the night although its numbers are doubtful.")] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
) -> None:
    """Pull the CRM, work out every book, and tell leadership what changed.

    A second run on one day changes nothing. A night whose numbers cannot be believed is refused.
    """
    from cssync import assembly
    from cssync.cli.outcome import outcome_as_json
    from cssync.cli.output import product, progress, remarks, write_json
    from cssync.cli.start import start
    from cssync.run import accept as accepting
    from cssync.run import refuse, run_night
    from cssync.settings import secrets

    loaded = start(path)
    night = as_of.date() if as_of else assembly.today(loaded)
    _refuse_typos(night, assembly.today(loaded))
    screen = remarks() if json else product()
    audience = assembly.Unheard() if json else OnScreen(screen)
    line_of, overseen, needed = (
        (assembly.rehearsal, assembly.unseen, secrets.needed_by_source)
        if dry
        else (assembly.night, assembly.overseen, secrets.needed)
    )
    with overseen(loaded, audience) as told:
        secrets.require(loaded, needed(loaded.settings))
        with (
            progress() as bars,
            line_of(
                loaded,
                screen,
                judge=accepting if accept else refuse,
                audience=told,
                progress=bars,
                in_full=None if details else assembly.ONE_STORY,
            ) as line,
        ):
            outcome = run_night(line, night, full=full)
    if json:
        write_json(outcome_as_json(outcome))
    else:
        _farewell(screen, outcome, dry=dry, demo=loaded.file is None and assembly.is_demo(loaded))
    if outcome.delivered.failure is not None:
        raise outcome.delivered.failure


def _refuse_typos(night: date, today: date) -> None:
    """A night far ahead would stand in the way of every one before it, and nobody means it."""
    from cssync.errors import ConfigError
    from cssync.model.wording import count

    ahead = (night - today).days
    if ahead > _FAR_AHEAD_DAYS:
        raise ConfigError(
            f"--as-of {night} is {count(ahead, 'day')} ahead, and no night before it could be run any more",
            remedy="give a date that has come",
        )


class OnScreen:
    """Shows each stage of the line as it is done."""

    def __init__(self, screen: Console) -> None:
        self._screen = screen

    def begun(self, run: Run) -> None: ...

    def pulled(self, pull: Pull, seconds: float) -> None:
        from cssync.model.wording import count

        parts = (
            count(pull.accounts.height, "account") + ("" if pull.changed is None else f" ({pull.changed:,} changed)"),
            count(len(pull.owners), "owner"),
            count(pull.opportunities.height, "opportunity", "opportunities"),
            *((count(pull.calls, "API call"),) if pull.calls else ()),
        )
        self._screen.print(f"Pulled from {pull.source} in {seconds:.1f} s: {', '.join(parts)}.\n")

    def added_up(self, company: Company) -> None:
        from cssync.report.tables import books_table

        self._screen.print(books_table(company))
        self._screen.print()

    def ended(self, outcome: Outcome) -> None: ...


def _farewell(screen: Console, outcome: Outcome, *, dry: bool, demo: bool) -> None:
    from cssync.model.night import RunStatus
    from cssync.model.wording import count

    screen.print()
    if outcome.run.status is RunStatus.REPEATED:
        screen.print("The CRM is as it was at the last run of the day: nothing changed, nothing posted.")
    elif outcome.digest is None:
        screen.print(f"Nothing new to tell: {count(len(outcome.alerts), 'alert')} unchanged.")
        # A digest would hold them.
        for note in outcome.pull.notes:
            screen.print(f"- {note}")
    if dry and demo:
        screen.print("A rehearsal on the embedded demo company: nothing stored, nothing posted. Next: cssync init")
    elif dry:
        screen.print("A rehearsal: nothing stored, nothing posted. Next, for real: cssync run")
    else:
        screen.print(
            "Next, every night: cssync schedule, or a timer (deploy/). To look back: cssync books, cssync alerts"
        )
