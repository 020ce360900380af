"""``cssync backtest``, as a team runs it before anyone is told anything: on the store, or on a source without one."""

from __future__ import annotations

import csv
import io

import pytest

from tests.e2e.companies import ANA, DANA, SAM, customers, three_csms, write_files
from tests.e2e.desk import FOURTH_NIGHT, NEXT_NIGHT, NIGHT, THIRD_NIGHT, Desk


@pytest.fixture
def four_nights(desk: Desk) -> Desk:
    """Dana and Sam are over a limit of 5 from the first night on, Ana from the third."""
    for night in (NIGHT, NEXT_NIGHT):
        write_files(desk, three_csms())
        assert desk.night(night).code == 0
    for night in (THIRD_NIGHT, FOURTH_NIGHT):
        write_files(desk, [*customers(7, DANA), *customers(9, ANA), *customers(6, SAM)])
        assert desk.night(night).code == 0
    return desk


def fired(told: dict[str, object]) -> list[tuple[str, str, bool]]:
    rules: list[dict[str, object]] = told["rules"]  # type: ignore[assignment] # what JSON holds
    firings = next(rule["firings"] for rule in rules if rule["rule"] == "accounts_over_limit")
    return sorted((one["subject"]["name"], one["opened"], one["stood"]) for one in firings)  # type: ignore[attr-defined]


def test_stored_nights_are_replayed_beside_a_changed_setting_and_nothing_is_written(four_nights: Desk) -> None:
    before = four_nights.store.read_bytes()
    ran = four_nights.run("backtest", "--set", "limits.accounts=6", "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["since"], ran.json["until"], ran.json["every_days"]) == (NIGHT, FOURTH_NIGHT, 1)
    assert fired(ran.json["present"]) == [
        ("Ana Diaz", THIRD_NIGHT, False), ("Dana Roy", NIGHT, True), ("Sam Ito", NIGHT, True),
    ]  # fmt: skip
    assert fired(ran.json["changed"]) == [("Ana Diaz", THIRD_NIGHT, False), ("Dana Roy", NIGHT, True)]
    assert four_nights.store.read_bytes() == before


def test_it_reads_as_a_table_for_people_and_as_lines_for_a_spreadsheet(four_nights: Desk) -> None:
    four_nights.environ["COLUMNS"] = "150"
    out = four_nights.run("backtest", "--details").out
    assert "4 nights replayed, 20 Nov 2026 to 23 Nov 2026, books worked out every night" in out
    assert "1 + 2 from the first day on" in out
    assert "2 messages to leadership" in out
    assert "What would have fired" in out
    rows = list(csv.DictReader(io.StringIO(four_nights.run("backtest", "--csv").out)))
    assert [(row["subject"], row["opened"], row["rule"]) for row in rows if row["stood"] == "False"] == [
        ("Ana Diaz", THIRD_NIGHT, "accounts_over_limit")
    ]


def test_where_there_is_nothing_to_replay_it_says_how_there_may_be(desk: Desk) -> None:
    write_files(desk, three_csms())
    ran = desk.run("backtest")
    assert ran.code == 2
    assert "there are no nights to replay" in ran.said
    assert "cssync backfill" in ran.said
    assert not desk.store.exists()


@pytest.mark.parametrize(
    ("arguments", "answer"),
    [
        (("--set", "limits.acounts=6"), "limits.acounts: unknown setting; did you mean accounts?"),
        (("--set", "customers.where=arr > 5"), "what is remembered of past nights was recorded under it"),
        (("--since", "2026-11-24"), "--since 2026-11-24 is after 23 Nov 2026, where the replay ends"),
        (("--until", "2026-12-24"), "--until 2026-12-24: nothing is known after 23 Nov 2026"),
        (("--json", "--csv"), "--json and --csv exclude each other"),
    ],
)
def test_what_cannot_be_done_is_said(four_nights: Desk, arguments: tuple[str, ...], answer: str) -> None:
    ran = four_nights.run("backtest", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert answer in ran.said
