"""A digest and the answers in its thread read as laid out, on a phone and by a screen reader."""

from __future__ import annotations

from datetime import date

import pytest

from cssync.model.alert import Incident
from cssync.model.digest import EntryKind
from cssync.model.remark import Remark
from cssync.model.story import Chapter, Named
from tests.notify.builders import chapter, digest, entry, evidence, summary
from tests.notify.slack.layouts import assert_fits, assert_well_formed, laid_out, sections, shown

ACCOUNTS, ARR = Incident("accounts", 1), Incident("arr", 2)
STORY = (
    chapter("Why", "Dana Roy looks after 88 customers; the limit is 50."),
    chapter(
        "Who came, who went",
        "Since 23 Oct 2026: +34 customers.",
        ("From ", Named("Tom Becker"), ": ", Named("Acme", "https://crm.test/001"), " ($100k) and 30 more."),
    ),
    chapter("Forecast", "92 by 31 Mar 2027."),
    chapter("What it is made of", "By segment: SMB 88."),
    chapter("Whom to move", "To Sam Ito, 15 customers."),
)


def test_the_message_reads_as_laid_out() -> None:
    message = laid_out(
        digest(
            entry(EntryKind.RESOLVED, change="resolved", who="Sam Ito", facts="44, after 12 days", action=""),
            entry(EntryKind.WATCH, change="", who="Ana Diaz", facts="61, likely 75 by 31 Mar (72%)", action="Hire."),
            entry(),
            summary="CS capacity, 22 Nov: 1 critical, 1 to watch, 1 resolved",
            notes=("3 accounts have an ARR that is not a number.",),
        ),
        "ref abc",
    )

    assert shown(message) == [
        "CS capacity: 22 Nov 2026",
        "41 CSMs \u00b7 data as of 02:04 UTC \u00b7 run 8f3a",
        (
            "CRITICAL  *Dana Roy* (new): 88 accounts (limit 50, +3 this week), $3.1M ARR\n"
            "Do: Move 38 accounts to Sam Ito."
        ),
        "WATCH  *Ana Diaz*: 61, likely 75 by 31 Mar (72%)\nDo: Hire.",
        "RESOLVED  *Sam Ito*: 44, after 12 days",
        "3 accounts have an ARR that is not a number.",
        "14 unchanged \u00b7 ref abc",
    ]
    assert [block["type"] for block in message.blocks] == ["header", "context", *["section"] * 3, "context", "context"]
    assert message.text == (
        "CS capacity, 22 Nov: 1 critical, 1 to watch, 1 resolved\n"
        "CRITICAL Dana Roy (new): 88 accounts (limit 50, +3 this week), $3.1M ARR. Do: Move 38 accounts to Sam Ito.\n"
        "WATCH Ana Diaz: 61, likely 75 by 31 Mar (72%). Do: Hire.\n"
        "RESOLVED Sam Ito: 44, after 12 days\n"
        "ref abc"
    )


def test_what_is_over_is_struck_line_by_line_and_called_resolved_in_words() -> None:
    told = digest(entry(who="Dana ~Roy~", incidents=(ACCOUNTS, ARR)))
    remarks = {
        ACCOUNTS: Remark("resolved 27 Nov 2026 after 12 days", ended=True),
        ARR: Remark("resolved 28 Nov 2026 after 9 days", ended=True),
    }

    message = laid_out(told, remarks=remarks)

    assert sections(message) == [
        (
            "RESOLVED  ~CRITICAL  *Dana \u223cRoy\u223c* (new): 88 accounts (limit 50, +3 this week), $3.1M ARR~\n"
            "~Do: Move 38 accounts to Sam Ito.~\n"
            "\u2192 resolved 27 Nov 2026 after 12 days\n"
            "\u2192 resolved 28 Nov 2026 after 9 days"
        )
    ]
    assert message.text.splitlines()[1:] == [
        "RESOLVED Dana \u223cRoy\u223c (was CRITICAL): 88 accounts (limit 50, +3 this week), $3.1M ARR",
        "\u2192 resolved 27 Nov 2026 after 12 days",
        "\u2192 resolved 28 Nov 2026 after 9 days",
    ]


