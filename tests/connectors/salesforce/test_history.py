"""What AccountHistory tells, what it does not, and how it is read to the end only once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from cssync.errors import QuotaError
from cssync.model.history import History
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.living_crms import MAPPED, LivingOrg
from tests.connectors.replay import TODAY, State
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.schema import Field
from tests.emulators.salesforce.server import SalesforceEmulator

SINCE = TODAY - timedelta(days=730)
MAR, MAY, OCT = (
    datetime(2026, 3, 3, 9, tzinfo=UTC),
    datetime(2026, 5, 20, 9, tzinfo=UTC),
    datetime(2026, 10, 1, 9, tzinfo=UTC),
)
_NEXT_PAGES = "/query/0r8"


@pytest.fixture
def crm() -> LivingOrg:
    """Customer a of Dana's, at 100."""
    crm = LivingOrg(tracked=())
    crm.add("a", State("dana", Decimal(100)))
    return crm


def told(crm: LivingOrg, emulator: SalesforceEmulator, mirror: MemoryMirror | None = None, **settings: Any) -> History:
    return reaching(SINCE, crm, emulator, mirror, **settings)


def reaching(
    since: date, crm: LivingOrg, emulator: SalesforceEmulator, mirror: MemoryMirror | None = None, **settings: Any
) -> History:
    connector = crm.connector(emulator, mirror, **settings)
    pull = connector.pull(TODAY)
    return connector.history(pull.accounts, pull.opportunities, TODAY, since)


def owners(crm: LivingOrg, history: History) -> list[tuple[object, ...]]:
    names = {identifier: csm for csm, identifier in crm.csms.items()}
    rows = history.ownership.sort("account_id", "valid_from").select("csm_ref", "valid_from", "valid_to").rows()
    return [(names.get(csm, csm), begins, ends) for csm, begins, ends in rows]


def handed_over(crm: LivingOrg, at: datetime, old: str, new: str, field: str = "CSM__c") -> None:
    crm.org.add_history(crm.accounts["a"], field, crm.csms[old], crm.csms[new], at=at)


def paged(emulator: SalesforceEmulator) -> list[str]:
    return [query for query in emulator.queries() if "FROM AccountHistory" in query and "COUNT()" not in query]


def test_of_a_lookups_two_rows_the_one_with_ids_counts(crm: LivingOrg) -> None:
    handed_over(crm, MAY, "sam", "dana")
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert owners(crm, history) == [("dana", MAY.date(), None)]
    assert history.since == {"csm": MAY.date()}


def test_owners_of_accounts_are_recorded_as_owner(crm: LivingOrg) -> None:
    crm.org.edit(crm.accounts["a"], OwnerId=crm.csms["dana"])
    handed_over(crm, MAR, "tom", "sam", "OwnerId")
    handed_over(crm, MAY, "sam", "dana", "OwnerId")
    with crm.served() as emulator:
        history = told(crm, emulator, accounts=MAPPED.model_copy(update={"csm": "OwnerId"}))
    assert owners(crm, history) == [("sam", MAR.date(), MAY.date()), ("dana", MAY.date(), None)]


def test_behind_an_address_stands_the_lookup_and_its_ids(crm: LivingOrg) -> None:
    handed_over(crm, MAR, "tom", "sam")
    handed_over(crm, MAY, "sam", "dana")
    with crm.served() as emulator:
        history = told(crm, emulator, accounts=MAPPED.model_copy(update={"csm": "CSM__r.Username"}))
    assert owners(crm, history) == [("sam", MAR.date(), MAY.date()), ("dana", MAY.date(), None)]
    assert not any("do not follow" in note for note in history.notes)


def test_a_csm_in_a_text_field_is_recorded_as_text(crm: LivingOrg) -> None:
    crm.org.define("Account", Field("CSM_Mail__c", "email"))
    crm.org.edit(crm.accounts["a"], CSM_Mail__c="dana@acme.test")
    crm.org.add_history(crm.accounts["a"], "CSM_Mail__c", "sam@acme.test", "dana@acme.test", at=MAY)
    crm.org.add_history(crm.accounts["a"], "CSM_Mail__c", None, "sam@acme.test", at=MAR)
    with crm.served() as emulator:
        history = told(crm, emulator, accounts=MAPPED.model_copy(update={"csm": "CSM_Mail__c"}))
    assert owners(crm, history) == [
        ("sam@acme.test", MAR.date(), MAY.date()),
        ("dana@acme.test", MAY.date(), None),
    ]


def test_what_no_history_can_be_kept_of_is_said(crm: LivingOrg) -> None:
    crm.org.define("Account", Field("Score__c", "currency", calculated=True), Field("Stages__c", "multipicklist"))
    handed_over(crm, MAY, "sam", "dana")
    mapped = MAPPED.model_copy(update={"arr": "Score__c", "lifecycle": "Stages__c"})
    with crm.served() as emulator:
        history = told(crm, emulator, accounts=mapped)
    assert set(history.notes) == {
        "Salesforce keeps no history of ARR (Score__c), which is a formula.",
        (
            "Salesforce keeps no history of lifecycles (Stages__c), which is a multipicklist, and of those no values"
            " are recorded."
        ),
    }


