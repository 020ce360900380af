"""A part of the companies is never taken for the whole."""

from __future__ import annotations

import pytest

from cssync.errors import TransientError
from tests.connectors.hubspot.building import AS_OF, COMPANIES, DEALS, connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import ok
from tests.emulators.hubspot.faults import Fault
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator


def _company_of(companies: int, *, deals: int = 0, owners: int = 0) -> Portal:
    portal = portal_with_cs_fields()
    for number in range(1, companies + 1):
        portal.add("companies", number, {"name": f"C{number}"})
    for number in range(1, deals + 1):
        portal.add("deals", number, {"dealname": f"D{number}"})
    for number in range(1, owners + 1):
        portal.add_owner(str(number), first=f"O{number}", archived=number % 2 == 0)
    return portal


@pytest.mark.parametrize("companies", [99, 100, 101, 200, 1001])
def test_every_company_arrives_once_whatever_the_number_of_pages(companies: int) -> None:
    with HubspotEmulator(_company_of(companies)) as hubspot:
        pull = connector(hubspot).pull(AS_OF)

        assert sorted(int(each) for each in pull.accounts["account_id"]) == list(range(1, companies + 1))
        assert len(hubspot.requested(COMPANIES)) == -(-companies // 100)


def test_owners_and_deals_come_in_pages_too() -> None:
    with HubspotEmulator(_company_of(1, deals=250, owners=402)) as hubspot:
        pull = connector(hubspot).pull(AS_OF)

    assert sorted(int(each) for each in pull.opportunities["opportunity_id"]) == list(range(1, 251))
    assert sorted(int(owner.id) for owner in pull.owners) == list(range(1, 403))
    assert sum(owner.active for owner in pull.owners) == 201


@pytest.mark.parametrize(
    ("nth", "fault", "message"),
    [
        (2, faults.next_page_is("100"), "the same page twice"),
        (3, faults.next_page_is("100"), "the same page twice"),
        (2, faults.empty_page, "an empty page that promises more"),
        (2, faults.without_more, "listed 200 companies but counts 350"),
        (2, faults.cut_records, "listed companies of which some are not whole"),
    ],
)
def test_pages_that_run_in_circles_or_break_off_are_an_error(nth: int, fault: Fault, message: str) -> None:
    with HubspotEmulator(_company_of(350)) as hubspot:
        hubspot.faults.on(nth, fault, path=COMPANIES)
        with pytest.raises(TransientError, match=message):
            connector(hubspot).pull(AS_OF)


def test_deals_are_counted_as_well() -> None:
    with HubspotEmulator(_company_of(1, deals=350)) as hubspot:
        hubspot.faults.on(1, faults.without_more, path=DEALS)
        with pytest.raises(TransientError, match="listed 100 deals but counts 350"):
            connector(hubspot).pull(AS_OF)


@pytest.mark.parametrize(("counted", "passes"), [(100, True), (110, True), (111, False)])
def test_a_count_that_lags_behind_by_a_few_records_is_no_alarm(counted: int, *, passes: bool) -> None:
    """Records that were deleted a minute ago are still in the index that counts."""
    with HubspotEmulator(_company_of(100)) as hubspot:
        stale = {"total": counted, "results": [{"id": "1", "properties": {}}]}
        hubspot.faults.always(faults.instead(ok(stale)), path="/crm/v3/objects/companies/search")
        if passes:
            assert connector(hubspot).pull(AS_OF).accounts.height == 100
        else:
            with pytest.raises(TransientError, match="listed 100 companies but counts 111"):
                connector(hubspot).pull(AS_OF)


def test_a_company_that_is_listed_twice_counts_once() -> None:
    with HubspotEmulator(_company_of(150)) as hubspot:
        hubspot.faults.on(1, faults.next_page_is("99"), path=COMPANIES)
        pull = connector(hubspot).pull(AS_OF)

    assert sorted(int(each) for each in pull.accounts["account_id"]) == list(range(1, 151))
    assert pull.problems.is_empty()
