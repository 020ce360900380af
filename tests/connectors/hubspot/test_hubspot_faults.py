"""What goes wrong on the way: tried again with patience, or an error of the kind that the operator can act on."""

from __future__ import annotations

import socket

import pytest
from structlog.testing import capture_logs

from connectors.hubspot import HubspotConnector
from cssync.errors import AuthError, ConnectorError, MappingError, PermissionDeniedError, QuotaError, TransientError
from cssync.settings.source import HubspotSecrets, HubspotSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import AS_OF, COMPANIES, MAPPED, connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import (
    Answer,
    error,
    html,
    malformed_token,
    missing_scopes,
    ok,
    too_many,
    unauthorized,
)
from tests.emulators.hubspot.faults import Fault
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

OWNERS = "/crm/v3/owners"


def _company_of(companies: int) -> Portal:
    portal = portal_with_cs_fields()
    for number in range(1, companies + 1):
        portal.add("companies", number, {"name": f"C{number}", "csm_owner": "51", "arr": "100"})
    return portal


@pytest.mark.parametrize(
    "fault",
    [
        faults.instead(error(500, "INTERNAL", "oops")),
        faults.instead(html(502, "Bad Gateway")),
        faults.instead(html(503, "Service Unavailable")),
        faults.instead(html(504, "Gateway Timeout")),
        faults.instead(html(200, "We are down for maintenance")),
        faults.instead(error(477, "MIGRATION", "in progress")),
        faults.instead(too_many("SECONDLY")),
        faults.instead(too_many("TEN_SECONDLY_ROLLING", retry_after="soon")),
        faults.null_results,
        faults.truncated,
        faults.cut,
        faults.reset,
    ],
    ids=["500", "502", "503", "504", "html", "477", "secondly", "ten secondly", "null", "truncated", "cut", "reset"],
)
def test_case_8_9_35_a_passing_fault_in_the_middle_of_the_pages_changes_nothing(fault: Fault) -> None:
    with HubspotEmulator(_company_of(250)) as hubspot:
        hubspot.faults.on(2, fault, path=COMPANIES)
        pull = connector(hubspot).pull(AS_OF)

        assert sorted(int(each) for each in pull.accounts["account_id"]) == list(range(1, 251))
        assert len(hubspot.requested(COMPANIES)) == 4


def test_an_error_page_that_is_not_utf8_is_just_an_error_page() -> None:
    page = Answer(502, "Überlastet".encode("latin-1"), content_type="text/html")
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.on(1, faults.instead(page), path=COMPANIES)

        assert connector(hubspot).pull(AS_OF).accounts.height == 1


def test_case_9_a_server_that_says_nothing_is_given_up_on_in_time() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.on(1, faults.stalled, path=COMPANIES)
        pull = connector(hubspot, timeout_seconds=0.2).pull(AS_OF)

        assert pull.accounts.height == 1


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.instead(html(502, "Bad Gateway")), "HubSpot answered 502 when asked for companies"),
        (faults.instead(html(200, "Hello")), "HubSpot answered 200 with something that is not JSON"),
        (faults.null_results, "HubSpot answered 200 with half a reply, without results"),
        (faults.truncated, "HubSpot broke off in the middle of an answer"),
        (faults.reset, "HubSpot broke off in the middle of an answer"),
    ],
)
def test_case_8_9_a_lasting_fault_ends_after_six_attempts_with_ever_longer_pauses(fault: Fault, message: str) -> None:
    pauses: list[float] = []
    with HubspotEmulator(_company_of(250)) as hubspot:
        hubspot.faults.since(2, fault, path=COMPANIES)
        with pytest.raises(TransientError) as caught:
            connector(hubspot, sleep=pauses.append).pull(AS_OF)

        assert len(hubspot.requested(COMPANIES)) == 1 + 6
    assert message in caught.value.message
    assert "6 times in a row" in caught.value.message
    assert len(pauses) == 5
    for pause, most in zip(pauses, (0.5, 1, 2, 4, 8), strict=True):
        assert most / 2 <= pause <= most


def test_a_closed_port_is_a_transient_error() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
    unreachable = HubspotConnector(
        HubspotSource(kind="hubspot", accounts=MAPPED),
        HubspotSecrets(token="pat-na1-x"),
        arr_from_field=True,
        mirror=MemoryMirror(),
        sleep=lambda _: None,
        base_url=url,
    )
    with pytest.raises(TransientError, match="HubSpot could not be reached when asked for account details"):
        unreachable.pull(AS_OF)


