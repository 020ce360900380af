"""The emulator's Bulk API 2.0, driven by the plain client's bulk2 and, where that has no words, by hand."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from simple_salesforce.bulk2 import SFBulk2Handler, SFBulk2Type
from simple_salesforce.exceptions import (
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceOperationError,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from tests.connectors.salesforce.plain import Clock, Plain, plain
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.faults import Reply
from tests.emulators.salesforce.org import Org
from tests.emulators.salesforce.schema import Field

IDS = "SELECT Id FROM Account"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def served(clock: Clock) -> Iterator[Plain]:
    """Twelve accounts, five to a page of results."""
    org = Org(now=clock)
    for number in range(12):
        org.add("Account", Name=f"Account {number}")
    with plain(org) as opened:
        opened.emulator.bulk.page_rows = 5
        yield opened


def _pages(served: Plain, soql: str, **how: Any) -> list[str]:
    return list(_accounts(served).query(soql, wait=0.0, **how))  # type: ignore[arg-type] # int, it says


def _accounts(served: Plain) -> SFBulk2Type:
    handler = served.client.bulk2
    assert isinstance(handler, SFBulk2Handler)
    found: SFBulk2Type = handler.Account
    return found


def _made(served: Plain, soql: str = IDS, **definition: str) -> dict[str, Any]:
    answer = served.send("POST", "jobs/query", json={"operation": "query", "query": soql, **definition})
    return dict(answer.json())


def _complete(served: Plain, soql: str = IDS, **definition: str) -> str:
    """The path of a job that is done."""
    path = f"jobs/query/{_made(served, soql, **definition)['id']}"
    while served.send("GET", path).json()["state"] == "InProgress":
        pass
    return path


def test_the_plain_client_reads_all_pages_and_each_has_its_header(served: Plain) -> None:
    pages = _pages(served, "SELECT Name FROM Account ORDER BY Id")
    assert [page.count("\n") - 1 for page in pages] == [5, 5, 2]
    read = [row for page in pages for row in csv.reader(io.StringIO(page, newline=""))]
    assert [row[0] for row in read if row != ["Name"]] == [f"Account {number}" for number in range(12)]
    assert len([row for row in read if row == ["Name"]]) == 3


def test_cells_are_written_as_the_bulk_api_writes_them(clock: Clock) -> None:
    org = Org(now=clock)
    org.define("Account", Field("Seats__c", "int"), Field("Renews__c", "date"), Field("Key__c", "boolean"))
    org.define("Account", Field("ARR__c", "currency"))
    globex = org.add("Account", Name="Globex")
    org.add("Account", Name='The "big"\none, Ltd', ParentId=globex, Seats__c=12, Renews__c="2026-12-31", Key__c=True)
    org.edit(globex, ARR__c=350_000_000)
    with plain(org) as served:
        columns = "SELECT Name, Parent.Name, ARR__c, Seats__c, Renews__c, Key__c, CreatedDate "
        [page] = _pages(served, columns + "FROM Account ORDER BY Id")
    assert page == (
        '"Name","Parent.Name","ARR__c","Seats__c","Renews__c","Key__c","CreatedDate"\n'
        '"Globex","","3.5E8","","","false","2026-04-01T04:00:00.000Z"\n'
        '"The ""big""\none, Ltd","Globex","","12","2026-12-31","true","2026-04-01T04:00:00.000Z"\n'
    )


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (0, "0.0"),
        (12.5, "12.5"),
        (9_999_999, "9999999.0"),
        (10_000_000, "1.0E7"),
        (-123_456_789.5, "-1.234567895E8"),
        (0.001, "0.001"),
        (0.0005, "5.0E-4"),
    ],
)
def test_numbers_are_written_as_java_does(clock: Clock, amount: float, written: str) -> None:
    org = Org(now=clock)
    org.add("Account", Name="Globex", AnnualRevenue=amount)
    with plain(org) as served:
        assert _pages(served, "SELECT AnnualRevenue FROM Account") == [f'"AnnualRevenue"\n"{written}"\n']


def test_a_job_goes_through_its_states(served: Plain) -> None:
    served.emulator.bulk.polls_until_complete = 2
    made = _made(served)
    path = f"jobs/query/{made['id']}"
    polled = [served.send("GET", path).json() for _ in range(4)]
    assert (made["id"][:3], made["state"], made["apiVersion"], made["object"]) == (
        "750",
        "UploadComplete",
        62.0,
        "Account",
    )
    assert [job["state"] for job in polled] == ["InProgress", "InProgress", "JobComplete", "JobComplete"]
    assert [job.get("numberRecordsProcessed") for job in polled] == [None, None, 12, 12]
    assert served.emulator.org.calls_used == 5


def test_a_jobs_results_are_those_of_when_it_was_made(served: Plain) -> None:
    path = _complete(served, "SELECT Name FROM Account ORDER BY Id")
    org = served.emulator.org
    first, second, *_ = list(org.records["Account"])
    org.edit(first, Name="changed")
    org.purge(second)
    assert served.send("GET", f"{path}/results").text.startswith('"Name"\n"Account 0"\n"Account 1"\n')


def test_locators_lead_from_page_to_page_and_null_ends_them(served: Plain) -> None:
    path = _complete(served)
    seen = []
    locator = ""
    while locator != "null":
        page = served.send("GET", f"{path}/results", params={"maxRecords": 8, "locator": locator})
        locator = page.headers["Sforce-Locator"]
        seen.append((page.headers["Sforce-NumberOfRecords"], locator))
    assert seen == [("5", "NQ"), ("5", "MTA"), ("2", "null")]


def test_no_rows_make_a_page_with_nothing_but_its_header(served: Plain) -> None:
    path = _complete(served, "SELECT Id FROM Account WHERE Name = 'nobody'")
    page = served.send("GET", f"{path}/results")
    assert (page.text, page.headers["Sforce-NumberOfRecords"], page.headers["Sforce-Locator"]) == (
        '"Id"\n',
        "0",
        "null",
    )


def test_only_query_all_jobs_find_what_is_in_the_bin(served: Plain) -> None:
    served.emulator.org.delete(next(iter(served.emulator.org.records["Account"])))
    counted = "SELECT Id, IsDeleted FROM Account WHERE Name = 'Account 0'"
    assert _pages(served, counted)[0].count("\n") == 1
    [page] = _accounts(served).query_all(counted, wait=0.0)  # type: ignore[arg-type] # int, it says
    assert page.splitlines()[1].endswith('"true"')


def test_links_to_the_pages_come_five_at_a_time(served: Plain) -> None:
    served.emulator.bulk.page_rows = 2
    path = _complete(served)
    first = served.send("GET", f"{path}/resultPages").json()
    second = served.send("GET", first["nextRecordsUrl"]).json()
    assert [len(links["resultPages"]) for links in (first, second)] == [5, 1]
    assert [links["done"] for links in (first, second)] == [False, True]
    links = [each["resultUrl"] for each in (*first["resultPages"], *second["resultPages"])]
    read = [line for link in reversed(links) for line in served.send("GET", link).text.splitlines()[1:]]
    assert len(set(read)) == 12
    older = path.replace("jobs", "/services/data/v57.0/jobs", 1)
    assert served.send("GET", f"{older}/resultPages").status_code == 404


def test_results_come_zipped_to_who_takes_it(served: Plain) -> None:
    served.emulator.bulk.page_rows = 100
    path = _complete(served, "SELECT Id, Name, CreatedDate FROM Account")
    zipped = served.send("GET", f"{path}/results", headers={"Accept-Encoding": "gzip"})
    whole = served.send("GET", f"{path}/results", headers={"Accept-Encoding": "identity"})
    assert zipped.headers["Content-Encoding"] == "gzip"
    assert "Content-Encoding" not in whole.headers
    assert zipped.content == whole.content


@pytest.mark.parametrize(
    ("soql", "code", "said"),
    [
        ("SELECT COUNT() FROM Account", "API_ERROR", "Aggregate Relationship not supported in Bulk Query"),
        ("SELECT Id FROM Account LIMIT 5 OFFSET 5", "FeatureNotEnabled", "Offset not supported in Bulk Query"),
        ("SELECT BillingAddress FROM Account", "API_ERROR", "Selecting compound data not supported in Bulk Query"),
        ("SELECT Id FROM Group", "INVALIDENTITY", "Entity 'Group' is not supported by the Bulk API."),
        ("SELECT Arr FROM Account", "INVALID_FIELD", "No such column 'Arr' on entity 'Account'"),
        ("SELECT Id FROM", "MALFORMED_QUERY", "unexpected token: '<EOF>'"),
    ],
)
def test_what_the_bulk_api_cannot_do_is_refused(served: Plain, soql: str, code: str, said: str) -> None:
    served.emulator.bulk.unsupported.add("Group")
    with pytest.raises(SalesforceMalformedRequest, match=code) as caught:
        _pages(served, soql)
    assert said in str(caught.value.content)


def test_the_jobs_of_the_day_run_out(served: Plain) -> None:
    served.emulator.bulk.jobs_a_day = 1
    _pages(served, IDS)
    with pytest.raises(SalesforceMalformedRequest, match=r"Max bulk v2 query jobs \(1\) per 24 hrs has been reached"):
        _pages(served, IDS)


def test_jobs_fail_end_and_are_refused_as_told(served: Plain) -> None:
    bulk = served.emulator.bulk
    bulk.fail_next("InternalServerError : Retried more than fifteen times")
    with pytest.raises(SalesforceOperationError, match="Retried more than fifteen times"):
        _pages(served, IDS)
    bulk.abort_next()
    with pytest.raises(SalesforceOperationError, match="Aborted"):
        _pages(served, IDS)
    bulk.refuse_next("TXN_SECURITY_METERING_ERROR", "not allowed")
    with pytest.raises(SalesforceMalformedRequest, match="TXN_SECURITY_METERING_ERROR"):
        _pages(served, IDS)
    assert len(_pages(served, IDS)) == 3


def test_a_job_can_be_aborted_and_deleted(served: Plain) -> None:
    served.emulator.bulk.polls_until_complete = 9
    path = f"jobs/query/{_made(served)['id']}"
    assert served.send("GET", path).json()["state"] == "InProgress"
    assert served.send("DELETE", path).json()[0]["errorCode"] == "INVALIDJOBSTATE"
    assert served.send("PATCH", path, json={"state": "Aborted"}).json()["state"] == "Aborted"
    assert served.send("GET", f"{path}/results").json()[0]["errorCode"] == "INVALIDJOBSTATE"
    gone = served.send("DELETE", path)
    assert (gone.status_code, gone.content) == (204, b"")
    assert served.send("GET", path).status_code == 404


def test_results_are_bound_to_the_version_and_live_seven_days(served: Plain, clock: Clock) -> None:
    path = _complete(served)
    other = path.replace("jobs", "/services/data/v61.0/jobs", 1)
    assert served.send("GET", f"{other}/results").status_code == 409
    clock.advance(days=7)
    assert served.send("GET", f"{path}/results").status_code == 200
    clock.advance(seconds=1)
    assert served.send("GET", f"{path}/results").status_code == 404


def test_locators_expire_and_the_job_hands_out_new_ones(served: Plain) -> None:
    path = _complete(served)
    before = served.send("GET", f"{path}/results").headers["Sforce-Locator"]
    served.emulator.bulk.expire_locators()
    assert served.send("GET", f"{path}/results?locator={before}").json()[0]["errorCode"] == "INVALID_QUERY_LOCATOR"
    after = served.send("GET", f"{path}/results").headers["Sforce-Locator"]
    assert served.send("GET", f"{path}/results?locator={after}").status_code == 200
    assert served.send("GET", f"{path}/results?locator=!").status_code == 400


def test_a_header_can_be_lost(served: Plain) -> None:
    served.emulator.bulk.lose_header("Sforce-NumberOfRecords")
    with pytest.raises(KeyError):
        _pages(served, IDS)
    served.emulator.bulk.keep_headers()
    assert len(_pages(served, IDS)) == 3


# -- faults ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["POST /services/data", "FROM Account", "GET /services/data/v62.0/jobs", "/results?"])
def test_sessions_end_anywhere_in_the_life_of_a_job(served: Plain, where: str) -> None:
    served.emulator.faults.add(faults.SESSION_EXPIRED, at={1}, where=where)
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        _pages(served, IDS)


def test_a_session_can_end_with_a_page_of_html(served: Plain) -> None:
    served.emulator.faults.add(faults.SESSION_EXPIRED_IN_HTML, at={1}, where="/results")
    path = _complete(served)
    assert served.send("GET", f"{path}/results").text.startswith("<html>")
    assert served.send("GET", path).json()[0]["errorCode"] == "INVALID_SESSION_ID"


@pytest.mark.parametrize(
    ("fault", "said"),
    [(faults.TOTAL_REQUESTS, "TotalRequests Limit exceeded"), (faults.CONCURRENT_REQUESTS, "ConcurrentRequests")],
)
def test_both_limits_are_met_by_jobs_too(served: Plain, fault: Reply, said: str) -> None:
    served.emulator.faults.add(fault, at={2}, where="/jobs/query/750")
    with pytest.raises(SalesforceRefusedRequest, match=said):
        _pages(served, IDS)


def test_a_job_that_is_gone_is_not_found(served: Plain) -> None:
    path = _complete(served)
    served.emulator.bulk.jobs.clear()
    with pytest.raises(SalesforceResourceNotFound):
        served.client.restful(path)


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_bodies_break_off(served: Plain, encoding: str) -> None:
    served.emulator.bulk.page_rows = 100
    path = _complete(served, "SELECT Id, Name, CreatedDate FROM Account")
    served.emulator.faults.add(faults.TRUNCATED, at={1}, where="/results")
    with pytest.raises((requests.exceptions.ChunkedEncodingError, requests.exceptions.ConnectionError)):
        served.send("GET", f"{path}/results", headers={"Accept-Encoding": encoding})


@pytest.mark.parametrize("encoding", ["gzip", "identity"])
def test_bodies_end_early_and_call_themselves_whole(served: Plain, encoding: str) -> None:
    served.emulator.bulk.page_rows = 100
    path = _complete(served, "SELECT Id, Name, CreatedDate FROM Account")
    served.emulator.faults.add(faults.CUT_SHORT, at={1}, where="/results")
    cut = served.send("GET", f"{path}/results", headers={"Accept-Encoding": encoding})
    assert cut.headers["Sforce-NumberOfRecords"] == "12"
    assert 0 < cut.text.count("\n") < 12


def test_answers_that_are_no_json_can_be_altered(served: Plain) -> None:
    def one_row_less(reply: Reply) -> Reply:
        return Reply(reply.status, b"".join(reply.body.splitlines(keepends=True)[:-1]), reply.headers)

    path = _complete(served)
    served.emulator.faults.add(faults.Alter(one_row_less), at={1}, where="/results")
    assert [served.send("GET", f"{path}/results").text.count("\n") for _ in range(2)] == [5, 6]
