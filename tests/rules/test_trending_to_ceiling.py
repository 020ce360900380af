"""Books that are heading for the ceiling: fires, does not fire, at the boundary, without history."""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from cssync.model.finding import Severity
from cssync.model.owner import Owner
from cssync.model.story import flattened
from cssync.model.wording import day
from rules import (
    trending_to_ceiling,
)
from tests.nights import TEAM, TODAY, Nights, account, many, pull_of
from tests.rules.asking import found, growing


class TestTrendingToCeiling:
    rule = trending_to_ceiling.RULE
    alone: ClassVar = {"hire_by": {"enabled": False}}
    quick: ClassVar = {"days_to_fill": 10, "notice_days": 0, "ramp_days": 10}

    def test_a_book_that_gains_sixty_a_year_from_sixty_is_heading_for_75(self) -> None:
        # 129 days to 31 March at 60 a year are 21 more; of 20 old customers whose year ends by then two may be lost.
        (finding,) = found(self.rule, growing(60, 60))
        assert finding.subject.id == "U1"
        assert finding.limit.value == 75
        assert "heading for 75 by 31 Mar 2027" in finding.reason
        heading = "60 accounts today, +20 likely wins, -2 likely losses: 78"
        assert any(sentence.startswith(heading) for sentence in flattened(finding.story))

    def test_a_book_that_stands_still_is_not(self) -> None:
        assert found(self.rule, growing(60, 0)) == []

    def test_a_book_at_the_ceiling_is_left_to_the_rule_on_accounts(self) -> None:
        assert found(self.rule, growing(75, 60)) == []

    def test_an_overdue_requisition_says_by_how_many_days(self) -> None:
        (finding,) = found(self.rule, growing(70, 70), rules=self.alone)
        assert finding.act_by is not None
        late = (TODAY - finding.act_by).days
        assert (
            finding.action
            == f"Open a requisition now, {late} days late, and give Dana Roy no new customers until then."
        )

    def test_a_short_lead_time_leaves_a_date_to_open_it_by(self) -> None:
        (finding,) = found(self.rule, growing(60, 60), hiring=self.quick, rules=self.alone)
        assert finding.act_by is not None
        assert finding.act_by > TODAY
        assert finding.action.startswith("Open a requisition by ")

    def test_where_its_segment_is_told_to_hire_the_one_date_is_told_there(self) -> None:
        """70 customers are 0.4 of a CSM too many tonight."""
        (finding,) = found(self.rule, growing(70, 70))
        assert finding.action == (
            "Give Dana Roy no new customers until a hire for customers without a segment is there, as its own alert "
            "says."
        )
        assert (finding.act_by, finding.hire) == (None, False)

    def test_where_the_segment_hires_later_it_says_by_when(self) -> None:
        """Sam has room for the customers who come until the year is out."""
        rows = [*growing(70, 70), *many(1, "U2", customer_since=date(2020, 1, 1))]
        (finding,) = found(self.rule, rows, hiring={**self.quick, "measures": ["accounts"]})
        assert finding.act_by is not None
        assert finding.action == (
            "Give Dana Roy no new customers, and start interviewing: the next requisition for customers without a "
            f"segment is due by {day(finding.act_by)}."
        )

    def test_where_colleagues_have_room_nobody_is_hired(self) -> None:
        colleagues = [row for csm in ("U2", "U3") for row in many(1, csm, customer_since=date(2020, 1, 1))]
        more = Owner("U5", "Bo Lind", "bo@acme.test"), Owner("U6", "Cy Moss", "cy@acme.test")
        rows = [*growing(70, 70), *colleagues, account("b", "U5"), account("c", "U6")]
        (finding,) = found(self.rule, rows, (*TEAM, *more), hiring={"measures": ["accounts"], "quarters": 1})
        assert finding.action == (
            "Give Dana Roy no new customers; colleagues have room for them, and nobody has to be hired for customers "
            "without a segment."
        )

    def test_it_is_something_to_watch_until_the_limit_on_accounts_is_passed_too(self) -> None:
        assert [f.severity for f in found(self.rule, growing(60, 60))] == [Severity.WARNING]
        (finding,) = found(self.rule, growing(60, 60), limits={"accounts": 60})
        assert finding.severity is Severity.WATCH

    def test_seed_04_it_fires_at_even_odds_and_clears_well_below(self) -> None:
        """With 48 won in a year the chance lies between 35% and 50%: too little to fire, too much to clear."""
        rows = growing(60, 48)
        assert found(self.rule, rows) == []
        (finding,) = found(self.rule, rows, firing=[("trending_to_ceiling", "U1")])
        assert "likely" in finding.headline
        assert finding.lingers

    def test_at_the_ceiling_there_is_nothing_more_to_warn_of(self) -> None:
        context = Nights().walk(pull_of([*many(75), *many(74, "U2")])).context()
        assert [book.id for book in self.rule.reached(context)] == ["U1"]

    def test_the_horizon_follows_the_fiscal_year(self) -> None:
        (finding,) = found(self.rule, growing(60, 60), fiscal_year_starts_in=2)
        assert "by 30 Apr 2027" in finding.reason  # quarters from February: the next one ends with April
