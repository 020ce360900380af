"""What people are told, before any notifier has given it a form.

All texts are plain: no markup, nothing escaped. Each notifier escapes for its own medium.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from cssync.model.alert import Incident
from cssync.model.story import Chapter


class EntryKind(StrEnum):
    """In the order of reading."""

    CRITICAL = "critical"
    WARNING = "warning"
    WATCH = "watch"
    REVIEW = "review"  # an exception that its owner is to look at again
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject's line: who, why, and the one thing to do.

    *who* is a person's or a book's name. *facts*: "88 accounts (limit 50, +3 this week), $3.1M ARR".
    *action*: "Move 38 accounts ..." or "" for resolved ones. *change*: "new", "worse", "resolved", "" unchanged.
    *story*: all that was found, for a thread; its first chapter says why. *incidents*: those that it speaks of.
    *subject_id*: as in their findings.
    """

    kind: EntryKind
    change: str
    who: str
    facts: str
    action: str
    story: tuple[Chapter, ...] = ()
    incidents: tuple[Incident, ...] = ()
    subject_id: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """*summary*: the whole night in one line, for notifications and screen readers.

    *context*: short statements for the line under the title (size of the team, age of the data, limits and
    their source, run). *notes*: records to mend, warnings on the mapping. *footer*: "14 unchanged". *mention*: e-mail
    addresses of those whom it is to call.
    """

    title: str
    summary: str
    as_of: date
    data_as_of: datetime
    run_id: str
    context: tuple[str, ...]
    entries: tuple[Entry, ...]
    notes: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()
    mention: tuple[str, ...] = ()

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return tuple(incident for entry in self.entries for incident in entry.incidents)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that was found about one subject, for the thread under a digest."""

    entry: Entry
    run_id: str

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return self.entry.incidents


@dataclass(frozen=True, slots=True)
class Summary:
    """How a week went, for leadership. *summary*: all of it in one line. *context*: as in a Digest."""

    title: str
    summary: str
    as_of: date
    run_id: str
    context: tuple[str, ...]
    chapters: tuple[Chapter, ...]

    @property
    def incidents(self) -> tuple[Incident, ...]:
        """None: a week is told as it was, whatever becomes of it."""
        return ()


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for operations, not for leadership: a refused night, a channel that is gone."""

    title: str
    text: str
    run_id: str

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return ()


Payload: TypeAlias = Digest | Evidence | Summary | Notice
