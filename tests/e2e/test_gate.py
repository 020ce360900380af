"""A night that cannot be believed changes nothing, says why, and tells operations once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from tests.e2e.companies import (
    LEADERSHIP,
    OPERATIONS,
    hubspot_company,
    salesforce_company,
    tell_slack,
    three_csms,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, THIRD_NIGHT, Desk, texts
from tests.e2e.hasty import failure_without_pauses
from tests.emulators.hubspot import faults as hubspot_faults
from tests.emulators.hubspot.answers import ok, too_many
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce import faults as salesforce_faults
from tests.emulators.salesforce.server import SalesforceEmulator
from tests.emulators.slack.server import SlackServer

ROWS = "FROM Account "  # with the blank: the query that counts them ends there
LIST = "/crm/v3/objects/companies?"


@dataclass(frozen=True)
class After:
    """The morning after a good night, with two alerts firing and one message posted."""

    desk: Desk
    slack: SlackServer

    def refused(self, code: int, *said: str) -> None:
        """The next night ends with *code* and says so; nothing changes, and operations hear of it once."""
        before = self.desk.dump()
        for _ in range(2):
            ran = self.desk.night(NEXT_NIGHT)
            assert ran.code == code, (ran.code, ran.out, ran.err)
            for words in said:
                assert words in ran.said
            assert "\n  -> " in ran.said
        self.nothing_changed(before, *said)

    def nothing_changed(self, before: dict[str, list[str]], *said: str) -> None:
        assert self.desk.dump() == before
        assert len(self.slack.messages(LEADERSHIP)) == 1
        (notice,) = self.slack.messages(OPERATIONS)
        assert "CS capacity: no report for 21 Nov 2026" in notice["text"]
        for words in said:
            assert words in texts(notice)
        assert "No alert was changed; the last good night stands." in texts(notice)
        assert {alert["state"] for alert in self.desk.run("alerts", "--json").json["alerts"]} == {"firing"}

    def good_again(self) -> None:
        """The night after: nothing fires a second time, nothing is told to anyone."""
        ran = self.desk.night(THIRD_NIGHT)
        assert ran.code == 0, ran.err
        assert "Nothing new to tell: 2 alerts unchanged." in ran.out
        assert len(self.slack.messages(LEADERSHIP)) == 1
        assert len(self.slack.messages(OPERATIONS)) == 1


@pytest.fixture
def salesforce(desk: Desk, slack: SlackServer) -> Iterator[SalesforceEmulator]:
    tell_slack(desk, slack)
    with salesforce_company(desk, three_csms(), page_size=5) as emulator:
        assert desk.night(NIGHT).code == 0
        yield emulator


@pytest.fixture
def hubspot(desk: Desk, slack: SlackServer) -> Iterator[HubspotEmulator]:
    tell_slack(desk, slack)
    with hubspot_company(desk, three_csms()) as emulator:
        assert desk.night(NIGHT).code == 0
        yield emulator


@pytest.fixture
def after(desk: Desk, slack: SlackServer) -> After:
    return After(desk, slack)


@pytest.fixture
def failing(after: After, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """The next night's pull fails, twice; nothing changes, and operations hear of it once."""

    def fail() -> None:
        before = after.desk.dump()
        told = [failure_without_pauses(after.desk, NEXT_NIGHT, monkeypatch).message for _ in range(2)]
        # The retry may count other rows: that is no news.
        after.nothing_changed(before, told[0])

    return fail


@pytest.mark.parametrize(
    "fault",
    [
        salesforce_faults.SERVER_ERROR,
        salesforce_faults.HTML_503,
        salesforce_faults.HALF_ANSWER,
        salesforce_faults.EMPTY_PAGE,
        salesforce_faults.Truncate(),
        salesforce_faults.Reset(),
        salesforce_faults.NOT_JSON,
    ],
    ids=["500", "503", "half the records", "an empty page", "half a body", "reset", "not JSON"],
)
def test_alert_case_21_22_a_salesforce_that_breaks_in_the_middle_of_the_accounts(
    salesforce: SalesforceEmulator, after: After, failing: Callable[[], None], fault: salesforce_faults.Fault
) -> None:
    """The first page comes; from the second on every answer is broken."""
    salesforce.faults.add(fault, at=range(1, 100), where="/query/0r8")
    salesforce.faults.add(fault, at=range(2, 100), where=ROWS)
    failing()
    salesforce.faults.clear()
    after.good_again()


@pytest.mark.parametrize(
    "fault",
    [hubspot_faults.instead(ok({"status": "error"})), hubspot_faults.reset, hubspot_faults.truncated],
    ids=["an answer of another kind", "reset", "half a body"],
)
def test_alert_case_21_22_a_hubspot_that_breaks(
    hubspot: HubspotEmulator, after: After, failing: Callable[[], None], fault: hubspot_faults.Fault
) -> None:
    hubspot.faults.always(fault, path=LIST)
    failing()
    hubspot.faults.clear()
    after.good_again()


def test_a_session_that_ended_is_a_failed_pull(salesforce: SalesforceEmulator, after: After) -> None:
    salesforce.org.expire_sessions()
    after.refused(3, "SALESFORCE_SESSION_ID")
    after.desk.environ["SALESFORCE_SESSION_ID"] = salesforce.org.open_session()
    after.good_again()


