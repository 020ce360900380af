"""``cssync verdicts``: what each article would say of each book, and where they disagree."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cssync.capacity.company import Company
    from cssync.model.book import Book


def verdicts(
    path: ConfigPath = None,
    csm: Annotated[str | None, typer.Option("--csm", help="Only this one: name, e-mail address or owner id.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only the books of this team.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line a book, for a spreadsheet.")] = False,
) -> None:
    """Show what each article says of each book, and where they disagree.

    The articles are held to their own figures. Which limit is in force, and why, stands below each book that they
    disagree about. With --csm: all that they say of that book.
    """
    from cssync.cli.company import company
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.errors import ConfigError
    from cssync.report import verdicts as report

    if json and csv:
        raise ConfigError("--json and --csv exclude each other", remedy="choose one of them")
    found = company(start(path))
    books = report.judged(found, _measured(found, csm, team))
    if json:
        write_json(report.verdicts_as_json(found, books))
        return
    if csv:
        sys.stdout.write(report.verdicts_csv(found, books))
        return
    screen = product()
    screen.print(report.verdicts_table(found, books))
    lines = (
        report.conclusions(found, books)
        if csm is None
        else (said for each in books for said in report.whole(found, each))
    )
    screen.print(report.LEGEND)
    screen.print()
    for said in lines:
        screen.print(said)


def _measured(company: Company, csm: str | None, team: str | None) -> Sequence[Book]:
    """The books asked for that belong to a CSM: the articles speak of no others."""
    from cssync.cli.company import chosen
    from cssync.errors import ConfigError

    asked = chosen(company.books, csm, team)
    measured = {book.id for book in company.measured()}
    shown = [book for book in asked if book.id in measured]
    if asked and not shown:
        whose = asked[0].name if csm else f"the team {team}" if team else "this company"
        raise ConfigError(
            f"{whose} has no book of a CSM at work",
            remedy="the articles speak of CSMs alone; `cssync books` shows pools, queues and the rest",
        )
    return shown
