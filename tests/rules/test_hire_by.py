"""Segments that lack a CSM: fires, does not fire, at the boundary, without history."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.model.finding import Finding, Severity, Unit
from cssync.model.story import flattened
from rules import (
    hire_by,
)
from tests.nights import TODAY, Nights, Row, account, many, pull_of, settings
from tests.rules.asking import found


class TestHireBy:
    """By customers alone, of whom none come and none go: what is lacking tonight is lacking for good."""

    rule = hire_by.RULE

    def found(self, rows: Iterable[Row], firing: Iterable[tuple[str, str]] = (), **with_: Any) -> list[Finding]:
        hiring = {"measures": ["accounts"], **with_.pop("hiring", {})}
        return found(self.rule, rows, firing=firing, hiring=hiring, **with_)

    def test_seed_20_a_segment_that_lacks_a_part_of_a_csm_has_a_requisition_overdue(self) -> None:
        (finding,) = self.found(many(80, segment="SMB"))
        assert (finding.subject.id, finding.subject.name, finding.subject.segment) == ("segment:smb", "SMB", "SMB")
        assert (finding.severity, finding.unit, finding.value) == (Severity.WARNING, Unit.CSMS, Decimal(1))
        assert finding.headline == "1 hire due 156 days ago"
        assert finding.action == (
            "Open a requisition now, due since 19 Jun 2026 (156 days ago): who starts on 27 Jan 2027 is ramped on "
            "27 Apr 2027."
        )
        assert (finding.act_by, finding.hire) == (date(2026, 6, 19), True)

    def test_a_whole_csm_lacking_tonight_is_critical(self) -> None:
        severities = [self.found(many(number, segment="SMB"))[0].severity for number in (99, 100)]
        assert severities == [Severity.WARNING, Severity.CRITICAL]

    def test_a_segment_with_room_is_not_flagged(self) -> None:
        assert self.found(many(50, segment="SMB")) == []

    def test_the_boundary_is_a_quarter_of_a_csm(self) -> None:
        assert self.found(many(62, segment="SMB")) == []
        assert len(self.found(many(63, segment="SMB"))) == 1

    def test_seed_31_someone_who_leaves_is_replaced_by_a_hire_who_is_ramped_that_day(self) -> None:
        """Sam leaves on 15 May 2027, 174 days ahead, 18 more than the lead: to be open by 10 Dec 2026."""
        rows = [*many(45, segment="SMB"), *many(45, "U2", segment="SMB")]
        (finding,) = self.found(rows, team={"members": {"sam@acme.test": {"leaves_on": "2027-05-15"}}})
        assert (finding.severity, finding.act_by) == (Severity.WATCH, date(2026, 12, 10))
        assert finding.headline == "1 hire due by 10 Dec 2026"
        assert finding.action == "Open a requisition by 10 Dec 2026, needed from 15 May 2027 on."

    @pytest.mark.parametrize(
        ("leaves_on", "told", "lingers"), [("2027-05-27", 1, 1), ("2027-05-28", 0, 1), ("2027-06-12", 0, 0)]
    )
    def test_it_is_told_30_days_ahead_and_ends_where_none_is_due_within_45(
        self, leaves_on: str, told: int, lingers: int
    ) -> None:
        rows = [*many(45, segment="SMB"), *many(45, "U2", segment="SMB")]
        team = {"members": {"sam@acme.test": {"leaves_on": leaves_on}}}
        assert len(self.found(rows, team=team)) == told
        assert len(self.found(rows, team=team, firing=[("hire_by", "segment:smb")])) == lingers

    def test_an_open_requisition_is_no_longer_due(self) -> None:
        """It fills the gap in 66 + 90 days; until then it is bridged."""
        assert self.found(many(80, segment="SMB"), hiring={"requisitions": [{"segment": "SMB"}]}) == []

    def test_it_names_the_customers_and_the_deals_that_drive_it(self) -> None:
        rows = [*many(80, segment="SMB"), account("new", amount=5000, segment="SMB", customer_since=TODAY)]
        prospect = account("P", None, None, segment="SMB")
        deal = {"opportunity_id": "O1", "account_id": "P", "is_closed": False, "is_won": False, "amount": Decimal(900),
                "stage": "demo", "close_on": TODAY + timedelta(days=9), "kind": "new"}  # fmt: skip
        night = Nights(settings(hiring={"measures": ["accounts"]})).walk(
            pull_of([*rows, prospect], opportunities=[deal])
        )
        (finding,) = self.rule.evaluate(night.context())
        assert [(driver.name, driver.why) for driver in finding.drivers] == [
            ("Name new", "customer since 22 Nov 2026, 2.0 hours a month"),
            ("Name P", "open deal, demo, closes 1 Dec 2026"),
        ]
        assert flattened(finding.story)[:2] == (
            "Newest customers: Name new ($5k).",
            "Largest open deals: Name P ($900).",
        )

    def test_it_goes_to_the_manager_whom_all_csms_of_the_segment_share(self) -> None:
        """Dana and Ana have Vera, Sam nobody."""
        (finding,) = self.found([*many(80, segment="SMB"), *many(60, "U3", segment="SMB")])
        assert (finding.subject.manager, finding.subject.manager_email) == ("Vera Holt", "vera@acme.test")
        (finding,) = self.found([*many(80, segment="SMB"), *many(60, "U2", segment="SMB")])
        assert finding.subject.manager is None

    def test_customers_without_a_segment_are_told_of_together(self) -> None:
        (finding,) = self.found(many(80))
        assert (finding.subject.id, finding.subject.name) == ("segment:", "Customers without a segment")

    def test_without_history_it_says_what_is_lacking_tonight(self) -> None:
        (finding,) = self.found(many(80, segment="SMB"))
        assert (finding.since, finding.before) == (None, None)
        assert finding.reason.startswith("SMB has 80 customers tonight, and by 31 Dec 2027 at most 80 customers")
