"""A pull that breaks off goes on where it was: nothing is asked for twice, and nothing of it has aged unseen."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cssync.errors import AuthError, ConnectorError, QuotaError, TransientError
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import AS_OF, COMPANIES, DEALS, Clock, connector
from tests.connectors.hubspot.nights import QUIET, Calendar, afresh, assert_same, company_of, ids, names, night
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.answers import Answer, html, unauthorized, validation
from tests.emulators.hubspot.server import HubspotEmulator

SEARCH = "/crm/v3/objects/companies/search"
KEPT = "what was read is kept, and the next run goes on from there"
BEFORE_THE_LIST = 7  # requests for the account itself, and one that counts the companies


class KilledError(BaseException):
    """What no code of ours catches, as it would be with SIGKILL."""


def _listed(hubspot: HubspotEmulator, path: str = COMPANIES) -> list[str]:
    """Where each page of the list that was asked for began."""
    pages = [each for each in hubspot.requested(path) if "archived=false" in each]
    return [each.partition("&after=")[2] for each in pages]


def _pulls(
    hubspot: HubspotEmulator,
    mirror: MemoryMirror,
    calendar: Calendar,
    *,
    killed_at: int | None = None,
    seconds_a_page: float = 0,
) -> None:
    time = Clock()

    def progress(stage: str, done: int, total: int | None) -> None:
        time.now += seconds_a_page
        if stage == "companies" and killed_at is not None and done >= killed_at:
            raise KilledError

    hubspot.limits.clock = time
    connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF, progress)


def test_case_36_the_daily_limit_keeps_what_was_read_and_the_next_run_goes_on_from_there() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 650)) as hubspot:
        hubspot.limits.daily = BEFORE_THE_LIST + 4
        with pytest.raises(QuotaError, match="429 DAILY") as caught:
            _pulls(hubspot, mirror, calendar)

        assert caught.value.remedy == (
            "it resets at midnight in the time zone of the HubSpot account; run again after that; " + KEPT
        )
        hubspot.limits.daily = 1_000_000
        calendar.passes(hours=8)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        # The fifth page was refused, and is the first that is asked for again.
        assert _listed(hubspot) == ["", "100", "200", "300", "400", "400", "500", "600"]
        assert pull.changed is None
        assert_same(pull, afresh(hubspot, calendar))


def test_the_daily_limit_at_the_first_request_promises_nothing() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 5)) as hubspot:
        hubspot.limits.daily = 0
        with pytest.raises(QuotaError) as caught:
            _pulls(hubspot, mirror, calendar)
    assert KEPT not in caught.value.remedy


def test_case_50_a_token_that_ends_in_the_middle_is_told_apart_and_what_was_read_is_kept() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.since(3, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError) as caught:
            _pulls(hubspot, mirror, calendar)

        assert "It was good at first" in caught.value.message
        assert "an OAuth access token, which lasts 30 minutes" in caught.value.message
        assert caught.value.remedy.startswith(
            "put the token of a private app, which does not expire, into HUBSPOT_TOKEN"
        )
        assert caught.value.remedy.endswith(KEPT)
        assert len(hubspot.requests) == BEFORE_THE_LIST + 3  # asked once, never again
        hubspot.faults.clear()
        _pulls(hubspot, mirror, calendar)
        assert _listed(hubspot) == ["", "100", "200", "200", "300"]


def test_a_lasting_fault_keeps_what_was_read_too() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.since(3, faults.instead(html(502, "Bad Gateway")), path=COMPANIES)
        with pytest.raises(TransientError) as caught:
            _pulls(hubspot, mirror, calendar)
        assert caught.value.remedy.endswith(KEPT)
        hubspot.faults.clear()
        hubspot.requests.clear()
        _pulls(hubspot, mirror, calendar)
        assert _listed(hubspot) == ["200", "300"]


@pytest.mark.parametrize(("killed_at", "goes_on_at"), [(300, ""), (800, "600"), (1_150, "1100")])
def test_a_pull_that_is_killed_loses_a_few_seconds_of_reading_and_no_more(killed_at: int, goes_on_at: str) -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 1_250)) as hubspot:
        with pytest.raises(KilledError):
            _pulls(hubspot, mirror, calendar, killed_at=killed_at, seconds_a_page=1)
        hubspot.requests.clear()
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert _listed(hubspot)[0] == goes_on_at
        assert ids(pull.accounts.select("account_id")) == list(range(1, 1_251))


def test_a_pull_that_is_killed_between_its_last_page_and_its_end_lists_nothing_again() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 250)) as hubspot:
        with pytest.raises(KilledError):
            _pulls(hubspot, mirror, calendar, killed_at=250)
        hubspot.requests.clear()
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert _listed(hubspot) == []
        assert pull.accounts.height == 250


def test_what_aged_between_the_two_halves_of_a_full_reading_is_brought_up_to_date() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 450, deals=10)
    with HubspotEmulator(portal) as hubspot:
        hubspot.faults.on(3, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError):
            _pulls(hubspot, mirror, calendar)
        calendar.passes(hours=6)
        portal.edit("companies", 1, name="Changed since")
        portal.archive("companies", 2)
        portal.merge(3, 4)
        calendar.passes(hours=6)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert _listed(hubspot) == ["", "100", "200", "200", "300", "400"]
        assert pull.changed is None
        assert names(pull, [1, 2, 3]) == ["Changed since", None, None]
        assert_same(pull, afresh(hubspot, calendar))


def test_a_reading_that_broke_off_more_than_a_day_ago_is_begun_anew() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.on(3, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError):
            _pulls(hubspot, mirror, calendar)
        hubspot.requests.clear()
        calendar.moment += timedelta(hours=24, seconds=1)
        _pulls(hubspot, mirror, calendar)

        assert _listed(hubspot) == ["", "100", "200", "300"]


def test_a_place_in_the_list_that_hubspot_no_longer_knows_is_a_new_beginning() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.on(3, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError):
            _pulls(hubspot, mirror, calendar)
        hubspot.requests.clear()
        hubspot.faults.on(1, faults.instead(validation("Invalid after token")), path=COMPANIES)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert _listed(hubspot) == ["200", "", "100", "200", "300"]
        assert ids(pull.accounts.select("account_id")) == list(range(1, 351))


def test_companies_are_not_read_again_where_it_was_the_deals_that_broke_off() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 350, deals=350)
    with HubspotEmulator(portal) as hubspot:
        hubspot.faults.on(3, faults.instead(unauthorized()), path=DEALS)
        with pytest.raises(AuthError):
            _pulls(hubspot, mirror, calendar)
        hubspot.requests.clear()
        calendar.passes(hours=3)
        portal.edit("companies", 1, name="Changed since")
        portal.associate(1001, 7)
        calendar.passes(hours=3)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert (_listed(hubspot), _listed(hubspot, DEALS)) == ([], ["1200", "1300"])
        assert pull.changed == 1
        assert_same(pull, afresh(hubspot, calendar))


def test_a_night_of_very_many_changes_goes_on_from_the_moment_it_had_reached() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 10_400)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=2)
        for number in range(1, 10_401):
            portal.edit("companies", number, name=f"New {number}")
            calendar.passes(seconds=1)
        calendar.passes(hours=5)
        hubspot.faults.since(52, faults.instead(unauthorized()), path=SEARCH)
        with pytest.raises(AuthError) as caught:
            _pulls(hubspot, mirror, calendar)
        assert caught.value.remedy.endswith(KEPT)
        hubspot.faults.clear()
        portal.edit("companies", 5, name="Changed since")
        calendar.passes(hours=3)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        # 9,800 are known; of the rest and the one of the second page there are four pages.
        assert pull.calls == QUIET + 3
        assert pull.changed == 10_400
        assert names(pull, [5, 10_400]) == ["Changed since", "New 10400"]
        assert_same(pull, afresh(hubspot, calendar))


def test_a_night_that_broke_off_after_its_search_searches_again_for_what_changed_since() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 20)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        hubspot.faults.on(1, faults.instead(unauthorized()), path="archived=true&properties")
        with pytest.raises(AuthError):
            night(hubspot, mirror, calendar)
        calendar.passes(hours=8)
        portal.edit("companies", 5, name="Changed since")
        calendar.passes(hours=2)
        pull = connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF)

        assert (pull.changed, names(pull, [5])) == (1, ["Changed since"])


def test_a_full_reading_of_which_the_sum_is_wrong_is_forgotten() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.on(2, faults.without_more, path=COMPANIES)
        with pytest.raises(TransientError, match="listed 200 companies but counts 350") as caught:
            _pulls(hubspot, mirror, calendar)
        assert KEPT not in caught.value.remedy
        hubspot.requests.clear()
        _pulls(hubspot, mirror, calendar)

        assert _listed(hubspot) == ["", "100", "200", "300"]


def test_a_full_pull_that_was_asked_for_begins_at_the_beginning() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 350)) as hubspot:
        hubspot.faults.on(3, faults.instead(unauthorized()), path=COMPANIES)
        with pytest.raises(AuthError):
            _pulls(hubspot, mirror, calendar)
        hubspot.requests.clear()
        connector(hubspot, mirror=mirror, now=calendar).pull(AS_OF, full=True)

        assert _listed(hubspot) == ["", "100", "200", "300"]


@pytest.mark.parametrize("nth", range(1, 14))
def test_a_night_that_breaks_off_anywhere_leads_to_the_same_the_night_after(nth: int) -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 20, deals=10)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=4)
        portal.edit("companies", 1, name="Changed")
        portal.archive("companies", 2)
        portal.merge(3, 4)
        portal.edit("deals", 1005, amount="77")
        hubspot.faults.on(nth, faults.instead(Answer(400, b"{}")))
        with pytest.raises(ConnectorError):
            night(hubspot, mirror, calendar)
        calendar.passes(hours=-12)
        pull = night(hubspot, mirror, calendar)

        assert pull.notes == ()
        assert_same(pull, afresh(hubspot, calendar))
