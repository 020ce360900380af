"""A digest always fits into a Slack message, reads as laid out, and neither pings nor links anybody."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slackblocks import ContextBlock, HeaderBlock, Message, SectionBlock

from cssync.model.digest import Digest, Entry, EntryKind, Notice
from cssync.notify.slack import blocks
from tests.emulators.slack import limits, mentions
from tests.notify.builders import digest, entry, notice, outgoing

SCHEMA = Path(__file__).parents[4] / "shared" / "data" / "blockkit.schema.json"


def laid_out(payload: Digest | Notice, reference: str = "") -> blocks.Message:
    return blocks.message(outgoing(payload), reference)


def test_the_message_reads_as_laid_out() -> None:
    message = laid_out(
        digest(
            entry(EntryKind.RESOLVED, change="resolved", who="Sam Ito", facts="44, after 12 days", action=""),
            entry(EntryKind.WATCH, change="", who="Ana Diaz", facts="61, likely 75 by 31 Mar (72%)", action="Hire."),
            entry(details=("Acme and Globex joined this week.",)),
            summary="CS capacity, 22 Nov: 1 critical, 1 watch, 1 resolved",
            notes=("3 accounts have an ARR that is not a number.",),
        ),
        "ref abc",
    )

    assert [spoken(block) for block in message.blocks] == [
        "CS capacity: 22 Nov 2026",
        "41 CSMs \u00b7 data as of 02:04 UTC \u00b7 run 8f3a",
        (
            "CRITICAL  *Dana Roy* (new): 88 accounts (limit 50, +3 this week), $3.1M ARR\n"
            "Do: Move 38 accounts to Sam Ito.\n\u2022 Acme and Globex joined this week."
        ),
        "WATCH  *Ana Diaz*: 61, likely 75 by 31 Mar (72%)\nDo: Hire.",
        "RESOLVED  *Sam Ito*: 44, after 12 days",
        "3 accounts have an ARR that is not a number.",
        "14 unchanged \u00b7 ref abc",
    ]
    assert [block["type"] for block in message.blocks] == ["header", "context", *["section"] * 3, "context", "context"]
    assert message.text == (
        "CS capacity, 22 Nov: 1 critical, 1 watch, 1 resolved\n"
        "CRITICAL Dana Roy (new): 88 accounts (limit 50, +3 this week), $3.1M ARR. Do: Move 38 accounts to Sam Ito.\n"
        "WATCH Ana Diaz: 61, likely 75 by 31 Mar (72%). Do: Hire.\n"
        "RESOLVED Sam Ito: 44, after 12 days\n"
        "ref abc"
    )


def test_with_two_hundred_alerts_the_most_severe_come_first_and_the_rest_is_counted() -> None:
    many = [
        *(entry(EntryKind.WATCH, who=f"Watch {number}") for number in range(150)),
        *(entry(EntryKind.WARNING, who=f"Warning {number}") for number in range(47)),
        *(entry(EntryKind.CRITICAL, who=f"Critical {number}") for number in range(3)),
    ]

    message = laid_out(digest(*many))

    told = [spoken(block) for block in message.blocks if block["type"] == "section"]
    assert told[0].startswith("CRITICAL  *Critical 0*")
    assert told[3].startswith("WARNING  *Warning 0*")
    warnings = 47 - (len(told) - 3)
    assert spoken(message.blocks[-2]) == (
        f"and {200 - len(told)} more ({warnings} warnings, 150 to watch): cssync alerts"
    )
    assert len(told) == 46
    assert_fits(message)
    assert_well_formed(message)


def test_exactly_as_many_entries_as_fit_need_no_remainder() -> None:
    message = laid_out(digest(*(entry(action="", facts="x") for _ in range(46))))

    assert len(message.blocks) == 49
    assert not any(spoken(block).startswith("and ") for block in message.blocks)


def test_evidence_that_finds_no_room_is_promised_elsewhere() -> None:
    wordy = [entry(details=tuple("w" * 300 for _ in range(20))) for _ in range(5)]

    message = laid_out(digest(*wordy))

    assert spoken(message.blocks[-1]) == "14 unchanged \u00b7 more details: cssync alerts --details"
    assert_fits(message)


def test_of_a_long_story_the_first_three_sentences_are_shown() -> None:
    message = laid_out(digest(entry(details=("One.", "Two.", "Three.", "Four."))))

    assert spoken(message.blocks[2]).endswith("\n\u2022 One.\n\u2022 Two.\n\u2022 Three.")
    assert spoken(message.blocks[-1]) == "14 unchanged \u00b7 more details: cssync alerts --details"


def test_texts_at_their_worst_still_fit() -> None:
    """3,001 characters, 13,000 in all, each of them an ampersand that takes five."""
    huge = "&" * 13_000
    worst = [entry(who=huge, facts=huge, action=huge, change=huge, details=(huge,) * 9) for _ in range(200)]

    message = laid_out(
        digest(*worst, title=huge, summary=huge, context=(huge,) * 60, notes=(huge,) * 60, footer=(huge,) * 60)
    )

    assert_fits(message)
    assert_well_formed(message)
    assert any("and 19" in spoken(block) for block in message.blocks)


def test_an_empty_digest_is_still_a_message() -> None:
    message = laid_out(
        Digest("", "", date(2026, 11, 22), datetime(2026, 11, 22), "", (), ())  # noqa: DTZ001 - not looked at
    )

    assert [block["type"] for block in message.blocks] == ["header"]
    assert_fits(message)


def test_a_notice_is_told_line_by_line() -> None:
    message = laid_out(notice(text="ARR fell by 41%.\n\nLook, then: cssync run --accept"))

    assert [spoken(block) for block in message.blocks] == [
        "Night refused",
        "ARR fell by 41%.\nLook, then: cssync run --accept",
        "run 8f3a",
    ]
    assert message.text == "Night refused\nARR fell by 41%.\nLook, then: cssync run --accept"


@pytest.mark.parametrize(
    ("who", "shown"),
    [
        ("<!channel> everybody", "*&lt;!channel&gt; everybody*"),
        ("Tom & Jerry", "*Tom &amp; Jerry*"),
        ("", "*(no name)*"),
        ("\u202eyoR anaD", "*yoR anaD*"),
        ("\u05d3\u05e0\u05d4", "*\u2068\u05d3\u05e0\u05d4\u2069*"),
        ("*Dana*", "*\u2217Dana\u2217*"),
    ],
)
def test_a_name_cannot_leave_its_place(who: str, shown: str) -> None:
    message = laid_out(digest(entry(who=who)))

    assert spoken(message.blocks[2]).startswith(f"CRITICAL  {shown} (new): ")


# What people and attackers type, more often than chance would.
PINGS = ["<!channel>", "<!here|x>", "<@U1>", "@here", "@everyone", "#general"]
LINKS = ["<https://evil.test|ok>", "http://evil.test"]
MARKS = ["&", "<", ">", "*", "_", "~", "`", "|", ":fire:", " "]
ODDITIES = ["\u202e", "\u200b", "\x00", "\n", "\ud800", "\U0001f600", "\u05d0"]
PIECES = st.sampled_from([*PINGS, *LINKS, *MARKS, *ODDITIES])
TYPED = st.lists(PIECES | st.text(max_size=10), max_size=6).map("".join)
TEXTS = TYPED | PIECES.map(lambda piece: piece * 600)
SENTENCES = st.lists(TEXTS, max_size=3).map(tuple)
ENTRIES = st.builds(
    Entry, kind=st.sampled_from(EntryKind), change=TEXTS, who=TEXTS, facts=TEXTS, action=TEXTS, details=SENTENCES
)
DIGESTS = st.builds(
    Digest,
    title=TEXTS,
    summary=TEXTS,
    as_of=st.just(date(2026, 11, 22)),
    data_as_of=st.just(datetime(2026, 11, 22)),  # noqa: DTZ001 - not looked at
    run_id=TEXTS,
    context=SENTENCES,
    entries=st.lists(ENTRIES, max_size=3).flatmap(lambda some: st.integers(1, 25).map(lambda n: tuple(some * n))),
    notes=SENTENCES,
    footer=SENTENCES,
)
NOTICES = st.builds(Notice, title=TEXTS, text=TEXTS, run_id=TEXTS)


@settings(deadline=None, derandomize=True, max_examples=150)
@given(payload=DIGESTS | NOTICES, reference=st.sampled_from(["", "ref 5d41402a"]))
def test_any_digest_fits_and_pings_nobody(payload: Digest | Notice, reference: str) -> None:
    message = laid_out(payload, reference)

    assert_fits(message)
    posted = {"text": message.text, "blocks": message.blocks, "parse": "none"}
    assert mentions.pings(posted) == set()
    assert mentions.links(posted) == set()
    assert not set(message.text + "".join(map(spoken, message.blocks))) & set("\u202e\u200b\x00\ud800")
    for block in message.blocks[1:]:  # the header is plain text, where nothing is formatted
        assert spoken(block).count("*") == (2 if isinstance(payload, Digest) and block["type"] == "section" else 0)
        assert not set(spoken(block)) & set("~`")


@settings(deadline=None, derandomize=True, max_examples=60)
@given(digest=DIGESTS)
def test_every_entry_is_shown_or_counted(digest: Digest) -> None:
    message = laid_out(digest)

    sections = sum(block["type"] == "section" for block in message.blocks)
    counted = [int(told.split()[1]) for told in map(spoken, message.blocks) if told.endswith("): cssync alerts")]
    assert sections + sum(counted) == len(digest.entries)


def assert_fits(message: blocks.Message) -> None:
    assert limits.problems(message.blocks) == []
    assert not limits.is_too_long(message.blocks)
    assert sum(len(text) for block in message.blocks for text in limits.texts(block)) <= 9_000
    assert 0 < len(message.text) < 3_000


def assert_well_formed(message: blocks.Message) -> None:
    """In the eyes of others: slackblocks, and the types that Slack publishes."""
    parse: dict[str, Any] = {"header": HeaderBlock, "section": SectionBlock, "context": ContextBlock}
    parsed = [parse[str(one["type"])].from_dict(one) for one in message.blocks]
    Message(channel="C0CAPACITY", text=message.text, blocks=parsed)
    if SCHEMA.exists():
        validator = jsonschema.Draft7Validator(json.loads(SCHEMA.read_text()))
        for block in message.blocks:
            validator.validate(block)


def spoken(block: Any) -> str:
    (text,) = limits.texts(block)
    return text
