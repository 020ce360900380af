"""What goes wrong between Salesforce and us, and what becomes of the pull."""

from __future__ import annotations

import pytest

from cssync.errors import ConfigError, ConnectorError, CssyncError, PermissionDeniedError, QuotaError, TransientError
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.salesforce import faults

ACCOUNTS = "FROM Account "  # with the blank: the query that counts them ends there
NEXT_PAGES = "/query/0r8"

PASSING = {
    "429": faults.TOO_MANY_REQUESTS,
    "concurrent requests": faults.CONCURRENT_REQUESTS,
    "500": faults.SERVER_ERROR,
    "503": faults.UNAVAILABLE,
    "503 in HTML": faults.HTML_503,
    "406": faults.html(406, "Not Acceptable"),
    "420": faults.html(420, "Instance moved"),
    "row lock": faults.ROW_LOCK,
    "cut off": faults.Truncate(),
    "reset": faults.Reset(),
    "a proxy's page": faults.NOT_JSON,
    "zipped in name alone": faults.Reply(200, b"{}", {"Content-Encoding": "gzip"}),
}


@pytest.mark.parametrize("where", [ACCOUNTS, NEXT_PAGES], ids=["first page", "later page"])
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_case_12_13_17_what_passes_is_waited_for(fault: faults.Fault, where: str) -> None:
    with served(plain_accounts(30), page_size=20) as org:
        org.emulator.faults.add(fault, at={1, 2}, where=where)
        assert org.pull().accounts.height == 30
        assert len(org.pauses) == 2


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_case_13_17_what_does_not_pass_is_given_up_after_five_retries(fault: faults.Fault) -> None:
    with served(plain_accounts(30), page_size=20) as org:
        org.emulator.faults.add(fault, where=NEXT_PAGES)
        assert isinstance(failure(org), TransientError)
        assert len(org.pauses) == 5


def test_case_13_pauses_grow_and_are_drawn_by_lot_but_what_salesforce_asks_for_is_kept() -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(faults.UNAVAILABLE, at={1, 2, 3, 4}, where=ACCOUNTS)
        org.emulator.faults.add(faults.TOO_MANY_REQUESTS, at={5}, where=ACCOUNTS)
        org.pull()
        first, second, third, fourth, fifth = org.pauses
    assert 0.5 <= first <= 1 <= second <= 2 <= third <= 4 <= fourth <= 8
    assert fifth == 7  # Retry-After


def test_case_1_a_server_that_never_answers_is_left_after_the_timeout() -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(faults.Stall(), at={1}, where=ACCOUNTS)
        assert org.pull(timeout_seconds=0.2).accounts.height == 1
        assert org.pauses  # a busy machine may leave more requests than the one that was never answered


def test_case_1_a_login_that_never_answers_is_left_after_the_timeout_too() -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(faults.Stall(), at={1}, where="/services/oauth2/token")
        assert org.pull(timeout_seconds=0.2).accounts.height == 1
        assert org.pauses


def test_case_12_a_used_up_quota_stops_at_once() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.TOTAL_REQUESTS, where=NEXT_PAGES)
        error = failure(org)
        assert isinstance(error, QuotaError)
        assert "tomorrow" in error.remedy
        assert org.pauses == []


def test_case_12_the_reserve_of_api_calls_is_left_to_others() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.org.calls_a_day, org.org.calls_used = 1000, 895
        error = failure(org, api_reserve=0.1)
        assert isinstance(error, QuotaError)
        assert error.message.startswith("900 of the org's 1,000 API calls of the day are used; the last 10%")
        assert org.org.calls_used == 900


@pytest.mark.parametrize("fault", [faults.INVALID_LOCATOR, faults.LOCATOR_EXPIRED], ids=["invalid", "expired"])
def test_case_15_a_lost_place_is_found_again_by_the_last_id(fault: faults.Fault) -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(fault, at={2}, where=NEXT_PAGES)
        pull = org.pull()
        assert pull.accounts["name"].to_list() == [f"Account {number}" for number in range(30)]
        last = org.loaded.accounts["a19"]
        assert [soql for soql in org.emulator.queries() if f"Id > '{last}'" in soql]


def test_a_link_that_leads_in_circles_is_left_by_the_last_id() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.LOCATOR_LOOP, at={1, 2}, where=NEXT_PAGES)
        assert org.pull().accounts.height == 30


def test_circles_without_end_are_given_up() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.LOCATOR_LOOP, where=NEXT_PAGES)
        org.emulator.faults.add(faults.LOCATOR_LOOP, where=ACCOUNTS)
        assert isinstance(failure(org), TransientError)
        assert len(org.emulator.requests) < 50


def test_case_23_pages_may_be_of_any_size() -> None:
    """Salesforce makes them smaller where the rows are wide."""
    with served(plain_accounts(30), page_size=7) as org:

        def shrink() -> None:
            org.emulator.rest.page_size = 3

        org.emulator.faults.add(faults.Meanwhile(shrink), at={2}, where=NEXT_PAGES)
        assert org.pull().accounts.height == 30