def test_where_arr_comes_from_opportunities_the_fields_history_says_nothing_of_it(crm: LivingOrg) -> None:
    handed_over(crm, MAR, "sam", "dana")
    crm.org.add_history(crm.accounts["a"], "ARR__c", Decimal(5), Decimal(100), at=MAY)
    with crm.served() as emulator:
        history = told(crm, emulator, arr_from_field=False)
    assert history.since == {"csm": MAR.date()}
    assert history.ownership["amount"].to_list() == [None]
    assert "ARR comes from won opportunities: what it was before the first night is not known." in history.notes


def test_changes_that_do_not_follow_from_each_other_are_counted_and_each_holds_until_the_next(crm: LivingOrg) -> None:
    handed_over(crm, MAR, "tom", "sam")
    handed_over(crm, MAY, "ana", "tom")
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert owners(crm, history) == [("sam", MAR.date(), MAY.date()), ("tom", MAY.date(), None)]
    (note,) = (note for note in history.notes if "do not follow" in note)
    assert note.startswith("The changes that Salesforce recorded of 1 account do not follow from each other")


def test_a_year_and_a_half_back_is_not_the_end(crm: LivingOrg) -> None:
    """A plain query shows 18 months, queryAll 24."""
    handed_over(crm, datetime(2025, 1, 15, tzinfo=UTC), "sam", "dana")
    with crm.served() as emulator:
        assert told(crm, emulator).since == {"csm": date(2025, 1, 15)}


def test_the_history_of_accounts_that_are_gone_is_left_out_but_tells_since_when_it_is_kept(crm: LivingOrg) -> None:
    crm.add("gone", State("sam", Decimal(5)))
    crm.org.add_history(crm.accounts["gone"], "CSM__c", crm.csms["tom"], crm.csms["sam"], at=MAR)
    crm.org.delete(crm.accounts["gone"])
    with crm.served() as emulator:
        history = told(crm, emulator)
    assert history.since == {"csm": MAR.date()}
    assert owners(crm, history) == [("dana", MAR.date(), None)]


@pytest.fixture
def busy(crm: LivingOrg) -> Iterator[SalesforceEmulator]:
    """Three pages of history."""
    for number in range(70):
        at = MAR + timedelta(hours=number)
        old, new = ("dana", "sam") if number % 2 == 0 else ("sam", "dana")
        handed_over(crm, at, old, new)
    with crm.served(page_size=60) as emulator:
        yield emulator


def test_a_reading_that_broke_off_goes_on_after_its_last_row(crm: LivingOrg, busy: SalesforceEmulator) -> None:
    mirror = MemoryMirror()
    busy.faults.add(faults.TOTAL_REQUESTS, at={2}, where=_NEXT_PAGES)
    with pytest.raises(QuotaError, match="120 rows of AccountHistory are kept"):
        told(crm, busy, mirror)
    broken_off = len(paged(busy))
    whole = told(crm, busy)
    busy.requests.clear()
    crm.clock += timedelta(hours=1)
    assert told(crm, busy, mirror).ownership.equals(whole.ownership)
    assert broken_off == 1
    assert [("Id > '" in query, query.count("Id >")) for query in paged(busy)] == [(True, 1), (False, 0)]


def test_what_was_read_to_the_end_is_not_read_again(crm: LivingOrg, busy: SalesforceEmulator) -> None:
    mirror = MemoryMirror()
    first = told(crm, busy, mirror)
    busy.requests.clear()
    crm.clock += timedelta(hours=1)
    assert told(crm, busy, mirror).ownership.equals(first.ownership)
    (changes,) = paged(busy)
    assert "CreatedDate >= 2026-11-22T23:35:00Z" in changes


def test_who_asks_for_more_months_than_were_read_gets_them(crm: LivingOrg) -> None:
    handed_over(crm, MAR, "tom", "sam")
    handed_over(crm, OCT, "sam", "dana")
    mirror = MemoryMirror()
    with crm.served() as emulator:
        assert reaching(TODAY - timedelta(days=90), crm, emulator, mirror).since == {"csm": OCT.date()}
        assert told(crm, emulator, mirror).since == {"csm": MAR.date()}


def test_a_long_history_comes_through_bulk_and_is_the_same(crm: LivingOrg, busy: SalesforceEmulator) -> None:
    by_rest = told(crm, busy)
    busy.requests.clear()
    by_bulk = told(crm, busy, bulk_from_rows=100)
    assert any("/jobs/query" in path for path in busy.paths())
    assert by_bulk.ownership.equals(by_rest.ownership)
    assert by_bulk.since == by_rest.since == {"csm": MAR.date()}


def test_amounts_are_read_exactly_in_whatever_form_they_come(crm: LivingOrg) -> None:
    handed_over(crm, MAR, "sam", "dana")
    crm.org.add_history(crm.accounts["a"], "ARR__c", Decimal("0.1"), Decimal("1234567.89"), at=MAY)
    crm.org.add_history(crm.accounts["a"], "ARR__c", Decimal("1234567.89"), Decimal(100), at=OCT)
    with crm.served() as emulator:
        history = told(crm, emulator)
    amounts = history.ownership.filter(pl.col("amount_known")).sort("valid_from")["amount"]
    assert amounts.to_list() == [Decimal("1234567.89"), Decimal("100.00")]
    assert not any("do not follow" in note for note in history.notes)
