"""What became of deals on their way is remembered from night to night."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from cssync.model.history import PIPELINE, History
from cssync.model.money import ExchangeRates
from cssync.model.tables import OPPORTUNITY_SPELLS, VALUED_OPPORTUNITIES
from tests.nights import Night, Nights, Row, account, pull_of

MON, TUE, WED = (date(2026, 11, day) for day in (23, 24, 25))
SEPTEMBER = date(2026, 9, 1)


def deal(opportunity_id: str = "d1", **more: Any) -> Row:
    usual = {
        "account_id": "a",
        "name": f"Deal {opportunity_id}",
        "stage": "Proposal",
        "is_closed": False,
        "is_won": False,
        "amount": Decimal("24000.00"),
        "close_on": date(2026, 12, 15),
    }
    return {"opportunity_id": opportunity_id, **usual, **more}


def walk(nights: Nights, day: date, *deals: Row, history: History | None = None) -> Night:
    return nights.walk(pull_of([account("a")], opportunities=deals), day, history)


def told(spells: pl.DataFrame, *facts: str) -> list[tuple[object, ...]]:
    return spells.sort("opportunity_id", "valid_from").select("opportunity_id", *facts, "valid_from", "valid_to").rows()


def test_a_quiet_night_writes_nothing_of_deals() -> None:
    nights = Nights()
    walk(nights, MON, deal(), deal("d2", stage=None))
    changes = walk(nights, TUE, deal(), deal("d2", stage=None)).of_deals
    assert [len(t) for t in (changes.removed, changes.closed, changes.opened, changes.refreshed)] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("fact", "before", "after"),
    [
        ("stage", "Proposal", "Negotiation"),
        ("amount", Decimal("24000.00"), Decimal("24000.01")),
        ("close_on", date(2026, 12, 15), date(2027, 3, 31)),
        ("probability", 0.4, 0.6),
        ("is_won", False, True),
        ("csm_ref", None, "U2"),
        ("owner_ref", "S1", "S2"),
    ],
)
def test_every_change_of_a_fact_begins_another_spell(fact: str, before: Any, after: Any) -> None:
    nights = Nights()
    walk(nights, MON, deal(**{fact: before}))
    timeline = walk(nights, WED, deal(**{fact: after})).timeline
    assert told(timeline.pipeline, fact) == [("d1", before, MON, WED), ("d1", after, WED, None)]


def test_a_deal_that_is_renamed_stays_in_its_spell() -> None:
    nights = Nights()
    walk(nights, MON, deal(name="Old"))
    night = walk(nights, TUE, deal(name="New"))
    assert night.of_deals.refreshed["name"].to_list() == ["New"]
    assert told(night.timeline.pipeline) == [("d1", MON, None)]


def test_a_deal_that_is_listed_no_more_has_no_open_spell() -> None:
    nights = Nights()
    walk(nights, MON, deal(), deal("d2"))
    assert told(walk(nights, TUE, deal("d2")).timeline.pipeline) == [("d1", MON, TUE), ("d2", MON, None)]


def test_a_second_run_of_a_day_replaces_the_first() -> None:
    nights = Nights()
    walk(nights, MON, deal(), deal("d2"))
    walk(nights, TUE, deal(stage="Lost", is_closed=True), deal("d3"))
    walk(nights, TUE, deal(), deal("d2"))
    assert told(nights.past.pipeline) == [("d1", MON, None), ("d2", MON, None)]


def test_a_first_night_takes_over_what_the_crm_remembers_of_deals() -> None:
    before = [
        deal(stage="Discovery", valid_from=SEPTEMBER, valid_to=date(2026, 10, 5)),
        deal(valid_from=date(2026, 10, 5)),
    ]
    history = History(
        since={PIPELINE: SEPTEMBER},
        pipeline=pl.DataFrame(before, schema_overrides=OPPORTUNITY_SPELLS).match_to_schema(
            OPPORTUNITY_SPELLS, missing_columns="insert", extra_columns="ignore"
        ),
    )
    nights = Nights()
    timeline = walk(nights, MON, deal(), deal("d2"), history=history).timeline
    assert told(timeline.pipeline, "stage") == [
        ("d1", "Discovery", SEPTEMBER, date(2026, 10, 5)),
        ("d1", "Proposal", date(2026, 10, 5), None),
        ("d2", "Proposal", MON, None),
    ]
    assert timeline.pipeline_since == SEPTEMBER
    assert nights.past.history_tracked is not None
    assert nights.past.history_tracked[PIPELINE] == SEPTEMBER


def test_where_no_deal_is_known_the_pipeline_begins_tonight() -> None:
    assert walk(Nights(), MON).timeline.pipeline_since == MON


def test_deals_are_valued_in_the_shown_currency_and_placed_with_their_csm() -> None:
    deals = [deal(currency="EUR", csm_ref="SAM@acme.test"), deal("d2"), deal("d3", currency="XXX", csm_ref="nobody")]
    pull = pull_of([account("a")], rates=ExchangeRates("USD", {"EUR": Decimal("1.10")}), opportunities=deals)
    snapshot = Nights().walk(pull, MON).snapshot
    assert snapshot.opportunities.schema == VALUED_OPPORTUNITIES
    assert snapshot.opportunities.select("opportunity_id", "value", "book_id").rows() == [
        ("d1", Decimal("26400.00"), "U2"),
        ("d2", Decimal("24000.00"), None),
        ("d3", None, "unknown:nobody"),
    ]
    assert snapshot.problems.select("object", "record_id", "field", "value").rows() == [
        ("opportunity", "d3", "currency", "XXX")
    ]
