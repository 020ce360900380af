"""A night asks for what changed, and ends up with the same as if it had asked for everything."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest

from cssync.errors import TransientError
from cssync.store.memory_mirror import MemoryMirror
from tests.connectors.hubspot.building import COMPANIES
from tests.connectors.hubspot.nights import QUIET, Calendar, afresh, assert_same, company_of, ids, names, night
from tests.emulators.hubspot import faults
from tests.emulators.hubspot.portal import Portal
from tests.emulators.hubspot.server import HubspotEmulator

ASSOCIATIONS = "/crm/v4/associations/"


def test_the_first_night_reads_the_lists_and_a_quiet_one_does_not() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    with HubspotEmulator(company_of(calendar, 250, deals=150)) as hubspot:
        first = night(hubspot, mirror, calendar)
        # Six for the account itself, two counts, three pages of companies and two of deals.
        assert (first.changed, first.calls) == (None, 6 + 2 + 3 + 2)
        hubspot.requests.clear()
        second = night(hubspot, mirror, calendar)

        assert (second.changed, second.calls, len(hubspot.requests)) == (0, QUIET, QUIET)
        assert [each for each in hubspot.requested(COMPANIES) if "archived=false" in each] == []
        assert_same(second, first)
        assert_same(second, afresh(hubspot, calendar))


@pytest.mark.parametrize(
    ("companies", "deals", "pages"),
    [(1, 0, 0), (200, 0, 0), (201, 0, 1), (450, 0, 2), (0, 1, 1), (100, 100, 1), (0, 250, 2), (300, 250, 3)],
)
def test_a_night_takes_one_call_for_every_two_hundred_changes_and_never_more_than_that(
    companies: int, deals: int, pages: int
) -> None:
    """*pages*: calls beyond a quiet night: further pages of changes, and one that tells the companies of deals."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 500, deals=300)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=12)
        for number in range(1, companies + 1):
            portal.edit("companies", number, name=f"New {number}")
        for number in range(deals):
            portal.edit("deals", 1001 + number, dealname="New")
        pull = night(hubspot, mirror, calendar)

        assert pull.changed == companies
        assert pull.calls == QUIET + pages
        # Ten, one for every two hundred changes, and what the bin takes: here one each.
        assert pull.calls <= 10 + -(-(companies + deals) // 200) + 2
        assert_same(pull, afresh(hubspot, calendar))


def test_the_bin_takes_one_call_for_every_hundred_records_in_it() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 350)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        for number in range(1, 251):
            portal.archive("companies", number)
        pull = night(hubspot, mirror, calendar)

        assert (pull.changed, pull.calls) == (250, QUIET + 2)
        assert ids(pull.accounts.select("account_id")) == list(range(251, 351))


def test_new_changed_and_cleared_values_arrive() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 3, deals=3)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=3)
        portal.edit("companies", 1, name="Renamed", arr=None)
        portal.add("companies", 4, {"name": "New", "csm_owner": "52", "arr": "7"})
        portal.edit("deals", 1002, amount="99")
        portal.associate(1003, 4)
        pull = night(hubspot, mirror, calendar)

        assert pull.changed == 2
        assert names(pull, [1, 2, 3, 4]) == ["Renamed", "C2", "C3", "New"]
        assert pull.opportunities.sort("opportunity_id").select("account_id", "amount").rows() == [
            ("1", 10),
            ("2", 99),
            ("4", 10),
        ]
        assert_same(pull, afresh(hubspot, calendar))


def test_an_edit_moments_before_the_last_pull_is_not_missed() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 2)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(seconds=-1)
        portal.edit("companies", 1, name="In the same minute")
        calendar.passes(seconds=1)

        assert names(night(hubspot, mirror, calendar), [1]) == ["In the same minute"]


def test_once_a_week_everything_is_read_anew() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 2)
    with HubspotEmulator(portal) as hubspot:
        nights = [night(hubspot, mirror, calendar).changed for _ in range(9)]
        assert nights == [None, 0, 0, 0, 0, 0, 0, None, 0]


