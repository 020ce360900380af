"""Customers whom nobody works, new ones among them: fires, does not fire, at the boundary, without history."""

from __future__ import annotations

from datetime import timedelta

from cssync.model.finding import Severity
from cssync.model.owner import Owner, OwnerKind
from cssync.model.story import flattened
from rules import (
    new_customer_unassigned,
    without_working_csm,
)
from tests.nights import TEAM, TODAY, account, many
from tests.rules.asking import found


class TestWithoutWorkingCsm:
    rule = without_working_csm.RULE

    def test_every_kind_of_book_that_nobody_works_is_named(self) -> None:
        queue = Owner("Q", "Queue", kind=OwnerKind.QUEUE)
        rows = [account("a", None), account("b", "U4"), account("c", "Q"), account("d", "U404"), account("e", "U1")]
        findings = found(self.rule, rows, (*TEAM, queue))
        assert {(f.subject.id, f.reason) for f in findings} == {
            ("unassigned", "1 customer with $1k of ARR: no CSM is named."),
            ("U4", "1 customer with $1k of ARR: their owner Tom Becker is no longer active in the CRM."),
            ("Q", "1 customer with $1k of ARR: they wait in the queue Queue."),
            ("unknown:U404", "1 customer with $1k of ARR: the CRM does not list their owner."),
        }
        assert all(f.limit.seed == "seed 31" for f in findings)

    def test_a_pool_works_its_customers(self) -> None:
        assert found(self.rule, many(3, "U2"), team={"pools": {"sam@acme.test": {}}}) == []

    def test_prospects_need_no_csm(self) -> None:
        assert found(self.rule, [account("a", None, 0)]) == []

    def test_a_million_of_arr_is_critical(self) -> None:
        assert [f.severity for f in found(self.rule, [account("a", None, "999999.99")])] == [Severity.WARNING]
        assert [f.severity for f in found(self.rule, [account("a", None, 1_000_000)])] == [Severity.CRITICAL]

    def test_the_action_names_colleagues_of_the_segment_with_room(self) -> None:
        rows = [*many(3, "U4", segment="SMB"), *many(1, "U1", segment="SMB"), *many(1, "U2", segment="Enterprise")]
        (finding,) = found(self.rule, rows)
        assert finding.action == "Reassign 3 customers in the CRM: 3 to Dana Roy."

    def test_the_action_tells_no_room_from_nobody_who_knows_the_language(self) -> None:
        """Dana has room for one more and speaks no Japanese; Sam, who does, is at his limit."""
        rows = [
            account("en", "U1", language="en", segment="SMB"),
            *(account(f"ja{number}", "U2", language="ja", segment="SMB") for number in range(2)),
            *(account(f"free{number}", None, language="ja", segment="SMB") for number in range(3)),
        ]
        (finding,) = (f for f in found(self.rule, rows, limits={"accounts": 2}))
        assert finding.action == (
            "Reassign 3 customers in the CRM: 1 to Dana Roy, where few share their region or language, or hire; "
            "2 more find no room."
        )
        told = flattened(finding.story)
        assert "No colleague who knows their region and language has room for 3 customers ($3k): " in " ".join(told)
        assert "Dana Roy would have room for 1 of them, but looks after few in their region or language." in told


class TestNewCustomerUnassigned:
    rule = new_customer_unassigned.RULE

    def test_a_new_customer_without_a_csm_is_named(self) -> None:
        rows = [
            account("new", None, name="Acme <!channel>", customer_since=TODAY - timedelta(days=89)),
            account("old", None, customer_since=TODAY - timedelta(days=90)),
            account("served", "U1", customer_since=TODAY),
        ]
        (finding,) = found(self.rule, rows)
        assert finding.value == 1
        assert finding.action == "Name a CSM for Acme <!channel> today."
        assert finding.since == TODAY - timedelta(days=89)

    def test_a_contract_that_begins_later_is_not_new_yet(self) -> None:
        assert found(self.rule, [account("a", None, customer_since=TODAY + timedelta(days=1))]) == []

    def test_without_dates_nothing_is_said(self) -> None:
        assert found(self.rule, [account("a", None)]) == []
