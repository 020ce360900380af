"""``cssync explain``: every figure about a CSM, an alert or an account, traced to records and settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from cssync.cli.start import ConfigPath

if TYPE_CHECKING:
    from cssync.assembly.explaining import Explaining
    from cssync.explain.evidence import Evidence
    from cssync.explain.find import Found
    from cssync.settings.loaded import Loaded

# So many parts of a sum are shown, the largest first.
_MOST = 10
# So many are named where a name means several things, and so many accounts are looked at for a misspelt one.
_MOST_NAMED, _MOST_COMPARED = 6, 5_000


def explain(
    what: Annotated[
        str,
        typer.Argument(
            metavar="CSM|ALERT|ACCOUNT",
            help="A CSM by name, e-mail address or owner id; an alert by its id in `cssync alerts`; an account by "
            "name, id or the link to its record.",
        ),
    ],
    path: ConfigPath = None,
    kind: Annotated[
        Literal["csm", "alert", "account"] | None, typer.Option("--as", help="What it is, where a name is several.")
    ] = None,
    *,
    everything: Annotated[
        bool, typer.Option("--all", help="Every record of every sum, not the largest alone.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="For a program, as documented in docs/json.md.")] = False,
) -> None:
    """Trace every figure about a CSM, an alert or an account to its records.

    Of the last accepted night. Where there is none yet, the source is read as `cssync run --dry` reads it, and nothing
    is stored.
    """
    from cssync.cli.output import product, write_json
    from cssync.cli.start import start
    from cssync.report.explanation import Page, explanation_text
    from cssync.report.explanation_json import explanation_as_json

    with _explaining(start(path)) as explaining:
        company = explaining.evidence.company
        explanation = explaining.explain(_found(explaining.evidence, what, kind))
    if json:
        write_json(explanation_as_json(explanation, company.as_of, company.currency))
        return
    screen = product()
    links = screen.is_terminal and screen.color_system is not None
    page = Page(company.currency, None if everything else _MOST, links)
    for part in explanation_text(explanation, page):
        screen.print(part)


@contextmanager
def _explaining(loaded: Loaded) -> Iterator[Explaining]:
    from cssync.assembly.explaining import explaining_last_night, explaining_now
    from cssync.cli.output import progress, remarks

    with explaining_last_night(loaded) as known:
        if known is not None:
            yield known
            return
    remarks().print("No night has been accepted yet: reading the source now; nothing is stored.")
    with progress() as bars:
        now = explaining_now(loaded, bars)
    yield now


def _found(evidence: Evidence, what: str, kind: str | None) -> Found:
    from cssync.cli.nearest import nearest
    from cssync.errors import ConfigError
    from cssync.explain.find import Kind, find, names, without_book
    from cssync.model.text import line
    from cssync.model.wording import listed

    found = find(evidence, what, Kind(kind) if kind else None)
    if len(found) == 1:
        return found[0]
    if found:
        raise ConfigError(
            f"{line(what)!r} is {len(found)} things: {listed([one.words for one in found], _MOST_NAMED)}",
            remedy="give the id in brackets; where that is the same, say which it is with --as csm, alert or account",
        )
    if (idle := without_book(evidence, what)) is not None:
        raise ConfigError(f"{idle} looks after no customer: there is no book to explain", remedy="see `cssync books`")
    raise ConfigError(
        f"no CSM, alert or account is called {line(what)!r}",
        remedy=f"{nearest(what, names(evidence, what, _MOST_COMPARED))}\n  -> a CSM goes by name, e-mail address or "
        "owner id (`cssync books`), an alert by its id (`cssync alerts`), an account by name or id",
    )