def test_a_full_pull_takes_nothing_from_the_mirror() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 2)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        portal.recalculate("companies", 1, name="Unseen")
        assert names(night(hubspot, mirror, calendar), [1]) == ["C1"]
        pull = night(hubspot, mirror, calendar, full=True)

        assert pull.changed is None
        assert names(pull, [1]) == ["Unseen"]


def test_another_mapping_another_type_or_another_account_is_read_anew() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 2)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        assert night(hubspot, mirror, calendar).changed == 0
        portal.add_property("companies", "arr", type_="string")
        assert night(hubspot, mirror, calendar).changed is None
        portal.id = 17
        assert night(hubspot, mirror, calendar).changed is None
        assert night(hubspot, mirror, calendar).changed == 0


def test_case_40_archived_companies_are_gone_the_next_night_and_back_when_restored() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 3, deals=3)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=3)
        portal.archive("companies", 2)
        portal.archive("deals", 1001)
        pull = night(hubspot, mirror, calendar)

        assert pull.changed == 1
        assert ids(pull.accounts.select("account_id")) == [1, 3]
        # The deal of the company that is gone belongs to nobody; the archived one is gone itself.
        assert pull.opportunities.sort("opportunity_id").select("opportunity_id", "account_id").rows() == [
            ("1002", None),
            ("1003", "3"),
        ]
        assert_same(pull, afresh(hubspot, calendar))
        portal.restore("companies", 2)
        pull = night(hubspot, mirror, calendar)

        assert ids(pull.accounts.select("account_id")) == [1, 2, 3]
        assert_same(pull, afresh(hubspot, calendar))


def test_case_40_of_a_company_that_is_gone_its_deals_are_asked_about_though_nothing_tells_that_they_changed() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 3)
    portal.add("deals", 1001, {"dealname": "D"}, companies=[("2", "deal_to_company_unlabeled")])
    with HubspotEmulator(portal) as hubspot:
        assert night(hubspot, mirror, calendar).opportunities["account_id"].to_list() == ["2"]
        portal.archive("companies", 2)
        pull = night(hubspot, mirror, calendar)

        assert pull.opportunities["account_id"].to_list() == [None]
        assert pull.calls == QUIET + 1
        assert_same(pull, afresh(hubspot, calendar))


