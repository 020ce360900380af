"""What moves when the emulated org's records change, as the plain client sees it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from simple_salesforce.exceptions import SalesforceMalformedRequest

from tests.connectors.salesforce.plain import Clock, Plain, plain
from tests.emulators.salesforce.org import Access, Org
from tests.emulators.salesforce.schema import Field

MIDNIGHT = "2026-04-01T04:00:00.000+0000"
AN_HOUR_LATER = "2026-04-01T05:00:00.000+0000"
STAMPS = "SELECT Id, Name, SystemModstamp FROM Account ORDER BY Id"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def org(clock: Clock) -> Org:
    org = Org(now=clock)
    org.define(
        "Account",
        Field("CSM__c", "reference", "CSM", ("User",), "CSM__r"),
        Field("ARR__c", "currency", "ARR"),
        Field("Score__c", "double", "Score", calculated=True),
    )
    return org


@pytest.fixture
def served(org: Org) -> Iterator[Plain]:
    with plain(org, page_size=2) as opened:
        yield opened


def test_an_edit_moves_the_stamps_of_its_record_alone(org: Org, clock: Clock, served: Plain) -> None:
    globex, initech = org.add("Account", Name="Globex"), org.add("Account", Name="Initech")
    clock.advance(hours=1)
    org.edit(globex, Name="Globex Ltd")
    assert served.rows(STAMPS) == [
        {"Id": globex, "Name": "Globex Ltd", "SystemModstamp": AN_HOUR_LATER},
        {"Id": initech, "Name": "Initech", "SystemModstamp": MIDNIGHT},
    ]
    assert served.count("SELECT COUNT() FROM Account WHERE SystemModstamp >= 2026-04-01T05:00:00Z") == 1


@pytest.mark.parametrize("silently", [False, True])
def test_a_formula_moves_no_stamp(org: Org, clock: Clock, served: Plain, *, silently: bool) -> None:
    globex = org.add("Account", Name="Globex", Score__c=1)
    clock.advance(hours=1)
    org.edit(globex, silently=silently, Score__c=2)
    assert served.rows("SELECT Score__c, SystemModstamp FROM Account") == [
        {"Score__c": 2.0, "SystemModstamp": MIDNIGHT}
    ]


def test_only_query_all_finds_what_is_in_the_bin(org: Org, clock: Clock, served: Plain) -> None:
    globex, initech = org.add("Account", Name="Globex"), org.add("Account", Name="Initech")
    deal = org.add("Opportunity", Name="Deal", AccountId=globex)
    lost = org.add("Opportunity", Name="Lost", AccountId=globex)
    org.delete(lost)
    clock.advance(hours=1)
    org.delete(globex)

    assert [row["Id"] for row in served.rows("SELECT Id FROM Account")] == [initech]
    assert served.count("SELECT COUNT() FROM Account WHERE IsDeleted = true") == 0
    assert served.count("SELECT COUNT() FROM Account", deleted=True) == 2
    assert served.rows("SELECT Id, SystemModstamp FROM Account WHERE IsDeleted = true", deleted=True) == [
        {"Id": globex, "SystemModstamp": AN_HOUR_LATER}
    ]
    assert served.rows("SELECT Id, SystemModstamp FROM Opportunity WHERE IsDeleted = true", deleted=True) == [
        {"Id": deal, "SystemModstamp": AN_HOUR_LATER},
        {"Id": lost, "SystemModstamp": MIDNIGHT},
    ]

    clock.advance(hours=1)
    org.undelete(globex)
    assert served.count("SELECT COUNT() FROM Account WHERE SystemModstamp > 2026-04-01T05:00:00Z") == 1
    # What had been deleted before its account stays in the bin.
    assert [row["Id"] for row in served.rows("SELECT Id FROM Opportunity")] == [deal]


def test_the_bin_empties_after_fifteen_days(org: Org, clock: Clock, served: Plain) -> None:
    org.delete(org.add("Account", Name="Globex"))
    clock.advance(days=15)
    assert served.count("SELECT COUNT() FROM Account", deleted=True) == 1
    clock.advance(seconds=1)
    assert served.count("SELECT COUNT() FROM Account", deleted=True) == 0


def test_what_is_purged_leaves_no_trace(org: Org, served: Plain) -> None:
    globex = org.add("Account", Name="Globex")
    org.track("Account", "Name")
    org.edit(globex, Name="Globex Ltd")
    org.purge(globex)
    org.delete(org.add("Account", Name="Initech"))
    org.empty_bin()
    assert served.count("SELECT COUNT() FROM Account", deleted=True) == 0
    assert served.count("SELECT COUNT() FROM AccountHistory WHERE Field != 'created'", deleted=True) == 0


def test_a_merge_re_points_what_pointed_at_the_loser(org: Org, clock: Clock, served: Plain) -> None:
    winner, loser = org.add("Account", Name="Globex"), org.add("Account", Name="Globex (old)")
    child = org.add("Account", Name="Child", ParentId=loser)
    deal = org.add("Opportunity", Name="Deal", AccountId=loser)
    clock.advance(hours=1)
    org.merge(loser, winner)
    changed = "WHERE SystemModstamp = 2026-04-01T05:00:00Z ORDER BY Id"
    assert served.rows("SELECT Id, IsDeleted, MasterRecordId, ParentId FROM Account", changed, deleted=True) == [
        {"Id": winner, "IsDeleted": False, "MasterRecordId": None, "ParentId": None},
        {"Id": loser, "IsDeleted": True, "MasterRecordId": winner, "ParentId": None},
        {"Id": child, "IsDeleted": False, "MasterRecordId": None, "ParentId": winner},
    ]
    assert served.rows("SELECT Id, AccountId FROM Opportunity", changed) == [{"Id": deal, "AccountId": winner}]


def test_late_rows_show_their_old_state_until_they_show(org: Org, clock: Clock, served: Plain) -> None:
    globex = org.add("Account", Name="Globex")
    clock.advance(hours=1)
    org.late = timedelta(minutes=4)
    org.edit(globex, Name="Globex Ltd")
    initech = org.add("Account", Name="Initech")
    clock.advance(minutes=3)
    org.delete(globex)
    assert served.rows(STAMPS) == [{"Id": globex, "Name": "Globex", "SystemModstamp": MIDNIGHT}]
    clock.advance(minutes=1)
    assert served.rows(STAMPS) == [
        {"Id": globex, "Name": "Globex Ltd", "SystemModstamp": AN_HOUR_LATER},
        {"Id": initech, "Name": "Initech", "SystemModstamp": AN_HOUR_LATER},
    ]
    clock.advance(minutes=3)
    assert [row["Id"] for row in served.rows(STAMPS)] == [initech]


def test_sharing_rules_hide_rows_without_a_word(org: Org, served: Plain) -> None:
    globex = org.add("Account", Name="Globex")
    org.add_history(globex, "Name", "Glob", "Globex", at=datetime(2026, 3, 1, tzinfo=UTC))
    org.unshare(globex)
    assert served.count("SELECT COUNT() FROM Account", deleted=True) == 0
    assert served.count("SELECT COUNT() FROM AccountHistory", deleted=True) == 0
    org.share(globex)
    assert served.count("SELECT COUNT() FROM Account") == 1


def test_pages_show_what_was_there_when_they_were_asked_for(org: Org, served: Plain) -> None:
    first, second, third = (org.add("Account", Name=name) for name in "abc")
    page = served.client.query("SELECT Id, Name FROM Account ORDER BY Id")
    org.edit(third, Name="changed")
    org.purge(second)
    rest = served.client.query_more(page["nextRecordsUrl"], identifier_is_url=True)
    assert [row["Name"] for row in (*page["records"], *rest["records"])] == ["a", "b", "c"]
    assert rest["totalSize"] == 3
    assert first != third


# -- history --------------------------------------------------------------------------------------------------------

HISTORY = "SELECT Field, DataType, OldValue, NewValue, CreatedDate FROM AccountHistory"


def test_a_tracked_lookup_writes_two_rows_and_a_tracked_text_one(org: Org, clock: Clock, served: Plain) -> None:
    dana, ben = org.add("User", Name="Dana"), org.add("User", Name="Ben")
    globex = org.add("Account", Name="Globex", OwnerId=dana, ARR__c=10)
    org.edit(globex, ARR__c=11)
    for field in ("OwnerId", "CSM__c", "Name", "ARR__c"):
        org.track("Account", field)
    clock.advance(hours=1)
    org.edit(globex, OwnerId=ben, CSM__c=dana, Name="Globex Ltd", ARR__c=12)
    org.edit(globex, OwnerId=ben, Industry="Energy")
    rows = [tuple(row.values())[:4] for row in served.rows(f"{HISTORY} WHERE AccountId = '{globex}' ORDER BY Id")]
    assert sorted(rows, key=str) == sorted(
        [
            ("Owner", "EntityId", dana, ben),
            ("Owner", "Text", "Dana", "Ben"),
            ("CSM__c", "EntityId", None, dana),
            ("CSM__c", "Text", None, "Dana"),
            ("Name", "Text", "Globex", "Globex Ltd"),
            ("ARR__c", "Currency", 11.0, 12.0),
        ],
        key=str,
    )


def test_history_reaches_back_18_months_and_by_query_all_24(org: Org, served: Plain) -> None:
    globex = org.add("Account", Name="Globex")
    for day in (date(2024, 3, 31), date(2024, 4, 2), date(2024, 9, 30), date(2024, 10, 2)):
        at = datetime(day.year, day.month, day.day, tzinfo=UTC)
        org.add_history(globex, "Name", f"until {day}", f"from {day}", at=at)
    recent = f"{HISTORY} WHERE Field IN ('Name', 'Owner') AND DataType = 'Text' ORDER BY CreatedDate"
    assert [row["NewValue"] for row in served.rows(recent)] == ["from 2024-10-02"]
    assert [row["NewValue"] for row in served.rows(recent, deleted=True)] == [
        "from 2024-04-02",
        "from 2024-09-30",
        "from 2024-10-02",
    ]


def test_the_values_of_history_are_no_filter(served: Plain) -> None:
    with pytest.raises(SalesforceMalformedRequest, match="field 'NewValue' can not be filtered in a query call"):
        served.client.query(f"{HISTORY} WHERE NewValue = 'Ben'")


def test_the_history_of_a_deleted_account_goes_with_it(org: Org, served: Plain) -> None:
    globex = org.add("Account", Name="Globex")
    org.add_history(globex, "Name", "Glob", "Globex", at=datetime(2026, 3, 1, tzinfo=UTC))
    org.delete(globex)
    assert served.count("SELECT COUNT() FROM AccountHistory") == 0
    assert served.rows("SELECT IsDeleted FROM AccountHistory", deleted=True) == [{"IsDeleted": True}]
    org.undelete(globex)
    assert served.count("SELECT COUNT() FROM AccountHistory") == 1


# -- what the org is and who may what -------------------------------------------------------------------------------


def test_dated_rates_follow_one_another() -> None:
    org = Org(
        rates={"EUR": Decimal("0.9")},
        dated_rates={"EUR": {date(2026, 1, 1): Decimal("0.92"), date(2025, 1, 1): Decimal("0.95")}},
    )
    with plain(org) as served:
        soql = "SELECT IsoCode, StartDate, NextStartDate, ConversionRate FROM DatedConversionRate ORDER BY StartDate"
        assert [tuple(row.values()) for row in served.rows(soql)] == [
            ("EUR", "2025-01-01", "2026-01-01", 0.95),
            ("EUR", "2026-01-01", "9999-12-31", 0.92),
        ]


def test_a_reader_may_read_and_what_it_may_beyond_shows(org: Org, served: Plain) -> None:
    def may(field: str) -> tuple[object, ...]:
        described = served.client.restful("sobjects/Account/describe")
        assert described is not None
        [found] = [each for each in described["fields"] if each["name"] == field]
        return described["createable"], described["updateable"], described["deletable"], found["updateable"]

    granted = "SELECT PermissionsRead, PermissionsEdit FROM ObjectPermissions WHERE SobjectType = 'Account'"
    info = served.send("GET", "/services/oauth2/userinfo").json()
    mine = "AND ParentId IN (SELECT PermissionSetId FROM PermissionSetAssignment WHERE "
    assert info["preferred_username"] == "integration@acme.test"
    assert served.rows(granted, mine, f"AssigneeId = '{info['user_id']}')") == [
        {"PermissionsRead": True, "PermissionsEdit": False}
    ]
    assert may("Name") == (False, False, False, False)
    org.grant("Account", Access(edit=True))
    assert served.rows(granted) == [{"PermissionsRead": True, "PermissionsEdit": True}]
    assert (may("Name"), may("Score__c")) == ((False, True, False, True), (False, True, False, False))


def test_a_formula_is_described_as_one(served: Plain) -> None:
    described = served.client.restful("sobjects/Account/describe")
    assert described is not None
    formulas = {each["name"]: each["calculatedFormula"] for each in described["fields"] if each["calculated"]}
    assert formulas == {"Score__c": "TEXT(Score__c)"}


def test_a_walk_by_id_begins_after_the_last(org: Org, served: Plain) -> None:
    ids = [org.add("Account", Name=f"{number}") for number in range(5)]
    accounts = "SELECT Id FROM Account WHERE"
    after = served.rows(accounts, f"Id > '{ids[1]}' AND IsDeleted = false ORDER BY Id LIMIT 2")
    assert [row["Id"] for row in after] == ids[2:4]
    assert served.count("SELECT COUNT() FROM Account WHERE", f"Id > '{ids[1][:15]}'") == 3
    within = served.rows(accounts, f"Id > '{ids[0]}' AND Id <= '{ids[2]}' ORDER BY Id")
    assert [row["Id"] for row in within] == ids[1:3]
