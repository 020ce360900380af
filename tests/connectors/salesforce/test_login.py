"""Each way into Salesforce, and what the operator reads when it is shut."""

from __future__ import annotations

import traceback
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from connectors.salesforce import SalesforceConnector
from connectors.salesforce.client import Client
from cssync.errors import AuthError, ConfigError, ConnectorError, CssyncError, TransientError
from cssync.settings.source import SalesforceSecrets, SalesforceSource
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.salesforce.serving import AS_OF, NOW, Served, plain_accounts, served
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.org import SESSION_CANARY, Credentials, Org, signing_key

_LOGIN = "/services/oauth2/token"
WAYS: dict[str, dict[str, Any]] = {
    "jwt": {"auth": "jwt"},
    "client credentials": {"auth": "client_credentials", "domain": "acme.my"},
    "password": {"auth": "password"},
}


@pytest.mark.parametrize("settings", WAYS.values(), ids=WAYS)
def test_case_34_every_way_in_reads_the_org(settings: dict[str, Any]) -> None:
    with served(plain_accounts(2)) as org:
        pull = org.pull(**settings)
    assert pull.accounts["name"].to_list() == ["Account 0", "Account 1"]
    assert pull.record_url == "https://acme.my.salesforce.com/{id}"


def test_case_34_a_password_login_is_told_to_have_an_end() -> None:
    with served(plain_accounts(1)) as org:
        assert [note for note in org.pull(auth="password").notes if "Summer '27" in note]
        assert not [note for note in org.pull().notes if "Summer '27" in note]


def test_a_ready_session_needs_no_login() -> None:
    with served(plain_accounts(1)) as org:
        secrets = SalesforceSecrets.model_validate({"session_id": org.org.open_session()})
        connector = org.connector(auth="session", instance_url=org.emulator.url, secrets=secrets)
        assert connector.pull(AS_OF).accounts.height == 1
        assert not [path for path in org.emulator.paths() if "oauth2" in path or "Soap" in path]


def test_a_sandbox_and_the_whole_address_of_a_my_domain_are_understood() -> None:
    with served(org=Org(is_sandbox=True, now=lambda: NOW)) as org:
        assert org.pull(domain="test").accounts.height == 0
        whole = org.pull(auth="client_credentials", domain="https://acme.my.salesforce.com/")
        assert whole.accounts.height == 0
        assert {request.host for request in org.emulator.requests} == {"test.salesforce.com", "acme.my.salesforce.com"}


def test_a_private_key_on_one_line_is_understood() -> None:
    with served() as org:
        folded = org.secrets(private_key=signing_key()[0].replace("\n", "\\n"))
        assert org.connector(secrets=folded).pull(AS_OF).accounts.height == 0


def failure(org: Served, **settings: Any) -> CssyncError:
    with pytest.raises((ConnectorError, ConfigError)) as caught:
        org.pull(**settings)
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    known = [*Credentials().secrets(), "another-secret"]
    assert [secret for secret in known if secret in shown] == []
    assert caught.value.remedy
    return caught.value


@pytest.mark.parametrize(
    ("changed", "settings", "remedy"),
    [
        ({"client_id": "another-secret"}, WAYS["jwt"], "SALESFORCE_CLIENT_ID"),
        ({"client_id": "another-secret"}, WAYS["client credentials"], "SALESFORCE_CLIENT_ID"),
        ({"client_secret": "another-secret"}, WAYS["client credentials"], "SALESFORCE_CLIENT_SECRET"),
        ({"password": "another-secret"}, WAYS["password"], "SALESFORCE_PASSWORD"),
        ({"security_token": "another-secret"}, WAYS["password"], "SALESFORCE_SECURITY_TOKEN"),
        ({}, {"auth": "jwt", "domain": "test"}, "source.domain"),
        ({}, {"auth": "jwt", "username": "who@acme.test"}, "approve the connected app"),
    ],
)
def test_refused_credentials_name_what_to_mend(changed: dict[str, str], settings: dict[str, Any], remedy: str) -> None:
    with served() as org:
        error = failure(org, secrets=org.secrets(**changed), **settings)
        assert isinstance(error, AuthError)
        assert remedy in error.remedy
        assert org.pauses == []  # asking again would only lock the user out


def test_case_34_where_soap_login_is_switched_off_another_way_is_advised() -> None:
    with served(org=Org(soap_login=False)) as org:
        assert "jwt or client_credentials" in failure(org, auth="password").remedy


def test_case_34_a_password_opens_versions_that_have_no_soap_login_any_more() -> None:
    with served(plain_accounts(1)) as org:
        assert org.pull(auth="password", api_version="66.0").accounts.height == 1
        assert "/services/Soap/u/64.0" in org.emulator.paths()


@pytest.mark.parametrize(
    ("settings", "variable"),
    [
        ({"auth": "jwt"}, "SALESFORCE_CLIENT_ID"),
        ({"auth": "client_credentials", "domain": "acme.my"}, "SALESFORCE_CLIENT_ID"),
        ({"auth": "password"}, "SALESFORCE_PASSWORD"),
        ({"auth": "session", "instance_url": "https://acme.my.salesforce.com"}, "SALESFORCE_SESSION_ID"),
    ],
)
def test_a_missing_secret_is_named(settings: dict[str, Any], variable: str) -> None:
    with served() as org:
        error = failure(org, secrets=SalesforceSecrets(), **settings)
    assert isinstance(error, ConfigError)
    assert variable in error.message
    assert f"{variable}_FILE" in error.remedy


