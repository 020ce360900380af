"""The headcount plan of the last accepted night, from the store."""

from __future__ import annotations

import csv
import io

import pytest

from tests.e2e.companies import three_csms, write_files
from tests.e2e.desk import NIGHT, Desk


@pytest.fixture
def after(desk: Desk) -> Desk:
    """The morning after a night: 17 customers, and three CSMs who can look after 5 each."""
    desk.settings["hiring"] = {"measures": ["accounts"]}
    exports = write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    for file in exports.iterdir():
        file.unlink()
    desk.environ["COLUMNS"] = "140"
    return desk


def test_the_answer_comes_first(after: Desk) -> None:
    ran = after.run("plan")
    assert ran.code == 0
    assert ran.out.startswith("1 more CSM is needed by 31 Dec 2027: 1 for customers without a segment.")
    assert "Open a requisition now, due since 17 Jun 2026 (156 days ago)" in ran.out
    assert "Q1 2027" in ran.out


def test_what_if_stands_beside_the_plan_as_it_is(after: Desk) -> None:
    file = after.folder / "what-if.yaml"
    file.write_text("leavers:\n  - {csm: Dana Roy, on: 2027-01-31}\n")
    ran = after.run("plan", "--what-if", str(file), "--quarters", "1")
    assert ran.out.startswith("What if: Dana Roy leaves on 31 Jan 2027\n  2 more CSMs are needed by 31 Mar 2027")
    assert "As it is: 1 more CSM is needed" in ran.out
    assert "(3.0)" in ran.out


def test_the_plan_for_programs(after: Desk) -> None:
    plan = after.run("plan", "--growth", "50%", "--json").json
    assert plan["supposed"] == ["growth of 50% a year in place of the forecast"]
    (segment,) = plan["segments"]
    assert (segment["segment"], segment["quarters"][0]["accounts"]["in_place"]) == (None, 15.0)
    assert len(segment["hires"]) > len(plan["baseline"]["segments"][0]["hires"]) == 1


def test_the_plan_for_a_spreadsheet(after: Desk) -> None:
    rows = list(csv.DictReader(io.StringIO(after.run("plan", "--csv", "--quarters", "1").out)))
    assert [(row["scenario"], row["segment"], row["quarter"]) for row in rows] == [
        ("as it is", "", "Q4 2026"),
        ("as it is", "", "Q1 2027"),
    ]
    assert (rows[0]["accounts_in_place"], rows[0]["hire_by"]) == ("15.00", "2026-06-17")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--csv", "--json"), "--json and --csv exclude each other"),
        (("--segment", "SMB"), "there is no segment called 'SMB'"),
        (("--hire", "two"), "--hire two: expected how many, and their first day"),
        (("--hire", "SMB:2@2027-02-01"), "--hire SMB:2@2027-02-01: hires.0.segment: no segment 'SMB'"),
        (("--what-if", "none.yaml"), "none.yaml cannot be read"),
    ],
)
def test_what_cannot_be_planned_is_told_and_nothing_is_printed(
    after: Desk, arguments: tuple[str, ...], said: str
) -> None:
    ran = after.run("plan", *arguments)
    assert (ran.code, ran.out) == (2, "")
    assert said in ran.said
