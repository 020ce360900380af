"""What somebody who may rename a record in the CRM would put into its name, and what must never come of it."""

from __future__ import annotations

import re

# Each is dangerous to one of those who read it: a spreadsheet, Slack, a terminal, a database, the eye.
NAMES = {
    "formula": '=HYPERLINK("http://evil.test";"y")',
    "plus": "+1",
    "minus": "-1",
    "at": "@SUM(A1)",
    "tab and formula": "\t=1",
    "return and formula": "\r=1",
    "a cell more": "Ann;=1+1",
    "full width": "\uff1d1+1",
    "channel": "<!channel>",
    "link": "<https://evil.test|ok>",
    "address": "https://evil.test",
    "here": "@here",
    "person": "<@U0MAYA>",
    "markdown": "*_~`bold`~_*",
    "line break": "Ann\ncssync: all is well",
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "link of a terminal": "\x1b]8;;https://evil.test\x1b\\ok\x1b]8;;\x1b\\",
    "bell": "\x07ding",
    "sequence in one character": "\x9b2Jgone",
    "override": "\u202egnp.exe",
    "zero width": "\u200b\u200bAnn\ufeff",
    "long": "x" * 5_000,
}
# What only JSON can carry: files and databases know neither.
OF_JSON = {"NUL": "An\x00n", "half a pair": "Ann\ud83d"}

# Of what is no letter, a terminal may be sent line breaks, and the marks that keep a right-to-left name to itself.
_ACTED_UPON = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2060-\u2067\u206a-\u206f\ufeff\ud800-\udfff]"
)


def acted_upon(text: str) -> list[str]:
    """What a terminal would act upon instead of showing it."""
    return sorted({repr(found[0]) for found in _ACTED_UPON.finditer(text)})
