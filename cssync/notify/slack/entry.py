"""One subject's lines, in a digest and at the head of its evidence: severity in words first, then who and what."""

from __future__ import annotations

from cssync.model.digest import Entry, EntryKind
from cssync.model.remark import Remarks
from cssync.model.text import isolated, name
from cssync.notify.slack.escape import mrkdwn
from cssync.notify.slack.fit import SEE_ALERTS, lines

_REMARKS = 1_200


def shown(entry: Entry, remarks: Remarks) -> str:
    """For a block. What is over is struck through, line by line since Slack strikes no further than a line."""
    told = f"{entry.kind.upper()}  {_told(entry, f'*{_name(entry)}*', chr(10))}"
    if is_over(entry, remarks):
        struck = "\n".join(f"~{line}~" for line in told.splitlines())
        told = f"{EntryKind.RESOLVED.upper()}  {struck}"
    return told + _since_then(entry, remarks)


def spoken(entry: Entry, remarks: Remarks) -> str:
    """For notifications and screen readers: one line, and what has become of it."""
    if not is_over(entry, remarks):
        return f"{entry.kind.upper()} {_told(entry, _name(entry), '. ')}{_since_then(entry, remarks)}"
    was = f"{_name(entry)} (was {entry.kind.upper()}): {_facts(entry)}"
    return f"{EntryKind.RESOLVED.upper()} {was}{_since_then(entry, remarks)}"


def is_over(entry: Entry, remarks: Remarks) -> bool:
    """Whether all that *entry* speaks of has ended since it was told."""
    return bool(entry.incidents) and all(
        incident in remarks and remarks[incident].ended for incident in entry.incidents
    )


def _told(entry: Entry, who: str, between: str) -> str:
    change = f" ({mrkdwn(entry.change, 30)})" if entry.change and entry.change != entry.kind else ""
    action = f"{between}Do: {mrkdwn(entry.action, 500)}" if entry.action else ""
    return f"{who}{change}: {_facts(entry)}{action}"


def _facts(entry: Entry) -> str:
    return mrkdwn(entry.facts, 700).removesuffix(".")


def _since_then(entry: Entry, remarks: Remarks) -> str:
    """What has become of it, a line each."""
    said = dict.fromkeys(remarks[incident].text for incident in entry.incidents if incident in remarks)
    told = lines([f"\u2192 {mrkdwn(text, 300)}" for text in said], _REMARKS, SEE_ALERTS)
    return f"\n{told}" if told else ""


def _name(entry: Entry) -> str:
    return isolated(mrkdwn(name(entry.who), 100))
