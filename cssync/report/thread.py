"""Parts a digest into the message of a channel and the answers in its thread, where a sink has threads."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from cssync.model.digest import Digest, Evidence

_IN_THREAD = "details in thread"


def root(digest: Digest) -> Digest:
    """*digest* without the stories of its entries, and with word of where they are."""
    entries = tuple(replace(entry, story=()) for entry in digest.entries)
    footer = (*digest.footer, _IN_THREAD) if any(answers(digest)) else digest.footer
    return replace(digest, entries=entries, footer=footer)


def answers(digest: Digest) -> Iterator[Evidence]:
    """Yield the story of each subject that has one."""
    return (Evidence(entry, digest.run_id) for entry in digest.entries if entry.story)
