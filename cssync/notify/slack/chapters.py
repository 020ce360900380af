"""Lays a story out: a section a chapter, its caption in bold, a bullet a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cssync.model.story import Chapter, plain
from cssync.notify.slack import fit
from cssync.notify.slack.escape import mrkdwn, sentence
from cssync.notify.slack.kit import SECTION, Part, Room, context, section

_SENTENCE = 1_400  # five names of 80 with their links, and what is said around them
_CAPTION = 80


def chapters(story: Sequence[Chapter], taken: Iterable[Part], where: str) -> tuple[Part, ...]:
    """As many sections as fit beside the parts *taken*; the last part names the chapters that did not, and *where*."""
    told = [chapter for chapter in story if chapter.sentences]
    room = Room([*taken, *_missing(told, where)])
    shown: list[Part] = []
    for chapter in told:
        part = section(_shown(chapter, where))
        if not room.take(part.text, blocks=1):
            break
        shown.append(part)
    return (*shown, *_missing(told[len(shown) :], where))


def sentences(story: Iterable[Chapter]) -> int:
    return sum(len(chapter.sentences) for chapter in story)


def spoken(story: Iterable[Chapter]) -> Iterator[str]:
    """Every sentence by itself, escaped, each chapter's first one after its caption."""
    for chapter in story:
        for number, said in enumerate(chapter.sentences):
            caption = "" if number else f"{mrkdwn(chapter.title, _CAPTION)}: "
            yield f"{caption}{mrkdwn(plain(said), _SENTENCE)}"


def _shown(chapter: Chapter, where: str) -> str:
    caption = f"*{mrkdwn(chapter.title, _CAPTION) or chr(8230)}*"
    said = (f"\u2022 {sentence(one, _SENTENCE)}" for one in chapter.sentences)
    shown = fit.fitted(said, len(chapter.sentences), SECTION - len(caption) - 1, "\n", where)
    return f"{caption}\n{shown}"


def _missing(story: Sequence[Chapter], where: str) -> tuple[Part, ...]:
    titles = ", ".join(mrkdwn(chapter.title, _CAPTION) for chapter in story[:6])
    return context(f"and {len(story)} more ({titles}): {where}" if story else "")
