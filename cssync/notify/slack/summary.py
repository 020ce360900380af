"""Lays out how a week went: a section a chapter."""

from __future__ import annotations

from cssync.model.digest import Summary
from cssync.notify.slack import fit
from cssync.notify.slack.chapters import chapters, sentences, spoken
from cssync.notify.slack.escape import mrkdwn
from cssync.notify.slack.kit import Message, context, header, laid_out

_WHERE = f"{fit.SEE_ALERTS}, cssync books"


def layout(summary: Summary, mark: str, reference: str) -> Message:
    head = [header(summary.title, mark), *context(fit.statements(summary.context))]
    foot = context(reference)
    return laid_out(
        fit.spoken(mrkdwn(summary.summary, 500), spoken(summary.chapters), sentences(summary.chapters), reference),
        [*head, *chapters(summary.chapters, [*head, *foot], _WHERE), *foot],
    )
