"""The emulator against a client that we did not write: plain simple-salesforce, over TLS."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceAuthenticationFailed,
    SalesforceExpiredSession,
    SalesforceGeneralError,
    SalesforceMalformedRequest,
    SalesforceRefusedRequest,
    SalesforceResourceNotFound,
)

from tests.emulators.salesforce import faults
from tests.emulators.salesforce.org import Credentials, Org, signing_key
from tests.emulators.salesforce.schema import Field
from tests.emulators.salesforce.server import SalesforceEmulator

NOW = datetime(2026, 4, 1, 4, 0, tzinfo=UTC)
KNOWN = Credentials()
BY_PASSWORD = {"username": KNOWN.username, "password": KNOWN.password, "security_token": KNOWN.security_token}
BY_JWT = {"username": KNOWN.username, "consumer_key": KNOWN.client_id, "privatekey": signing_key()[0]}
BY_CLIENT = {"consumer_key": KNOWN.client_id, "consumer_secret": KNOWN.client_secret, "domain": "acme.my"}
RECORDED = Path(__file__).parents[4] / "shared" / "data" / "salesforce"


@pytest.fixture
def emulator() -> Iterator[SalesforceEmulator]:
    org = Org(now=lambda: NOW)
    org.define("Account", Field("ARR__c", "currency", "ARR"))
    dana = org.add("User", Name="Dana", Username="dana", Email="dana@cs.test", IsActive=True, UserType="Standard")
    globex = org.add("Account", Name="Globex", OwnerId=dana, ARR__c=1000, Industry="Energy", CreatedDate=NOW)
    org.add("Account", Name="O'Brien \U0001f680", OwnerId=dana, ParentId=globex, ARR__c=20.5, Industry="energy")
    org.add("Account", Name="Initech", OwnerId=dana, ParentId=globex, CreatedDate=datetime(2024, 2, 29, tzinfo=UTC))
    org.add("Opportunity", Name="Deal", AccountId=globex, OwnerId=dana, StageName="Won", CloseDate="2026-03-31")
    with SalesforceEmulator(org) as running:
        yield running
    assert running.crashes == []


@pytest.fixture
def session(emulator: SalesforceEmulator) -> Iterator[requests.Session]:
    with emulator.session() as opened:
        yield opened


@pytest.fixture
def client(emulator: SalesforceEmulator, session: requests.Session) -> Salesforce:
    return Salesforce(
        session_id=emulator.org.open_session(), instance_url=emulator.url, session=session, version="62.0"
    )


@pytest.mark.parametrize("login", [BY_PASSWORD, BY_JWT, BY_CLIENT], ids=["password", "jwt", "client credentials"])
def test_every_login_of_the_plain_client_opens_a_session(session: requests.Session, login: dict[str, str]) -> None:
    client = Salesforce(session=session, version="62.0", **login)  # type: ignore[arg-type] # strings, by name
    assert [row["Name"] for row in client.query_all_iter("SELECT Name FROM User")] == ["Dana"]


@pytest.mark.parametrize(
    ("login", "code"),
    [
        ({**BY_PASSWORD, "password": "wrong"}, "INVALID_LOGIN"),
        ({**BY_PASSWORD, "domain": "test"}, "INVALID_LOGIN"),
        ({**BY_PASSWORD, "version": "65.0"}, "INVALID_OPERATION"),
        ({**BY_JWT, "consumer_key": "another"}, "invalid_client_id"),
        ({**BY_JWT, "domain": "test"}, "invalid_grant"),
        ({**BY_JWT, "username": "another@acme.test"}, "invalid_grant"),
        ({**BY_CLIENT, "consumer_secret": "wrong"}, "invalid_client"),
        ({**BY_CLIENT, "domain": "other.my"}, "invalid_grant"),
    ],
)
@pytest.mark.filterwarnings("ignore::UserWarning")  # the plain client's advice on unapproved apps
def test_wrong_credentials_are_refused(session: requests.Session, login: dict[str, str], code: str) -> None:
    with pytest.raises(SalesforceAuthenticationFailed) as caught:
        Salesforce(**{"session": session, "version": "62.0", **login})  # type: ignore[arg-type] # strings, by name
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"exp": int(time.time()) - 60}, "expired authorization code"),
        ({"aud": "https://elsewhere.test"}, "audience is invalid"),
        ({"iss": "another"}, "client identifier invalid"),
    ],
)
def test_a_jwt_that_does_not_hold_is_refused(session: requests.Session, change: dict[str, Any], said: str) -> None:
    claims = {
        "iss": KNOWN.client_id,
        "sub": KNOWN.username,
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 60,
    }
    assert said in _granted(session, jwt.encode({**claims, **change}, signing_key()[0], algorithm="RS256"))


def test_a_jwt_with_another_signature_is_refused(session: requests.Session) -> None:
    forged = jwt.encode({"iss": KNOWN.client_id}, "not the key, but long enough to sign", algorithm="HS256")
    assert "invalid assertion" in _granted(session, forged)


def _granted(session: requests.Session, assertion: str) -> str:
    form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
    return session.post("https://login.salesforce.com/services/oauth2/token", form).text


def test_pages_follow_one_another_to_the_end(session: requests.Session) -> None:
    org = Org()
    for number in range(25):
        org.add("Account", Name=f"Account {number}")
    with SalesforceEmulator(org, page_size=10) as emulator, emulator.session() as own:
        client = Salesforce(session_id=org.open_session(), instance_url=emulator.url, session=own, version="62.0")
        first = client.query("SELECT Id FROM Account")
        assert (first["totalSize"], first["done"], len(first["records"])) == (25, False, 10)
        names = [row["Name"] for row in client.query_all_iter("SELECT Name FROM Account ORDER BY Id")]
        assert names == [f"Account {number}" for number in range(25)]
        emulator.rest.forget_cursors()
        with pytest.raises(SalesforceMalformedRequest, match="INVALID_QUERY_LOCATOR"):
            client.query_more(first["nextRecordsUrl"], identifier_is_url=True)


@pytest.mark.parametrize(
    ("where", "names"),
    [
        ("Name = 'globex'", ["Globex"]),
        (r"Name = 'O\'Brien 🚀'", ["O'Brien 🚀"]),
        ("Name LIKE 'g%' OR Name LIKE '_nitech'", ["Globex", "Initech"]),
        ("Industry = 'Energy' AND (ARR__c > 100 OR Parent.Name = 'Globex')", ["Globex", "O'Brien 🚀"]),
        ("Industry != 'Energy'", ["Initech"]),  # null is not equal to anything
        ("ARR__c = null", ["Initech"]),
        ("ARR__c < 100", ["O'Brien 🚀"]),  # null is not less than anything
        ("NOT ARR__c >= 1000", ["O'Brien 🚀", "Initech"]),
        ("Name IN ('Globex', 'Initech')", ["Globex", "Initech"]),
        ("Name NOT IN ('Globex', 'Initech')", ["O'Brien 🚀"]),
        ("CreatedDate < 2025-01-01T00:00:00Z", ["Initech"]),
        ("CreatedDate = TODAY", ["Globex", "O'Brien 🚀"]),
        ("CreatedDate = LAST_N_DAYS:7", ["Globex", "O'Brien 🚀"]),
        ("ParentId != null", ["O'Brien 🚀", "Initech"]),
        ("IsDeleted = false AND Owner.IsActive = true", ["Globex", "O'Brien 🚀", "Initech"]),
    ],
)
def test_conditions_select_what_salesforce_would(client: Salesforce, where: str, names: list[str]) -> None:
    selected = f"FROM Account WHERE {where}"
    rows = client.query_all(f"SELECT Name {selected} ORDER BY Id")["records"]
    assert [row["Name"] for row in rows] == names
    assert client.query(f"SELECT COUNT() {selected}")["totalSize"] == len(names)


def test_rows_are_written_as_salesforce_writes_them(client: Salesforce) -> None:
    [row] = client.query("SELECT Id, Name, Parent.Name, ARR__c, CreatedDate FROM Account ORDER BY CreatedDate LIMIT 1")[
        "records"
    ]
    assert json.loads(json.dumps(row)) == {
        "attributes": {"type": "Account", "url": "/services/data/v62.0/sobjects/Account/001000000000005AAA"},
        "Id": "001000000000005AAA",
        "Name": "Initech",
        "Parent": {
            "attributes": {"type": "Account", "url": "/services/data/v62.0/sobjects/Account/001000000000003AAA"},
            "Name": "Globex",
        },
        "ARR__c": None,
        "CreatedDate": "2024-02-29T00:00:00.000+0000",
    }


@pytest.mark.parametrize(
    ("soql", "said"),
    [
        ("SELECT Arr FROM Account", "No such column 'Arr' on entity 'Account'"),
        ("SELECT Boss__r.Name FROM Account", "Didn't understand relationship 'Boss__r'"),
        ("SELECT Id FROM Kunde", "sObject type 'Kunde' is not supported"),
        ("SELECT Id FORM Account", "unexpected token: 'FORM'"),
        ("SELECT Id FROM Account WHERE", "unexpected token: '<EOF>'"),
        ("SELECT Id FROM Account WHERE A = 1 AND B = 2 OR C = 3", "unexpected token: 'OR'"),
        ("SELECT Id, Id FROM Account", "duplicate field selected: Id"),
        (
            "SELECT Id FROM Opportunity WHERE CloseDate = '2026-03-31'",
            "must be of type date and should not be enclosed",
        ),
        ("SELECT Id FROM Account WHERE Name = 5", "must be of type string and should be enclosed in quotes"),
    ],
)
def test_queries_that_salesforce_refuses_are_refused(client: Salesforce, soql: str, said: str) -> None:
    with pytest.raises(SalesforceMalformedRequest) as caught:
        client.query(soql)
    assert said in str(caught.value.content)


def test_a_field_hidden_by_security_is_neither_described_nor_queried(
    emulator: SalesforceEmulator, client: Salesforce
) -> None:
    emulator.org.hide("Account", "ARR__c")
    described = client.restful("sobjects/Account/describe")
    assert described is not None
    assert "ARR__c" not in {field["name"] for field in described["fields"]}
    with pytest.raises(SalesforceMalformedRequest, match="No such column 'ARR__c'"):
        client.query("SELECT ARR__c FROM Account")


def test_an_ended_session_is_refused_and_the_plain_client_renews_it(
    emulator: SalesforceEmulator, session: requests.Session, client: Salesforce
) -> None:
    renewing = Salesforce(session=session, version="62.0", **BY_JWT)  # type: ignore[arg-type] # strings, by name
    emulator.org.expire_sessions()
    with pytest.raises(SalesforceExpiredSession, match="INVALID_SESSION_ID"):
        client.query("SELECT Id FROM Account")
    assert renewing.query("SELECT COUNT() FROM Account")["totalSize"] == 3


def test_an_unknown_version_an_unknown_object_and_a_long_address_are_refused(
    emulator: SalesforceEmulator, session: requests.Session, client: Salesforce
) -> None:
    with pytest.raises(SalesforceResourceNotFound):
        client.restful("sobjects/Kunde/describe")
    with pytest.raises(SalesforceGeneralError, match="414"):
        client.query(" ".join(("SELECT Id FROM Account WHERE Name =", "x" * 17_000)))
    future = Salesforce(
        session_id=emulator.org.open_session(), instance_url=emulator.url, session=session, version="99.0"
    )
    with pytest.raises(SalesforceResourceNotFound, match="NOT_FOUND"):
        future.query("SELECT Id FROM Account")


def test_calls_are_counted_and_the_limit_holds(emulator: SalesforceEmulator, client: Salesforce) -> None:
    client.query("SELECT Id FROM Account")
    assert client.api_usage["api-usage"] == (1, 15_000)
    assert client.limits()["DailyApiRequests"] == {"Max": 15_000, "Remaining": 14_998}
    emulator.org.calls_a_day = 2
    with pytest.raises(SalesforceRefusedRequest, match=r"TotalRequests Limit exceeded\."):
        client.query("SELECT Id FROM Account")


def test_faults_come_where_the_script_says(emulator: SalesforceEmulator, client: Salesforce) -> None:
    emulator.faults.add(faults.UNAVAILABLE, at={2})
    emulator.faults.add(faults.Reset(), at={1}, where="limits")
    assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 3
    with pytest.raises(SalesforceGeneralError, match="SERVER_UNAVAILABLE"):
        client.query("SELECT COUNT() FROM Account")
    with pytest.raises(requests.exceptions.ConnectionError):
        client.limits()
    assert client.query("SELECT COUNT() FROM Account")["totalSize"] == 3


@pytest.mark.skipif(not RECORDED.is_dir(), reason="needs the recorded responses beside the repository")
@pytest.mark.parametrize("name", ["Account", "Opportunity"])
def test_descriptions_have_the_shape_of_a_real_orgs(client: Salesforce, name: str) -> None:
    recorded = json.loads((RECORDED / f"{name.lower()}_describe.json").read_text(encoding="utf-8"))
    described = client.restful(f"sobjects/{name}/describe")
    assert described is not None
    # Account was recorded on an older version, which says a little less.
    assert described.keys() - recorded.keys() <= {
        "associateEntityType",
        "associateParentEntity",
        "sobjectDescribeOption",
    }
    assert recorded.keys() <= described.keys()
    assert described["childRelationships"][0].keys() == recorded["childRelationships"][0].keys()
    assert described["recordTypeInfos"][0].keys() == recorded["recordTypeInfos"][0].keys()
    real = {field["name"]: field for field in recorded["fields"]}
    for field in described["fields"]:
        assert field.keys() == recorded["fields"][0].keys()
        if twin := real.get(field["name"]):
            same = ("type", "referenceTo", "relationshipName", "soapType", "custom", "nameField", "nillable")
            assert {key: field[key] for key in same} == {key: twin[key] for key in same}, field["name"]
