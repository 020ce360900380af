"""Lays a digest out: a section a subject, most severe first, and the story where there is no thread to hold it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cssync.model.digest import Digest, Entry, EntryKind
from cssync.model.remark import Remarks
from cssync.notify.slack import entry as subject
from cssync.notify.slack import fit
from cssync.notify.slack.controls import Controls
from cssync.notify.slack.escape import length, mrkdwn, sentence
from cssync.notify.slack.kit import SECTION, Block, Message, Part, Room, context, header, laid_out, section

_ORDER = tuple(EntryKind)
_NOTES = 1_200
_EVIDENCE = 3  # a digest is to be read over coffee; the whole story is a thread or a command away


def layout(digest: Digest, mark: str, reference: str, *, remarks: Remarks, calling: str, controls: Controls) -> Message:
    """*mark*: the first block's id. *reference* and *calling*, escaped already, go last and into the head."""
    entries = sorted(digest.entries, key=lambda entry: _ORDER.index(entry.kind))
    head = [header(digest.title, mark), *context(fit.statements(digest.context)), *context(calling)]
    noted = [note for note in (mrkdwn(note, 300) for note in digest.notes) if note]
    notes = context(fit.lines(noted, _NOTES, fit.SEE_RUN))
    footer = context(fit.statements([*digest.footer, f"more details: {fit.SEE_DETAILS}"], reference))
    room = Room([*head, *context(_left_out(entries)), *notes, *footer])
    sections = list(_while_there_is_room(entries, room, remarks, controls))
    told_in_full = [one.add_evidence(room) for one in sections]
    if all(told_in_full):
        footer = context(fit.statements(digest.footer, reference))
    left_out = context(_left_out(entries[len(sections) :]))
    parts = [*head, *(part for one in sections for part in one.parts), *left_out, *notes, *footer]
    spoken = (subject.spoken(entry, remarks) for entry in entries)
    return laid_out(fit.spoken(mrkdwn(digest.summary, 500), spoken, len(entries), calling, reference), parts)


@dataclass(slots=True)
class _Section:
    """An entry's blocks as they grow."""

    entry: Entry
    told: str
    control: Block | None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (section(self.told, beside=self.control),)

    def add_evidence(self, room: Room) -> bool:
        """Add the first of each chapter behind the why, while there is room; False: some was left out."""
        for chapter in self.entry.story[1:][:_EVIDENCE]:
            evidence = f"\n\u2022 {sentence(chapter.sentences[0], 300)}" if chapter.sentences else ""
            if length(self.told) + length(evidence) > SECTION or not room.take(evidence, blocks=0):
                return False
            self.told += evidence
        return not self.entry.story


def _while_there_is_room(
    entries: Iterable[Entry], room: Room, remarks: Remarks, controls: Controls
) -> Iterator[_Section]:
    for entry in entries:
        # What is over needs no decision any more.
        control = None if subject.is_over(entry, remarks) else controls.beside(entry.incidents)
        told = _Section(entry, subject.shown(entry, remarks), control)
        if not room.take(told.told, blocks=len(told.parts)):
            return
        yield told


def _left_out(entries: Sequence[Entry]) -> str:
    """And 161 more (3 warnings, 158 to watch): cssync alerts."""
    counts = Counter(entry.kind for entry in entries)
    kinds = ", ".join(f"{counts[kind]} {_word(kind, counts[kind])}" for kind in _ORDER if counts[kind])
    return f"and {len(entries)} more ({kinds}): {fit.SEE_ALERTS}" if entries else ""


def _word(kind: EntryKind, count: int) -> str:
    match kind:
        case EntryKind.WARNING:
            return "warning" if count == 1 else "warnings"
        case EntryKind.WATCH:
            return "to watch"
        case EntryKind.REVIEW:
            return "to review"
        case EntryKind.CRITICAL | EntryKind.RESOLVED:
            return kind.value
