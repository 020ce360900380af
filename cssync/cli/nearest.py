"""What was probably meant by a name that nobody has."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from cssync.model.text import line


def nearest(name: str, known: Sequence[str]) -> str:
    """A remedy: the nearest of the *known* names, in whatever case it was typed, or the first few of them."""
    by_key = {each.casefold(): each for each in map(line, known)}
    close = get_close_matches(name.casefold(), by_key, n=1)
    if close:
        return f"did you mean {by_key[close[0]]!r}?"
    return f"there are: {', '.join(map(line, known[:10]))}{', ...' if len(known) > 10 else ''}"  # noqa: PLR2004 - fits a line
