"""What the commands that judge the company as it is begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cssync.capacity.company import Company
    from cssync.model.book import Book, Books
    from cssync.settings.loaded import Loaded


def company(loaded: Loaded) -> Company:
    """The company of the last accepted night; where there is none yet, as a rehearsal finds it in the source."""
    from cssync import assembly
    from cssync.cli.output import progress, remarks

    known = assembly.last_company(loaded)
    if known is not None:
        return known
    remarks().print("No night has been accepted yet: reading the source now; nothing is stored.")
    with progress() as bars:
        return assembly.company_now(loaded, bars)


def chosen(books: Books, csm: str | None, team: str | None) -> Sequence[Book]:
    """The books of one CSM, of one team, or all of them; a name that nobody has is answered with the nearest one."""
    from cssync.cli.nearest import nearest
    from cssync.errors import ConfigError

    shown = books.books
    if team is not None:
        shown = tuple(book for book in shown if (book.team or "").casefold() == team.casefold())
        if not shown:
            teams = sorted({book.team for book in books.books if book.team})
            raise ConfigError(f"no book belongs to a team called {team!r}", remedy=nearest(team, teams))
    if csm is not None:
        wanted = csm.casefold()
        shown = tuple(
            book for book in shown if wanted in {(key or "").casefold() for key in (book.id, book.name, book.email)}
        )
        if not shown:
            raise ConfigError(f"nobody called {csm!r} has a book", remedy=nearest(csm, [b.name for b in books.books]))
    return shown
