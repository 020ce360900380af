"""Several questions in one call: what comes of each, and of the call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from connectors.salesforce.client import Client
from connectors.salesforce.composite import Together
from cssync.errors import PermissionDeniedError, QuotaError, TransientError
from cssync.settings.source import SalesforceSource
from tests.connectors.salesforce.serving import Served, plain_accounts, served
from tests.emulators.salesforce import faults

COMPOSITE = "/composite"
COUNT = "SELECT COUNT() FROM"


@contextmanager
def asking() -> Iterator[tuple[Served, Client, Together]]:
    with served(plain_accounts(3)) as org:
        settings = SalesforceSource(kind="salesforce", auth="jwt", username=org.org.credentials.username)
        with Client(settings, org.secrets(), session=org.emulator.session(), sleep=org.pauses.append) as client:
            yield org, client, Together(client)


def test_questions_wait_for_each_other_and_go_out_in_one_call() -> None:
    with asking() as (_, client, together):
        accounts = together.query(f"{COUNT} Account")
        described = together.get("sobjects/Group/describe/")
        deleted = together.query("SELECT Id FROM Account WHERE Name = 'A & B + \U0001f680 100%'", "queryAll")
        assert client.calls == 0
        assert accounts.answer()["totalSize"] == 3
        assert described.answer()["name"] == "Group"
        assert deleted.answer()["records"] == []
        assert client.calls == 1


def test_five_queries_and_twenty_five_questions_are_the_most_of_a_call() -> None:
    with asking() as (org, client, together):
        counts = [together.query(f"{COUNT} Account") for _ in range(6)]
        described = [together.get("sobjects/Account/describe/") for _ in range(25)]
        assert [count.answer()["totalSize"] for count in counts] == [3] * 6
        assert {each.answer()["name"] for each in described} == {"Account"}
        parts = [request.parts for request in org.emulator.requests if request.is_composite]
        assert [len(part) for part in parts] == [5, 25]
        assert client.calls == 3  # one question was left over, and needs no composite call


def test_what_is_refused_is_refused_where_it_is_asked_for_and_nowhere_else() -> None:
    with asking() as (org, client, together):
        org.org.hide("Opportunity")
        accounts = together.query(f"{COUNT} Account")
        deals = together.query(f"{COUNT} Opportunity")
        assert accounts.answer()["totalSize"] == 3
        with pytest.raises(PermissionDeniedError, match="INVALID_TYPE"):
            deals.answer()
        assert client.calls == 1


def test_a_part_that_fails_for_a_moment_is_asked_again_alone() -> None:
    with asking() as (org, client, together):
        org.emulator.faults.add(faults.ROW_LOCK, at={1}, where=f"{COUNT} Opportunity")
        counts = [together.query(f"{COUNT} {name}") for name in ("Account", "Opportunity")]
        assert [count.answer()["totalSize"] for count in counts] == [3, 0]
        assert client.calls == 2


def test_where_composite_is_not_to_be_had_every_question_goes_alone() -> None:
    with asking() as (org, client, together):
        org.emulator.faults.add(faults.refusal(404, "NOT_FOUND", "no such resource"), where=COMPOSITE)
        counts = [together.query(f"{COUNT} {name}") for name in ("Account", "Opportunity")]
        assert [count.answer()["totalSize"] for count in counts] == [3, 0]
        assert client.calls == 3


def test_the_whole_call_is_repeated_when_it_was_not_answered_and_stops_with_the_quota() -> None:
    with asking() as (org, client, together):
        org.emulator.faults.add(faults.UNAVAILABLE, at={1, 2}, where=COMPOSITE)
        counts = [together.query(f"{COUNT} {name}") for name in ("Account", "Opportunity")]
        assert [count.answer()["totalSize"] for count in counts] == [3, 0]
        assert (client.calls, len(org.pauses)) == (3, 2)
        org.emulator.faults.clear()
        org.emulator.faults.add(faults.TOTAL_REQUESTS, where=COMPOSITE)
        counts = [together.query(f"{COUNT} {name}") for name in ("Account", "Opportunity")]
        with pytest.raises(QuotaError):
            counts[0].answer()


def test_an_answer_that_is_none_is_an_error() -> None:
    with asking() as (org, _, together):
        org.emulator.faults.add(faults.Reply(200, b'{"welcome": true}'), where=COMPOSITE)
        counts = [together.query(f"{COUNT} {name}") for name in ("Account", "Opportunity")]
        with pytest.raises(TransientError, match="form that is not understood"):
            counts[1].answer()
