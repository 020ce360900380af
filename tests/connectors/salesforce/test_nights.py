"""Night after night: what changed is read, nothing else, and what leaves no trace is found all the same."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl
import pytest

from connectors.salesforce import merges
from cssync.model.pull import Pull
from tests.connectors.salesforce.serving import AS_OF, DANA, NOW, Nights, nights, plain_accounts
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.company import ACCOUNT_FIELDS, OPPORTUNITY_FIELDS, CanonicalRow
from tests.emulators.salesforce.schema import Field
from tests.emulators.salesforce.values import Row

DEALS: list[CanonicalRow] = [
    {
        "opportunity_id": key,
        "account_id": "a0",
        "name": key,
        "stage": "x",
        "owner_ref": "dana",
        "is_closed": closed,
        "is_won": won,
        "close_on": date(2026, 3, 1),
    }
    for key, closed, won in (("open", False, False), ("won", True, True), ("lost", True, False))
]


def same(one: Pull, other: Pull) -> bool:
    """Whether two pulls say the same about the org, in whatever order."""
    return (
        one.accounts.sort("account_id").equals(other.accounts.sort("account_id"))
        and one.opportunities.sort("opportunity_id").equals(other.opportunities.sort("opportunity_id"))
        and sorted(one.owners, key=lambda owner: owner.id) == sorted(other.owners, key=lambda owner: owner.id)
    )


def names(pull: Pull) -> list[str]:
    return pull.accounts["name"].to_list()


def since(org: Nights, sobject: str) -> list[str]:
    """The moments from which on changes were asked for."""
    asked = [soql for soql in org.emulator.queries() if f"FROM {sobject} WHERE SystemModstamp" in soql]
    return [soql.partition(">= ")[2].split()[0] for soql in asked]


def test_a_quiet_night_takes_three_calls_and_reads_no_row() -> None:
    with nights(plain_accounts(30), opportunities=DEALS, page_size=10) as org:
        org.night()
        org.clock.pass_(days=1)
        before, read = len(org.emulator.requests), org.emulator.rest.served["Account"].records
        pull = org.night()
        assert (pull.calls, pull.changed, pull.accounts.height) == (3, 0, 30)
        assert len(org.emulator.requests) - before == 1 + 3  # the login, two times composite, and the descriptions
        assert org.emulator.rest.served["Account"].records == read


def test_a_quiet_night_with_a_formula_takes_eight_calls_however_many_accounts_there_are() -> None:
    with nights(plain_accounts(30), fields=[Field("Score__c", calculated=True)], bulk_from_rows=20) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        org.emulator.bulk.page_rows = 15
        org.night(accounts=mapped)
        pull = org.next_night(accounts=mapped)
        # The job, two looks at it, two pages, beside the three calls of any quiet night.
        assert (pull.calls, pull.changed) == (8, 0)


def test_only_what_changed_is_read_and_counted() -> None:
    with nights(plain_accounts(30), page_size=10) as org:
        org.night()
        org.clock.pass_(hours=20)
        org.org.edit(org.account("a3"), Name="Renamed")
        org.org.add("Account", Name="New")
        org.org.delete(org.account("a4"))
        org.org.edit(org.account("a5"))  # touched, and the same as before
        read = org.emulator.rest.served["Account"].records
        pull = org.next_night()
        assert pull.changed == 3
        assert org.emulator.rest.served["Account"].records - read == 4
        assert same(pull, org.anew())


def test_case_25_what_shows_late_is_asked_for_again_the_next_night() -> None:
    with nights(plain_accounts(3)) as org:
        org.night()
        org.clock.pass_(hours=12)
        org.org.late = timedelta(minutes=4)
        org.clock.pass_(hours=12, minutes=-1)
        org.org.edit(org.account("a1"), Name="Late")
        org.clock.pass_(minutes=1)
        assert names(org.night()) == ["Account 0", "Account 1", "Account 2"]
        assert names(org.next_night()) == ["Account 0", "Late", "Account 2"]


def test_case_25_the_watermark_stays_five_minutes_behind_and_each_night_overlaps_by_ten_more() -> None:
    with nights(plain_accounts(3)) as org:
        org.night()
        org.next_night()
        org.next_night()
        assert NOW.isoformat() == "2026-04-01T04:00:00+00:00"
        assert since(org, "Account") == ["2026-04-01T03:45:00Z", "2026-04-02T03:45:00Z"]


def test_case_26_a_formula_that_changed_without_a_trace_is_read_again_and_nothing_else_with_it() -> None:
    with nights(plain_accounts(3), fields=[Field("Score__c", calculated=True)]) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        org.night(accounts=mapped)
        org.org.edit(org.account("a1"), Score__c="red")
        asked = len(org.emulator.queries())
        pull = org.next_night(accounts=mapped)
        assert pull.accounts["health"].to_list() == [None, "red", None]
        assert pull.changed == 1
        assert "SELECT Id, Score__c FROM Account ORDER BY Id" in org.emulator.queries()[asked:]
        assert org.next_night(accounts=mapped).changed == 0


def test_case_26_a_field_behind_a_lookup_is_read_again_too() -> None:
    with nights(plain_accounts(2)) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"region": "CSM__r.Department"})
        assert org.night(accounts=mapped).accounts["region"].to_list() == ["EMEA", "EMEA"]
        org.org.edit(org.loaded.owners["dana"], Department="APAC")
        pull = org.next_night(accounts=mapped)
        assert pull.accounts["region"].to_list() == ["APAC", "APAC"]
        assert pull.changed == 2


def test_case_26_after_a_night_that_read_everything_nothing_old_is_laid_over_it() -> None:
    with nights(plain_accounts(2), fields=[Field("Score__c", calculated=True)], full_every_days=2) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        org.night(accounts=mapped)
        org.next_night(accounts=mapped)
        org.org.edit(org.account("a1"), Score__c="red")
        assert org.next_night(accounts=mapped).accounts["health"].to_list() == [None, "red"]
        assert org.next_night(accounts=mapped).changed == 0


def test_case_27_what_was_deleted_is_gone_and_comes_back_with_what_is_restored() -> None:
    with nights(plain_accounts(3), opportunities=DEALS) as org:
        org.night()
        org.clock.pass_(hours=1)
        org.org.delete(org.account("a0"))
        pull = org.next_night()
        assert names(pull) == ["Account 1", "Account 2"]
        assert (pull.opportunities.height, pull.changed, pull.notes) == (0, 1, ())
        org.org.undelete(org.account("a0"))
        pull = org.next_night()
        assert names(pull) == ["Account 0", "Account 1", "Account 2"]
        assert sorted(pull.opportunities["name"]) == ["lost", "open", "won"]
        assert (pull.changed, pull.notes) == (1, ())


def test_case_27_what_was_purged_is_missed_by_the_changes_and_found_by_the_count() -> None:
    with nights(plain_accounts(30), page_size=10) as org:
        org.night()
        org.clock.pass_(hours=1)
        for key in ("a1", "a2", "a3"):
            org.org.purge(org.account(key))
        pull = org.next_night()
        assert pull.accounts.height == 27
        assert pull.changed is None
        [note] = pull.notes
        assert note == (
            "the changes since 2026-04-02 04:55 UTC had missed 3 of the accounts: 3 that are gone (deleted without a"
            " trace, or hidden); everything was read anew"
        )
        assert org.next_night().notes == ()


def test_case_27_what_hung_on_a_merged_account_hangs_on_the_winner_even_where_its_stamp_did_not_move() -> None:
    children: list[CanonicalRow] = [
        {"account_id": "winner", "name": "Winner"},
        {"account_id": "loser", "name": "Loser"},
        {"account_id": "child", "name": "Child", "parent_id": "loser"},
    ]
    deals: list[CanonicalRow] = [{**DEALS[0], "account_id": "loser"}]
    with nights(children, opportunities=deals) as org:
        org.night()
        org.clock.pass_(hours=1)
        child, deal = org.account("child"), org.loaded.opportunities["open"]
        stamps = {name: org.org.records[name][each]["SystemModstamp"] for name, each in pointing(child, deal)}
        org.org.merge(org.account("loser"), org.account("winner"))
        for name, each in pointing(child, deal):
            org.org.put(name, Row(org.org.records[name][each], SystemModstamp=stamps[name]))
        for changed in (2, 0):  # the loser is gone, the child belongs elsewhere
            pull = org.next_night()
            assert pull.changed == changed
            assert sorted(names(pull)) == ["Child", "Winner"]
            parents = dict(pull.accounts.select("name", "parent_id").iter_rows())
            assert parents == {"Child": org.account("winner"), "Winner": None}
            assert pull.opportunities["account_id"].to_list() == [org.account("winner")]
            assert pull.notes == ()
        assert same(pull, org.anew())


def pointing(child: str, deal: str) -> list[tuple[str, str]]:
    return [("Account", child), ("Opportunity", deal)]


def test_case_27_of_merges_of_merges_the_last_winner_counts_and_circles_end() -> None:
    rows = pl.DataFrame(
        {"Id": ["a", "b", "c", "x", "y"], "MasterRecordId": ["b", "c", None, "y", "x"], "ParentId": [None] * 5},
        schema={"Id": pl.String, "MasterRecordId": pl.String, "ParentId": pl.String},
    )
    winners = merges.winners(rows)
    assert (winners["a"], winners["b"]) == ("c", "c")
    assert winners.keys() == {"a", "b", "x", "y"}
    hung = pl.DataFrame({"Id": ["c", "d", "e"], "ParentId": ["a", "b", "other"]})
    assert merges.repointed(hung, "ParentId", winners)["ParentId"].to_list() == [None, "c", "other"]


def test_case_33_rows_that_sharing_rules_hide_and_show_are_noticed_by_the_count() -> None:
    with nights(plain_accounts(5)) as org:
        org.night()
        org.org.unshare(org.account("a1"))
        pull = org.next_night()
        assert names(pull) == ["Account 0", "Account 2", "Account 3", "Account 4"]
        assert "had missed 1 of the accounts: 1 that are gone (deleted without a trace, or hidden)" in pull.notes[0]
        org.org.share(org.account("a1"))
        pull = org.next_night()
        assert pull.accounts.height == 5
        assert "1 that are there (shown, or restored, without a trace)" in pull.notes[0]


def test_case_33_what_leaves_the_count_as_it_was_is_found_when_everything_is_read_again() -> None:
    with nights(plain_accounts(5), full_every_days=2) as org:
        org.org.unshare(org.account("a1"))
        org.night()
        org.org.share(org.account("a1"))
        org.org.unshare(org.account("a2"))
        assert names(org.next_night()) == ["Account 0", "Account 2", "Account 3", "Account 4"]
        pull = org.next_night()
        assert sorted(names(pull)) == ["Account 0", "Account 1", "Account 3", "Account 4"]
        assert pull.changed is None
        assert "had missed 2 of the accounts" in pull.notes[0]


def test_case_33_with_a_formula_to_read_the_ids_are_compared_and_not_only_counted() -> None:
    with nights(plain_accounts(5), fields=[Field("Score__c", calculated=True)]) as org:
        mapped = ACCOUNT_FIELDS.model_copy(update={"health": "Score__c"})
        org.org.unshare(org.account("a1"))
        org.night(accounts=mapped)
        org.org.share(org.account("a1"))
        org.org.unshare(org.account("a2"))
        pull = org.next_night(accounts=mapped)
        assert sorted(names(pull)) == ["Account 0", "Account 1", "Account 3", "Account 4"]
        assert "had missed 2 of the accounts" in pull.notes[0]


def test_a_row_that_comes_between_the_changes_and_the_count_is_no_reason_to_read_everything() -> None:
    with nights(plain_accounts(30), page_size=10) as org:
        org.night()
        org.clock.pass_(days=1)
        read = org.emulator.rest.served["Account"].records

        def come(path: str, page: faults.Page) -> faults.Page:
            org.org.add("Account", Name="Just now")
            return page

        org.emulator.faults.add(faults.Rewrite(come), at={1}, where="FROM Account WHERE SystemModstamp")
        pull = org.night()
        assert (pull.accounts.height, pull.changed, pull.notes) == (31, 1, ())
        assert org.emulator.rest.served["Account"].records - read == 1


def test_every_few_days_everything_is_read_and_a_good_replica_gives_no_note() -> None:
    with nights(plain_accounts(5), full_every_days=3) as org:
        changed = [org.night().changed, *(org.next_night().changed for _ in range(5))]
        assert changed == [None, 0, 0, None, 0, 0]
        assert org.next_night().notes == ()


def test_a_full_pull_uses_nothing_of_what_is_there() -> None:
    with nights(plain_accounts(5)) as org:
        org.night()
        org.clock.pass_(days=1)
        pull = org.night(full=True)
        assert pull.changed is None
        assert since(org, "Account") == []


def test_another_mapping_is_read_anew() -> None:
    with nights(plain_accounts(5)) as org:
        org.night()
        mapped = ACCOUNT_FIELDS.model_copy(update={"region": "Segment__c"})
        assert org.next_night(accounts=mapped).changed is None
        assert org.next_night(accounts=mapped).changed == 0


def test_deals_come_and_go_with_the_condition() -> None:
    with nights(plain_accounts(2), opportunities=DEALS) as org:
        assert sorted(org.night().opportunities["name"]) == ["lost", "open", "won"]
        ids = org.loaded.opportunities
        org.clock.pass_(hours=1)
        org.org.edit(ids["open"], IsClosed=True, CloseDate=date(2020, 1, 1))
        org.org.edit(ids["lost"], IsClosed=True, IsWon=True)
        pull = org.next_night()
        assert sorted(pull.opportunities["name"]) == ["lost", "won"]
        org.org.edit(ids["open"], IsClosed=False)
        org.org.edit(ids["won"], CloseDate=date(2020, 1, 1))
        pull = org.next_night()
        assert sorted(pull.opportunities["name"]) == ["lost", "open"]
        assert pull.notes == ()
        assert same(pull, org.anew())


def test_the_window_of_closed_deals_moves_on_without_a_change() -> None:
    ending: CanonicalRow = {**DEALS[1], "opportunity_id": "ending", "name": "ending", "ends_on": date(2026, 4, 10)}
    with nights(plain_accounts(1), opportunities=[*DEALS, ending], closed_within_days=30) as org:
        found = {}
        for as_of in (AS_OF, date(2026, 4, 1), date(2026, 4, 9), date(2026, 4, 10)):
            pull = org.next_night(as_of=as_of)
            found[as_of] = sorted(pull.opportunities["name"])
            assert pull.notes == ()
    assert found == {
        AS_OF: ["ending", "lost", "open", "won"],
        date(2026, 4, 1): ["ending", "open"],
        date(2026, 4, 9): ["ending", "open"],
        date(2026, 4, 10): ["open"],
    }


def test_a_night_of_an_earlier_day_finds_the_deals_of_that_day() -> None:
    with nights(plain_accounts(1), opportunities=DEALS, closed_within_days=30) as org:
        assert sorted(org.night(as_of=date(2026, 4, 5)).opportunities["name"]) == ["open"]
        assert sorted(org.next_night(as_of=AS_OF).opportunities["name"]) == ["lost", "open", "won"]


def test_a_formula_that_decides_whether_a_deal_is_in_force_may_change_without_a_trace() -> None:
    old: CanonicalRow = {**DEALS[1], "close_on": date(2020, 1, 1)}
    with nights(plain_accounts(1), opportunities=[old]) as org:
        org.org.define("Opportunity", Field("Runs_Out__c", "date", calculated=True))
        mapped = OPPORTUNITY_FIELDS.model_copy(update={"ends": "Runs_Out__c"})
        assert org.night(opportunities=mapped).opportunities.is_empty()
        org.org.edit(org.loaded.opportunities["won"], Runs_Out__c=date(2027, 1, 1))
        assert org.next_night(opportunities=mapped).opportunities["name"].to_list() == ["won"]
        org.org.edit(org.loaded.opportunities["won"], Runs_Out__c=date(2026, 1, 1))
        assert org.next_night(opportunities=mapped).opportunities.is_empty()


def test_what_few_orgs_hold_is_read_where_it_is_mapped() -> None:
    with nights(plain_accounts(1), opportunities=DEALS[:1]) as org:
        org.org.define("Account", Field("Usage__c", "double"), Field("New_Champion__c", "date"))
        org.org.define("Opportunity", Field("Future_CSM__c", "reference", "CSM", ("User",), "Future_CSM__r"))
        someone = org.org.add("User", Name="Someone", Username="s", Email="s@x.test", IsActive=True)
        org.org.edit(org.account("a0"), Usage__c=0.125, New_Champion__c=date(2026, 3, 30), OwnerId=someone)
        org.org.edit(org.loaded.opportunities["open"], Future_CSM__c=someone)
        more = {"second_csm": "OwnerId", "usage": "Usage__c", "decision_maker_changed": "New_Champion__c"}
        pull = org.night(
            accounts=ACCOUNT_FIELDS.model_copy(update=more),
            opportunities=OPPORTUNITY_FIELDS.model_copy(update={"csm": "Future_CSM__c"}),
        )
    assert pull.accounts.select("second_csm_ref", "usage", "decision_maker_changed_on").rows() == [
        (someone, 0.125, date(2026, 3, 30))
    ]
    assert pull.opportunities["csm_ref"].to_list() == [someone]


def test_people_are_followed_too() -> None:
    with nights(plain_accounts(1), owners=[DANA, {"id": "ed", "name": "Ed", "email": "ed@cs.test"}]) as org:
        org.night()
        org.clock.pass_(hours=1)
        org.org.edit(org.loaded.owners["dana"], Name="Dana Kowalski")
        org.org.edit(org.loaded.owners["ed"], UserType="PowerPartner")
        org.org.add("User", Name="New", Username="n", Email="n@cs.test", IsActive=True, UserType="Standard")
        read = org.emulator.rest.served["User"].records
        pull = org.next_night()
        assert sorted(owner.name for owner in pull.owners) == ["Dana Kowalski", "Integration", "New"]
        assert org.emulator.rest.served["User"].records - read == 3
        assert same(pull, org.anew())


def test_a_team_behind_a_lookup_is_read_every_night() -> None:
    with nights(plain_accounts(1), team="UserRole.Name") as org:
        role = org.org.add("UserRole", Name="EMEA")
        org.org.edit(org.loaded.owners["dana"], UserRoleId=role)
        assert {owner.team for owner in org.night().owners} == {None, "EMEA"}
        org.org.edit(role, Name="APAC")
        assert {owner.team for owner in org.next_night().owners} == {None, "APAC"}


def test_case_14_changes_that_take_too_long_to_list_are_asked_for_in_parts() -> None:
    with nights(plain_accounts(30)) as org:
        org.night()
        org.clock.pass_(hours=1)
        org.org.edit(org.account("a3"), Name="Renamed")
        org.emulator.faults.add(faults.QUERY_TIMEOUT, at={1, 2}, where="FROM Account WHERE SystemModstamp")
        pull = org.next_night()
        assert pull.changed == 1
        assert any("LIMIT 20000" in soql for soql in org.emulator.queries())


@pytest.mark.parametrize("bulk_from", [20_000, 3], ids=["by REST", "by Bulk"])
def test_many_changes_are_read_whole(bulk_from: int) -> None:
    with nights(plain_accounts(30), page_size=7, bulk_from_rows=bulk_from) as org:
        org.night()
        org.clock.pass_(hours=1)
        for number in range(25):
            org.org.edit(org.account(f"a{number}"), Name=f"Renamed {number}")
        org.org.delete(org.account("a29"))
        pull = org.next_night()
        assert pull.changed == 26
        assert same(pull, org.anew())
