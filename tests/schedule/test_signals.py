"""SIGTERM and SIGINT against a real process, as process 1 of its own namespace too."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import pytest

from cssync.schedule import Stop
from tests.namespaces import child_of, new_pid_namespace

PROGRAM = Path(__file__).with_name("program.py")
Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def start() -> Iterator[Start]:
    """Start ``program.py`` with a behaviour; whatever is left of it at the end is killed."""
    with ExitStack() as stack:

        def starts(*arguments: str, before: Sequence[str] = ()) -> subprocess.Popen[str]:
            process = subprocess.Popen(  # noqa: S603  our own program
                [*before, sys.executable, str(PROGRAM), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                cwd=PROGRAM.parents[2],
            )
            stack.enter_context(process)
            stack.callback(process.kill)
            return process

        yield starts


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """The first line that holds *words*; an error if the process ends before."""
    assert process.stdout is not None
    seen = []
    for line in process.stdout:
        seen.append(line)
        if words in line:
            return line
    raise AssertionError(f"{words!r} never came:\n{''.join(seen)}")


def rest(process: subprocess.Popen[str], said: str | None = None) -> str:
    return process.communicate(said)[0]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_while_waiting_ends_the_schedule_with_success(start: Start, number: signal.Signals) -> None:
    process = start("at_once")
    read_until(process, "night_ended")
    process.send_signal(number)
    assert "served" in rest(process)
    assert process.returncode == 0


def test_every_start_says_when_the_next_night_is(start: Start) -> None:
    process = start("at_once")
    assert ", 00:00 UTC, in " in read_until(process, "Next night: ")


def test_a_start_says_on_which_days_the_clocks_get_in_the_way(start: Start) -> None:
    process = start("at_once", "America/Havana")
    assert "00:00 in America/Havana is skipped or comes twice on " in read_until(process, "Havana is")
    process.send_signal(signal.SIGTERM)
    rest(process)
    assert process.returncode == 0


def test_alert_case_11_a_signal_in_the_middle_of_writing_lets_it_finish(start: Start) -> None:
    process = start("until_told")
    read_until(process, "night: writing")
    process.send_signal(signal.SIGTERM)
    read_until(process, "stopping")
    assert process.poll() is None
    output = rest(process, "go on\n")
    assert "night: written" in output
    assert process.returncode == 0


def test_an_impatient_second_signal_changes_nothing(start: Start) -> None:
    process = start("until_told")
    read_until(process, "night: writing")
    process.send_signal(signal.SIGTERM)
    read_until(process, "stopping")
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    assert "night: written" in rest(process, "go on\n")
    assert process.returncode == 0


def test_a_signal_in_the_middle_of_a_pull_ends_it_between_two_pages(start: Start) -> None:
    process = start("page_by_page")
    read_until(process, "night: pulling")
    process.send_signal(signal.SIGTERM)
    output = rest(process)
    assert "night_stopped" in output
    assert "in spite of the signal" not in output
    assert process.returncode == 0


def test_a_night_that_fails_leaves_the_schedule_alive(start: Start) -> None:
    process = start("fail")
    read_until(process, "night_failed")
    read_until(process, "RuntimeError")
    assert process.poll() is None
    process.send_signal(signal.SIGTERM)
    assert "served" in rest(process)
    assert process.returncode == 0


def test_alert_case_11_as_process_1_of_a_container_it_hears_sigterm(start: Start) -> None:
    """The kernel hides from process 1 every signal that it has no handler for."""
    process = start("until_told", before=new_pid_namespace())
    read_until(process, "night: writing")
    os.kill(child_of(process), signal.SIGTERM)
    read_until(process, "stopping")
    assert "night: written" in rest(process, "go on\n")
    assert process.returncode == 0


def test_a_wish_that_came_as_the_thread_fell_asleep_is_heard_when_it_next_looks_up() -> None:
    """The handler has run, but its wake-up call went to nobody."""
    stop = Stop()
    sleeper = threading.Thread(target=stop.wait, daemon=True)
    sleeper.start()
    stop.requested = True
    sleeper.join(timeout=30)
    assert not sleeper.is_alive()
