"""All three vendors, and doctor's clock, over real sockets: by a company's proxy, and under its own authority."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
import structlog
import trustme
from pydantic import SecretStr

from connectors.base import Connector
from connectors.hubspot import HubspotConnector
from connectors.salesforce import SalesforceConnector
from cssync import network
from cssync.doctor import time_by_http
from cssync.errors import ConfigError, ConnectorError, CssyncError
from cssync.model.check import CheckStatus
from cssync.model.delivery import Attempt, Outcome
from cssync.notify.base import Notifier
from cssync.notify.slack.web import SlackBotNotifier
from cssync.notify.slack.webhook import SlackWebhookNotifier
from cssync.settings.source import HubspotAccountFields, HubspotSecrets, HubspotSource, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.proxy import Front, Proxy
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel
from tests.notify.builders import NIGHT, Clock, outgoing

AS_OF = date(2026, 3, 31)
VENDORS = {
    "login.salesforce.com",
    "acme.my.salesforce.com",
    "api.hubapi.com",
    "slack.com",
    "hooks.slack.com",
}
LOGIN = "cssync:canary-proxy-password"


@dataclass(frozen=True)
class World:
    """The vendors' emulators behind names that only a proxy can reach. *routes*: where they are."""

    salesforce: Served
    hubspot: HubspotEmulator
    slack: SlackServer
    routes: dict[str, int]
    authority: Path

    def crms(self) -> tuple[Connector, Connector]:
        """As assembled for real, but for what they are told to read."""
        salesforce = SalesforceConnector(
            SalesforceSource(
                kind="salesforce",
                username=self.salesforce.org.credentials.username,
                timeout_seconds=10,
                accounts=ACCOUNT_FIELDS,
                opportunities=OPPORTUNITY_FIELDS,
            ),
            self.salesforce.secrets(),
            arr_from_field=True,
            mirror=MemoryMirror(),
            sleep=lambda _: None,
        )
        hubspot = HubspotConnector(
            HubspotSource(
                kind="hubspot", timeout_seconds=10, accounts=HubspotAccountFields(csm="csm_owner", arr="arr")
            ),
            HubspotSecrets(token=SecretStr(self.hubspot.token)),
            arr_from_field=True,
            mirror=MemoryMirror(),
            sleep=lambda _: None,
        )
        return salesforce, hubspot

    def notifiers(self) -> tuple[Notifier, Notifier]:
        path = self.slack.webhook_url.partition("/services/")[2]
        bot = SlackBotNotifier(
            SecretStr(self.slack.workspace.token),
            api_url="https://slack.com/api/",
            timeout_seconds=10,
            channels=("C0CAPACITY",),
        )
        hook = SlackWebhookNotifier(SecretStr(f"https://hooks.slack.com/services/{path}"), timeout_seconds=10)
        return bot, hook

    def failures(self) -> list[CssyncError]:
        """What pulling from each CRM raises."""
        found = []
        for crm in self.crms():
            with pytest.raises(CssyncError) as failed:
                crm.pull(AS_OF)
            found.append(failed.value)
        return found

    def attempts(self) -> list[Attempt]:
        return [notifier.send(outgoing(), NIGHT) for notifier in self.notifiers()]


@pytest.fixture(autouse=True)
def bare_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with _world(tmp_path) as made:
        yield made


@contextmanager
def _world(folder: Path) -> Iterator[World]:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(folder / "ca.pem"))
    with ExitStack() as stack:
        salesforce = stack.enter_context(served(plain_accounts(3)))
        hubspot = stack.enter_context(HubspotEmulator(_portal()))
        slack = stack.enter_context(SlackServer(clock=Clock().seconds))
        slack.workspace.add(Channel("C0CAPACITY", "capacity"))
        ports = {"salesforce": salesforce.emulator.port, "hubapi": int(hubspot.url.rpartition(":")[2])}
        routes = {}
        for name in sorted(VENDORS):
            port = next((port for vendor, port in ports.items() if vendor in name), slack.port)
            front = Front(port, authority, name, tls="salesforce" in name)
            routes[name] = stack.enter_context(front).port
        yield World(salesforce, hubspot, slack, routes, folder / "ca.pem")


