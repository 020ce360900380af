"""Lays out all that was found about one subject, for the thread under a digest."""

from __future__ import annotations

from cssync.model.digest import Evidence
from cssync.model.remark import Remarks
from cssync.notify.slack import entry as subject
from cssync.notify.slack import fit
from cssync.notify.slack.chapters import chapters, sentences, spoken
from cssync.notify.slack.controls import Controls
from cssync.notify.slack.kit import Message, laid_out, section


def layout(evidence: Evidence, mark: str, remarks: Remarks, controls: Controls) -> Message:
    entry = evidence.entry
    head = section(subject.shown(entry, remarks), mark)
    # What is over needs no decision any more.
    below = () if subject.is_over(entry, remarks) else controls.below(entry.incidents)
    first = subject.spoken(entry, remarks)
    return laid_out(
        fit.spoken(first, spoken(entry.story), sentences(entry.story), where=fit.SEE_DETAILS),
        [head, *chapters(entry.story, [head, *below], fit.SEE_DETAILS), *below],
    )
