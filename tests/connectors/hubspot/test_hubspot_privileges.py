"""What the token may do, beside what it needs."""

from __future__ import annotations

import pytest
import structlog

from connectors.hubspot import privileges
from cssync.model.check import Check, CheckStatus
from tests.connectors.hubspot.building import connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import Answer, html, not_found, ok, unauthorized
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

TOKEN_INFO = "/oauth/v2/private-apps/get/access-token-info"


def portal(*more: str, without: str | None = None) -> Portal:
    made = portal_with_cs_fields()
    made.scopes |= set(more)
    made.scopes -= {without}
    return made


def lines(hubspot: HubspotEmulator) -> list[Check]:
    return [check for check in connector(hubspot).check() if check.name.startswith("HubSpot scopes")]


def test_exactly_these_scopes_are_needed() -> None:
    assert privileges.NEEDED == (
        "crm.objects.companies.read",
        "crm.schemas.companies.read",
        "crm.objects.deals.read",
        "crm.schemas.deals.read",
        "crm.objects.owners.read",
    )
    assert privileges.OPTIONAL == ("multi-currency-read",)


def test_a_token_that_may_do_what_is_needed_and_no_more_is_ok() -> None:
    with HubspotEmulator(portal("oauth")) as hubspot:
        assert lines(hubspot) == [
            Check("HubSpot scopes", CheckStatus.OK, "5 needed ones, and none that can write"),
        ]


def test_rates_may_be_the_operator_s_own() -> None:
    with HubspotEmulator(portal(without="multi-currency-read")) as hubspot:
        (line,) = lines(hubspot)
    assert line.status is CheckStatus.OK


@pytest.mark.parametrize("missing", privileges.NEEDED)
def test_each_scope_that_is_missing_is_named(missing: str) -> None:
    with HubspotEmulator(portal(without=missing)) as hubspot:
        (line,) = lines(hubspot)
    assert (line.status, line.found) == (CheckStatus.FAILED, f"missing: {missing}")
    assert "Private Apps > Scopes" in line.remedy


def test_scopes_beyond_need_are_a_warning_and_those_that_write_come_first() -> None:
    with HubspotEmulator(portal("crm.objects.contacts.read", "crm.objects.deals.write", "automation")) as hubspot:
        (line,) = lines(hubspot)
    assert line.status is CheckStatus.WARNING
    assert line.found == "more than is needed: automation, crm.objects.deals.write, crm.objects.contacts.read"
    assert line.remedy.startswith("take them from the private app: cssync writes nothing")


def test_a_long_list_of_them_is_cut_short() -> None:
    with HubspotEmulator(portal(*(f"crm.objects.custom{number}.write" for number in range(11)))) as hubspot:
        (line,) = lines(hubspot)
    assert line.found.endswith("crm.objects.custom6.write and 3 more")


def test_a_token_may_lack_some_scopes_and_have_others_too_many() -> None:
    with HubspotEmulator(portal("tickets", without="crm.objects.owners.read")) as hubspot:
        assert [(line.name, line.status.value) for line in lines(hubspot)] == [
            ("HubSpot scopes", "failed"),
            ("HubSpot scopes beyond need", "warning"),
        ]


@pytest.mark.parametrize(
    "answer", [not_found(), unauthorized(), html(403, "Forbidden"), ok({}), ok({"scopes": "all"}), ok({"scopes": [1]})]
)
def test_a_token_of_another_kind_is_judged_by_what_it_may_read(answer: Answer) -> None:
    with HubspotEmulator(portal("tickets")) as hubspot:
        hubspot.faults.always(faults.instead(answer), path=TOKEN_INFO)
        checks = list(connector(hubspot).check())
    (line,) = (check for check in checks if check.name == "HubSpot scopes")
    assert line.status is CheckStatus.WARNING
    assert line.found.startswith("HubSpot lists them for the tokens of private apps alone")
    others = [check for check in checks if check is not line]
    assert {check.status for check in others} == {CheckStatus.OK}
    assert len(others) > 10


def test_the_token_travels_in_the_body_and_is_told_nobody() -> None:
    with HubspotEmulator(portal()) as hubspot, structlog.testing.capture_logs() as logged:
        hubspot.faults.on(1, faults.instead(html(502, "Bad Gateway")), path=TOKEN_INFO)
        checks = list(connector(hubspot).check())
        assert ("POST", TOKEN_INFO) in hubspot.requests
        assert not [target for _, target in hubspot.requests if hubspot.token in target]
        assert hubspot.token not in repr((checks, logged))