@pytest.mark.parametrize(
    ("policy", "retry_after", "least", "most"),
    [
        ("TEN_SECONDLY_ROLLING", None, 10, 10.5),
        ("SECONDLY", None, 1, 1.5),
        ("A_NEW_POLICY", None, 10, 10.5),
        ("TEN_SECONDLY_ROLLING", "3", 3, 3.5),
        ("SECONDLY", "0", 0, 0.5),
        ("TEN_SECONDLY_ROLLING", "Sun, 22 Nov 2026 02:04:07 GMT", 7, 7.5),
        ("TEN_SECONDLY_ROLLING", "Sun, 22 Nov 2026 02:04:07", 7, 7.5),
        ("TEN_SECONDLY_ROLLING", "Sun, 22 Nov 2020 02:04:07 GMT", 0, 0.5),
    ],
)
def test_case_8_35_a_429_is_waited_out_as_its_policy_or_retry_after_says(
    policy: str, retry_after: str | None, least: float, most: float
) -> None:
    pauses: list[float] = []
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.on(1, faults.instead(too_many(policy, retry_after)), path=COMPANIES)
        connector(hubspot, sleep=pauses.append).pull(AS_OF)

    (pause,) = pauses
    assert least <= pause <= most


def test_an_hour_of_retry_after_is_for_another_night() -> None:
    pauses: list[float] = []
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(too_many("TEN_SECONDLY_ROLLING", "3600")), path=COMPANIES)
        with pytest.raises(TransientError, match=r"wants 3,600 s of patience"):
            connector(hubspot, sleep=pauses.append).pull(AS_OF)
    assert pauses == []


def test_case_36_the_daily_limit_stops_at_once_and_says_when_it_resets() -> None:
    with HubspotEmulator(_company_of(250), limits=Limits(daily=9)) as hubspot:
        with pytest.raises(QuotaError, match="429 DAILY") as caught:
            connector(hubspot).pull(AS_OF)
        assert len(hubspot.requests) == 10
    assert "resets at midnight in the time zone of the HubSpot account" in caught.value.remedy


@pytest.mark.parametrize("fault", [faults.instead(unauthorized()), faults.instead(malformed_token())])
def test_case_50_a_refused_or_malformed_token_is_never_tried_twice(fault: Fault) -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(fault)
        with pytest.raises(AuthError) as caught:
            connector(hubspot).pull(AS_OF)
        assert len(hubspot.requests) == 1
    assert "HUBSPOT_TOKEN" in caught.value.remedy


def test_a_token_that_is_revoked_in_the_middle_leaves_no_pull() -> None:
    with HubspotEmulator(_company_of(250)) as hubspot:
        hubspot.faults.since(2, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError, match="refused the token"):
            connector(hubspot).pull(AS_OF)


@pytest.mark.parametrize(
    ("scope", "what"),
    [
        ("crm.objects.companies.read", "companies"),
        ("crm.schemas.companies.read", "the properties of companies"),
        ("crm.objects.deals.read", "deal pipelines"),
        ("crm.objects.owners.read", "owners"),
    ],
)
def test_a_missing_scope_is_named(scope: str, what: str) -> None:
    portal = _company_of(1)
    portal.scopes.discard(scope)
    with HubspotEmulator(portal) as hubspot, pytest.raises(PermissionDeniedError) as caught:
        connector(hubspot).pull(AS_OF)

    assert caught.value.message == f"HubSpot does not show {what} to this token (403)"
    assert f"the scope {scope} " in caught.value.remedy


def test_a_403_without_a_reason_still_names_the_scope_that_the_call_needs() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(html(403, "Forbidden")), path=OWNERS)
        with pytest.raises(PermissionDeniedError) as caught:
            connector(hubspot).pull(AS_OF)
    assert "crm.objects.owners.read" in caught.value.remedy


def test_the_scopes_in_the_body_win_over_what_we_believe() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(missing_scopes("crm.new.scope")), path=OWNERS)
        with pytest.raises(PermissionDeniedError) as caught:
            connector(hubspot).pull(AS_OF)
    assert "the scope crm.new.scope (" in caught.value.remedy


def test_case_49_an_address_that_hubspot_finds_too_long_is_a_fault_of_the_mapping() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(html(414, "Request-URI Too Large")), path=COMPANIES)
        with pytest.raises(MappingError, match="414"):
            connector(hubspot).pull(AS_OF)


def test_any_other_refusal_quotes_hubspot_once() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(error(400, "VALIDATION_ERROR", "no\n such thing")), path=COMPANIES)
        with pytest.raises(ConnectorError, match=r"refused to list companies \(400\): no such thing"):
            connector(hubspot).pull(AS_OF)
        assert len(hubspot.requested(COMPANIES)) == 1