def test_a_quota_that_is_used_up_is_a_failed_pull(hubspot: HubspotEmulator, after: After) -> None:
    hubspot.faults.always(hubspot_faults.instead(too_many("DAILY")))
    after.refused(3, "daily")
    hubspot.faults.clear()
    after.good_again()


def test_alert_case_21_22_no_accounts_at_all(salesforce: SalesforceEmulator, after: After) -> None:
    kept = dict(salesforce.org.records["Account"])
    salesforce.org.records["Account"].clear()
    after.refused(4, "the pull brought 0 accounts", "accounts fell by 100%, from 17 (median of 1 good night) to 0")
    salesforce.org.records["Account"].update(kept)
    after.good_again()


def test_alert_case_21_22_no_owners_at_all(hubspot: HubspotEmulator, after: After) -> None:
    kept = list(hubspot.portal.owners)
    hubspot.portal.owners.clear()
    after.refused(4, "the pull brought 0 owners")
    hubspot.portal.owners.extend(kept)
    after.good_again()


def test_alert_case_21_22_a_drop_over_the_limit(salesforce: SalesforceEmulator, after: After) -> None:
    """5 of 17 are 29% and pass; 6 are 35%."""
    gone = list(salesforce.org.records["Account"].items())[-6:]
    for account_id, _ in gone:
        salesforce.org.purge(account_id)
    after.refused(
        4,
        "accounts fell by 35%, from 17 (median of 1 good night) to 11; gate.max_drop allows 30%",
        "ARR fell by 35%, from 17,000 (median of 1 good night) to 11,000",
        "run again with --accept",
    )
    salesforce.org.records["Account"].update(gone)
    after.good_again()


def test_a_drop_that_someone_has_looked_at_is_accepted(salesforce: SalesforceEmulator, after: After) -> None:
    for account_id in list(salesforce.org.records["Account"])[-6:]:
        salesforce.org.purge(account_id)
    after.refused(4, "accounts fell by 35%")

    ran = after.desk.night(NEXT_NIGHT, "--accept")

    assert ran.code == 0, ran.err
    known = after.desk.run("alerts", "--json").json["alerts"]
    assert {alert["subject"]["name"]: alert["state"] for alert in known} == {
        "Dana Roy": "firing",
        "Sam Ito": "recovering",
    }
    assert after.desk.rows("SELECT accepted_by_hand FROM run WHERE status = 'accepted'") in (
        ["0", "1"],
        ["False", "True"],
    )
    assert [event for event in ran.events if event["event"] == "accepted_by_hand"]


def test_a_drop_within_the_limit_passes(salesforce: SalesforceEmulator, after: After) -> None:
    for account_id in list(salesforce.org.records["Account"])[-5:]:
        salesforce.org.purge(account_id)
    assert after.desk.night(NEXT_NIGHT).code == 0


def test_too_many_records_that_cannot_be_read(hubspot: HubspotEmulator, after: After) -> None:
    companies = hubspot.portal.listed("companies", archived=False)[:2]
    for each in companies:
        hubspot.portal.edit("companies", each, arr="n/a")
    after.refused(4, "2 of 17 accounts could not be read in full (11.8%; gate.max_problem_share allows 5%)")
    assert after.desk.night(NEXT_NIGHT, "--dry").code == 4
    for each in companies:
        hubspot.portal.edit("companies", each, arr="1000")
    after.good_again()


def test_a_mapped_field_that_is_gone_after_a_good_night(salesforce: SalesforceEmulator, after: After) -> None:
    salesforce.org.rename("Account", "ARR__c", "Recurring__c")
    after.refused(4, "a mapped field is gone that was there before", "ARR__c")
    assert after.desk.night(NEXT_NIGHT, "--accept").code == 4  # there are no numbers to accept
    salesforce.org.rename("Account", "Recurring__c", "ARR__c")
    after.good_again()


def test_a_mapped_field_that_was_never_there_is_a_matter_of_configuration(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    with salesforce_company(desk, three_csms()):
        desk.settings["source"]["accounts"]["arr"] = "Arr__x"
        ran = desk.night(NIGHT)
    assert ran.code == 2
    assert "Arr__x" in ran.said
    assert desk.dump()["account_spell"] == []


def test_a_first_night_without_accounts_is_refused(desk: Desk, slack: SlackServer) -> None:
    tell_slack(desk, slack)
    with salesforce_company(desk, []):
        ran = desk.night(NIGHT)
    assert ran.code == 4
    assert "the pull brought 0 accounts" in ran.said
    assert desk.dump()["alert"] == []


def test_a_refused_night_gives_a_program_a_code_and_no_half_of_an_answer(
    hubspot: HubspotEmulator, after: After
) -> None:
    hubspot.portal.owners.clear()
    ran = after.desk.process("run", "--as-of", NEXT_NIGHT, "--json")
    assert (ran.code, ran.out) == (4, "")
    assert ran.said.startswith("cssync: night refused: the pull brought 0 owners; owners fell by 100%")