def _portal() -> Portal:
    portal = Portal()
    portal.add_property("companies", "csm_owner", label="CSM", of_owners=True)
    portal.add_property("companies", "arr", label="ARR", type_="number")
    portal.add("companies", 1, {"name": "Globex", "arr": "100"})
    return portal


def test_all_vendors_are_reached_through_the_proxy_under_the_company_s_authority(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(world.routes) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))

        assert [crm.pull(AS_OF).accounts.height for crm in world.crms()] == [3, 1]
        assert [attempt.outcome for attempt in world.attempts()] == [Outcome.SENT, Outcome.SENT]
        assert time_by_http("https://api.hubapi.com/") is not None

        assert proxy.hosts == VENDORS
        assert {each.split(" ")[0] for each in proxy.passed} == {"CONNECT"}


def test_all_vendors_see_one_user_agent_logins_included(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(world.authority))
    with Proxy(world.routes) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        for crm in world.crms():
            crm.pull(AS_OF)
        world.attempts()

    salesforce = world.salesforce.emulator.requests
    assert salesforce[0].path == "/services/oauth2/token"
    seen = {request.headers["user-agent"] for request in salesforce}
    seen |= {headers["user-agent"] for headers in world.hubspot.request_headers}
    seen |= {headers["user-agent"] for headers in world.slack.headers}
    assert seen == {network.user_agent()}


def test_a_login_by_soap_bears_our_name_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with world.salesforce.connector(auth="password")._client() as client:  # noqa: SLF001 - it closes its session
        client.get("/services/data/")
    login, *_ = world.salesforce.emulator.requests
    assert login.path.startswith("/services/Soap/u/")
    assert login.headers["user-agent"] == network.user_agent()


def test_without_the_authority_nobody_is_trusted_and_the_remedy_says_which_variables_help(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(world.routes) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failures, attempts = world.failures(), world.attempts()
    assert [type(failure) for failure in failures] == [ConnectorError, ConnectorError]
    assert [failure.remedy for failure in failures] == [network.UNTRUSTED] * 2
    assert [attempt.outcome for attempt in attempts] == [Outcome.NOT_SENT] * 2
    assert [attempt.remedy for attempt in attempts] == [network.UNTRUSTED] * 2


def test_authorities_that_are_not_there_stop_every_vendor_before_a_byte_is_sent(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Proxy(world.routes) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "gone.pem"))
        failures, attempts = world.failures(), world.attempts()
        assert proxy.passed == proxy.refused == []
    assert {type(failure) for failure in failures} == {ConfigError}
    assert {attempt.outcome for attempt in attempts} == {Outcome.SINK_DOWN}
    said = {*(failure.message for failure in failures), *(attempt.error for attempt in attempts)}
    assert len(said) == 1
    assert said.pop().startswith("REQUESTS_CA_BUNDLE names the certificate authorities in ")


def test_a_proxy_is_given_the_login_in_its_address(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))
    with Proxy(world.routes, login="cs@sync:canary:ü") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", "//cs%40sync:canary%3A%C3%BC@"))
        assert [crm.pull(AS_OF).accounts.height for crm in world.crms()] == [3, 1]
        assert [attempt.outcome for attempt in world.attempts()] == [Outcome.SENT, Outcome.SENT]
        assert time_by_http("https://api.hubapi.com/") is not None
        assert proxy.refused == []


