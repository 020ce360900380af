"""Lays a digest out for Slack: most severe first, always inside Slack's limits, nothing left out unsaid."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from cssync.model.delivery import Outgoing
from cssync.model.digest import Digest, Entry, EntryKind, Evidence, Notice
from cssync.model.remark import Remarks
from cssync.model.text import isolated, name
from cssync.notify.slack.escape import length, mrkdwn
from cssync.notify.slack.kit import SECTION, Block, Part, Room, context, header, section

TEXT = 2_900  # Slack splits a message whose text is over about 4,000

_ORDER = tuple(EntryKind)
_SEE_ALERTS = "cssync alerts"
_SEE_RUN = "cssync run --dry"
_NOTES = 1_200
_EVIDENCE = 3  # a digest is to be read over coffee; the whole story is a command away
_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")
_DOT = " \u00b7 "


@dataclass(frozen=True, slots=True)
class Message:
    """*text* carries the facts for notifications and screen readers, and can stand alone. All of it is escaped."""

    text: str
    blocks: tuple[Block, ...]


def message(outgoing: Outgoing, reference: str = "", called: Sequence[str] = ()) -> Message:
    """Lay *outgoing* out; its id becomes the first block's, *reference* is shown where metadata cannot go along.

    *called*: ids of people in Slack who are to be called by it.
    """
    mark = outgoing.delivery.id
    match outgoing.delivery.payload:
        case Digest() as digest:
            return _digest(digest, mark, reference, outgoing.remarks, _calling(called))
        case Evidence() as evidence:
            return _evidence(evidence, mark, outgoing.remarks)
        case Notice() as notice:
            return _notice(notice, mark, reference)


def _calling(people: Iterable[str]) -> str:
    """Only what Slack itself told us is an id may go out as one: nothing here comes from the CRM."""
    return " ".join(f"<@{person}>" for person in people if _PERSON.fullmatch(person))


def _digest(digest: Digest, mark: str, reference: str, remarks: Remarks, calling: str) -> Message:
    entries = sorted(digest.entries, key=lambda entry: _ORDER.index(entry.kind))
    head = [header(digest.title, mark), *context(_statements(digest.context)), *context(calling)]
    noted = list(filter(None, (mrkdwn(note, 300) for note in digest.notes)))
    notes = context(_fitted(noted, len(noted), _NOTES, "\n", _SEE_RUN))
    footer = context(_statements([*digest.footer, f"more details: {_SEE_ALERTS} --details"], reference))
    room = Room([*head, *context(_left_out(entries)), *notes, *footer])
    sections = [_Section(entry, told) for entry, told in _while_there_is_room(entries, room, remarks)]
    told_in_full = [part.add_evidence(room) for part in sections]
    if all(told_in_full):
        footer = context(_statements(digest.footer, reference))
    left_out = context(_left_out(entries[len(sections) :]))
    parts = [*head, *(section(part.told) for part in sections), *left_out, *notes, *footer]
    spoken = (
        f"{entry.kind.upper()} {_told(entry, _name(entry), '. ')}{_since_then(entry, remarks)}" for entry in entries
    )
    text = _text(digest.summary, spoken, len(entries), " ".join(filter(None, (calling, reference))))
    return Message(text, tuple(part.block for part in parts))


def _evidence(evidence: Evidence, mark: str, remarks: Remarks) -> Message:
    """One subject, in full, for the thread under a digest."""
    entry = evidence.entry
    head = f"{entry.kind.upper()}  " + _told(entry, f"*{_name(entry)}*", "\n") + _since_then(entry, remarks)
    said = [f"\u2022 {mrkdwn(detail, 600)}" for detail in entry.details]
    shown = _fitted(said, len(said), TEXT, "\n", _SEE_ALERTS)
    first = section(head)
    parts = [Part(first.text, {**first.block, "block_id": mark}), *([section(shown)] if shown else [])]
    text = _text(f"{entry.kind.upper()} {name(entry.who)}: {entry.facts}", said, len(said), "")
    return Message(text, tuple(part.block for part in parts))


def _notice(notice: Notice, mark: str, reference: str) -> Message:
    said = [mrkdwn(line, 1_000) for line in notice.text.splitlines() if line.strip()]
    shown = _fitted(said, len(said), TEXT, "\n", _SEE_RUN)
    sections = [section(shown)] if shown else []
    footer = context(_statements([f"run {notice.run_id}"], reference))
    parts = [header(notice.title, mark), *sections, *footer]
    return Message(_text(notice.title, said, len(said), reference), tuple(part.block for part in parts))


def _text(summary: str, said: Iterable[str], count: int, reference: str) -> str:
    first, last = mrkdwn(summary, 500) or "cssync", f"\n{reference}" if reference else ""
    facts = _fitted(said, count, TEXT - length(first) - length(last) - 1, "\n", _SEE_ALERTS)
    return "\n".join(filter(None, [first, facts])) + last


@dataclass(slots=True)
class _Section:
    """An entry's section as it grows."""

    entry: Entry
    told: str

    def add_evidence(self, room: Room) -> bool:
        """Add the first of what was found, a line a sentence, while there is room; False: some was left out."""
        for detail in self.entry.details[:_EVIDENCE]:
            evidence = f"\n\u2022 {mrkdwn(detail, 300)}"
            if length(self.told) + length(evidence) > SECTION or not room.take(evidence, blocks=0):
                return False
            self.told += evidence
        return len(self.entry.details) <= _EVIDENCE