def test_while_one_of_its_alerts_goes_on_nothing_is_struck() -> None:
    told = digest(entry(incidents=(ACCOUNTS, ARR)))

    message = laid_out(told, remarks={ARR: Remark("resolved 28 Nov 2026 after 9 days", ended=True)})

    assert sections(message)[0].startswith("CRITICAL  *Dana Roy*")
    assert sections(message)[0].endswith("\n\u2192 resolved 28 Nov 2026 after 9 days")
    assert "~" not in sections(message)[0]


@pytest.mark.parametrize("number", [46, 47])
def test_as_many_entries_as_fit_need_no_remainder(number: int) -> None:
    message = laid_out(digest(*(entry(action="", facts="x") for _ in range(number))))

    assert any(text.startswith("and ") for text in shown(message)) is (number > 46)


def test_without_a_thread_the_first_of_each_chapter_behind_the_why_is_told() -> None:
    message = laid_out(digest(entry(story=STORY)))

    assert sections(message)[0].splitlines()[2:] == [
        "\u2022 Since 23 Oct 2026: +34 customers.",
        "\u2022 92 by 31 Mar 2027.",
        "\u2022 By segment: SMB 88.",
    ]
    assert shown(message)[-1] == "14 unchanged \u00b7 more details: cssync alerts --details"


def test_a_story_that_finds_no_room_is_promised_elsewhere() -> None:
    wordy = tuple(Chapter(str(number), (("w" * 300,),)) for number in range(20))

    message = laid_out(digest(*[entry(story=wordy)] * 30))

    assert shown(message)[-1] == "14 unchanged \u00b7 more details: cssync alerts --details"
    assert_fits(message)


def test_the_answer_in_the_thread_is_a_section_a_chapter_with_links_to_the_records() -> None:
    message = laid_out(evidence(*STORY, incidents=(ACCOUNTS,)), remarks={ACCOUNTS: Remark("snoozed until 30 Nov 2026")})

    assert shown(message) == [
        (
            "CRITICAL  *Dana Roy* (new): 88 accounts (limit 50, +3 this week), $3.1M ARR\n"
            "Do: Move 38 accounts to Sam Ito.\n\u2192 snoozed until 30 Nov 2026"
        ),
        "*Why*\n\u2022 Dana Roy looks after 88 customers; the limit is 50.",
        (
            "*Who came, who went*\n\u2022 Since 23 Oct 2026: +34 customers.\n"
            "\u2022 From Tom Becker: <https://crm.test/001|Acme> ($100k) and 30 more."
        ),
        "*Forecast*\n\u2022 92 by 31 Mar 2027.",
        "*What it is made of*\n\u2022 By segment: SMB 88.",
        "*Whom to move*\n\u2022 To Sam Ito, 15 customers.",
    ]
    assert message.text.splitlines() == [
        "CRITICAL Dana Roy (new): 88 accounts (limit 50, +3 this week), $3.1M ARR. Do: Move 38 accounts to Sam Ito.",
        "\u2192 snoozed until 30 Nov 2026",
        "Why: Dana Roy looks after 88 customers; the limit is 50.",
        "Who came, who went: Since 23 Oct 2026: +34 customers.",
        "From Tom Becker: Acme ($100k) and 30 more.",
        "Forecast: 92 by 31 Mar 2027.",
        "What it is made of: By segment: SMB 88.",
        "Whom to move: To Sam Ito, 15 customers.",
    ]
    assert_well_formed(message)


def test_a_week_is_told_chapter_by_chapter() -> None:
    message = laid_out(summary(chapter("Trend", "22 Nov 2026: 374 customers."), as_of=date(2026, 11, 22)), "ref abc")

    assert shown(message) == [
        "CS capacity, week to 22 Nov 2026",
        "9 CSMs \u00b7 run 8f3a",
        "*Trend*\n\u2022 22 Nov 2026: 374 customers.",
        "ref abc",
    ]
    assert message.text == (
        "CS capacity, week to 22 Nov: 374 customers, 3 of 9 CSMs over a limit\n"
        "Trend: 22 Nov 2026: 374 customers.\n"
        "ref abc"
    )
