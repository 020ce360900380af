"""Foreign text in mrkdwn shows as it is: no ping, no link, no formatting, no picture."""

from __future__ import annotations

import pytest

from cssync.notify.slack.escape import length, mrkdwn, plain


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("<!channel> & <@U123>", "&lt;!channel&gt; &amp; &lt;\uff20U123&gt;"),
        ("&amp; already", "&amp;amp; already"),
        ("<https://evil.test|Acme>", "&lt;https://evil.test|Acme&gt;"),
        ("@here @channel", "\uff20here \uff20channel"),
        ("dana_roy@acme.test", "dana_roy@acme.test"),
        ("Account.ARR__c", "Account.ARR__c"),
        ("__init__ of", "\u02cd\u02cdinit\u02cd\u02cd of"),
        ("*bold* ~gone~ `code`", "\u2217bold\u2217 \u223cgone\u223c \u02cbcode\u02cb"),
        ("_slanted_ snake_case", "\u02cdslanted\u02cd snake_case"),
        (":fire: :+1: at 12:30:00", "\u2236fire: \u2236+1: at 12:30:00"),
        ("> quote\n- list", "&gt; quote - list"),
    ],
)
def test_whatever_means_something_to_slack_is_disarmed(typed: str, shown: str) -> None:
    assert mrkdwn(typed, 100) == shown


def test_a_cut_never_goes_through_an_entity() -> None:
    assert mrkdwn("ab&&&&", 10) == "ab&amp;\u2026"


@pytest.mark.parametrize("limit", [10, 11, 12])
def test_a_text_of_exactly_the_limit_is_left_whole(limit: int) -> None:
    assert plain("x" * limit, limit) == "x" * limit
    assert plain("x" * (limit + 1), limit) == "x" * (limit - 1) + "\u2026"


def test_emoji_count_twice_as_in_slack() -> None:
    assert length("\U0001f600a") == 3
    assert plain("\U0001f600" * 10, 10) == "\U0001f600" * 4 + "\u2026"
