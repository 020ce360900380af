"""The life of an exception, night after night: made, asked about, listed, and ended with what stands then."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.e2e.companies import LEADERSHIP, tell_slack, three_csms, write_files
from tests.e2e.desk import Desk
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import User

TODAY = datetime.now(UTC).date()


def day(number: int) -> str:
    return str(TODAY + timedelta(days=number))


@pytest.fixture
def excepted(desk: Desk) -> Desk:
    """Dana has 7 accounts where 5 are allowed, which is right as it is for 30 days."""
    desk.set("notify", console=True)
    write_files(desk, three_csms())
    assert desk.night(day(0)).code == 0
    said = ("--owner", "vera@acme.test", "--reason", "one simple product", "--until", day(30))
    assert desk.run("alerts", "except", "Dana Roy", *said).code == 0
    return desk


def told(desk: Desk, number: int) -> list[tuple[str, str]]:
    """(kind, who) of every entry of that night's digest."""
    digest = desk.night(day(number), "--json").json["digest"]
    return [(entry["kind"], entry["who"]) for entry in digest["entries"]] if digest else []


def test_seed_7_an_exception_is_asked_about_before_it_ends_and_then_told_with_its_reason(excepted: Desk) -> None:
    # Of Sam there is a reminder, and none of Dana.
    assert told(excepted, 15) == [("warning", "Sam Ito")]
    assert told(excepted, 16) == [("review", "Dana Roy")]
    assert told(excepted, 17) == []
    last = excepted.night(day(30), "--json").json
    (dana,) = [entry for entry in last["digest"]["entries"] if entry["who"] == "Dana Roy"]
    assert (dana["kind"], dana["change"]) == ("warning", "exception ended")
    assert "it was an exception of vera@acme.test until " in dana["facts"]
    assert dana["facts"].endswith(": one simple product")


def test_whoever_is_excepted_hands_over_nobody_the_same_morning_and_the_night_after(excepted: Desk) -> None:
    found = excepted.run("rebalance", "--json").json
    assert [book["name"] for book in found["kept"]] == ["Dana Roy"]
    assert "Dana Roy" not in {move["from"]["name"] for move in found["moves"]}
    excepted.night(day(1))
    open_ = excepted.run("alerts", "--json").json["alerts"]
    (dana,) = [alert for alert in open_ if alert["subject"]["name"] == "Dana Roy"]
    assert dana["finding"]["action"] == "Leave the book of Dana Roy as it is: an exception holds."


def test_what_holds_is_listed_with_its_days(excepted: Desk) -> None:
    excepted.environ["COLUMNS"] = "160"
    out = excepted.run("alerts").out
    assert "Exceptions in force" in out
    line = next(line for line in out.splitlines() if "one simple product" in line and "30 days" in line)
    assert "vera@acme.test" in line
    (one,) = excepted.run("alerts", "--json").json["exceptions"]
    assert (one["days_left"], one["owner"], one["state"]) == (30, "vera@acme.test", "firing")


def test_status_says_how_many_hold_and_which_ends_next(excepted: Desk) -> None:
    assert "Exceptions  1 in force\n" in excepted.run("status").out
    excepted.set("alerts", review_exceptions_days=40)
    assert "Exceptions  1 in force, 1 to review: the first ends on " in excepted.run("status").out
    found = excepted.run("status", "--json").json["exceptions"]
    assert found == {"in_force": 1, "ending_soon": 1, "next_ends_on": day(30)}


def test_in_slack_the_owner_is_called_by_name(excepted: Desk, slack: SlackServer) -> None:
    slack.workspace.users["U0VERA"] = User("U0VERA", "vera", "Vera Holt", "vera@acme.test")
    tell_slack(excepted, slack)
    assert excepted.night(day(15)).code == 0
    assert excepted.night(day(16)).code == 0
    asked = [one for one in slack.messages(LEADERSHIP) if "REVIEW" in str(one["blocks"])]
    assert ["<@U0VERA>" in str(one["blocks"]) for one in asked] == [True]
