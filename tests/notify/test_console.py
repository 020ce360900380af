"""The digest on a terminal, in a pipe and under NO_COLOR."""

from __future__ import annotations

import errno
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from cssync.model.check import CheckStatus
from cssync.model.delivery import Outcome
from cssync.model.digest import EntryKind, Payload
from cssync.model.story import Chapter, Named
from cssync.notify.console import ConsoleNotifier
from tests.notify.builders import NIGHT, chapter, digest, entry, evidence, notice, outgoing, summary

ACQUIRED = (Named("Acme", "https://crm.test/1"), " ($1k), Globex ($2k), Initech ($3k), ", Named("Umbrella"), " ($4k)")
ROOT = Path(__file__).parents[2]


def test_the_digest_is_readable_on_80_columns() -> None:
    shown = printed(
        digest(
            entry(EntryKind.WATCH, change="", who="Ana Diaz", facts="61, likely 75 by 31 Mar (72%)", action=""),
            entry(
                story=(
                    chapter("Why", "88 accounts; the limit is 50."),
                    chapter("Who came", ("From ", Named("Tom\x1b[2J"), ": ", *ACQUIRED, " and 27 more.")),
                )
            ),
            notes=("3 accounts have an ARR that is not a number.",),
        )
    )

    assert shown.splitlines() == [
        "CS capacity: 22 Nov 2026",
        "41 CSMs \u00b7 data as of 02:04 UTC \u00b7 run 8f3a",
        "",
        "CRITICAL  Dana Roy (new): 88 accounts (limit 50, +3 this week), $3.1M ARR",
        "          Do: Move 38 accounts to Sam Ito.",
        "          Why",
        "          - 88 accounts; the limit is 50.",
        "          Who came",
        "          - From Tom [2J: Acme ($1k), Globex ($2k), Initech ($3k), Umbrella",
        "            ($4k) and 27 more.",
        "WATCH     Ana Diaz: 61, likely 75 by 31 Mar (72%)",
        "",
        "- 3 accounts have an ARR that is not a number.",
        "14 unchanged",
    ]


def test_the_story_of_one_subject_is_shown_under_it() -> None:
    shown = printed(evidence(chapter("Forecast", "92 by 31 Mar 2027."), facts="88 accounts", action="Hire."))

    assert shown.splitlines() == [
        "CRITICAL  Dana Roy (new): 88 accounts",
        "          Do: Hire.",
        "          Forecast",
        "          - 92 by 31 Mar 2027.",
    ]


def test_a_week_is_shown_chapter_by_chapter() -> None:
    shown = printed(summary(chapter("Trend", "22 Nov 2026: 374 customers."), chapter("Hires due", "None.")))

    assert shown.splitlines() == [
        "",
        "CS capacity, week to 22 Nov 2026",
        "9 CSMs \u00b7 run 8f3a",
        "",
        "Trend",
        "- 22 Nov 2026: 374 customers.",
        "",
        "Hires due",
        "- None.",
    ]


def test_two_hundred_alerts_are_all_shown() -> None:
    shown = printed(digest(*(entry(who=f"CSM {number}") for number in range(200))))

    assert shown.count("CRITICAL") == 200


def test_names_are_never_read_as_markup_or_as_terminal_escapes() -> None:
    shown = printed(
        digest(entry(who="[red]Dana[/red] \x1b]0;owned\x07 :fire: \u202ex", facts="[/]", action="[link=x]y"))
    )

    assert "[red]Dana[/red] ]0;owned :fire: x (new): [/]" in shown
    assert "Do: [link=x]y" in shown
    assert "\x1b" not in shown


def test_every_line_stays_within_80_columns_even_without_a_blank() -> None:
    shown = printed(digest(entry(who="x" * 300, facts="\u5317" * 100), title="t", notes=("n" * 200,)))

    assert all(width(line) <= 80 for line in shown.splitlines())


def test_a_notice_is_shown_line_by_line() -> None:
    shown = printed(notice(text="ARR fell by 41%.\nLook, then: cssync run --accept"))

    assert shown == "Night refused\nARR fell by 41%.\nLook, then: cssync run --accept\nrun 8f3a\n"


