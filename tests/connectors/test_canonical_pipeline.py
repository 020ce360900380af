"""What a CRM recorded of deals becomes the spells that nights of our own would have left."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl

from connectors.canonical import opportunity_history
from connectors.canonical.pipeline import RECORDED, STATES, spells
from cssync.model.tables import OPPORTUNITIES, OPPORTUNITY_SPELLS

TODAY, EVER = date(2026, 11, 22), date(2020, 1, 1)
JAN, MAR, MAY = date(2026, 1, 10), date(2026, 3, 3), date(2026, 5, 20)


def deals(*rows: dict[str, Any]) -> pl.DataFrame:
    usual = {"account_id": "a", "owner_ref": "S1", "kind": "new", "is_closed": False, "is_won": False}
    return pl.DataFrame([{**usual, **row} for row in rows], schema=OPPORTUNITIES)


def states(*rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame([{"opportunity_id": "d1", **row} for row in rows], schema=STATES)


WON = {"opportunity_id": "d1", "stage": "Won", "is_closed": True, "is_won": True, "probability": 1.0, "close_on": MAY,
       "amount": Decimal("900.00")}  # fmt: skip
OPEN = {"opportunity_id": "d2", "stage": "Demo", "probability": 0.25, "amount": Decimal("500.00")}
STORY = states(
    {"day": JAN, "stage": "Demo", "amount": Decimal("1000.00"), "probability": 0.3, "close_on": MAR},
    {"day": MAR, "stage": "Demo", "amount": Decimal("900.00"), "probability": 0.3, "close_on": MAY},
    {"day": MAY, "stage": "Won", "amount": Decimal("900.00"), "probability": 1.0, "close_on": MAY},
)


def told(found: pl.DataFrame, *columns: str) -> list[tuple[object, ...]]:
    assert found.schema == OPPORTUNITY_SPELLS
    return found.sort("opportunity_id", "valid_from").select(*columns, "valid_from", "valid_to").rows()


def test_every_change_begins_a_spell_and_the_stage_says_whether_it_was_decided() -> None:
    found = spells(STORY, deals(WON, OPEN), RECORDED, TODAY, EVER)
    assert told(found, "stage", "is_closed", "is_won", "amount", "probability", "close_on") == [
        ("Demo", False, False, Decimal("1000.00"), 0.3, MAR, JAN, MAR),
        ("Demo", False, False, Decimal("900.00"), 0.3, MAY, MAR, MAY),
        ("Won", True, True, Decimal("900.00"), 1.0, MAY, MAY, None),
    ]
    assert set(found["account_id"]) == {"a"}
    assert set(found["owner_ref"]) == {"S1"}


def test_what_was_before_the_first_day_of_interest_is_cut_off() -> None:
    since = date(2026, 4, 1)
    found = spells(STORY, deals(WON, OPEN), RECORDED, TODAY, since)
    assert told(found, "stage") == [("Demo", since, MAY), ("Won", MAY, None)]


def test_of_several_changes_on_one_day_the_last_one_counts() -> None:
    several = states({"day": JAN, "stage": "Won"}, {"day": JAN, "stage": "Demo"}, {"day": JAN, "stage": "Lead"})
    assert told(spells(several, deals(WON), ("stage",), TODAY, EVER), "stage") == [("Lead", JAN, None)]


def test_where_only_stages_were_recorded_the_day_of_the_decision_is_not_known_beforehand() -> None:
    found = spells(STORY.select("opportunity_id", "day", "stage"), deals(WON, OPEN), ("stage",), TODAY, EVER)
    assert told(found, "stage", "amount", "probability", "close_on") == [
        ("Demo", Decimal("900.00"), 0.25, None, JAN, MAY),
        ("Won", Decimal("900.00"), 1.0, None, MAY, None),
    ]


def test_a_stage_that_no_deal_is_at_today_counts_as_open() -> None:
    found = spells(states({"day": JAN, "stage": "Of old"}), deals(WON), ("stage",), TODAY, EVER)
    assert told(found, "stage", "is_closed", "is_won", "probability") == [("Of old", False, False, None, JAN, None)]


def test_deals_that_are_not_listed_today_are_left_out() -> None:
    assert spells(STORY, deals(OPEN), RECORDED, TODAY, EVER).is_empty()


def test_an_export_of_states_is_read_and_what_cannot_be_placed_is_reported() -> None:
    raw = pl.DataFrame(
        {
            "opportunity_id": ["d1", "", "d2", "d3", "d4"],
            "valid_from": ["2026-01-10", "2026-01-10", "", "soon", "2026-03-03"],
            "stage": ["Demo", "Demo", "Demo", "Demo", "Won"],
            "amount": ["1,000.50", "1", "1", "1", "much"],
            "probability": ["25", "25", "25", "25", "100"],
        }
    )
    parsed = opportunity_history(raw)
    assert parsed.table.schema == STATES
    assert parsed.table.rows() == [
        ("d1", JAN, "Demo", Decimal("1000.50"), 0.25, None),
        ("d4", MAR, "Won", None, 1.0, None),
    ]
    assert set(parsed.problems["object"]) == {"opportunity history"}
    assert sorted(parsed.problems.select("record_id", "field", "reason").fill_null("").rows()) == [
        ("", "opportunity_id", "no opportunity"),
        ("d2", "valid_from", "no first day"),
        ("d3", "valid_from", "not a date (write it as 2026-01-31)"),
        ("d4", "amount", "not a number"),
    ]
