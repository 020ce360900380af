"""Changes are found although search ends early, lags, misorders and leaks; if it contradicts itself, all is read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

import pytest

from cssync.errors import TransientError
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.nights import QUIET, Calendar, afresh, assert_same, company_of, ids, names, night
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

SEARCH = "/crm/v3/objects/companies/search"
MANY = 10_450


def _edited(portal: Portal, calendar: Calendar, numbers: Iterable[int], *, apart: timedelta) -> None:
    for number in numbers:
        portal.edit("companies", number, name=f"New {number}")
        calendar.moment += apart


def _all_are_new(portal: Portal, calendar: Calendar, mirror: MemoryMirror, *, apart: timedelta) -> int:
    """Have all of MANY companies edited, and return how many requests the night took that finds them all."""
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        _edited(portal, calendar, range(1, MANY + 1), apart=apart)
        hubspot.requests.clear()
        pull = night(hubspot, mirror, calendar)

        assert pull.notes == ()
        assert pull.changed == MANY
        assert names(pull, [1, 9_999, 10_000, 10_001, MANY]) == [
            "New 1",
            "New 9999",
            "New 10000",
            "New 10001",
            f"New {MANY}",
        ]
        assert_same(pull, afresh(hubspot, calendar))
        return pull.calls


def test_case_38_beyond_ten_thousand_changes_search_goes_on_from_the_moment_it_has_reached() -> None:
    calendar = Calendar()
    calls = _all_are_new(company_of(calendar, MANY), calendar, MemoryMirror(), apart=timedelta(seconds=1))

    # 10,450 changes fill 53 pages; one of them is read twice, because its order is not to be relied on.
    assert calls == QUIET - 1 + 50 + 4


def test_case_38_ten_thousand_changes_of_one_moment_are_found_from_id_to_id() -> None:
    calendar = Calendar()
    calls = _all_are_new(company_of(calendar, MANY), calendar, MemoryMirror(), apart=timedelta())

    # 50 pages that lead nowhere, 53 from id to id, and one that finds nothing later.
    assert calls == QUIET - 1 + 50 + 53 + 1


@pytest.mark.parametrize("run", [7, 150])
def test_case_39_results_in_the_wrong_order_are_found_all_the_same(run: int) -> None:
    calendar = Calendar()
    portal = company_of(calendar, MANY)
    portal.search_misorders = run
    _all_are_new(portal, calendar, MemoryMirror(), apart=timedelta(milliseconds=200))


def test_case_39_changes_that_search_skips_in_its_disorder_are_found_by_its_own_total() -> None:
    """Runs of more than a page in the wrong order make it impossible to go on: then everything is read."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, MANY)
    portal.search_misorders = 3_000
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        _edited(portal, calendar, range(1, MANY + 1), apart=timedelta(milliseconds=200))
        pull = night(hubspot, mirror, calendar)

        (note,) = pull.notes
        assert note == (
            "HubSpot's search speaks of 10,449 changed companies and shows 9,999; so all companies were read again: "
            "10,450."
        )
        assert_same(pull, afresh(hubspot, calendar))


def test_case_39_what_search_leaks_from_outside_the_window_is_dropped() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 20)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        portal.edit("companies", 3, name="New 3")
        # By its own word, what leaks is as old as what is known: nobody can tell which of the two is right.
        portal.search_leaks = 5
        portal.recalculate("companies", 20, name="Leaked")
        pull = night(hubspot, mirror, calendar)

        assert pull.changed == 1
        assert names(pull, [3, 20]) == ["New 3", "C20"]


def test_case_39_what_an_index_that_lags_did_not_show_is_found_the_night_after() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 20)
    portal.search_lag = timedelta(minutes=50)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=23, minutes=30)
        portal.edit("companies", 3, name="Half an hour before the pull")
        calendar.passes(hours=-23, minutes=-30)
        assert names(night(hubspot, mirror, calendar), [3]) == ["C3"]
        pull = night(hubspot, mirror, calendar)

        assert (names(pull, [3]), pull.notes) == (["Half an hour before the pull"], ())


def test_case_39_an_older_state_from_the_index_never_replaces_a_newer_one_from_the_list() -> None:
    """The list is read at once, the index shows what was half an hour ago: two pulls in one hour meet both."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 20)
    portal.search_lag = timedelta(minutes=30)
    with HubspotEmulator(portal) as hubspot:
        calendar.passes(days=1)
        portal.edit("companies", 3, name="Older")
        calendar.passes(minutes=20)
        portal.edit("companies", 3, name="Newer")
        calendar.passes(days=-1)
        assert names(night(hubspot, mirror, calendar), [3]) == ["Newer"]
        calendar.passes(days=-1, minutes=15)
        pull = night(hubspot, mirror, calendar)

        assert (names(pull, [3]), pull.notes) == (["Newer"], ())


def test_case_39_the_lag_of_the_index_explains_what_came_and_went_within_the_hour_and_no_more() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 40)
    portal.search_lag = timedelta(minutes=40)
    with HubspotEmulator(portal) as hubspot:
        # Created and merged just before the full reading, archived just after it: the index knows nothing of it.
        calendar.passes(hours=23, minutes=50)
        portal.add("companies", 41, {"name": "Just created"})
        portal.merge(5, 6)
        calendar.passes(hours=-23, minutes=-50)
        night(hubspot, mirror, calendar)
        portal.archive("companies", 7)
        calendar.passes(days=-1, minutes=5)
        pull = night(hubspot, mirror, calendar)

        assert pull.notes == ()
        assert pull.changed == 1
        assert ids(pull.accounts.select("account_id")) == [1, 2, 3, 4, 6, *range(8, 42)]
        portal.purge("companies", 9)
        calendar.passes(hours=2)
        assert "1 that were gone" in night(hubspot, mirror, calendar).notes[0]


def test_a_record_that_a_turned_page_skipped_is_found_by_looking_again() -> None:
    """Whoever changes leaves its place, and the first of the next page moves up into the page that was just read."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 500)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        _edited(portal, calendar, range(1, 451), apart=timedelta(seconds=1))
        hubspot.kill_after(2, lambda: portal.archive("companies", 1))
        pull = night(hubspot, mirror, calendar)

        assert (pull.changed, pull.notes) == (450, ())
        assert pull.calls == QUIET + 2 + 3  # the pages of 450 changes, twice
        assert_same(pull, afresh(hubspot, calendar))


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        (faults.next_page_is("200"), "with the same page twice"),
        (faults.empty_page, "an empty page that promises more"),
        (faults.cut_records, "found companies of which some are not whole"),
    ],
)
def test_pages_of_a_search_that_run_in_circles_or_break_off_are_an_error(fault: faults.Fault, message: str) -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 500)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        _edited(portal, calendar, range(1, 451), apart=timedelta(seconds=1))
        hubspot.faults.on(2, fault, path=SEARCH)
        with pytest.raises(TransientError, match=message):
            night(hubspot, mirror, calendar)

        hubspot.faults.clear()
        assert_same(night(hubspot, mirror, calendar), afresh(hubspot, calendar))
