"""Lays out for Slack whatever is to be told: always inside Slack's limits, nothing left out unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cssync.model.delivery import Outgoing
from cssync.model.digest import Digest, Evidence, Notice, Summary
from cssync.notify.slack import digest, evidence, notice, summary
from cssync.notify.slack.controls import NOTHING_TO_PRESS, Controls
from cssync.notify.slack.kit import Message

_PERSON = re.compile(r"[UW][A-Z0-9]{2,}")


def message(
    outgoing: Outgoing, reference: str = "", called: Sequence[str] = (), controls: Controls = NOTHING_TO_PRESS
) -> Message:
    """Lay *outgoing* out; its id becomes the first block's, *reference* is shown where metadata cannot go along.

    *called*: ids of people in Slack who are to be called by it. *controls*: how it says what can be decided.
    """
    mark = outgoing.delivery.id
    match outgoing.delivery.payload:
        case Digest() as payload:
            return digest.layout(
                payload, mark, reference, remarks=outgoing.remarks, calling=_calling(called), controls=controls
            )
        case Evidence() as payload:
            return evidence.layout(payload, mark, outgoing.remarks, controls)
        case Summary() as payload:
            return summary.layout(payload, mark, reference)
        case Notice() as payload:
            return notice.layout(payload, mark, reference)


def _calling(people: Iterable[str]) -> str:
    """Only what Slack itself told us is an id may go out as one: nothing here comes from the CRM."""
    return " ".join(f"<@{person}>" for person in people if _PERSON.fullmatch(person))
