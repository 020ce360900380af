"""The one message a night, before any notifier has given it a form.

All texts are plain: no markup, nothing escaped. Each notifier escapes for its own medium.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EntryKind(StrEnum):
    """In the order of reading."""

    CRITICAL = "critical"
    WARNING = "warning"
    WATCH = "watch"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One subject's line: who, why, and the one thing to do.

    *who* is a person's or a book's name. *facts*: "88 accounts (limit 50, +3 this week), $3.1M ARR".
    *action*: "Move 38 accounts ..." or "" for resolved ones. *change*: "new", "worse", "resolved", "" unchanged.
    *details*: sentences for a thread.
    """

    kind: EntryKind
    change: str
    who: str
    facts: str
    action: str
    details: tuple[str, ...] = ()
    fingerprint: str = ""


@dataclass(frozen=True, slots=True)
class Digest:
    """*summary*: the whole night in one line, for notifications and screen readers.

    *context*: short statements for the line under the title (size of the team, age of the data, limits and
    their source, run). *notes*: records to mend, warnings on the mapping. *footer*: "14 unchanged".
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


@dataclass(frozen=True, slots=True)
class Notice:
    """A message for operations, not for leadership: a refused night, a channel that is gone."""

    title: str
    text: str
    run_id: str
