"""A pull that broke off goes on where it was: nothing is read twice, and all is the same as if nothing had happened."""

from __future__ import annotations

from typing import Any

import pytest
import structlog

from cssync.errors import ConnectorError, QuotaError
from tests.connectors.salesforce.serving import Nights, nights, plain_accounts
from tests.connectors.salesforce.test_nights import same
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import ACCOUNT_FIELDS
from tests.emulators.salesforce.schema import Field

NEXT_PAGES, RESULTS, JOBS = "/query/0r8", "/results", "/jobs/query"
CHANGES = "FROM Account WHERE SystemModstamp"


def broken(org: Nights, nth: int, where: str, fault: faults.Fault = faults.SERVER_ERROR, **settings: Any) -> str:
    """A night that ends at the *nth* request that has *where* in it, and all after; what it says."""
    org.emulator.faults.add(fault, at=range(nth, nth + 60), where=where)
    with pytest.raises(ConnectorError) as caught:
        org.night(**settings)
    org.emulator.faults.clear()
    org.clock.pass_(minutes=30)
    return caught.value.message


def read(org: Nights) -> int:
    """Accounts that have left the org so far."""
    return org.emulator.rest.served["Account"].records


def test_rest_goes_on_after_the_last_id_that_was_kept() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        broken(org, 3, NEXT_PAGES)
        assert read(org) == 30
        with structlog.testing.capture_logs() as logged:
            pull = org.night()
        assert read(org) == 50
        assert f"Id > '{org.account('a29')}'" in " ".join(org.emulator.queries())
        assert [line["rows"] for line in logged if line["event"] == "salesforce reading resumed"] == [30]
        assert same(pull, org.anew())
        assert (pull.changed, pull.notes) == (None, ())


def test_bulk_goes_on_with_the_same_job_at_the_same_locator() -> None:
    with nights(plain_accounts(50), bulk_from_rows=20) as org:
        org.emulator.bulk.page_rows = 10
        broken(org, 4, RESULTS)
        assert read(org) == 30
        pull = org.night()
        assert read(org) == 50
        assert len(org.emulator.bulk.jobs) == 1
        assert same(pull, org.anew())


def test_a_job_that_was_at_work_when_the_run_broke_off_is_not_ordered_again() -> None:
    with nights(plain_accounts(50), bulk_from_rows=20) as org:
        org.emulator.bulk.polls_until_complete = 20
        broken(org, 4, JOBS)
        assert read(org) == 0
        org.night()
        assert len(org.emulator.bulk.jobs) == 1


def test_results_that_had_all_been_kept_are_not_fetched_again() -> None:
    with nights(plain_accounts(50), bulk_from_rows=20) as org:
        org.emulator.bulk.page_rows = 25
        broken(org, 1, "StageName")  # the opportunities come next
        assert (read(org), len(org.emulator.bulk.jobs)) == (50, 1)
        org.night()
        assert (read(org), len(org.emulator.bulk.jobs)) == (50, 1)


@pytest.mark.parametrize("bulk_from", [20_000, 20], ids=["REST", "Bulk"])
def test_what_changed_behind_the_back_of_a_broken_reading_is_read_with_the_next(bulk_from: int) -> None:
    with nights(plain_accounts(50), page_size=10, bulk_from_rows=bulk_from) as org:
        org.emulator.bulk.page_rows = 10
        broken(org, 3, NEXT_PAGES if bulk_from > 50 else RESULTS)
        org.org.edit(org.account("a1"), Name="Renamed behind its back")
        org.org.delete(org.account("a2"))
        org.org.edit(org.account("a45"), Name="Renamed before it")
        org.org.add("Account", Name="New")
        org.clock.pass_(minutes=30)
        pull = org.night()
        assert sorted(pull.accounts["name"])[-3:] == ["New", "Renamed before it", "Renamed behind its back"]
        assert same(pull, org.anew())


def test_what_was_purged_behind_the_back_of_a_broken_reading_is_noticed() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        broken(org, 3, NEXT_PAGES)
        org.org.purge(org.account("a1"))
        pull = org.night()
        assert pull.accounts.height == 49
        assert same(pull, org.anew())


def test_a_formula_is_read_again_after_a_reading_that_broke_off() -> None:
    with nights(plain_accounts(30), page_size=10, fields=[Field("Score__c", calculated=True)]) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        broken(org, 2, NEXT_PAGES, accounts=mapped)
        org.org.edit(org.account("a1"), Score__c="red")
        pull = org.night(accounts=mapped)
        assert pull.accounts["health"].to_list()[:3] == [None, "red", None]


