"""Whatever is to be told fits into a Slack message, pings nobody, and links to nothing but our own records."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cssync.model.alert import Incident
from cssync.model.digest import Digest, Entry, EntryKind, Evidence, Notice, Payload, Summary
from cssync.model.remark import Remark, Remarks
from cssync.model.story import Chapter, Named
from tests.emulators.slack import mentions
from tests.notify.builders import chapter, digest, entry, evidence, notice, summary
from tests.notify.slack.layouts import assert_fits, assert_well_formed, laid_out, posted, sections, shown

HUGE = "&" * 13_000  # each takes five
HUGE_STORY = tuple(chapter(f"{number}{HUGE}", *[(HUGE, Named(HUGE), HUGE)] * 60) for number in range(60))


def test_an_empty_digest_is_still_a_message() -> None:
    message = laid_out(
        Digest("", "", date(2026, 11, 22), datetime(2026, 11, 22), "", (), ())  # noqa: DTZ001 - not looked at
    )

    assert [block["type"] for block in message.blocks] == ["header"]
    assert_fits(message)


def test_a_notice_is_told_line_by_line() -> None:
    message = laid_out(notice(text="ARR fell by 41%.\n\nLook, then: cssync run --accept"))

    assert shown(message) == ["Night refused", "ARR fell by 41%.\nLook, then: cssync run --accept", "run 8f3a"]
    assert message.text == "Night refused\nARR fell by 41%.\nLook, then: cssync run --accept"


@pytest.mark.parametrize(
    "payload",
    [
        pytest.param(
            digest(
                *[entry(who=HUGE, facts=HUGE, action=HUGE, change=HUGE, story=HUGE_STORY)] * 200,
                title=HUGE, summary=HUGE, context=(HUGE,) * 60, notes=(HUGE,) * 60, footer=(HUGE,) * 60,
            ),
            id="digest",
        ),
        pytest.param(evidence(*HUGE_STORY, who=HUGE, facts=HUGE, action=HUGE, change=HUGE), id="evidence"),
        pytest.param(evidence(chapter("Why"), chapter("Who came", *[("x" * 1_300,)] * 5)), id="a chapter"),
        pytest.param(summary(*HUGE_STORY, title=HUGE, summary=HUGE, context=(HUGE,) * 60), id="summary"),
        pytest.param(notice(title=HUGE, text="\n".join([HUGE] * 60), run_id=HUGE), id="notice"),
    ],
)  # fmt: skip
def test_alert_case_17_18_texts_at_their_worst_still_fit(payload: Payload) -> None:
    """More than 50 blocks, 3,000 characters in each, 13,000 in all, and a text over 4,000; what is left out is told."""
    message = laid_out(payload, "ref 5d41402a")

    assert_fits(message)
    assert_well_formed(message)
    assert any("and " in text and " more" in text and ": cssync " in text for text in shown(message))
    assert " more: cssync " in message.text


@pytest.mark.parametrize("number", [200, 500])
def test_alert_case_17_27_hundreds_of_alerts_put_the_most_severe_first_and_count_the_rest(number: int) -> None:
    many = [
        *(entry(EntryKind.WATCH, who=f"Watch {n}") for n in range(number - 50)),
        *(entry(EntryKind.WARNING, who=f"Warning {n}") for n in range(47)),
        *(entry(EntryKind.CRITICAL, who=f"Critical {n}") for n in range(3)),
    ]

    message = laid_out(digest(*many))

    told = sections(message)
    assert told[0].startswith("CRITICAL  *Critical 0*")
    assert told[3].startswith("WARNING  *Warning 0*")
    warnings = 47 - (len(told) - 3)
    assert shown(message)[-2] == (
        f"and {number - len(told)} more ({warnings} warnings, {number - 50} to watch): cssync alerts"
    )
    assert len(told) == 46
    assert_fits(message)
    assert_well_formed(message)


NAMES = [
    ("<!channel> everybody", "&lt;!channel&gt; everybody"),
    ("<@U0123> <https://evil.test|ok>", "&lt;\uff20U0123&gt; &lt;https://evil.test|ok&gt;"),
    ("Tom & Jerry", "Tom &amp; Jerry"),
    ("\u202eyoR anaD", "yoR anaD"),
    ("\u05d3\u05e0\u05d4", "\u2068\u05d3\u05e0\u05d4\u2069"),
    ("*Dana* ~Roy~ _x_ `y`", "\u2217Dana\u2217 \u223cRoy\u223c \u02cdx\u02cd \u02cby\u02cb"),
    ("\U0001f34b Juice", "\U0001f34b Juice"),
]
EMPTY_NAMES = [("", "(no name)"), (" \u200b\u3164", "(no name)")]


@pytest.mark.parametrize(("who", "seen"), NAMES)
def test_alert_case_19_a_name_cannot_leave_its_place(who: str, seen: str) -> None:
    in_digest, in_thread = laid_out(digest(entry(who=who))), laid_out(evidence(chapter("Why", (Named(who), "."))))

    assert sections(in_digest)[0].startswith(f"CRITICAL  *{seen}* (new): ")
    assert sections(in_thread)[1] == f"*Why*\n\u2022 {seen}."
    for message in (in_digest, in_thread):
        assert mentions.pings(posted(message)) == mentions.links(posted(message)) == set()


@pytest.mark.parametrize(("who", "seen"), EMPTY_NAMES)
def test_alert_case_20_an_empty_name_is_said_to_be_none(who: str, seen: str) -> None:
    named = chapter("Why", ("From ", Named(who, "https://crm.test/1"), "."))

    assert sections(laid_out(digest(entry(who=who))))[0].startswith(f"CRITICAL  *{seen}* (new): ")
    assert sections(laid_out(evidence(named)))[1] == f"*Why*\n\u2022 From <https://crm.test/1|{seen}>."


# What people and attackers type, more often than chance would.
PINGS = ["<!channel>", "<!here|x>", "<@U1>", "@here", "@everyone", "#general"]
LINKS = ["<https://evil.test|ok>", "http://evil.test"]
MARKS = ["&", "<", ">", "*", "_", "~", "`", "|", ":fire:", " "]
ODDITIES = ["\u202e", "\u200b", "\x00", "\n", "\ud800", "\U0001f600", "\u05d0"]
PIECES = st.sampled_from([*PINGS, *LINKS, *MARKS, *ODDITIES])
TYPED = st.lists(PIECES | st.text(max_size=10), max_size=6).map("".join)
TEXTS = TYPED | PIECES.map(lambda piece: piece * 600)
SAID = st.lists(TEXTS, max_size=3).map(tuple)
OURS = "https://acme.my.salesforce.com/001000000000001AAA"
BROKEN = [
    "",
    "https://a b.test",
    "https://evil.test>|<!channel",
    "javascript:alert(1)",
    "https://x.test/<@U1>",
    "ftp://x",
]
NAMED = st.builds(Named, name=TEXTS, url=st.none() | st.just(OURS) | st.sampled_from(BROKEN))
SENTENCES = st.lists(TEXTS | NAMED, min_size=1, max_size=4).map(tuple)
CHAPTERS = st.builds(Chapter, title=TEXTS, sentences=st.lists(SENTENCES, max_size=3).map(tuple))
STORIES = st.lists(CHAPTERS, max_size=3).flatmap(lambda some: st.integers(1, 20).map(lambda n: tuple(some * n)))
INCIDENTS = [Incident("f", number) for number in range(8)]
ENTRIES = st.builds(
    Entry,
    kind=st.sampled_from(EntryKind),
    change=TEXTS,
    who=TEXTS,
    facts=TEXTS,
    action=TEXTS,
    story=st.just(()) | STORIES,
    incidents=st.lists(st.sampled_from(INCIDENTS), max_size=5).map(tuple),
)
DIGESTS = st.builds(
    Digest,
    title=TEXTS,
    summary=TEXTS,
    as_of=st.just(date(2026, 11, 22)),
    data_as_of=st.just(datetime(2026, 11, 22)),  # noqa: DTZ001 - not looked at
    run_id=TEXTS,
    context=SAID,
    entries=st.lists(ENTRIES, max_size=3).flatmap(lambda some: st.integers(1, 25).map(lambda n: tuple(some * n))),
    notes=SAID,
    footer=SAID,
)
EVIDENCE = st.builds(Evidence, entry=ENTRIES, run_id=TEXTS)
SUMMARIES = st.builds(
    Summary, title=TEXTS, summary=TEXTS, as_of=st.just(date(2026, 11, 22)), run_id=TEXTS, context=SAID, chapters=STORIES
)
NOTICES = st.builds(Notice, title=TEXTS, text=TEXTS, run_id=TEXTS)
# Long texts take their time on a busy machine.
EFFORT = settings(deadline=None, derandomize=True, max_examples=50, suppress_health_check=[HealthCheck.too_slow])
REMARKS = st.dictionaries(st.sampled_from(INCIDENTS), st.builds(Remark, text=TEXTS, ended=st.booleans()))


@EFFORT
@given(
    payload=DIGESTS | EVIDENCE | SUMMARIES | NOTICES, reference=st.sampled_from(["", "ref 5d41402a"]), remarks=REMARKS
)
def test_alert_case_17_18_19_anything_fits_and_pings_nobody(payload: Payload, reference: str, remarks: Remarks) -> None:
    message = laid_out(payload, reference, remarks)

    assert_fits(message)
    assert mentions.pings(posted(message)) == set()
    assert mentions.links(posted(message)) <= {OURS}
    assert not set(message.text + "".join(shown(message))) & set("\u202e\u200b\x00\ud800")
    assert "~" not in message.text
    for text, block in zip(shown(message)[1:], message.blocks[1:], strict=True):  # plain text in the header
        bold = block["type"] == "section" and not isinstance(payload, Notice)
        assert text.count("*") <= (2 if bold else 0)
        assert "`" not in text
        for line in text.splitlines():
            assert line.count("~") in {0, 2}, "a strike ends in its own line"


@EFFORT
@given(digest=DIGESTS, remarks=REMARKS)
def test_every_entry_is_shown_or_counted(digest: Digest, remarks: Remarks) -> None:
    message = laid_out(digest, remarks=remarks)

    counted = [int(told.split()[1]) for told in shown(message) if told.endswith("): cssync alerts")]
    assert len(sections(message)) + sum(counted) == len(digest.entries)


@EFFORT
@given(evidence=EVIDENCE)
def test_every_chapter_is_shown_or_counted(evidence: Evidence) -> None:
    message = laid_out(evidence)

    counted: list[Any] = [told.split()[1] for told in shown(message) if told.endswith("): cssync alerts --details")]
    told = [one for one in evidence.entry.story if one.sentences]
    assert len(sections(message)) - 1 + sum(map(int, counted)) == len(told)
