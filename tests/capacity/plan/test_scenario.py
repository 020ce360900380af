"""What if: other people, other growth, other limits; and nobody whom nobody knows."""

from __future__ import annotations

from typing import Any

import pytest

from cssync.capacity.plan.plan import Plan, plan
from cssync.capacity.plan.scenario import supposed
from cssync.capacity.plan.segment import SegmentPlan
from cssync.errors import ConfigError
from cssync.settings.what_if import Supposition, WhatIf
from tests.capacity.plan.companies import company, day
from tests.nights import many

ROWS = (*many(40, segment="SMB"), *many(45, "U2", segment="SMB"))
SEGMENTS = ("SMB",)


def planned(**what_if: Any) -> Plan:
    """Two CSMs of SMB with 85 customers: room for 0.3 of one."""
    of = company(ROWS, hiring={"measures": ["accounts"]})
    return plan(of, supposed(of, Supposition(WhatIf.model_validate(what_if)), SEGMENTS))


def smb(**what_if: Any) -> SegmentPlan:
    found = planned(**what_if).of("SMB")
    assert found is not None
    return found


def in_place(segment: SegmentPlan, days: int) -> float:
    return float(segment.shortage.lines[0].in_place[days])


def test_a_leaver_by_any_name_is_missed_from_that_day_on() -> None:
    """45 and 40 customers, and 50 who can be looked after: 0.7 of a CSM is lacking from day 200 on."""
    for name in ("Sam Ito", "SAM@acme.test", "u2"):
        of = smb(leavers=[{"csm": name, "on": day(200)}])
        assert (in_place(of, 199), in_place(of, 200)) == (100.0, 50.0)
        (hire,) = of.hires
        assert (hire.short_on, hire.hire_by) == (day(200), day(44))


def test_a_hire_is_there_beside_the_team_once_it_is_ramped() -> None:
    of = smb(hires=[{"segment": "smb", "count": 2, "starts_on": day(10)}])
    assert (in_place(of, 10), in_place(of, 55), in_place(of, 100)) == pytest.approx((100.0, 150.0, 200.0))


def test_growth_takes_the_place_of_the_forecast() -> None:
    """85 customers and 40% a year are 119 after 365 days."""
    assert smb(growth="40%").shortage.lines[0].load[365] == pytest.approx(119.0)
    assert smb(growth={"smb": "40%"}).shortage.lines[0].load[365] == pytest.approx(119.0)


def test_attrition_takes_its_share_of_the_team() -> None:
    """A tenth of 100 in a year."""
    assert in_place(smb(attrition="0.1"), 365) == pytest.approx(90.0)


def test_other_limits_are_those_of_the_team_and_of_who_is_hired() -> None:
    of = smb(limits={"accounts": 40})
    assert (in_place(of, 0), of.shortage.lines[0].each) == (80.0, 40.0)
    of = smb(limits={"segments": {"SMB": {"accounts": 30}}})
    assert (in_place(of, 0), of.shortage.lines[0].each) == (60.0, 30.0)


def test_what_is_supposed_is_said_in_words() -> None:
    of = planned(
        hires=[{"segment": "SMB", "starts_on": day(71)}, {"segment": "SMB", "count": 2}],
        growth={"SMB": "12.5%"},
        leavers=[{"csm": "dana@acme.test", "on": day(9)}],
        attrition="0.1",
        quantile="0.9",
        limits={"accounts": 60, "stage": "growth", "segments": {"SMB": {"arr": 3_000_000}}},
    )
    assert of.supposed == (
        "1 more CSM for SMB from 1 Feb 2027",
        "2 more CSMs for SMB as if opened today",
        "growth of 12.5% a year in SMB in place of the forecast",
        "Dana Roy leaves on 1 Dec 2026",
        "10% of the CSMs leave in a year",
        "90% sure",
        "limits of the growth stage",
        "60 accounts a CSM",
        "$3M of ARR a CSM in SMB",
    )


@pytest.mark.parametrize(
    ("what_if", "said"),
    [
        ({"hires": [{"segment": "Emea"}]}, "no segment 'Emea'; there are SMB"),
        ({"hires": [{}]}, "say for which segment; there are SMB"),
        ({"growth": {"Emea": "4%"}}, "no segment 'Emea'; there are SMB"),
        (
            {"leavers": [{"csm": "Dana Ray", "on": day(9)}]},
            "nobody called 'Dana Ray' looks after customers; did you mean",
        ),
    ],
)
def test_whom_and_what_nobody_knows_is_refused(what_if: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        planned(**what_if)
    assert said in caught.value.message


def test_everything_unknown_is_told_at_once() -> None:
    with pytest.raises(ConfigError, match=r"2 problems in what is supposed:"):
        planned(hires=[{"segment": "Emea"}], leavers=[{"csm": "Nobody", "on": day(9)}])