def test_a_retry_is_one_line_in_the_log() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot, capture_logs() as logs:
        hubspot.faults.on(1, faults.instead(html(502, "Bad Gateway")), path=COMPANIES)
        connector(hubspot).pull(AS_OF)

    (line,) = [entry for entry in logs if entry["event"] == "hubspot retry"]
    assert (line["what"], line["why"], line["attempt"]) == ("companies", "answered 502", 1)


def test_a_proxy_in_the_environment_is_used_with_its_login(monkeypatch: pytest.MonkeyPatch) -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        monkeypatch.setenv("http_proxy", hubspot.url.replace("://", "://ops:s%40cret@"))
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        behind = HubspotConnector(
            HubspotSource(kind="hubspot", accounts=MAPPED),
            HubspotSecrets(token=hubspot.token),
            arr_from_field=True,
            mirror=MemoryMirror(),
            base_url="http://api.hubapi.invalid",
        )

        assert behind.pull(AS_OF).accounts.height == 1
        assert hubspot.requests[0] == ("GET", "http://api.hubapi.invalid/account-info/v3/details")
        assert hubspot.request_headers[0]["proxy-authorization"] == "Basic b3BzOnNAY3JldA=="


@pytest.mark.parametrize(("name", "value"), [("no_proxy", "127.1.2.3"), ("http_proxy", "")])
def test_hosts_in_no_proxy_are_reached_directly(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        monkeypatch.setenv("http_proxy", hubspot.url)
        monkeypatch.setenv(name, value)
        direct = HubspotConnector(
            HubspotSource(kind="hubspot", accounts=MAPPED),
            HubspotSecrets(token=hubspot.token),
            arr_from_field=True,
            mirror=MemoryMirror(),
            sleep=lambda _: None,
            base_url="http://127.1.2.3:9",
        )
        with pytest.raises(TransientError, match="could not be reached"):
            direct.pull(AS_OF)

        assert hubspot.requests == []


def test_case_9_10_answers_are_asked_for_compressed_and_over_one_connection() -> None:
    with HubspotEmulator(_company_of(250)) as hubspot:
        connector(hubspot).pull(AS_OF)

        assert {headers["accept-encoding"] for headers in hubspot.request_headers} == {"gzip"}
        assert hubspot.connections == 1


def test_a_count_without_a_number_is_no_count() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(ok({"results": []})), path="/companies/search")
        with pytest.raises(TransientError, match="did not say how many companies"):
            connector(hubspot).pull(AS_OF)


def test_a_list_of_something_else_than_records_is_half_a_reply() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.on(1, faults.instead(ok({"results": ["1", None]})), path=OWNERS)
        hubspot.faults.on(1, faults.instead(ok({"results": ["1", None]})), path=COMPANIES)

        assert connector(hubspot).pull(AS_OF).accounts.height == 1


def test_a_redirect_is_not_followed_with_the_token() -> None:
    with HubspotEmulator(_company_of(1)) as elsewhere, HubspotEmulator(_company_of(1)) as hubspot:
        moved = Answer(302, b"", {"Location": f"{elsewhere.url}/account-info/v3/details"})
        hubspot.faults.always(faults.instead(moved))
        with pytest.raises(ConnectorError, match="refused to list account details \\(302\\)"):
            connector(hubspot).pull(AS_OF)

        assert elsewhere.requests == []


def test_an_owner_without_an_id_or_an_account_without_a_currency_is_no_answer() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        hubspot.faults.always(faults.instead(ok({"results": [{"email": "x@y.example"}]})), path=OWNERS)
        with pytest.raises(TransientError, match="an owner without an id"):
            connector(hubspot).pull(AS_OF)
        hubspot.faults.always(faults.instead(ok({"portalId": 1})), path="/account-info")
        with pytest.raises(TransientError, match="without portalId or companyCurrency"):
            connector(hubspot).pull(AS_OF)


def test_a_server_that_does_not_speak_tls_is_told_apart() -> None:
    with HubspotEmulator(_company_of(1)) as hubspot:
        plain = HubspotConnector(
            HubspotSource(kind="hubspot", accounts=MAPPED),
            HubspotSecrets(token=hubspot.token),
            arr_from_field=True,
            mirror=MemoryMirror(),
            sleep=lambda _: None,
            base_url=hubspot.url.replace("http://", "https://"),
        )
        with pytest.raises(TransientError, match=r"could not be reached safely \(TLS\)"):
            plain.pull(AS_OF)
