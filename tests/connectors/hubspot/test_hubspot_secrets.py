"""The token is shown nowhere: no error, log line, check or repr holds it, however HubSpot behaves."""

from __future__ import annotations

import logging
import traceback

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from connectors.hubspot import HubspotConnector
from connectors.hubspot.client import HubspotClient
from cssync.errors import AuthError, ConnectorError
from cssync.settings.source import HubspotSecrets, HubspotSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import AS_OF, MAPPED, connector, portal_with_cs_fields
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import Answer, error, html, malformed_token, too_many, unauthorized
from tests.emulators.hubspot.faults import Fault
from tests.emulators.hubspot.server import CANARY, HubspotEmulator

_ECHO = [
    faults.instead(unauthorized()),
    faults.instead(malformed_token()),
    faults.instead(too_many("DAILY")),
    faults.instead(html(502, CANARY)),
    faults.instead(error(401, "INVALID_AUTHENTICATION", f"the token {CANARY} is not known")),
    faults.instead(error(400, "VALIDATION_ERROR", f"you sent {CANARY}")),
    faults.instead(error(403, "MISSING_SCOPES", CANARY)),
    faults.instead(Answer(200, CANARY.encode())),
    faults.reset,
    faults.truncated,
]


@pytest.mark.parametrize("fault", _ECHO)
def test_no_error_and_no_log_line_holds_the_token(fault: Fault, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with HubspotEmulator(portal_with_cs_fields()) as hubspot, capture_logs() as logs:
        hubspot.faults.always(fault)
        with pytest.raises(ConnectorError) as caught:
            connector(hubspot).pull(AS_OF)
        checks = list(connector(hubspot).check())

    shown = "".join(traceback.format_exception(caught.value))
    assert CANARY not in shown
    assert CANARY not in repr(caught.value) + str(caught.value)
    assert CANARY not in repr(logs) + caplog.text + repr(checks)


def test_connector_client_and_secrets_do_not_show_the_token() -> None:
    secrets = HubspotSecrets(token=SecretStr(CANARY))
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        made = connector(hubspot)
        with HubspotClient(secrets.token, timeout_seconds=1) as client:
            for each in (made, client, secrets):
                assert CANARY not in repr(each) + str(each)


@pytest.mark.parametrize("token", [f"{CANARY}\n{CANARY}", f"{CANARY} x", f"{CANARY}é", "\x00" + CANARY])
def test_a_token_that_no_header_can_carry_is_refused_without_being_quoted(token: str) -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        with pytest.raises(AuthError, match="characters that no token has") as caught:
            connector(hubspot, token=token).pull(AS_OF)
        assert hubspot.requests == []
    assert CANARY not in "".join(traceback.format_exception(caught.value))


def test_a_line_break_at_the_end_of_the_token_is_forgiven() -> None:
    with HubspotEmulator(portal_with_cs_fields()) as hubspot:
        assert connector(hubspot, token=f" {CANARY}\n").pull(AS_OF).source == "hubspot"


def test_no_token_at_all_says_where_to_put_one() -> None:
    nameless = HubspotConnector(
        HubspotSource(kind="hubspot", accounts=MAPPED), HubspotSecrets(), arr_from_field=True, mirror=MemoryMirror()
    )
    with pytest.raises(AuthError, match="there is no HubSpot token") as caught:
        nameless.pull(AS_OF)
    assert "HUBSPOT_TOKEN_FILE" in caught.value.remedy
