"""How deals are kept through time, on every database alike."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from cssync.errors import StoreError
from cssync.model.tables import (
    OPPORTUNITIES,
    OPPORTUNITY_SPELLS,
    PAST_OPPORTUNITY_SPELLS,
)
from cssync.store.base import Store
from tests.builders import (
    DAY,
    LONG_AGO,
    TOMORROW,
    YESTERDAY,
    a_deal_spell,
    a_night,
    a_spell,
    deal_changes,
    spell_changes,
)
from tests.store.conftest import Opener


def test_a_deal_that_moves_on_closes_its_spell_and_opens_another(store: Store, dry: Opener) -> None:
    account, proposed = a_spell(valid_from=YESTERDAY), a_deal_spell(valid_from=YESTERDAY)
    store.commit(a_night(YESTERDAY, spells=spell_changes(opened=[account]), pipeline=deal_changes(opened=[proposed])))
    won = a_deal_spell(stage="Won", is_closed=True, is_won=True, probability=1.0, amount=Decimal("30000.00"))
    store.commit(a_night(pipeline=deal_changes(closed=[("006big", YESTERDAY, DAY)], opened=[won])))

    told = ("valid_from", "valid_to", "stage", "is_won", "probability", "amount", "csm_ref", "close_on")
    expected = [
        (YESTERDAY, DAY, "Proposal", False, 0.4, Decimal("24000.00"), None, date(2026, 12, 15)),
        (DAY, None, "Won", True, 1.0, Decimal("30000.00"), None, date(2026, 12, 15)),
    ]
    past = store.past(TOMORROW, LONG_AGO).pipeline
    assert past.schema == PAST_OPPORTUNITY_SPELLS
    assert past.sort("valid_from").select(told).rows() == expected
    for opened in (store, dry()):
        night = opened.latest(90)
        assert night is not None
        assert night.pipeline.schema == OPPORTUNITY_SPELLS
        assert night.pipeline.sort("valid_from").select(told).rows() == expected
        assert night.opportunities.schema == OPPORTUNITIES
        assert night.opportunities.select("opportunity_id", "name", "stage").rows() == [
            ("006big", "Acme, more seats", "Won")
        ]


@pytest.mark.parametrize("probability", [0.1 + 0.2, 1 / 3, 5e-324, 1.7976931348623157e308, None])
def test_a_probability_comes_back_to_the_last_digit(store: Store, probability: float | None) -> None:
    """Else the next night would take the deal for changed."""
    store.commit(a_night(pipeline=deal_changes(opened=[a_deal_spell(probability=probability)])))

    assert store.past(TOMORROW, LONG_AGO).pipeline["probability"].to_list() == [probability]


def test_a_deal_that_is_renamed_is_refreshed_without_a_new_spell(store: Store) -> None:
    store.commit(a_night(YESTERDAY, pipeline=deal_changes(opened=[a_deal_spell(valid_from=YESTERDAY)])))
    renamed = a_deal_spell(valid_from=YESTERDAY, name="Acme, all of it", attributes_hash=7)
    store.commit(a_night(pipeline=deal_changes(refreshed=[renamed])))

    assert store.past(TOMORROW, LONG_AGO).pipeline.select("valid_from", "valid_to", "attributes_hash").rows() == [
        (YESTERDAY, None, 7)
    ]


def test_a_second_open_spell_of_a_deal_is_refused_by_the_database(store: Store) -> None:
    store.commit(a_night(YESTERDAY, pipeline=deal_changes(opened=[a_deal_spell(valid_from=YESTERDAY)])))

    with pytest.raises(StoreError, match="contradicts what is stored"):
        store.commit(a_night(pipeline=deal_changes(opened=[a_deal_spell()])))


def test_deals_decided_before_the_look_back_day_are_not_loaded(store: Store) -> None:
    history = [
        a_deal_spell("006old", date(2026, 1, 1), valid_to=date(2026, 7, 1)),
        a_deal_spell("006new", date(2026, 1, 1), valid_to=date(2026, 7, 2)),
        a_deal_spell("006open", date(2026, 1, 1)),
    ]
    store.commit(a_night(pipeline=deal_changes(opened=history)))

    assert sorted(store.past(TOMORROW, date(2026, 7, 1)).pipeline["opportunity_id"]) == ["006new", "006open"]
