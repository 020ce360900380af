"""What is said of one alert, before all that is said of its book."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from cssync.alerts.known import Told
from cssync.alerts.story import Line
from cssync.explain.alert import explain_alert
from cssync.explain.evidence import RuleFacts
from cssync.model.alert import AlertState
from cssync.model.finding import Driver, Limit, Unit
from tests.builders import a_finding, a_subject, an_alert
from tests.explain.evidences import evidence, lines, said
from tests.nights import account, many

LIMIT = Limit(Decimal(50), "limits.accounts", "cssync.yaml:7", None, "for every CSM")
FINDING = a_finding(limit=LIMIT, drivers=(Driver("a", "Acme", Decimal(5), "newest"),))
ALERT = an_alert(fingerprint="3f2a91bc" + "0" * 8, subject_id="U1", finding=FINDING)
RULE = {"accounts_over_limit": RuleFacts("Accounts over the limit", ("2", "3"))}


def test_value_limit_reason_action_and_its_story() -> None:
    of = replace(evidence([account("a"), *many(2)], alerts=(ALERT,)), rules=RULE)
    story = (
        Line(date(2026, 11, 18), 1, "opened, warning, 61 accounts", told=True),
        Line(date(2026, 11, 20), 1, "acknowledged", "requisition is open", "maya"),
    )
    found = explain_alert(of, Told(ALERT, story))
    assert found.headline == "3f2a91bc Accounts over the limit: Dana Roy, 3 customers with $3,000.00 of ARR"
    why = found.trace("why")
    assert why.value == Decimal(61)
    assert why.says == (
        "warning, firing since 22 Nov 2026",
        "Dana Roy looks after 61 accounts; the limit is 50.",
        "To do: Move 11 accounts to another CSM.",
        "So since 18 Nov 2026.",
    )
    assert [source.name for source in why.sources] == ["seed 2", "seed 3"]
    held_to = found.trace("held_to")
    assert (held_to.value, [(one.name, one.where) for one in held_to.sources]) == (
        Decimal(50),
        [("limits.accounts", "cssync.yaml:7")],
    )
    assert lines(found.trace("drivers")) == [("Acme", "5", None, "newest")]
    assert lines(found.trace("story")) == [
        ("18 Nov 2026", None, None, "opened, warning, 61 accounts; by the night; leadership was told"),
        ("20 Nov 2026", None, None, "acknowledged; requisition is open; by maya"),
    ]
    assert found.trace("customers").count == 3


@pytest.mark.parametrize("unit", Unit)
def test_whatever_an_alert_counts_its_value_and_limit_are_told(unit: Unit) -> None:
    counted = replace(ALERT, finding=replace(FINDING, unit=unit))
    found = explain_alert(evidence(many(1)), Told(counted, ()))
    assert found.trace("why").measure == found.trace("held_to").measure == unit.value


def test_one_that_has_ended_says_when_and_how() -> None:
    over = replace(ALERT, state=AlertState.RESOLVED, resolved_on=date(2026, 11, 30), ending="recovered")
    why = explain_alert(evidence(many(1), alerts=(over,)), Told(over, ())).trace("why")
    assert why.says[0] == "warning, open from 22 Nov 2026 to 30 Nov 2026: recovered"


def test_an_alert_about_a_book_that_is_gone_has_no_book_to_show() -> None:
    gone = replace(ALERT, subject_id="U8", subject_name="Old Hand")
    found = explain_alert(evidence(many(1), alerts=(gone,)), Told(gone, ()))
    assert found.headline == "3f2a91bc accounts_over_limit: Old Hand, 0 customers with $0.00 of ARR"
    assert [trace.key for trace in found.traces] == ["why", "held_to", "drivers", "story"]


def test_an_alert_about_a_segment_or_the_company_says_what_that_holds() -> None:
    of = evidence([account("a", segment="SMB"), account("b", segment="SMB"), account("c", "U2")])
    subject = a_subject("segment:smb", name="SMB", segment="SMB")
    about = an_alert(subject_id="segment:smb", subject_name="SMB", finding=a_finding(subject=subject))
    found = explain_alert(of, Told(about, ()))
    assert found.headline.endswith("SMB, 2 customers with $2,000.00 of ARR")
    assert lines(found.trace("books")) == [("Dana Roy", "2000.00", 2, "")]
    assert found.trace("books").missing is None
    whole = an_alert(subject_id="company", subject_name="The company", finding=None)
    assert explain_alert(of, Told(whole, ())).headline.endswith("The company, 3 customers with $3,000.00 of ARR")


def test_the_book_names_its_open_alerts_and_how_to_look_at_them() -> None:
    of = replace(evidence(many(1), alerts=(ALERT,)), rules=RULE)
    found = explain_alert(of, Told(ALERT, ()))
    words = "warning, firing since 22 Nov 2026; Dana Roy looks after 61 accounts; the limit is 50.; "
    assert lines(found.trace("alerts")) == [
        ("3f2a91bc Accounts over the limit", None, None, f"{words}cssync explain 3f2a91bc")
    ]
    assert said(found, "limits") == ""
