"""The doctor before the first night: everything found well, or the one thing that is not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.e2e.companies import (
    LEADERSHIP,
    OPERATIONS,
    hubspot_company,
    salesforce_company,
    tell_slack,
    three_csms,
    write_files,
)
from tests.e2e.desk import Desk
from tests.emulators.slack.server import SlackServer


@pytest.fixture(params=[salesforce_company, hubspot_company])
def office(request: pytest.FixtureRequest, desk: Desk, slack: SlackServer) -> Iterator[Desk]:
    tell_slack(desk, slack)
    with request.param(desk, three_csms()):
        yield desk


def test_all_is_well(office: Desk, slack: SlackServer) -> None:
    ran = office.run("doctor")

    assert ran.code == 0, ran.out
    assert "FAILED" not in ran.out
    assert "0 failed" in ran.out
    assert ran.out.rstrip().endswith("Next: cssync run --dry")
    assert slack.messages(LEADERSHIP) == slack.messages(OPERATIONS) == []


def test_a_field_that_does_not_exist_is_found_before_the_first_night(office: Desk) -> None:
    office.settings["source"]["accounts"] = {**office.settings["source"]["accounts"], "arr": "arr_2019"}
    ran = office.run("doctor")

    assert ran.code == 3
    (line,) = (line for line in ran.out.splitlines() if line.startswith("  FAILED"))
    assert "source.accounts.arr" in line
    assert "arr_2019" in line


def test_a_channel_that_the_bot_has_not_joined(office: Desk, slack: SlackServer) -> None:
    slack.workspace.channels[OPERATIONS].is_member = False
    ran = office.run("doctor")

    assert ran.code == 5
    assert "invite" in ran.out


def test_a_store_that_cannot_be_made(desk: Desk) -> None:
    write_files(desk, three_csms())
    desk.set("store", path="nowhere/cssync.db")
    ran = desk.run("doctor")

    assert ran.code == 2
    assert "The store's folder does not exist" in ran.out
    assert "mkdir -p" in ran.out
