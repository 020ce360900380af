"""What OpportunityHistory tells of deals on their way, and what is said where it does not."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cssync.model.history import History
from cssync.model.tables import OPPORTUNITY_SPELLS
from cssync.settings.source import SalesforceOpportunityFields
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.living_crms import LivingOrg
from tests.connectors.replay import TODAY, State
from tests.emulators.salesforce.server import SalesforceEmulator

SINCE = TODAY - timedelta(days=730)
MAR, MAY, OCT = (datetime(2026, month, day, 9, tzinfo=UTC) for month, day in ((3, 3), (5, 20), (10, 1)))
SUMMER, YEAR_END = date(2026, 6, 30), date(2026, 12, 31)


@pytest.fixture
def crm() -> LivingOrg:
    """A deal that was opened in March, pushed in May and won in October; and one that is open still."""
    crm = LivingOrg(tracked=())
    crm.add("a", State("dana", Decimal(100)))
    crm.clock = MAR
    asked: dict[str, Any] = {"AccountId": crm.accounts["a"], "OwnerId": crm.csms["sam"], "Name": "More"}
    won = crm.org.add("Opportunity", **asked, StageName="Demo", Amount=900, Probability=20, CloseDate=SUMMER)
    crm.org.add("Opportunity", **asked, StageName="Demo", Amount=70, Probability=20, CloseDate=YEAR_END)
    crm.clock = MAY
    crm.org.edit(won, Amount=Decimal("800.50"), CloseDate=YEAR_END)
    crm.clock += timedelta(days=9)
    crm.org.edit(won, Name="Much more")
    crm.clock = OCT
    crm.org.edit(won, StageName="Won", Probability=100, IsClosed=True, IsWon=True, CloseDate=OCT.date())
    return crm


def told(crm: LivingOrg, emulator: SalesforceEmulator, mirror: MemoryMirror | None = None, **settings: Any) -> History:
    connector = crm.connector(emulator, mirror, **settings)
    pull = connector.pull(TODAY)
    return connector.history(pull.accounts, pull.opportunities, TODAY, SINCE)


def rows(history: History) -> list[tuple[object, ...]]:
    assert history.pipeline.schema == OPPORTUNITY_SPELLS
    columns = ("stage", "amount", "probability", "is_won", "close_on", "valid_from", "valid_to")
    return history.pipeline.sort("opportunity_id", "valid_from").select(columns).rows()


def test_each_deal_is_followed_from_stage_to_stage(crm: LivingOrg) -> None:
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert rows(history) == [
        ("Demo", Decimal("900.00"), 0.2, False, SUMMER, MAR.date(), MAY.date()),
        ("Demo", Decimal("800.50"), 0.2, False, YEAR_END, MAY.date(), OCT.date()),
        ("Won", Decimal("800.50"), 1.0, True, OCT.date(), OCT.date(), None),
        ("Demo", Decimal("70.00"), 0.2, False, YEAR_END, MAR.date(), None),
    ]
    assert history.since == {"pipeline": TODAY - timedelta(days=365)}
    assert set(history.pipeline["account_id"]) == {crm.accounts["a"]}


def test_what_is_known_of_deals_begins_with_the_window_of_those_that_are_listed(crm: LivingOrg) -> None:
    begun = date(2026, 9, 1)
    with crm.served() as emulator:
        history = told(crm, emulator, closed_within_days=(TODAY - begun).days)
    assert history.since == {"pipeline": begun}
    assert [row[-2:] for row in rows(history)] == [(begun, OCT.date()), (OCT.date(), None), (begun, None)]


def test_only_the_history_of_deals_that_are_listed_is_read(crm: LivingOrg) -> None:
    crm.org.add("Opportunity", Name="Old", StageName="Lost", IsClosed=True, CloseDate=date(2024, 1, 1))
    brought: list[int] = []

    def progress(_stage: str, done: int, _total: int | None) -> None:
        brought.append(done)

    with crm.served() as emulator:
        connector = crm.connector(emulator)
        pull = connector.pull(TODAY)
        connector.history(
            pull.accounts, pull.opportunities, TODAY, SINCE, lambda _stage, done, _total: brought.append(done)
        )
    assert max(brought) == len(crm.org.records["OpportunityHistory"]) - 1


def test_a_history_that_is_hidden_is_said_and_nothing_else_suffers(crm: LivingOrg) -> None:
    crm.org.hide("OpportunityHistory")
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert history.pipeline.is_empty()
    assert "pipeline" not in history.since
    assert any("shows no OpportunityHistory" in note and "cssync backfill" in note for note in history.notes)


def test_a_field_that_is_hidden_is_done_without(crm: LivingOrg) -> None:
    crm.org.hide("OpportunityHistory", "Amount")
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert rows(history)[0] == ("Demo", Decimal("800.50"), 0.2, False, SUMMER, MAR.date(), MAY.date())


def test_of_a_stage_in_another_field_there_is_no_history(crm: LivingOrg) -> None:
    with crm.served() as emulator:
        history = told(crm, emulator, opportunities=SalesforceOpportunityFields(stage="Type"))
    assert history.pipeline.is_empty()
    assert "Salesforce keeps no history of the stages of deals in Type." in history.notes


def test_what_was_read_to_the_end_is_not_read_again(crm: LivingOrg) -> None:
    mirror = MemoryMirror()
    with crm.served(page_size=2) as emulator:
        first = told(crm, emulator, mirror)
        emulator.requests.clear()
        again = told(crm, emulator, mirror)
        asked = [query for query in emulator.queries() if "FROM OpportunityHistory" in query]
    assert rows(again) == rows(first)
    assert asked == []
