"""``cssync books``: who looks after what, as of the last accepted night."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from cssync.cli.start import ConfigPath


def books(
    path: ConfigPath = None,
    csm: Annotated[str | None, typer.Option("--csm", help="Only this one: name, e-mail address or owner id.")] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only the books of this team.")] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line a book, for a spreadsheet.")] = False,
) -> None:
    """Show every book of the last accepted night.

    Where no night has been accepted yet, the source is read as `cssync run --dry` reads it, and nothing is stored.
    """
    from cssync.cli.company import chosen, company
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.errors import ConfigError
    from cssync.report.csv import books_csv
    from cssync.report.json import books_as_json
    from cssync.report.tables import books_table

    if json and csv:
        raise ConfigError("--json and --csv exclude each other", remedy="choose one of them")
    found = company(start(path))
    shown = chosen(found.books, csm, team)
    if json:
        write_json(books_as_json(found, shown))
    elif csv:
        sys.stdout.write(books_csv(found, shown))
    else:
        product().print(books_table(found, shown, most=len(shown)))
