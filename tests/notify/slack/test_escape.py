"""Foreign text in mrkdwn shows as it is: no ping, no link, no formatting, no picture."""

from __future__ import annotations

import pytest

from cssync.model.story import Named
from cssync.notify.slack.escape import length, mrkdwn, plain, sentence


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


def test_a_sentence_keeps_the_blanks_around_its_names_and_links_them() -> None:
    told = ("From  ", Named("Tom <Becker>"), ", ", Named("A|B & C", "https://crm.test/1?a=1&b"), " and\n2 more.")
    assert sentence(told, 200) == (
        "From Tom &lt;Becker&gt;, <https://crm.test/1?a=1&amp;b|A\u2223B &amp; C> and 2 more."
    )


def test_a_cut_never_goes_through_a_link() -> None:
    told = ("ab ", Named("Acme", "https://crm.test/1"), " and more of the same")
    whole = "ab <https://crm.test/1|Acme>"
    assert sentence(told, len(whole)) == "ab\u2026"
    assert sentence(told, len(whole) + 1) == f"{whole}\u2026"


@pytest.mark.parametrize("url", ["javascript:alert(1)", "https://x.test/a b", "https://x.test/|y", "https://x.test/>"])
def test_what_is_no_plain_address_is_no_link(url: str) -> None:
    assert sentence((Named("Acme", url),), 100) == "Acme"


def test_a_name_in_a_sentence_has_a_length_that_can_be_read() -> None:
    assert sentence((Named("x" * 3_000, "https://crm.test/1"),), 500) == f"<https://crm.test/1|{'x' * 79}\u2026>"
