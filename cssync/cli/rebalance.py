"""``cssync rebalance``: which customers should change hands, from whom to whom, so that no book is over its limits."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from cssync.capacity.company import Company
    from cssync.capacity.rebalance.search import GoingOn
    from cssync.model.book import Book


def rebalance(
    path: ConfigPath = None,
    moves: Annotated[
        int | None,
        typer.Option("--moves", min=0, help="At most so many moves; else what the quarter still allows."),
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Only between the books of this team.")] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=0, help="After so long, the best proposal found by then is shown.")
    ] = 120,
    *,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="One line an account, for the CRM's import.")] = False,
) -> None:
    """Propose which customers should change hands, from whom to whom, and why.

    Customers without a CSM come first, then books over their limits. Nothing is written to the CRM: --csv gives the
    file to import there. What it may do, and what a move is held to cost, stands under `rebalance` in the settings.
    """
    from cssync.capacity.rebalance.propose import propose
    from cssync.capacity.rebalance.search import THOROUGH
    from cssync.cli.company import company
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.errors import ConfigError
    from cssync.report import rebalance as report

    if json and csv:
        raise ConfigError("--json and --csv exclude each other", remedy="choose one of them")
    known = company(start(path))
    among = _among(known, team)
    with _patience(seconds) as going_on:
        found = propose(known, THOROUGH, moves=moves, among=among, going_on=going_on)
    if json:
        write_json(report.rebalance_as_json(found, known.books))
    elif csv:
        sys.stdout.write(report.rebalance_csv(found, known.books))
    else:
        product().print(report.rebalance_report(found, known.books))


@contextmanager
def _patience(seconds: float) -> Iterator[GoingOn]:
    """Yield what goes on until the time is up, and shows how far it is meanwhile."""
    import time

    from cssync.cli.output import progress

    start = time.monotonic()
    with progress() as bars:

        def going_on(stage: str, done: int, total: int | None) -> bool:
            bars(stage, done, total)
            return time.monotonic() - start < seconds

        yield going_on


def _among(company: Company, team: str | None) -> Callable[[Book], bool]:
    from cssync.capacity.rebalance.propose import everybody
    from cssync.cli.company import chosen

    if team is None:
        return everybody
    teams = {book.team for book in chosen(company.books, None, team)}
    return lambda book: book.team in teams
