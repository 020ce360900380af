"""Large objects by Bulk API 2.0: what may go wrong with a job, and what becomes of the pull."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import structlog

from cssync.errors import StoppedError, TransientError
from tests.connectors.salesforce.serving import AS_OF, Nights, nights, plain_accounts
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import CanonicalRow

LOGIN, JOBS, RESULTS, PAGES = "/services/oauth2/token", "/jobs/query", "/results", "/resultPages"
ORDER = "POST /services/data/v62.0/jobs/query"
ACCOUNTS = "FROM Account "  # with the blank: only REST asks for an order


@contextmanager
def large(
    accounts: Sequence[CanonicalRow] | None = None, *, page_rows: int = 10, bulk_from: int = 20, **settings: Any
) -> Iterator[Nights]:
    """Thirty accounts, which count as many."""
    rows = plain_accounts(30) if accounts is None else accounts
    with nights(rows, bulk_from_rows=bulk_from, **settings) as org:
        org.emulator.bulk.page_rows = page_rows
        yield org


def read_whole(org: Nights, **settings: Any) -> None:
    with structlog.testing.capture_logs():
        pull = org.night(**settings)
    assert sorted(pull.accounts["account_id"]) == sorted(org.loaded.accounts.values())
    assert pull.accounts["amount"].sum() == 1000 * 30


def by_rest(org: Nights) -> bool:
    return any("FROM Account ORDER BY Id" in soql for soql in org.emulator.queries())


def test_many_rows_are_read_by_bulk_and_few_by_rest() -> None:
    with large() as org:
        read_whole(org)
        assert not by_rest(org)
        assert len(org.emulator.bulk.jobs) == 1
        assert [request.method for request in org.emulator.requests if request.path.endswith(JOBS)] == ["POST"]
    with large(bulk_from=31) as org:
        read_whole(org)
        assert by_rest(org)
        assert org.emulator.bulk.jobs == {}


def test_the_pages_are_asked_for_compressed_and_their_text_arrives_as_it_was_typed() -> None:
    typed = 'First line\nsecond "line",\r\nüñî \U0001f389'
    with large([{"account_id": "a", "name": "A", "health": typed}, *plain_accounts(30)]) as org:
        pull = org.night()
        assert pull.accounts.filter(pull.accounts["name"] == "A")["health"].to_list() == [typed]
        asked = [request for request in org.emulator.requests if request.path.endswith(RESULTS)]
        assert asked
        assert all("gzip" in request.headers["accept-encoding"] for request in asked)


def test_only_mapped_columns_are_asked_for_in_no_order() -> None:
    with large() as org:
        org.night()
        [soql] = [soql for soql in org.emulator.queries() if soql.startswith("SELECT Id, Name, CSM__c")]
        assert soql.endswith("FROM Account")


@pytest.mark.parametrize("fault", [faults.SESSION_EXPIRED, faults.SESSION_EXPIRED_IN_HTML], ids=["JSON", "HTML"])
@pytest.mark.parametrize("where", [JOBS, RESULTS], ids=["while the job runs", "between two pages"])
def test_case_3_a_session_that_ends_in_a_bulk_job_is_renewed_and_the_job_goes_on(
    fault: faults.Fault, where: str
) -> None:
    with large() as org:
        org.emulator.faults.add(fault, at={2}, where=where)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 1
        assert org.lookups(LOGIN) == 2
        assert org.emulator.bulk.served["Account"].pages == 3


def test_case_5_results_are_fetched_from_where_the_org_has_moved() -> None:
    with large() as org:
        org.emulator.faults.add(faults.SESSION_EXPIRED, at={2}, where=RESULTS)
        doors = org.emulator.doors

        def move() -> None:
            org.emulator.doors = type(doors)(doors.org, "https://acme--moved.my.salesforce.com")

        org.emulator.faults.add(faults.Meanwhile(move), at={1}, where=RESULTS)
        read_whole(org)
        hosts = [request.host for request in org.emulator.requests if request.path.endswith(RESULTS)]
        assert hosts[0] == "acme.my.salesforce.com"
        assert hosts[-1] == "acme--moved.my.salesforce.com"


def test_case_6_the_first_look_at_a_job_comes_after_half_a_second_the_next_ones_ever_more_seldom() -> None:
    with large() as org:
        org.emulator.bulk.polls_until_complete = 7
        read_whole(org)
        assert org.pauses == [0.5, 1, 2, 4, 8, 10, 10, 10]


def test_a_run_can_be_stopped_while_a_job_is_at_work() -> None:
    with large() as org:
        org.emulator.bulk.polls_until_complete = 10
        told: list[tuple[str, int]] = []

        def stop_at_the_fifth(stage: str, done: int, total: int | None) -> None:
            told.append((stage, done))
            if len(told) == 5:
                raise StoppedError("told to end")

        with pytest.raises(StoppedError):
            org.connector(now=org.clock, bulk_from_rows=20).pull(AS_OF, stop_at_the_fifth)
        assert told == [("accounts", 0)] * 5
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 1


def test_a_job_that_takes_more_than_an_hour_is_left_to_the_next_run_which_takes_it_up() -> None:
    with large() as org:
        org.emulator.bulk.polls_until_complete = 10**6
        with pytest.raises(TransientError) as caught:
            org.night()
        assert "at work on a bulk job for 60 minutes" in caught.value.message
        assert "the next run takes up its results" in caught.value.remedy
        assert 3_600 <= sum(org.pauses) < 3_620
        [job] = org.emulator.bulk.jobs.values()
        job.polls_left = 0
        org.clock.pass_(hours=1)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 1


@pytest.mark.parametrize("ending", ["failed", "aborted"])
def test_case_18_a_job_that_ended_badly_is_ordered_once_more(ending: str) -> None:
    with large() as org:
        if ending == "failed":
            org.emulator.bulk.fail_next("InternalServerError : Retried more than fifteen times")
        else:
            org.emulator.bulk.abort_next()
        with structlog.testing.capture_logs() as logged:
            assert org.night().accounts.height == 30
        assert len(org.emulator.bulk.jobs) == 2
        assert not by_rest(org)
        [line] = [line for line in logged if line["event"] == "salesforce bulk job"]
        assert (line["state"], "Retried" in line["reason"]) == (ending.title(), ending == "failed")


def test_case_18_a_job_that_fails_twice_is_left_to_rest() -> None:
    with large() as org:
        org.emulator.bulk.fail_next("boom")
        org.emulator.bulk.fail_next("boom")
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 2
        assert by_rest(org)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("INVALIDENTITY", "Entity 'Account' is not supported by the Bulk API."),
        ("API_ERROR", "Selecting compound data not supported in Bulk Query"),
        ("LIMIT_EXCEEDED", "Max bulk v2 query jobs (10000) per 24 hrs has been reached (10001)"),
        ("FEATURENOTENABLED", "Async API not enabled"),
    ],
)
def test_case_19_what_bulk_will_not_read_is_left_to_rest(code: str, message: str) -> None:
    with large() as org:
        org.emulator.bulk.refuse_next(code, message)
        read_whole(org)
        assert by_rest(org)
        assert org.emulator.bulk.jobs == {}


def test_case_20_the_word_null_is_the_end_and_no_locator() -> None:
    with large() as org:
        read_whole(org)
        asked = [request.query for request in org.emulator.requests if request.path.endswith(RESULTS)]
        assert [("locator" in query, query["maxRecords"]) for query in asked] == [
            (False, "50000"),
            (True, "50000"),
            (True, "50000"),
        ]


def without_last_row(reply: faults.Reply) -> faults.Reply:
    body = b"\n".join(reply.body.split(b"\n")[:-2]) + b"\n"
    return replace(reply, body=body)


def announced_honestly(reply: faults.Reply) -> faults.Reply:
    return replace(without_last_row(reply), headers={**reply.headers, "Sforce-NumberOfRecords": "9"})


def test_case_20_a_page_that_holds_fewer_rows_than_it_announces_is_asked_for_again() -> None:
    with large() as org:
        org.emulator.faults.add(faults.Alter(without_last_row), at={2}, where=RESULTS)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 1


def test_case_20_pages_that_come_to_fewer_rows_than_the_job_found_are_those_of_a_new_job() -> None:
    with large() as org:
        org.emulator.faults.add(faults.Alter(announced_honestly), at={2}, where=RESULTS)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 2


def test_case_20_results_that_are_never_whole_are_left_to_rest() -> None:
    with large() as org:
        org.emulator.faults.add(faults.Alter(announced_honestly), where=RESULTS)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 2
        assert by_rest(org)


def test_case_20_results_that_another_version_of_the_api_ordered_are_not_asked_for() -> None:
    with large() as org:
        org.emulator.faults.add(faults.SERVER_ERROR, at=range(2, 60), where=RESULTS)
        with pytest.raises(TransientError):
            org.night()
        org.emulator.faults.clear()
        read_whole(org, api_version="63.0")
        assert len(org.emulator.bulk.jobs) == 2
        first, second = org.emulator.bulk.jobs
        assert org.lookups(f"v63.0/jobs/query/{first}") == 0
        assert org.lookups(f"v63.0/jobs/query/{second}") > 0


def test_case_21_a_job_that_found_nothing_has_nothing_to_fetch() -> None:
    with large() as org:

        def vanish() -> None:
            for account in org.loaded.accounts.values():
                org.org.purge(account)

        org.emulator.faults.add(faults.Meanwhile(vanish), at={1}, where=ORDER)
        assert org.night().accounts.is_empty()
        assert org.lookups(RESULTS) == 0


def test_case_21_pages_that_do_not_say_how_many_rows_they_hold_are_counted() -> None:
    with large() as org:
        org.emulator.bulk.lose_header("Sforce-NumberOfRecords")
        read_whole(org)
        assert not by_rest(org)


def test_case_21_pages_that_do_not_say_where_the_next_one_is_are_not_taken_for_the_last() -> None:
    with large() as org:
        org.emulator.bulk.lose_header("Sforce-Locator")
        read_whole(org)
        assert by_rest(org)


def test_case_15_locators_of_results_that_expired_are_replaced_by_those_of_a_new_job() -> None:
    with large() as org:
        expire = faults.Meanwhile(org.emulator.bulk.expire_locators)
        org.emulator.faults.add(expire, at={2}, where=RESULTS)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 2


@pytest.mark.parametrize(
    "fault",
    [faults.SERVER_ERROR, faults.TRUNCATED, faults.CUT_SHORT, faults.Reset()],
    ids=["500", "cut off", "cut short", "reset"],
)
def test_case_13_a_page_that_does_not_come_whole_is_asked_for_again(fault: faults.Fault) -> None:
    with large() as org:
        org.emulator.faults.add(fault, at={2}, where=RESULTS)
        read_whole(org)
        assert org.emulator.bulk.served["Account"].pages in {3, 4, 6}


def test_an_order_whose_answer_is_lost_is_given_once_more_and_no_more() -> None:
    with large() as org:
        org.emulator.faults.add(faults.TRUNCATED, at={1}, where=ORDER)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 2  # the first is an orphan, and ends by itself
        assert not by_rest(org)
    with large() as org:
        org.emulator.faults.add(faults.TRUNCATED, where=ORDER)
        with pytest.raises(TransientError):
            org.night()
        assert len(org.emulator.bulk.jobs) == 2


def test_an_order_that_is_refused_for_the_moment_is_repeated_like_anything_else() -> None:
    with large() as org:
        org.emulator.faults.add(faults.UNAVAILABLE, at={1, 2, 3}, where=ORDER)
        read_whole(org)
        assert len(org.emulator.bulk.jobs) == 1


def test_the_pages_of_a_very_large_object_are_fetched_side_by_side_and_kept_in_their_order() -> None:
    with large(bulk_from=3, page_rows=4) as org:
        read_whole(org)
        # Eight pages: five addresses in the first list, three in the second.
        assert org.lookups(PAGES) == 2
        assert org.emulator.bulk.served["Account"].pages == 8


def test_an_org_that_does_not_list_its_pages_hands_them_out_one_after_the_other() -> None:
    with large(bulk_from=3, page_rows=4, api_version="57.0") as org:
        read_whole(org)
        assert org.emulator.bulk.served["Account"].pages == 8


def test_by_bulk_and_by_rest_the_same_org_is_the_same() -> None:
    rows = [{**row, "region": "a\nb", "renewal_on": None, "parent_id": "a0"} for row in plain_accounts(30)]
    with large(rows) as org:
        bulk = org.anew()
        rest = org.anew(bulk_from_rows=1_000)
    assert bulk.accounts.equals(rest.accounts)
