"""Shows the same digest on a terminal or in a pipe, where nothing from the CRM is read as markup or as an escape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt, Delivery, Outcome
from cssync.model.digest import Digest, Entry, EntryKind, Notice
from cssync.notify.text import isolated, line, name

_ORDER = tuple(EntryKind)
_STYLES = {
    EntryKind.CRITICAL: "bold red",
    EntryKind.WARNING: "bold yellow",
    EntryKind.WATCH: "bold cyan",
    EntryKind.RESOLVED: "bold green",
}


class ConsoleNotifier:
    name = "console"

    def __init__(self, console: Console) -> None:
        self._console = console

    def send(self, delivery: Delivery, now: datetime) -> Attempt:  # noqa: ARG002 - named by the contract
        try:
            self._console.print(rendered(delivery.payload), highlight=False)
        except SystemExit:
            # Rich leaves the program when a reader such as `head` has seen enough. Other sinks are still to be
            # served, and what was to be shown here was shown.
            return Attempt(Outcome.SENT)
        except OSError as error:
            words = (error.strerror or type(error).__name__).lower()
            return Attempt(Outcome.NOT_SENT, error=f"the digest could not be printed: {words}")
        return Attempt(Outcome.SENT)

    def find(self, delivery: Delivery, now: datetime) -> Attempt:  # noqa: ARG002 - named by the contract
        """Printing again does no harm."""
        return Attempt(Outcome.NOT_SENT)

    def check(self) -> Iterator[Check]:
        yield Check("Console", CheckStatus.OK, f"{self._console.width} columns, {self._console.encoding}")


def rendered(payload: Digest | Notice) -> RenderableType:
    """The digest in full, for a console of any width; 80 columns are enough."""
    match payload:
        case Digest():
            return _digest(payload)
        case Notice():
            said = [Text(line(text)) for text in payload.text.splitlines()]
            return Group(
                Text(line(payload.title), style="bold"), *said, Text(f"run {line(payload.run_id)}", style="dim")
            )


def _digest(digest: Digest) -> RenderableType:
    entries = sorted(digest.entries, key=lambda entry: _ORDER.index(entry.kind))
    parts: list[RenderableType] = [Text(line(digest.title), style="bold"), *_statements(digest.context)]
    if entries:
        parts += [Text(), _table(entries)]
    if digest.notes or digest.footer:
        parts += [Text(), *_bullets(digest.notes), *_statements(digest.footer)]
    return Group(*parts)


def _table(entries: Iterable[Entry]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), pad_edge=False)
    table.add_column(no_wrap=True, min_width=8)
    table.add_column(overflow="fold")
    for entry in entries:
        table.add_row(Text(entry.kind.upper(), style=_STYLES[entry.kind]), _told(entry))
    return table


def _told(entry: Entry) -> Group:
    told = Text.assemble((isolated(name(entry.who)), "bold"))
    if entry.change and entry.change != entry.kind:
        told.append(f" ({line(entry.change)})")
    told.append(f": {line(entry.facts)}")
    action = [Text.assemble(("Do: ", "bold"), line(entry.action))] if entry.action else []
    return Group(told, *action, *_bullets(entry.details))


def _bullets(sentences: Iterable[str]) -> list[RenderableType]:
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for sentence in filter(None, map(line, sentences)):
        table.add_row(Text("-"), Text(sentence, style="dim"))
    return [table] if table.row_count else []


def _statements(said: Iterable[str]) -> list[RenderableType]:
    shown = " \u00b7 ".join(filter(None, map(line, said)))
    return [Text(shown, style="dim")] if shown else []
