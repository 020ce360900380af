"""The emulator's composite requests, and the faults that meet them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
import requests

from tests.connectors.salesforce.plain import Clock, Plain, plain
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.faults import Page
from tests.emulators.salesforce.org import Org

HOME = "/services/data/v62.0"


@pytest.fixture
def served() -> Iterator[Plain]:
    org = Org(now=Clock())
    org.add("User", Name="Dana")
    for name in ("Globex", "Initech", "Umbrella"):
        org.add("Account", Name=name)
    with plain(org, page_size=2) as opened:
        yield opened


def _query(reference: str, soql: str, resource: str = "query") -> dict[str, Any]:
    return _get(reference, f"{HOME}/{resource}/?{urlencode({'q': soql})}")


def _get(reference: str, url: str) -> dict[str, Any]:
    return {"method": "GET", "url": url, "referenceId": reference}


def _sent(served: Plain, *parts: dict[str, Any], all_or_none: bool = False) -> requests.Response:
    return served.send("POST", "composite", json={"allOrNone": all_or_none, "compositeRequest": list(parts)})


def _answers(answer: requests.Response) -> dict[str, tuple[int, Any]]:
    assert answer.status_code == 200
    parts = answer.json()["compositeResponse"]
    assert all(part.keys() == {"body", "httpHeaders", "httpStatusCode", "referenceId"} for part in parts)
    return {part["referenceId"]: (part["httpStatusCode"], part["body"]) for part in parts}


ACCOUNTS = _query("accounts", "SELECT Name FROM Account ORDER BY Id")
USERS = _query("users", "SELECT Name FROM User")


def test_many_requests_are_one_call(served: Plain) -> None:
    org = served.emulator.org
    org.delete(next(iter(org.records["Account"])))
    answer = _sent(
        served,
        ACCOUNTS,
        _query("all", "SELECT COUNT() FROM Account", "queryAll"),
        _get("described", f"{HOME}/sobjects/User/describe"),
        _query("wrong", "SELECT Foo FROM Account"),
    )
    answers = _answers(answer)
    assert answer.headers["Sforce-Limit-Info"] == "api-usage=1/15000"
    assert [row["Name"] for row in answers["accounts"][1]["records"]] == ["Initech", "Umbrella"]
    assert answers["all"][1]["totalSize"] == 3
    assert answers["described"][1]["name"] == "User"
    assert (answers["wrong"][0], answers["wrong"][1][0]["errorCode"]) == (400, "INVALID_FIELD")
    assert served.emulator.queries() == [
        "SELECT Name FROM Account ORDER BY Id",
        "SELECT COUNT() FROM Account",
        "SELECT Foo FROM Account",
    ]


def test_the_pages_of_a_part_are_read_on_by_themselves(served: Plain) -> None:
    first = _answers(_sent(served, ACCOUNTS))["accounts"][1]
    assert (first["done"], first["totalSize"]) == (False, 3)
    assert [row["Name"] for row in served.send("GET", first["nextRecordsUrl"]).json()["records"]] == ["Umbrella"]
    within = _answers(_sent(served, _get("more", first["nextRecordsUrl"])))
    assert [row["Name"] for row in within["more"][1]["records"]] == ["Umbrella"]


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ([_get(f"r{number}", f"{HOME}/sobjects/User/describe") for number in range(26)], "26 subrequests"),
        ([_query(f"r{number}", "SELECT Id FROM User") for number in range(6)], "6 query"),
        ([USERS, USERS], "Reference ids must be unique"),
        ([], "does not contain a compositeRequest"),
    ],
)
def test_what_is_too_much_is_refused_as_a_whole(served: Plain, parts: list[dict[str, Any]], said: str) -> None:
    answer = _sent(served, *parts)
    assert answer.status_code == 400
    assert said in answer.text


def test_what_is_no_query_has_no_part_in_it(served: Plain) -> None:
    answers = _answers(
        _sent(
            served,
            _get("limits", f"{HOME}/limits"),
            {"method": "DELETE", "url": f"{HOME}/sobjects/Account/001", "referenceId": "d"},
        )
    )
    assert {reference: status for reference, (status, _) in answers.items()} == {"limits": 404, "d": 405}


def test_all_or_none_halts_the_others(served: Plain) -> None:
    answers = _answers(_sent(served, USERS, _query("wrong", "SELECT Foo FROM User"), all_or_none=True))
    codes = {reference: body[0]["errorCode"] for reference, (_, body) in answers.items()}
    assert codes == {"users": "PROCESSING_HALTED", "wrong": "INVALID_FIELD"}


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (faults.SESSION_EXPIRED, 401),
        (faults.INVALID_SESSION, 401),
        (faults.HTML_401, 401),
        (faults.TOTAL_REQUESTS, 403),
        (faults.CONCURRENT_REQUESTS, 403),
        (faults.UNAVAILABLE, 503),
        (faults.NOT_JSON, 200),
    ],
)
def test_what_refuses_a_call_refuses_all_of_it_though_it_be_meant_for_a_part(
    served: Plain, fault: faults.Fault, status: int
) -> None:
    served.emulator.faults.add(fault, at={1}, where="FROM User")
    answer = _sent(served, ACCOUNTS, USERS)
    assert answer.status_code == status
    assert "compositeResponse" not in answer.text


@pytest.mark.parametrize("fault", [faults.QUERY_TIMEOUT, faults.HIDDEN_FIELD, faults.LOCATOR_EXPIRED])
def test_what_refuses_a_query_refuses_one_part(served: Plain, fault: faults.Reply) -> None:
    served.emulator.faults.add(fault, at={2}, where="FROM Account")
    again = _query("again", "SELECT Id FROM Account")
    assert {
        reference: status for reference, (status, _) in _answers(_sent(served, ACCOUNTS, USERS, again)).items()
    } == {
        "accounts": 200,
        "users": 200,
        "again": 400,
    }


def test_a_parts_answer_can_be_rewritten(served: Plain) -> None:
    def doubled(url: str, page: Page) -> Page:
        return {**page, "totalSize": page["totalSize"] * 2}

    served.emulator.faults.add(faults.Rewrite(doubled), where="FROM User")
    answers = _answers(_sent(served, ACCOUNTS, USERS))
    assert {reference: body["totalSize"] for reference, (_, body) in answers.items()} == {"accounts": 3, "users": 2}


def test_a_fault_for_any_request_meets_a_composite_one_once(served: Plain) -> None:
    served.emulator.faults.add(faults.SERVER_ERROR, at={2})
    assert [_sent(served, ACCOUNTS, USERS).status_code for _ in range(3)] == [200, 500, 200]


def test_something_happens_meanwhile(served: Plain) -> None:
    org = served.emulator.org
    served.emulator.faults.add(faults.Meanwhile(lambda: org.hide("Account", "Name")), at={2})
    assert _answers(_sent(served, ACCOUNTS))["accounts"][0] == 200
    assert _answers(_sent(served, ACCOUNTS))["accounts"][1][0]["errorCode"] == "INVALID_FIELD"


def test_the_killer_comes_at_the_nth_data_request(served: Plain) -> None:
    seen: list[int] = []
    served.send("GET", "limits")
    served.emulator.kill_after(2, lambda: seen.append(len(served.emulator.requests)))
    served.send("GET", "/services/oauth2/userinfo")
    for _ in range(3):
        _sent(served, USERS)
    assert seen == [4]