@pytest.mark.parametrize("into", [None, 77])
def test_case_41_a_merged_company_leads_to_the_winner(into: int | None) -> None:
    """HubSpot gives the result of a merge an id of its own today, tools and older merges keep the winner's."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 4, deals=4)
    for child in (3, 4):
        portal.edit("companies", child, hs_parent_company_id=str(child - 2))
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        calendar.passes(hours=3)
        winner = int(portal.merge(2, 1, into=into))
        pull = night(hubspot, mirror, calendar)

        assert ids(pull.accounts.select("account_id")) == sorted({winner, 3, 4})
        assert pull.accounts.sort("account_id").filter(pull.accounts["parent_id"].is_not_null())[
            "parent_id"
        ].to_list() == [str(winner), str(winner)]
        deals = dict(pull.opportunities.select("opportunity_id", "account_id").iter_rows())
        assert deals == {"1001": str(winner), "1002": str(winner), "1003": "3", "1004": "4"}
        assert pull.notes == ()
        assert_same(pull, afresh(hubspot, calendar))


def test_case_41_of_merges_of_merges_the_last_winner_is_found() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 4)
    portal.edit("companies", 4, hs_parent_company_id="1")
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        portal.merge(1, 2)
        calendar.passes(hours=2)
        portal.merge(2, 3)
        pull = night(hubspot, mirror, calendar)

        assert pull.accounts.sort("account_id").select("account_id", "parent_id").rows() == [("3", None), ("4", "3")]
        assert pull.notes == ()


def test_case_42_associations_that_are_left_out_of_a_207_are_asked_for_again_and_then_an_error() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 3, deals=3)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        for deal in (1001, 1002, 1003):
            portal.edit("deals", deal, amount="11")
        portal.dissociate(1003, 3)  # so that the answer is a 207 that speaks of this deal, and only of it
        hubspot.faults.on(1, faults.without("1002"), path=ASSOCIATIONS)
        pull = night(hubspot, mirror, calendar)

        assert len(hubspot.requested(ASSOCIATIONS)) == 2
        assert pull.opportunities.sort("opportunity_id")["account_id"].to_list() == ["1", "2", None]
        portal.edit("deals", 1002, amount="12")
        hubspot.faults.always(faults.without("1002"), path=ASSOCIATIONS)
        with pytest.raises(TransientError, match="does not say to which companies 1 of 1 deals belong"):
            night(hubspot, mirror, calendar)


def test_a_company_that_left_no_trace_is_found_by_counting() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 30)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        portal.purge("companies", 7)
        pull = night(hubspot, mirror, calendar)

        assert pull.changed is None
        assert ids(pull.accounts.select("account_id")) == [*range(1, 7), *range(8, 31)]
        assert pull.notes == (
            (
                "HubSpot counts 29 companies, the changes since the last pull have led to 30; so all companies were "
                "read again. The changes had missed 0 that were there, 1 that were gone, and new values of 0."
            ),
        )
        assert night(hubspot, mirror, calendar).changed == 0


def test_a_count_that_is_wrong_for_days_is_told_as_such_and_everything_is_read() -> None:
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 30)
    portal.search_lag = timedelta(days=4)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        portal.purge("companies", 7)
        night(hubspot, mirror, calendar, full=True)
        pull = night(hubspot, mirror, calendar)

        assert pull.accounts.height == 29
        assert pull.notes == (
            (
                "HubSpot counts 30 companies, the changes since the last pull have led to 29; so all companies were "
                "read again, and nothing was amiss: it is HubSpot's count that is wrong."
            ),
        )


def test_a_company_that_comes_while_the_changes_are_read_is_no_alarm() -> None:
    """It is in the count and not yet among the changes; the second look finds it."""
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 30)
    with HubspotEmulator(portal) as hubspot:
        night(hubspot, mirror, calendar)
        hubspot.kill_after(2, lambda: portal.add("companies", 31, {"name": "Just in time"}))
        pull = night(hubspot, mirror, calendar)

        assert (pull.changed, pull.notes) == (1, ())
        assert names(pull, [31]) == ["Just in time"]


def test_random_nights_end_where_a_full_pull_would() -> None:
    chance = random.Random(7)  # noqa: S311  # no secret is drawn by it
    calendar, mirror = Calendar(), MemoryMirror()
    portal = company_of(calendar, 12, deals=12)
    with HubspotEmulator(portal) as hubspot:
        for _ in range(25):
            calendar.passes(hours=4)
            for _ in range(chance.randrange(5)):
                _live(portal, chance)
                calendar.passes(minutes=chance.randrange(1, 90))
            calendar.passes(hours=1)
            assert_same(night(hubspot, mirror, calendar), afresh(hubspot, calendar))


def _live(portal: Portal, chance: random.Random) -> None:
    """Something happens in the account."""
    companies = portal.listed("companies", archived=False)
    deals = portal.listed("deals", archived=False)
    bin_ = portal.listed("companies", archived=True)
    new = 2000 + chance.randrange(10**6)
    match chance.randrange(9):
        case 0 | 1:
            portal.edit("companies", chance.choice(companies), name=f"Edited {new}")
        case 2:
            portal.edit("deals", chance.choice(deals), amount=str(new))
        case 3:
            portal.add("companies", new, {"name": f"New {new}", "hs_parent_company_id": str(chance.choice(companies))})
        case 4 if len(companies) > 4:
            portal.archive("companies", chance.choice(companies))
        case 5 if bin_:
            portal.restore("companies", chance.choice(bin_))
        case 6 if len(companies) > 4:
            portal.merge(*chance.sample(list(companies), 2), into=chance.choice([None, new]))
        case 7 if len(companies) > 4:
            portal.purge("companies", chance.choice(companies))
        case _:
            portal.associate(chance.choice(deals), chance.choice(companies))
