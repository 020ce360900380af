"""Names from the CRM stay on one line and show nothing but what can be seen."""

from __future__ import annotations

import pytest

from cssync.model.text import isolated, line, name


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("Acme\nInc\t\r\n Ltd ", "Acme Inc Ltd"),
        ("Acme\x1b[31m red", "Acme [31m red"),
        ("Acme\u2028Inc", "Acme Inc"),
        ("evil\u202egnp.exe", "evilgnp.exe"),
        ("A\u200bc\u2060m\ufeffe\u00ad", "Acme"),
        ("Acme \U0001f469\u200d\U0001f4bb", "Acme \U0001f469\u200d\U0001f4bb"),
        ("half \ud83d pair", "half \ufffd pair"),
        ("M\u00fcller & S\u00f6hne", "M\u00fcller & S\u00f6hne"),
    ],
)
def test_a_line_keeps_what_is_visible(typed: str, shown: str) -> None:
    assert line(typed) == shown


@pytest.mark.parametrize("typed", ["", "   ", "\u200b\u200d", "\u3164", "\u2800 \n", "\u0301"])
def test_a_name_that_nobody_could_see_is_called_nameless(typed: str) -> None:
    assert name(typed) == "(no name)"


def test_a_right_to_left_name_cannot_turn_the_figures_beside_it_around() -> None:
    assert isolated("\u05d3\u05e0\u05d4 12") == "\u2068\u05d3\u05e0\u05d4 12\u2069"
    assert isolated("Dana") == "Dana"