def _while_there_is_room(entries: Iterable[Entry], room: Room, remarks: Remarks) -> Iterator[tuple[Entry, str]]:
    for entry in entries:
        told = f"{entry.kind.upper()}  " + _told(entry, f"*{_name(entry)}*", "\n")
        if _is_over(entry, remarks):
            told = "\n".join(f"~{line}~" for line in told.splitlines())
        told += _since_then(entry, remarks)
        if not room.take(told, blocks=1):
            return
        yield entry, told


def _told(entry: Entry, who: str, between: str) -> str:
    change = f" ({mrkdwn(entry.change, 30)})" if entry.change and entry.change != entry.kind else ""
    action = f"{between}Do: {mrkdwn(entry.action, 500)}" if entry.action else ""
    return f"{who}{change}: {mrkdwn(entry.facts, 700).removesuffix('.')}{action}"


def _is_over(entry: Entry, remarks: Remarks) -> bool:
    return bool(entry.incidents) and all(
        incident in remarks and remarks[incident].ended for incident in entry.incidents
    )


def _since_then(entry: Entry, remarks: Remarks) -> str:
    """What has become of it, a line each."""
    said = dict.fromkeys(remarks[incident].text for incident in entry.incidents if incident in remarks)
    return "".join(f"\n\u2192 {mrkdwn(text, 300)}" for text in said)


def _name(entry: Entry) -> str:
    return isolated(mrkdwn(name(entry.who), 100))


def _left_out(entries: Sequence[Entry]) -> str:
    """And 161 more (3 warnings, 158 to watch): cssync alerts."""
    counts = Counter(entry.kind for entry in entries)
    kinds = ", ".join(f"{counts[kind]} {_word(kind, counts[kind])}" for kind in _ORDER if counts[kind])
    return f"and {len(entries)} more ({kinds}): {_SEE_ALERTS}" if entries else ""


def _word(kind: EntryKind, count: int) -> str:
    match kind:
        case EntryKind.WARNING:
            return "warning" if count == 1 else "warnings"
        case EntryKind.WATCH:
            return "to watch"
        case EntryKind.CRITICAL | EntryKind.RESOLVED:
            return kind.value


def _statements(said: Iterable[str], reference: str = "") -> str:
    stated = list(filter(None, (mrkdwn(statement, 200) for statement in said)))
    shown = _fitted(stated, len(stated), 1_200, _DOT, _SEE_RUN)
    return _DOT.join(filter(None, [shown, reference]))


def _fitted(said: Iterable[str], count: int, limit: int, between: str, where: str) -> str:
    """As much of *said* as stays within *limit*; the end tells how much more there is, and where to read it."""
    room = limit - length(f"{between}and {count} more: {where}")
    shown: list[str] = []
    for text in said:
        room -= length(text) + length(between)
        if room < 0:
            return between.join([*shown, f"and {count - len(shown)} more: {where}"])
        shown.append(text)
    return between.join(shown)
