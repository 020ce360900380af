"""A story in chapters: short captions, and under each a few sentences in which names may lead to their records."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeAlias

from cssync.model.text import name as visible


@dataclass(frozen=True, slots=True)
class Named:
    """A name out of the CRM within a sentence; *url*: the page of its record, None where it has none."""

    name: str
    url: str | None = None


# Plain text, and names between; nothing in it is escaped or markup.
Sentence: TypeAlias = tuple[str | Named, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    sentences: tuple[Sentence, ...]


def plain(sentence: Sentence) -> str:
    """*sentence* without its links."""
    return "".join(part if isinstance(part, str) else visible(part.name) for part in sentence)


def flattened(story: Iterable[Chapter]) -> tuple[str, ...]:
    """Every sentence of every chapter, without captions and links."""
    return tuple(plain(sentence) for chapter in story for sentence in chapter.sentences)


def joined(stories: Iterable[Iterable[Chapter]]) -> tuple[Chapter, ...]:
    """Several stories of one book as one: chapters of one title together, in the order of the first, said once."""
    chapters: dict[str, dict[Sentence, None]] = {}
    for story in stories:
        for chapter in story:
            chapters.setdefault(chapter.title, {}).update(dict.fromkeys(chapter.sentences))
    return tuple(Chapter(title, tuple(sentences)) for title, sentences in chapters.items())
