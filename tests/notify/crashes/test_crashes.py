"""A slice of ``make crash-test``: killed anywhere while Slack fails, each message stands once in the end."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.notify.crashes.matrix import Theatre, table

# One in twenty-five of the thousand, so that every fault and every place is among them.
SEEDS = range(0, 1_000, 25)


@pytest.fixture(scope="module")
def theatre() -> Iterator[Theatre]:
    with tempfile.TemporaryDirectory(prefix="cssync-crashes-") as folder, Theatre(Path(folder)) as theatre:
        yield theatre


@pytest.mark.parametrize("share", range(8))
def test_alert_case_06_killed_at_any_step_each_message_is_there_once_in_the_end(theatre: Theatre, share: int) -> None:
    verdicts = [theatre.play(seed) for seed in SEEDS[share::8]]

    assert [(one.seed, one.flaws) for one in verdicts if one.flaws] == []
    assert [one.in_the_end for one in verdicts] == [1] * len(verdicts), "\n".join(table(verdicts))


def test_alert_case_06_the_same_seed_is_the_same_run(theatre: Theatre) -> None:
    assert theatre.play(14) == theatre.play(14)


def test_alert_case_06_a_late_commit_is_seen_twice_on_the_way(theatre: Theatre) -> None:
    """Else the runs would prove nothing."""
    assert theatre.play(14).on_the_way == 2
