"""Fits what is to be said into the room there is: what does not fit is counted, with the command that shows it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from cssync.notify.slack.escape import length, mrkdwn

TEXT = 2_900  # Slack splits a message whose text is over about 4,000
SEE_ALERTS = "cssync alerts"
SEE_DETAILS = "cssync alerts --details"
SEE_RUN = "cssync run --dry"
DOT = " \u00b7 "

_STATEMENTS = 1_200


def fitted(said: Iterable[str], count: int, limit: int, between: str, where: str) -> str:
    """As much of *said*, *count* texts, as stays within *limit*; the end tells how much more there is, and where."""
    room = limit - length(f"{between}and {count} more: {where}")
    shown: list[str] = []
    for text in said:
        room -= length(text) + length(between)
        if room < 0:
            return between.join([*shown, f"and {count - len(shown)} more: {where}"])
        shown.append(text)
    return between.join(shown)


def lines(said: Sequence[str], limit: int, where: str) -> str:
    return fitted(said, len(said), limit, "\n", where)


def statements(said: Iterable[str], reference: str = "") -> str:
    """Short statements for one line of context."""
    stated = list(filter(None, (mrkdwn(statement, 200) for statement in said)))
    shown = fitted(stated, len(stated), _STATEMENTS, DOT, SEE_RUN)
    return DOT.join(filter(None, [shown, reference]))


def spoken(first: str, said: Iterable[str], count: int, *last: str, where: str = SEE_ALERTS) -> str:
    """The text of a message: *first*, as much of *said* as there is room for, and *last*; all of it is escaped."""
    end = "".join(f"\n{text}" for text in filter(None, last))
    facts = fitted(said, count, TEXT - length(first) - length(end) - 1, "\n", where)
    return "\n".join(filter(None, [first or "cssync", facts])) + end