def test_a_key_that_is_no_key_is_a_matter_of_configuration() -> None:
    with served() as org:
        error = failure(org, secrets=org.secrets(private_key="another-secret"))
    assert isinstance(error, ConfigError)
    assert error.message == "SALESFORCE_PRIVATE_KEY is not an RSA private key in PEM form"


def test_client_credentials_want_a_my_domain() -> None:
    with served() as org:
        error = failure(org, auth="client_credentials", domain="login")
    assert isinstance(error, ConfigError)
    assert "acme.my" in error.remedy


@pytest.mark.parametrize(
    "fault",
    [faults.HTML_503, faults.NOT_JSON, faults.Reset(), faults.Truncate(), faults.Reply(200, b"[]", {})],
    ids=["maintenance page", "a proxy's page", "reset", "cut off", "another shape"],
)
def test_a_login_that_is_down_for_a_moment_is_asked_again(fault: faults.Fault) -> None:
    with served(plain_accounts(1)) as org:
        org.emulator.faults.add(fault, at={1}, where=_LOGIN)
        assert org.pull().accounts.height == 1
        assert len(org.pauses) == 1


def test_a_login_that_stays_down_is_given_up() -> None:
    with served() as org:
        org.emulator.faults.add(faults.HTML_503, where=_LOGIN)
        assert isinstance(failure(org), TransientError)
        assert len(org.pauses) == 5


def test_case_2_a_session_that_ends_on_the_way_is_renewed_once_and_the_page_asked_again() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.ExpireSession(), at={2}, where="/query/0r8")
        assert org.pull().accounts.height == 30
        logins = [path for path in org.emulator.paths() if path == _LOGIN]
        assert len(logins) == 2
        assert org.pauses == []
        refused, repeated = [request for request in org.emulator.requests if request.path.endswith("-20")]
        assert refused.path == repeated.path
        kept = refused.headers.keys() - {"authorization"}
        assert {name: repeated.headers[name] for name in kept} == {name: refused.headers[name] for name in kept}
        assert repeated.headers["sforce-query-options"] == "batchSize=2000"


def test_case_5_after_a_renewal_the_org_may_live_elsewhere() -> None:
    with served(plain_accounts(30), page_size=10) as org:
        org.emulator.faults.add(faults.ExpireSession(), at={1}, where="/query/0r8")
        moved = org.emulator.doors
        org.emulator.doors = type(moved)(moved.org, "https://acme--moved.my.salesforce.com")
        pull = org.pull()
        assert pull.accounts.height == 30
        assert pull.record_url == "https://acme--moved.my.salesforce.com/{id}"


@pytest.mark.parametrize("fault", [faults.INVALID_SESSION, faults.HTML_401], ids=["JSON", "HTML"])
def test_case_4_a_session_that_is_never_accepted_is_no_endless_circle(fault: faults.Fault) -> None:
    with served() as org:
        org.emulator.faults.add(fault)
        error = failure(org)
        assert isinstance(error, AuthError)
        assert len(org.emulator.requests) == 4  # login, refused, login, refused


def test_case_4_threads_that_share_a_client_log_in_once() -> None:
    with served(plain_accounts(1)) as org:
        settings = SalesforceSource(kind="salesforce", auth="jwt", username=org.org.credentials.username)
        with Client(settings, org.secrets(), session=org.emulator.session(), sleep=org.pauses.append) as client:
            client.query("SELECT COUNT() FROM Account")
            org.org.expire_sessions()
            with ThreadPoolExecutor(8) as pool:
                pages = list(pool.map(client.query, ["SELECT COUNT() FROM Account"] * 8))
        assert [page["totalSize"] for page in pages] == [1] * 8
        assert org.emulator.paths().count(_LOGIN) == 2


def test_certificates_of_the_environment_are_trusted(monkeypatch: pytest.MonkeyPatch) -> None:
    with served(plain_accounts(1)) as org:
        settings = SalesforceSource(kind="salesforce", auth="session", instance_url=org.emulator.url)
        secrets = SalesforceSecrets.model_validate({"session_id": org.org.open_session()})
        connector = SalesforceConnector(settings, secrets, arr_from_field=False, mirror=MemoryMirror())
        with pytest.raises(ConnectorError, match="no trusted connection"):
            connector.pull(AS_OF)
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(org.emulator.ca_file))
        assert connector.pull(AS_OF).accounts.height == 1


def test_a_ready_session_that_ended_asks_for_a_fresh_one() -> None:
    with served() as org:
        secrets = SalesforceSecrets.model_validate({"session_id": SESSION_CANARY})
        error = failure(org, auth="session", instance_url=org.emulator.url, secrets=secrets)
    assert isinstance(error, AuthError)
    assert "SALESFORCE_SESSION_ID" in error.remedy


def test_a_proxy_that_quotes_the_request_gives_no_secret_away() -> None:
    with served() as org:
        org.emulator.faults.add(faults.QUOTES_THE_REQUEST)
        failure(org)
        org.emulator.faults.clear()
        org.emulator.faults.add(faults.QUOTES_THE_REQUEST, where=_LOGIN)
        org.emulator.faults.add(faults.QUOTES_THE_REQUEST, where="/services/Soap")
        for settings in WAYS.values():
            failure(org, **settings)
