"""What is to be supposed, from a file or from the command line, is refused with its line."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from cssync.errors import ConfigError
from cssync.settings import yaml
from cssync.settings.hiring import Requisition
from cssync.settings.what_if import EVERYWHERE, Leaver, Supposition, WhatIf, growth_said, hire_said, read
from tests.documents import DOCS, block


def supposed(folder: Path, text: str) -> Supposition:
    file = folder / "what-if.yaml"
    file.write_text(text, "utf-8")
    return read(file)


def refused(folder: Path, text: str) -> str:
    with pytest.raises(ConfigError) as caught:
        supposed(folder, text)
    return caught.value.message.replace(f"{folder}/", "")


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    found = supposed(tmp_path, block(DOCS["docs/plan.md"], "What if", "yaml")).what_if
    assert found.hires == (Requisition(segment="SMB", count=2, starts_on=date(2027, 2, 1)),)
    assert found.growth == {"SMB": Decimal("0.4")}
    assert found.leavers == (Leaver(csm="dana@acme.test", on=date(2027, 3, 31)),)
    assert (found.attrition, found.quantile) == (Decimal("0.15"), Decimal("0.9"))
    assert (found.limits.accounts, found.limits.segments["Enterprise"].arr) == (Decimal(60), Decimal(3_000_000))


def test_one_rate_of_growth_is_that_of_everywhere(tmp_path: Path) -> None:
    assert supposed(tmp_path, "growth: 0.25\n").what_if.growth == {EVERYWHERE: Decimal("0.25")}


def test_an_empty_file_supposes_nothing(tmp_path: Path) -> None:
    assert supposed(tmp_path, "").what_if == WhatIf()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("hirse: []\n", "what-if.yaml:1: hirse: unknown setting; did you mean hires?"),
        (
            "attrition: 0.1\nquantile: 0.2\n",
            "what-if.yaml:2: quantile: expected a number, at least 0.5 and less than 1",
        ),
        ("growth:\n  SMB: fast\n", "what-if.yaml:2: growth.SMB: expected a rate a year such as 40% or 0.4"),
        ("growth: -100%\n", "what-if.yaml:1: growth.*: expected a number, greater than -1"),
        ("leavers:\n  - {csm: Dana}\n", "what-if.yaml:2: leavers.0.on: missing; expected a date such as 2027-01-31"),
        ("hires:\n  - {starts_on: soon}\n", "what-if.yaml:2: hires.0.starts_on: expected a date such as 2027-01-31"),
        ("limits: {accounts: none}\n", "what-if.yaml:1: limits.accounts: expected a number, greater than 0"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text).startswith(said)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"nowhere\.yaml cannot be read: No such file or directory"):
        read(tmp_path / "nowhere.yaml")


def test_hires_are_said_with_a_segment_or_for_the_one_that_is_looked_at() -> None:
    expected = Requisition(segment="SMB", count=2, starts_on=date(2027, 2, 1))
    assert hire_said("SMB:2@2027-02-01", None) == hire_said("2@2027-02-01", "SMB") == expected
    assert hire_said("Mid: Market:1", None) == Requisition(segment="Mid: Market", count=1)


@pytest.mark.parametrize("said", ["two@2027-02-01", "2@soon", "0@2027-02-01", ""])
def test_hires_that_cannot_be_read_are_refused_with_an_example(said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        hire_said(said, "SMB")
    assert caught.value.message == f"--hire {said}: expected how many, and their first day"
    assert caught.value.remedy == "write it like SMB:2@2027-02-01"


def test_growth_is_said_as_a_rate() -> None:
    assert [growth_said(text) for text in ("40%", "0.4", "-5%")] == [Decimal("0.4"), Decimal("0.4"), Decimal("-0.05")]
    with pytest.raises(ConfigError, match="expected a rate a year, above -100%"):
        growth_said("-100%")


def test_every_place_is_known_as_near_as_it_can_be() -> None:
    places = yaml.parse("growth:\n  SMB: 40%\n", "x.yaml").places
    found = Supposition(WhatIf(), places).with_hire(Requisition(segment="SMB"), "--hire SMB:1")
    assert found.place("growth", "SMB") == "x.yaml:2"
    assert found.place("hires", 0, "segment") == "--hire SMB:1"
    assert found.place("limits") == "what-if"
