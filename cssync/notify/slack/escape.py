"""Puts foreign text into Slack's mrkdwn so that it shows as it is: it cannot ping, link or format anything.

``& < >`` are escaped as Slack asks, which disarms ``<!channel>`` and ``<https://...|links>``. For the other
characters with a meaning Slack knows no escape, so they are replaced by ones that look the same.
https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import re

from cssync.model.story import Named, Sentence
from cssync.model.text import ELLIPSIS, isolated, line, name

_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_LOOKALIKES = {"*": "\u2217", "~": "\u223c", "`": "\u02cb", "_": "\u02cd", "@": "\uff20", ":": "\u2236"}
_MEANINGFUL = re.compile(
    r"[*~`]"
    r"|(?<!\w)_+|_++(?![^\W_])"  # between letters it formats nothing: dana_roy@acme.test and ARR__c stay whole
    r"|(?<!\w)@"  # @here and @channel, but not an e-mail address
    r"|:(?=[a-z+-][a-z0-9_+-]*:)",  # :fire: would become a picture, 12:30:00 would not
    re.IGNORECASE,
)

# Only what cannot end a link too early, or be more than one.
_ADDRESS = re.compile(r"https?://[!-;=?-{}~]{1,500}")
_BAR = "\u2223"
_ENTITY = re.compile(r"&\w+;|.")
_NAME, _LONGEST = 80, 2_000


def mrkdwn(text: str, limit: int) -> str:
    """*text* as one line of at most *limit* characters, cut with an ellipsis where it is longer."""
    return _escaped(_MEANINGFUL.sub(_lookalike, line(_start(text, limit))), limit)


def sentence(parts: Sentence, limit: int) -> str:
    """*parts* as one line of at most *limit* characters, their names as links; a cut never goes through a link."""
    pieces = [piece for part in parts for piece in (_words(part) if isinstance(part, str) else [_linked(part)])]
    return cut(pieces, limit).strip()


def plain(text: str, limit: int) -> str:
    """The same for ``plain_text`` objects, where nothing is formatted but entities are still read."""
    return _escaped(line(_start(text, limit)), limit)


def _escaped(text: str, limit: int) -> str:
    # Every character takes one unit at least, so that those beyond the limit tell no more than that there are some.
    return cut([_ENTITIES.get(character, character) for character in text[: limit + 1]], limit)


def _words(part: str) -> list[str]:
    """Its characters, escaped; a blank at its edge parts it from the name beside it."""
    shown = mrkdwn(part, _LONGEST)
    edges = ("" if not part[:1].isspace() else " ", "" if not part[-1:].isspace() else " ")
    return [edges[0], *_ENTITY.findall(shown), edges[1]]


def _linked(named: Named) -> str:
    shown = isolated(mrkdwn(name(named.name), _NAME))
    if named.url is None or not _ADDRESS.fullmatch(named.url):
        return shown
    return f"<{named.url.replace('&', '&amp;')}|{shown.replace('|', _BAR)}>"


def _lookalike(match: re.Match[str]) -> str:
    return _LOOKALIKES[match[0][0]] * len(match[0])


def cut(pieces: list[str], limit: int) -> str:
    """Join *pieces*, as many whole ones as stay within *limit*."""
    whole = "".join(pieces)
    if length(whole) <= limit:
        return whole
    kept, used = [], length(ELLIPSIS)
    for piece in pieces:
        used += length(piece)
        if used > limit:
            break
        kept.append(piece)
    return "".join(kept).rstrip() + ELLIPSIS


def length(text: str) -> int:
    """As a JavaScript or Java server counts it: in UTF-16 units, an emoji being two."""
    # Half of a surrogate pair is none of UTF-8's, but a unit all the same.
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def _start(text: str, limit: int) -> str:
    # A field that someone filled with megabytes is not worth reading to its end.
    return text[: 10 * limit]
