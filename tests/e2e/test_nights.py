"""Nights in a row, from the CRM to Slack: what is news is told once, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
import time_machine

from cssync.model.owner import Owner
from tests.e2e.companies import (
    ANA,
    DANA,
    LEADERSHIP,
    OPERATIONS,
    SAM,
    hand_over_in_hubspot,
    hand_over_in_salesforce,
    hubspot_company,
    salesforce_company,
    tell_slack,
    tell_webhook,
    three_csms,
    write_files,
)
from tests.e2e.desk import FOURTH_NIGHT, NEXT_NIGHT, NIGHT, THIRD_NIGHT, Desk, texts
from tests.emulators.slack.server import SlackServer


@dataclass(frozen=True)
class Office:
    """A company with everything around it. *hand_over*: give customers, by name, to another CSM in the CRM.

    *week*: from when the first week's change is counted: from the first night, or further back where the CRM remembers.
    """

    desk: Desk
    slack: SlackServer
    hand_over: Callable[..., None]
    week: str = "20 Nov"

    def news(self, as_of: str) -> list[str]:
        """What Slack shows after the night of *as_of* that it did not show before: a line each."""
        known = len(self.slack.messages(LEADERSHIP))
        ran = self.desk.night(as_of)
        assert ran.code == 0, ran.err
        return [texts(message) for message in self.slack.messages(LEADERSHIP)[known:]]


@contextmanager
def _salesforce(desk: Desk, slack: SlackServer) -> Iterator[Office]:
    tell_slack(desk, slack)
    with salesforce_company(desk, three_csms()) as salesforce:

        def hand_over(to: Owner, *customers: str) -> None:
            hand_over_in_salesforce(salesforce, to, *customers)

        yield Office(desk, slack, hand_over)


@contextmanager
def _hubspot(desk: Desk, slack: SlackServer) -> Iterator[Office]:
    tell_webhook(desk, slack)
    with hubspot_company(desk, three_csms()) as hubspot:

        def hand_over(to: Owner, *customers: str) -> None:
            hand_over_in_hubspot(hubspot, to, *customers)

        yield Office(desk, slack, hand_over, week="14 Nov")


@pytest.fixture(params=[_salesforce, _hubspot], ids=["Salesforce, bot", "HubSpot, webhook"])
def office(request: pytest.FixtureRequest, desk: Desk, slack: SlackServer) -> Iterator[Office]:
    with request.param(desk, slack) as office:
        yield office


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_nights_in_a_row_tell_what_is_new_and_nothing_twice(office: Office) -> None:
    (first,) = office.news(NIGHT)
    assert "CS capacity: 20 Nov 2026" in first
    assert "3 CSMs, 17 customers, $17k ARR" in first
    assert "*Dana Roy* (new): 7 accounts (limit 5), $7k ARR" in first
    assert "*Sam Ito* (new): 6 accounts (limit 5), $6k ARR" in first
    assert "*Ana Diaz*" not in first

    after_the_first_night = office.desk.dump()
    assert office.news(NIGHT) == []
    assert office.desk.dump() == after_the_first_night

    office.hand_over(DANA, "A1", "A2", "A3")
    (second,) = office.news(NEXT_NIGHT)
    assert f"*Dana Roy* (worse): 10 accounts (limit 5), +3 since {office.week}, $10k ARR" in second
    assert "*Sam Ito*" not in second
    assert "1 alert unchanged" in second
    assert office.news(NEXT_NIGHT) == []

    office.hand_over(ANA, "S1")
    assert office.news(THIRD_NIGHT) == []  # one good night is none
    assert [alert["state"] for alert in office.desk.run("alerts", "--json").json["alerts"]] == ["firing", "recovering"]
    (fourth,) = office.news(FOURTH_NIGHT)
    assert "RESOLVED  *Sam Ito*: 5 accounts now; Accounts over the limit: recovered after 3 days" in fourth
    assert "*Dana Roy*" not in fourth

    assert office.slack.messages(OPERATIONS) == []
    known = office.desk.run("alerts", "--resolved", "--json").json["alerts"]
    assert [(alert["subject"]["name"], alert["state"], alert["value"], alert["resolved_on"]) for alert in known] == [
        ("Dana Roy", "firing", "10", None),
        ("Sam Ito", "resolved", "6", FOURTH_NIGHT),
    ]


def test_a_book_that_worsens_twice_in_a_day_is_told_of_in_one_message_that_is_edited(
    desk: Desk, slack: SlackServer
) -> None:
    # What is a month old is edited no more.
    with time_machine.travel(f"{NEXT_NIGHT} 04:00 +0000"), _salesforce(desk, slack) as office:
        office.news(NIGHT)
        office.hand_over(DANA, "A1")
        (morning,) = office.news(NEXT_NIGHT)
        office.hand_over(DANA, "A2", "A3")
        assert office.news(NEXT_NIGHT) == []
        noon = slack.messages(LEADERSHIP)[-1]
        office.hand_over(ANA, "A2", "A3")
        assert office.news(NEXT_NIGHT) == []  # easing is told to nobody

    assert "*Dana Roy* (worse): 8 accounts (limit 5), +1 since 20 Nov" in morning
    assert "*Dana Roy* (worse): 10 accounts (limit 5), +3 since 20 Nov" in texts(noon)
    (evidence,) = slack.answers(noon["ts"], LEADERSHIP)
    assert "*Dana Roy* (worse): 10 accounts (limit 5), +3 since 20 Nov" in texts(evidence)
    came = r"From Ana Diaz, on 21 Nov 2026: 3 customers, \$3k: <https://[^|>]+/001\w+\|Customer A1> \(\$1k\), "
    assert re.search(came, texts(evidence))
    books = desk.run("books", "--json").json["books"]
    assert {book["csm"]["name"]: book["accounts"] for book in books} == {"Dana Roy": 8, "Ana Diaz": 3, "Sam Ito": 6}


def test_a_csm_who_is_deactivated_did_not_recover(desk: Desk, slack: SlackServer) -> None:
    """The customers are still theirs; what was too much for one CSM is now nobody's."""
    tell_slack(desk, slack)
    write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    write_files(desk, three_csms(), (replace(DANA, active=False), ANA, SAM))
    assert desk.night(NEXT_NIGHT).code == 0
    write_files(
        desk, [row for row in three_csms() if row["csm_ref"] != DANA.id], (replace(DANA, active=False), ANA, SAM)
    )
    assert desk.night(THIRD_NIGHT, "--accept").code == 0
    assert desk.night(FOURTH_NIGHT, "--accept").code == 0

    (_, left, reassigned) = map(texts, slack.messages(LEADERSHIP))
    assert "*Dana Roy* (new): 7 customers, $7k ARR, whose owner is no longer active" in left
    assert "; no more: Accounts over the limit: no longer active in the CRM after 1 day" in left
    assert "RESOLVED  *Dana Roy*: Customers without a working CSM: recovered after 2 days" in reassigned