@pytest.mark.parametrize("colour", [True, False])
def test_words_say_everything_that_colours_say(colour: bool) -> None:  # noqa: FBT001 - a parameter of the table
    file = io.StringIO()
    console = Console(file=file, width=80, force_terminal=True, no_color=not colour, color_system="truecolor")

    ConsoleNotifier(console).send(outgoing(digest(entry(EntryKind.WARNING))), NIGHT)

    assert "WARNING" in file.getvalue()
    assert ("\x1b[1;33m" in file.getvalue()) is colour


def test_a_reader_that_has_seen_enough_does_not_end_the_run() -> None:
    program = (
        "import sys; from rich.console import Console; from cssync.notify.console import ConsoleNotifier;"
        "from tests.notify.builders import *;"
        "many = outgoing(digest(*(entry() for _ in range(5000))));"
        "attempt = ConsoleNotifier(Console()).send(many, NIGHT); print(attempt.outcome, file=sys.stderr)"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = f'{sys.executable} -c "{program}" | head -n 1'

    done = subprocess.run(["sh", "-c", command], env=environment, capture_output=True, text=True, check=True)  # noqa: S603, S607 - our own words

    assert done.stdout == "CS capacity: 22 Nov 2026\n"
    assert done.stderr == "sent\n"


def test_an_output_that_cannot_hold_the_letters_says_what_to_set() -> None:
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), width=80)

    attempt = ConsoleNotifier(console).send(outgoing(digest(entry(who="M\u00fcller"))), NIGHT)

    assert (attempt.outcome, attempt.remedy) == (Outcome.NOT_SENT, "set PYTHONIOENCODING=utf-8")


class FullDisk(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_full_disk_behind_the_output_is_no_crash() -> None:
    attempt = ConsoleNotifier(Console(file=FullDisk(), width=80)).send(outgoing(), NIGHT)

    assert attempt.outcome is Outcome.NOT_SENT
    assert attempt.error == "the digest could not be printed: no space left on device"


def test_printing_of_unknown_fate_is_simply_repeated() -> None:
    assert ConsoleNotifier(Console()).find(outgoing(), NIGHT).outcome is Outcome.NOT_SENT


def test_doctor_sees_the_console() -> None:
    (check,) = ConsoleNotifier(Console(file=io.StringIO(), width=80)).check()

    assert (check.status, check.found) == (CheckStatus.OK, "80 columns, utf-8")


def printed(payload: Payload) -> str:
    file = io.StringIO()
    attempt = ConsoleNotifier(Console(file=file, width=80)).send(outgoing(payload, sink="console", address=""), NIGHT)
    assert attempt.outcome is Outcome.SENT
    return file.getvalue()


def width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


def test_the_whole_story_is_told_of_so_many_books_and_the_rest_is_an_option_away() -> None:
    story = (Chapter("Why", (("It holds 88 customers.",),)),)
    three = digest(*(entry(who=who, story=story) for who in ("Dana Roy", "Sam Ito", "Ana Diaz")))
    file = io.StringIO()

    ConsoleNotifier(Console(file=file, width=80), in_full=1).send(outgoing(three), NIGHT)

    assert file.getvalue().count("It holds 88 customers.") == 1
    assert "the evidence of 2 other books: add --details" in file.getvalue()


@pytest.mark.parametrize(
    ("ids", "others"),
    [
        (("u1", "u2"), "1 other book"),
        (("u1", "segment:smb", "segment:"), "2 segments"),
        (("u1", "u2", "segment:smb", "company"), "1 other book, 1 segment and the company"),
    ],
)
def test_what_has_more_to_tell_is_called_what_it_is(ids: tuple[str, ...], others: str) -> None:
    story = (Chapter("Why", (("It holds 88 customers.",),)),)
    told = digest(*(entry(who=f"The one of {id_}", story=story, subject_id=id_) for id_ in ids))
    file = io.StringIO()

    ConsoleNotifier(Console(file=file, width=80), in_full=1).send(outgoing(told), NIGHT)

    assert f"the evidence of {others}: add --details" in file.getvalue()
