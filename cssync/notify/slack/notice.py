"""Lays out a message for operations, line by line."""

from __future__ import annotations

from cssync.model.digest import Notice
from cssync.notify.slack import fit
from cssync.notify.slack.escape import mrkdwn
from cssync.notify.slack.kit import Message, context, header, laid_out, section


def layout(notice: Notice, mark: str, reference: str) -> Message:
    said = [mrkdwn(line, 1_000) for line in notice.text.splitlines() if line.strip()]
    told = fit.lines(said, fit.TEXT, fit.SEE_RUN)
    sections = [section(told)] if told else []
    footer = context(fit.statements([f"run {notice.run_id[:8]}"], reference))
    parts = [header(notice.title, mark), *sections, *footer]
    return laid_out(fit.spoken(mrkdwn(notice.title, 500), said, len(said), reference), parts)