def test_a_proxy_that_wants_another_login_is_the_operator_s_to_mend_and_no_secret_is_told(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))
    with Proxy(world.routes, login="somebody:else") as proxy, structlog.testing.capture_logs() as logged:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url.replace("//", f"//{LOGIN}@"))
        failures, attempts = world.failures(), world.attempts()
        # Nobody knocks again at a door that will not open.
        assert len(proxy.refused) == 4
        lines = [check for crm in world.crms() for check in crm.check()]
        assert proxy.passed == []
    assert {type(failure) for failure in failures} == {ConfigError}
    assert {failure.message for failure in failures} == {"the proxy wants to know who asks (407)"}
    assert {failure.remedy for failure in failures} == {attempt.remedy for attempt in attempts}
    assert {line.status for line in lines} == {CheckStatus.FAILED}
    told = repr([*failures, *(failure.__cause__ for failure in failures), attempts, lines, logged, capsys.readouterr()])
    assert "canary" not in told
    assert "Y3Nz" not in told  # how base64 of the login begins


def test_a_proxy_that_does_not_let_us_out_is_told_as_such(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    with Proxy(world.routes, status="403 Forbidden") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        failures, attempts = world.failures(), world.attempts()
    assert {failure.message for failure in failures} == {"the proxy refuses to pass us on (403)"}
    assert {attempt.error for attempt in attempts} == {"Slack was not reached: the proxy refuses to pass us on (403)"}


@pytest.mark.parametrize("variable", ["NO_PROXY", "no_proxy"])
def test_hosts_that_no_proxy_names_are_reached_directly(
    variable: str, world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vendors by the addresses of their emulators, and a proxy that would lead nowhere."""
    hook = world.slack.webhook_url
    salesforce = SalesforceConnector(
        SalesforceSource(
            kind="salesforce",
            auth="session",
            instance_url=world.salesforce.emulator.url,
            accounts=ACCOUNT_FIELDS,
            opportunities=OPPORTUNITY_FIELDS,
        ),
        world.salesforce.secrets(session_id=world.salesforce.org.open_session()),
        arr_from_field=True,
        mirror=MemoryMirror(),
    )
    _, plain = world.crms()
    assert isinstance(plain, HubspotConnector)
    hubspot = HubspotConnector(
        HubspotSource(kind="hubspot", accounts=HubspotAccountFields(csm="csm_owner", arr="arr")),
        HubspotSecrets(token=SecretStr(world.hubspot.token)),
        arr_from_field=True,
        mirror=MemoryMirror(),
        base_url=world.hubspot.url,
    )
    bot = SlackBotNotifier(
        SecretStr(world.slack.workspace.token),
        api_url=world.slack.api_url,
        timeout_seconds=10,
        channels=("C0CAPACITY",),
    )
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.salesforce.emulator.ca_file))
    with Proxy({}, status="403 Forbidden") as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
            monkeypatch.setenv(name, proxy.url)
        monkeypatch.setenv(variable, "localhost,127.0.0.1")

        assert [crm.pull(AS_OF).accounts.height for crm in (salesforce, hubspot)] == [3, 1]
        sent = [
            each.send(outgoing(), NIGHT) for each in (bot, SlackWebhookNotifier(SecretStr(hook), timeout_seconds=10))
        ]
        assert [attempt.outcome for attempt in sent] == [Outcome.SENT, Outcome.SENT]
        assert time_by_http(world.hubspot.url) is not None
        assert proxy.passed == proxy.refused == []


def test_what_is_not_encrypted_goes_through_the_proxy_of_http(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    port = int(world.hubspot.url.rpartition(":")[2])
    with Proxy({"hubspot.gateway.test": port}, login=LOGIN) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//{LOGIN}@"))
        hubspot = HubspotConnector(
            HubspotSource(kind="hubspot", accounts=HubspotAccountFields(csm="csm_owner", arr="arr")),
            HubspotSecrets(token=SecretStr(world.hubspot.token)),
            arr_from_field=True,
            mirror=MemoryMirror(),
            base_url="http://hubspot.gateway.test",
        )
        assert hubspot.pull(AS_OF).accounts.height == 1
        assert proxy.hosts == {"hubspot.gateway.test"}


def test_what_netrc_says_of_a_host_is_not_put_over_our_tokens(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("default login somebody password else\n", encoding="utf-8")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(world.authority))
    with Proxy(world.routes) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.url)
        assert [crm.pull(AS_OF).accounts.height for crm in world.crms()] == [3, 1]
