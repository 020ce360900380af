"""What an emulated account refuses, and how it fails when a test wants it to."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hubspot import HubSpot
from hubspot.crm.companies.exceptions import ApiException

from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import expired_token, locked, migrating, not_permitted
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.server import HubspotEmulator


def _client(hubspot: HubspotEmulator) -> Any:
    return HubSpot(access_token=hubspot.token, host=hubspot.url)


def _post(hubspot: HubspotEmulator, path: str, body: object) -> requests.Response:
    headers = {"Authorization": f"Bearer {hubspot.token}"}
    return requests.post(f"{hubspot.url}{path}", json=body, headers=headers, timeout=5)


@pytest.mark.parametrize(
    ("path", "inputs", "more"),
    [
        ("/crm/v3/objects/companies/batch/read", 101, {}),
        ("/crm/v3/objects/companies/batch/read", 51, {"propertiesWithHistory": ["arr"]}),
        ("/crm/v3/objects/companies/batch/read", 0, {}),
        ("/crm/v4/associations/deals/companies/batch/read", 1001, {}),
    ],
)
def test_batches_have_a_size(hubspot: HubspotEmulator, path: str, inputs: int, more: dict[str, object]) -> None:
    body = {"inputs": [{"id": str(each + 1)} for each in range(inputs)], **more}
    assert _post(hubspot, path, body).status_code == 400


def test_a_token_tells_whose_it_is_and_what_it_may_do(hubspot: HubspotEmulator) -> None:
    hubspot.portal.scopes = {"crm.objects.companies.read", "crm.objects.companies.write"}
    path = "/oauth/v2/private-apps/get/access-token-info"

    assert _post(hubspot, path, {"tokenKey": hubspot.token}).json() == {
        "userId": 1000007,
        "hubId": 4242424,
        "appId": 2000042,
        "scopes": ["crm.objects.companies.read", "crm.objects.companies.write"],
    }
    assert _post(hubspot, path, {"tokenKey": "another"}).status_code == 401


@pytest.mark.parametrize(
    ("answer", "status", "retry_after"),
    [
        (expired_token(), 401, None),
        (not_permitted(), 403, None),
        (locked(), 423, None),
        (migrating(), 477, "86400"),
        (migrating(None), 477, None),
    ],
)
def test_rarer_refusals_reach_the_client(
    hubspot: HubspotEmulator, answer: Any, status: int, retry_after: str | None
) -> None:
    hubspot.faults.always(faults.instead(answer))
    with pytest.raises(ApiException) as caught:
        _client(hubspot).crm.companies.basic_api.get_page()

    assert (caught.value.status, caught.value.headers.get("Retry-After")) == (status, retry_after)


def test_oauth_apps_are_not_told_about_the_day() -> None:
    with HubspotEmulator(limits=Limits(daily_announced=False)) as hubspot:
        headers = {"Authorization": f"Bearer {hubspot.token}"}
        told = requests.get(f"{hubspot.url}/crm/v3/owners", headers=headers, timeout=5).headers

    assert told["X-HubSpot-RateLimit-Max"] == "250"
    assert "X-HubSpot-RateLimit-Daily" not in told


def test_a_blow_falls_on_the_request_for_records_that_it_was_meant_for(hubspot: HubspotEmulator) -> None:
    seen: list[int] = []
    hubspot.kill_after(2, lambda: seen.append(len(hubspot.requests)))
    client = _client(hubspot)
    client.crm.companies.basic_api.get_page()
    client.crm.owners.owners_api.get_page()
    assert seen == []
    client.crm.companies.basic_api.get_page()
    client.crm.companies.basic_api.get_page()

    assert seen == [3]


def test_a_batch_may_leave_records_out_without_a_word(hubspot: HubspotEmulator) -> None:
    hubspot.faults.always(faults.without("2"))

    inputs = {"inputs": [{"id": "1"}, {"id": "2"}], "properties": ["name"]}
    answer = _client(hubspot).crm.companies.batch_api.read(batch_read_input_simple_public_object_id=inputs)
    assert (type(answer).__name__, [each.id for each in answer.results]) == ("BatchResponseSimplePublicObject", ["1"])
