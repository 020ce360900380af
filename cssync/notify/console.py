"""Shows the same digest on a terminal or in a pipe, where nothing from the CRM is read as markup or as an escape."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.text import Text

from cssync.model.check import Check, CheckStatus
from cssync.model.delivery import Attempt, Outcome, Outgoing
from cssync.model.digest import Digest, Entry, EntryKind, Evidence, Notice, Payload, Summary
from cssync.model.finding import COMPANY_ID, SEGMENT_IDS
from cssync.model.story import Chapter, plain
from cssync.model.text import isolated, line, name
from cssync.model.wording import count, listed

_ORDER = tuple(EntryKind)
_MARGIN = 10
_STYLES = {
    EntryKind.CRITICAL: "bold red",
    EntryKind.WARNING: "bold yellow",
    EntryKind.WATCH: "bold cyan",
    EntryKind.REVIEW: "bold magenta",
    EntryKind.RESOLVED: "bold green",
}


class ConsoleNotifier:
    """*in_full*: of how many books, the worst first, a digest tells the whole story; None: of all."""

    name = "console"
    edits = False
    seconds_apart = 0.0

    def __init__(self, console: Console, in_full: int | None = None) -> None:
        self._console = console
        self._in_full = in_full

    def send(self, message: Outgoing, now: datetime) -> Attempt:  # noqa: ARG002 - named by the contract
        try:
            self._console.print(rendered(message.delivery.payload, self._in_full), highlight=False)
        except SystemExit:
            # Rich leaves the program when a reader such as `head` has seen enough. Other sinks are still to be
            # served, and what was to be shown here was shown.
            return Attempt(Outcome.SENT)
        except UnicodeEncodeError:
            remedy = "set PYTHONIOENCODING=utf-8"
            return Attempt(Outcome.NOT_SENT, error="the output cannot hold every letter of a name", remedy=remedy)
        except OSError as error:
            words = (error.strerror or type(error).__name__).lower()
            return Attempt(Outcome.NOT_SENT, error=f"the digest could not be printed: {words}")
        return Attempt(Outcome.SENT)

    def edit(self, message: Outgoing, now: datetime) -> Attempt:
        raise NotImplementedError("what was printed stays as it is")

    def withdraw(self, message: Outgoing, now: datetime) -> Attempt:
        raise NotImplementedError("what was printed stays where it is")

    def find(self, message: Outgoing, now: datetime) -> Attempt:  # noqa: ARG002 - named by the contract
        """Printing again does no harm."""
        return Attempt(Outcome.NOT_SENT)

    def check(self) -> Iterator[Check]:
        yield Check("Console", CheckStatus.OK, f"{self._console.width} columns, {self._console.encoding}")


def rendered(payload: Payload, in_full: int | None = None) -> RenderableType:
    """For a console of any width; 80 columns are enough. *in_full*: see ``ConsoleNotifier``."""
    match payload:
        case Digest():
            return _digest(payload, in_full)
        case Evidence():
            return Group(*_told(payload.entry))
        case Summary():
            return Group(*_week(payload))
        case Notice():
            said = [Text(line(text)) for text in payload.text.splitlines()]
            return Group(_title(payload.title), *said, Text(f"run {line(payload.run_id)}", style="dim"))


@dataclass(frozen=True, slots=True)
class Hanging:
    """*text* beside a *label*, its further lines indented; unlike a table it leaves no blanks at the ends of lines."""

    label: Text
    text: Text
    indent: int

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        lines = self.text.wrap(console, max(options.max_width - self.indent, 20), overflow="fold")
        for number, told in enumerate(lines):
            margin = self.label.copy() if number == 0 else Text()
            margin.pad_right(self.indent - margin.cell_len)
            told.rstrip()
            yield margin + told


def _digest(digest: Digest, in_full: int | None) -> RenderableType:
    entries = sorted(digest.entries, key=lambda entry: _ORDER.index(entry.kind))
    told = len(entries) if in_full is None else in_full
    parts: list[RenderableType] = [_title(digest.title), *_statements(digest.context), Text()]
    for entry in entries[:told]:
        parts += _told(entry)
    for entry in entries[told:]:
        parts += _told(replace(entry, story=()))
    if left := [entry.subject_id for entry in entries[told:] if entry.story]:
        parts += _statements([f"the evidence of {_others(left)}: add --details"])
    parts += [Text()] if entries else []
    parts += [*(_bullet(note, 0) for note in digest.notes), *_statements(digest.footer)]
    return Group(*parts)


def _others(subject_ids: Sequence[str]) -> str:
    """11 other books, 3 segments and the company"""
    segments = sum(one.startswith(SEGMENT_IDS) for one in subject_ids)
    company = COMPANY_ID in subject_ids
    books = len(subject_ids) - segments - company
    parts = [count(books, "other book")] if books else []
    parts += [count(segments, "segment")] if segments else []
    parts += ["the company"] if company else []
    return listed(parts)


def _told(entry: Entry) -> Iterator[RenderableType]:
    told = Text.assemble((isolated(name(entry.who)), "bold"))
    if entry.change and entry.change != entry.kind:
        told.append(f" ({line(entry.change)})")
    told.append(f": {line(entry.facts)}")
    yield Hanging(Text(entry.kind.upper(), style=_STYLES[entry.kind]), told, _MARGIN)
    if entry.action:
        yield Hanging(Text(), Text.assemble(("Do: ", "bold"), line(entry.action)), _MARGIN)
    yield from _chapters(entry.story, _MARGIN)


def _week(summary: Summary) -> Iterator[RenderableType]:
    """Blank lines before it and between its chapters: it follows a digest, and none of its captions is indented."""
    yield Text()
    yield _title(summary.title)
    yield from _statements(summary.context)
    for chapter in summary.chapters:
        yield Text()
        yield from _chapters([chapter], 0)


def _chapters(story: Iterable[Chapter], margin: int) -> Iterator[RenderableType]:
    for chapter in story:
        yield Hanging(Text(), Text(line(chapter.title), style="bold"), margin)
        yield from (_bullet(plain(sentence), margin) for sentence in chapter.sentences)


def _bullet(sentence: str, margin: int) -> Hanging:
    return Hanging(Text(" " * margin + "- "), Text(line(sentence), style="dim"), margin + 2)


def _statements(said: Iterable[str]) -> Iterator[Hanging]:
    if shown := " \u00b7 ".join(filter(None, map(line, said))):
        yield Hanging(Text(), Text(shown, style="dim"), 0)


def _title(title: str) -> Text:
    return Text(line(title), style="bold")