def test_a_reading_of_formulas_goes_on_within_the_hour_and_not_after_it() -> None:
    with nights(plain_accounts(30), page_size=10, fields=[Field("Score__c", calculated=True)]) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        org.night(accounts=mapped)
        org.clock.pass_(days=1)
        before = read(org)
        broken(org, 2, NEXT_PAGES, accounts=mapped)
        assert read(org) - before == 20
        org.night(accounts=mapped)
        assert read(org) - before == 30
        org.clock.pass_(days=1)
        broken(org, 2, NEXT_PAGES, accounts=mapped)
        org.clock.pass_(hours=1)
        org.org.edit(org.account("a1"), Score__c="red")
        assert org.night(accounts=mapped).accounts["health"].to_list()[1] == "red"
        assert read(org) - before == 80


def test_changes_go_on_too_and_what_changed_since_comes_with_them() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        org.night()
        org.clock.pass_(hours=23)
        for number in range(30):
            org.org.edit(org.account(f"a{number}"), Name=f"Renamed {number}")
        org.clock.pass_(hours=1)
        broken(org, 2, NEXT_PAGES)
        org.org.edit(org.account("a0"), Name="Renamed twice")
        org.clock.pass_(minutes=30)
        pull = org.night()
        assert f"Id > '{org.account('a19')}'" in " ".join(org.emulator.queries())
        assert pull.changed == 30
        assert same(pull, org.anew())


def test_a_reading_of_everything_that_broke_off_in_a_later_night_goes_on() -> None:
    with nights(plain_accounts(50), page_size=10, full_every_days=1) as org:
        org.night()
        org.clock.pass_(days=1)
        before = read(org)
        broken(org, 2, NEXT_PAGES)
        assert read(org) - before == 20
        pull = org.night()
        assert read(org) - before == 50
        assert (pull.changed, pull.notes) == (None, ())
        assert same(pull, org.anew())


def test_after_a_day_a_broken_reading_is_begun_anew() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        broken(org, 3, NEXT_PAGES)
        org.clock.pass_(hours=24)
        org.night()
        assert read(org) == 30 + 50


def test_a_full_pull_is_begun_anew() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        broken(org, 3, NEXT_PAGES)
        org.night(full=True)
        assert read(org) == 30 + 50


def test_a_job_that_is_gone_when_the_run_goes_on_is_ordered_anew() -> None:
    with nights(plain_accounts(50), bulk_from_rows=20) as org:
        org.emulator.bulk.page_rows = 10
        broken(org, 4, RESULTS)
        org.emulator.bulk.jobs.clear()
        pull = org.night()
        assert len(org.emulator.bulk.jobs) == 1
        assert same(pull, org.anew())


def test_case_12_a_used_up_quota_keeps_what_was_read_and_says_how_far_it_came() -> None:
    with nights(plain_accounts(50), page_size=10) as org:
        org.emulator.faults.add(faults.TOTAL_REQUESTS, at=range(3, 60), where=NEXT_PAGES)
        with pytest.raises(QuotaError) as caught:
            org.night()
        assert caught.value.message == (
            "the org's API calls of the day are used up (REQUEST_LIMIT_EXCEEDED: TotalRequests Limit exceeded.); 30"
            " rows of Account are kept, of about 50, and the next run goes on from there"
        )
        assert "tomorrow" in caught.value.remedy
        assert org.pauses == []
        org.emulator.faults.clear()
        org.clock.pass_(hours=20)
        assert same(org.night(), org.anew())
        assert read(org) == 50 + 50  # the second fifty for the comparison


def test_case_12_a_reserve_that_is_reached_in_the_middle_keeps_what_was_read() -> None:
    with nights(plain_accounts(50), page_size=10, api_reserve=0.1) as org:
        org.org.calls_a_day, org.org.calls_used = 1_000, 895
        with pytest.raises(QuotaError) as caught:
            org.night()
        assert caught.value.message == (
            "900 of the org's 1,000 API calls of the day are used; the last 10% are left to others"
            " (source.api_reserve); 30 rows of Account are kept, of about 50, and the next run goes on from there"
        )
        org.org.calls_used = 0
        org.night()
        assert read(org) == 50


def test_a_run_that_is_broken_at_any_request_whatever_comes_to_the_same() -> None:
    with nights(plain_accounts(25), page_size=5, bulk_from_rows=20) as org:
        org.emulator.bulk.page_rows = 5
        whole = org.anew()
        for nth in range(1, whole.calls + 1):
            first = Nights(org.emulator, org.loaded, clock=org.clock, settings=org.settings)
            broken(first, nth, "/services/data/v")
            assert same(first.night(), whole)
