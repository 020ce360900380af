"""The JSON of a vendor is read as it is, and what is none is refused whatever is wrong with it."""

from __future__ import annotations

import pytest

from connectors.canonical.answers import decoded


@pytest.mark.parametrize(
    ("body", "read"),
    [
        (rb'{"name": "\ud83d\ude00"}', {"name": "\U0001f600"}),
        (rb'{"name": "Ann\ud83d", "arr": 0.1, "more": [null, 12]}', {"name": "Ann?", "arr": 0.1, "more": [None, 12]}),
        (rb'{"name": "\ude00 Ann \\ud83d"}', {"name": "? Ann \\ud83d"}),
    ],
)
def test_half_of_an_emoji_costs_no_more_than_itself(body: bytes, read: object) -> None:
    assert decoded(body) == read


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b'{"name": "cut sh', b"\xff", b'{"a": NaN}', b"[" * 200_000, b'{"a": 1} more']
)
def test_what_is_no_json_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        decoded(body)
