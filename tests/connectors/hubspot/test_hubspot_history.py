"""What companies' properties held before, and how it is read for each of them only once."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from cssync.errors import QuotaError, TransientError
from cssync.model.history import History
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.living_crms import LivingPortal
from tests.connectors.replay import TODAY, State
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import Answer, too_many
from tests.emulators.hubspot.server import HubspotEmulator

SINCE = TODAY - timedelta(days=730)
JAN, MAR, MAY = (datetime(2026, month, day, 9, tzinfo=UTC) for month, day in ((1, 10), (3, 3), (5, 20)))
BATCH = "/crm/v3/objects/companies/batch/read"


@pytest.fixture
def crm() -> LivingPortal:
    """Customer a of Dana's, at 100, since January."""
    crm = LivingPortal()
    crm.clock = JAN
    crm.add("a", State("dana", Decimal(100)))
    return crm


def told(crm: LivingPortal, hubspot: HubspotEmulator, mirror: MemoryMirror | None = None) -> History:
    connector = crm.connector(hubspot, mirror)
    pull = connector.pull(TODAY)
    return connector.history(pull.accounts, pull.opportunities, TODAY, SINCE)


def rows(history: History) -> list[tuple[object, ...]]:
    columns = ("csm_ref", "amount", "valid_from", "valid_to")
    return history.ownership.sort("account_id", "valid_from").select(columns).rows()


def changed(crm: LivingPortal, at: datetime, csm: str | None, arr: str | None) -> None:
    crm.clock = at
    crm.change("a", State(csm, None if arr is None else Decimal(arr)))


class Listener:
    """Which companies HubSpot has told of, request by request."""

    def __init__(self, hubspot: HubspotEmulator) -> None:
        self.told: list[list[str]] = []
        hubspot.faults.always(self._hear, path=BATCH)

    def _hear(self, answer: Answer) -> Answer:
        if answer.status < 300:
            self.told.append(sorted(str(each["id"]) for each in answer.content()["results"]))  # type: ignore[attr-defined]  # a list of records
        return answer


def test_every_change_of_a_property_begins_a_row_and_a_cleared_one_is_empty(crm: LivingPortal) -> None:
    changed(crm, MAR, "sam", "250.5")
    changed(crm, MAY, None, None)
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    dana, sam = crm.csms["dana"], crm.csms["sam"]
    assert rows(history) == [
        (dana, Decimal("100.00"), JAN.date(), MAR.date()),
        (sam, Decimal("250.50"), MAR.date(), MAY.date()),
        (None, None, MAY.date(), None),
    ]
    assert history.since == dict.fromkeys(("csm", "arr", "lifecycle"), JAN.date())
    assert (history.notes, history.calls) == ((), 2)


def test_before_its_first_value_a_property_was_empty(crm: LivingPortal) -> None:
    crm.add("b", State(None, None))
    crm.clock = MAY
    crm.change("b", State("sam", Decimal(7)))
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    assert rows(history)[1:] == [
        (None, None, JAN.date(), MAY.date()),
        (crm.csms["sam"], Decimal("7.00"), MAY.date(), None),
    ]


def test_a_property_is_known_from_the_first_value_that_any_company_had_of_it(crm: LivingPortal) -> None:
    crm = LivingPortal()
    crm.clock = JAN
    crm.add("a", State("dana", None))
    changed(crm, MAR, "dana", "100")
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    assert (history.since["csm"], history.since["arr"]) == (JAN.date(), MAR.date())


def test_of_more_values_than_hubspot_keeps_the_oldest_left_is_taken_before_it(crm: LivingPortal) -> None:
    crm.add("b", State("dana", Decimal(1)))
    for number in range(25):
        changed(crm, MAR + timedelta(days=number), "sam" if number % 2 else "tom", "100")
    with crm.served() as hubspot:
        history = told(crm, hubspot)
    (note,) = history.notes
    assert note.startswith("HubSpot keeps the last 20 values of a property, and 1 company had more")
    # The last 20 of 26 begin with the one of 8 March, Sam's.
    assert rows(history)[:2] == [
        (crm.csms["sam"], Decimal("100.00"), JAN.date(), date(2026, 3, 8)),
        (crm.csms["sam"], Decimal("100.00"), date(2026, 3, 8), date(2026, 3, 9)),
    ]