def test_case_23_an_empty_page_is_not_the_end() -> None:
    def empty_with_a_link(path: str, page: faults.Page) -> faults.Page:
        return {**page, "records": [], "done": False, "nextRecordsUrl": path + "?again"}

    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.Rewrite(empty_with_a_link), at={1}, where=NEXT_PAGES)
        assert org.pull().accounts.height == 30


@pytest.mark.parametrize("where", [ACCOUNTS, NEXT_PAGES], ids=["first page", "later page"])
@pytest.mark.parametrize("fault", [faults.HALF_ANSWER, faults.EMPTY_PAGE], ids=["half", "nothing"])
def test_an_answer_that_calls_itself_whole_and_is_not_is_an_error(fault: faults.Fault, where: str) -> None:
    with served(plain_accounts(30), page_size=20) as org:
        org.emulator.faults.add(fault, where=where)
        error = failure(org)
        assert isinstance(error, TransientError)
        assert "Salesforce counts 30 rows of Account but gave" in error.message


def test_accounts_that_come_and_go_meanwhile_are_no_fault() -> None:
    with served(plain_accounts(30), page_size=20) as org:

        def one_comes_and_two_go(path: str, page: faults.Page) -> faults.Page:
            for key in ("a28", "a29"):
                org.org.purge(org.loaded.accounts[key])
            org.org.add("Account", Name="New")
            return {**page, "records": page["records"][:8]}  # the two are gone, the new one is not listed yet

        org.emulator.faults.add(faults.Rewrite(one_comes_and_two_go), at={1}, where=NEXT_PAGES)
        assert org.pull().accounts.height == 29


def test_case_14_a_query_that_takes_too_long_is_asked_in_parts() -> None:
    with served(plain_accounts(1_200)) as org:
        org.emulator.faults.add(faults.QUERY_TIMEOUT, at=range(1, 7), where=ACCOUNTS)
        assert org.pull().accounts.height == 1_200
        limits = [soql.rpartition("LIMIT ")[2] for soql in org.emulator.queries() if "LIMIT" in soql]
        assert limits == ["20000", "10000", "5000", "2500", "1250", "625", "625"]


def test_case_14_a_query_that_always_takes_too_long_is_left_to_a_bulk_job() -> None:
    with served(plain_accounts(3)) as org:
        org.emulator.faults.add(faults.QUERY_TIMEOUT, where=ACCOUNTS)
        assert org.pull().accounts.height == 3
        assert len(org.emulator.bulk.jobs) == 1


def test_case_14_a_query_that_is_too_slow_for_bulk_too_is_an_error_and_no_empty_org() -> None:
    with served(plain_accounts(3)) as org:
        org.emulator.faults.add(faults.QUERY_TIMEOUT, where=ACCOUNTS)
        org.emulator.bulk.unsupported.add("Account")
        error = failure(org)
        assert isinstance(error, TransientError)
        assert "too long to list even a few rows of Account" in error.message


def test_a_permission_that_is_missing_goes_to_the_admin() -> None:
    with served(plain_accounts(3)) as org:
        org.emulator.faults.add(faults.refusal(403, "API_DISABLED_FOR_ORG", "API is not enabled for this Organization"))
        error = failure(org)
        assert isinstance(error, PermissionDeniedError)
        assert "API Enabled" in error.remedy
        assert org.pauses == []


def test_an_unknown_api_version_is_a_matter_of_configuration() -> None:
    with served() as org:
        error = failure(org, api_version="99.0")
        assert isinstance(error, ConfigError)
        assert error.remedy == 'set source.api_version to "66.0"; the org speaks 31.0 to 66.0'


def test_case_24_an_address_that_is_too_long_says_what_to_do() -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(faults.html(414, "URI Too Long"), where=ACCOUNTS)
        assert "map fewer fields" in failure(org).remedy


def test_case_24_many_strangers_are_asked_for_in_addresses_that_are_short_enough() -> None:
    with served() as org:
        for number in range(450):
            partner = org.org.add("User", Name=f"P {number}", Username=str(number), UserType="PowerPartner")
            org.org.add("Account", Name=f"A {number}", CSM__c=partner)
        assert sum(owner.name.startswith("P ") for owner in org.pull().owners) == 450
        assert sum("FROM User WHERE Id IN" in soql for soql in org.emulator.queries()) == 3


def test_rows_that_lack_a_field_are_no_rows() -> None:
    def without_names(path: str, page: faults.Page) -> faults.Page:
        return {**page, "records": [{"Id": row["Id"]} for row in page["records"]]}

    with served(plain_accounts(3)) as org:
        org.emulator.faults.add(faults.Rewrite(without_names), where=ACCOUNTS)
        assert isinstance(failure(org), TransientError)


def failure(org: Served, **settings: object) -> CssyncError:
    with pytest.raises((ConnectorError, ConfigError)) as caught:
        org.pull(**settings)
    assert caught.value.remedy
    return caught.value
