"""Makes text that came from the CRM fit to be shown to people, whatever somebody typed there.

Whoever can rename an account can put line breaks, terminal escapes or a right-to-left override into a message that
leadership reads. What remains here is one line of visible text; each notifier then escapes it for its own medium.
"""

from __future__ import annotations

import unicodedata

NO_NAME = "(no name)"
ELLIPSIS = "…"

# Zero-width joiner and non-joiner stay: emoji, Persian and the Indic scripts need them.
_JOINERS = "\u200c\u200d"
# Letters and symbols by category, but nothing that anyone could see.
_BLANKS = "\u115f\u1160\u2800\u3164\uffa0"
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"
_KEPT = frozenset({"\n", _ISOLATE, _END_ISOLATE})


def line(text: str) -> str:
    """*text* as one line: breaks and runs of blanks become a space, invisible and direction-changing marks go."""
    visible = text if text.isascii() and text.isprintable() else "".join(map(_visible, text))
    return " ".join(visible.split())


def harmless(text: str) -> str:
    """*text* with its line breaks, and nothing that a terminal would act upon instead of showing it.

    For what is written as a whole: each foreign part of it was made one line before, or it could forge lines of ours.
    """
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    return "".join(each if each in _KEPT else _visible(each) for each in text)


def name(text: str) -> str:
    """*text* as a name, never empty."""
    return words(text) or NO_NAME


def words(text: str) -> str:
    """*text* as one line; "" where nothing of it could be seen."""
    shown = line(text)
    return shown if any(unicodedata.category(character)[0] not in "CMZ" for character in shown) else ""


def isolated(text: str) -> str:
    """*text* so that a right-to-left name keeps to itself instead of turning the figures beside it around."""
    if any(unicodedata.bidirectional(character) in {"R", "AL"} for character in text):
        return f"{_ISOLATE}{text}{_END_ISOLATE}"
    return text


def _visible(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp", "Zs"} or character in _BLANKS:
        return " "
    if category == "Cs":
        return "\ufffd"  # half of a surrogate pair cannot be written in UTF-8
    return "" if category == "Cf" and character not in _JOINERS else character