def test_case_43_histories_are_asked_for_fifty_companies_at_a_time(crm: LivingPortal) -> None:
    for number in range(120):
        crm.add(f"c{number}", State("sam", Decimal(5)))
    with crm.served() as hubspot:
        heard = Listener(hubspot)
        history = told(crm, hubspot)
    assert [len(ids) for ids in heard.told] == [50, 50, 21]
    assert history.calls == 4
    assert history.ownership.height == 121


def test_case_42_a_company_that_is_left_out_in_silence_is_asked_for_again(crm: LivingPortal) -> None:
    crm.add("b", State("sam", Decimal(5)))
    with crm.served() as hubspot:
        hubspot.faults.on(1, faults.without(crm.accounts["b"]), path=BATCH)
        heard = Listener(hubspot)
        history = told(crm, hubspot)
    assert heard.told == [[crm.accounts["a"]], [crm.accounts["b"]]]
    assert (history.ownership.height, history.notes) == (2, ())


def test_case_42_a_company_that_hubspot_never_answers_for_is_counted_and_has_no_past(crm: LivingPortal) -> None:
    crm.add("b", State("sam", Decimal(5)))
    with crm.served() as hubspot:
        hubspot.faults.always(faults.without(crm.accounts["b"]), path=BATCH)
        history = told(crm, hubspot)
    (note,) = history.notes
    assert note.startswith("HubSpot did not answer for 1 company when asked for history")
    assert history.ownership["account_id"].to_list() == [crm.accounts["a"]]


def test_case_42_what_hubspot_says_is_not_there_is_not_asked_for_again(crm: LivingPortal) -> None:
    crm.add("b", State("sam", Decimal(5)))
    with crm.served() as hubspot:
        connector = crm.connector(hubspot)
        pull = connector.pull(TODAY)
        crm.portal.archive("companies", crm.accounts["b"])
        history = connector.history(pull.accounts, pull.opportunities, TODAY, SINCE)
    assert hubspot.requested(BATCH) == [BATCH]
    assert "HubSpot did not answer for 1 company" in history.notes[0]


def test_a_reading_that_broke_off_asks_for_no_company_twice(crm: LivingPortal) -> None:
    for number in range(120):
        crm.add(f"c{number}", State("sam", Decimal(5)))
    mirror = MemoryMirror()
    with crm.served() as hubspot:
        hubspot.faults.on(2, faults.instead(too_many("DAILY")), path=BATCH)
        heard = Listener(hubspot)
        with pytest.raises(QuotaError, match="429 DAILY"):
            told(crm, hubspot, mirror)
        crm.clock += timedelta(hours=8)
        resumed = told(crm, hubspot, mirror)
        asked = [each for ids in heard.told for each in ids]
        assert resumed.ownership.equals(told(crm, hubspot).ownership)
    assert len(asked) == len(set(asked)) == 121


def test_what_was_read_today_is_asked_for_again_only_where_it_has_changed(crm: LivingPortal) -> None:
    crm.add("b", State("sam", Decimal(5)))
    mirror = MemoryMirror()
    with crm.served() as hubspot:
        told(crm, hubspot, mirror)
        heard = Listener(hubspot)
        crm.clock += timedelta(minutes=5)
        crm.change("b", State("sam", Decimal(6)))
        crm.clock += timedelta(hours=2)
        history = told(crm, hubspot, mirror)
        assert heard.told == [[crm.accounts["b"]]]
        assert history.ownership.equals(told(crm, hubspot).ownership)
        crm.clock += timedelta(days=2)
        told(crm, hubspot, mirror)
    assert heard.told[-1] == [crm.accounts["a"], crm.accounts["b"]]


def test_half_a_history_is_none(crm: LivingPortal) -> None:
    with crm.served() as hubspot:
        hubspot.faults.always(faults.cut_records, path=BATCH)
        with pytest.raises(TransientError, match="histories of which some are not whole"):
            told(crm, hubspot)
