"""The first night already knows the past, as far as the CRM remembers it; the others never ask for it again."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.connectors.living_crms import MAPPED, LivingOrg, LivingPortal
from tests.connectors.replay import CSMS, FIRST, TODAY, Life, State
from tests.e2e.companies import three_csms, write_csv, write_files
from tests.e2e.desk import Desk, Ran
from tests.emulators.hubspot.answers import missing_scopes
from tests.emulators.hubspot.faults import instead
from tests.emulators.salesforce import faults
from tests.emulators.salesforce.server import SalesforceEmulator

NIGHT, NEXT_NIGHT = str(TODAY), str(TODAY + timedelta(days=1))
_ROWS_A_PAGE, _NEXT_PAGES = 60, "/query/0r8"


@pytest.fixture
def org() -> LivingOrg:
    return LivingOrg()


@pytest.fixture
def life(org: LivingOrg) -> Life:
    """Two hundred days of the company in the org."""
    return Life(org, random.Random(7)).live()  # noqa: S311 - a story to tell again, not a secret


@pytest.fixture
def salesforce(desk: Desk, org: LivingOrg, life: Life) -> Iterator[SalesforceEmulator]:
    assert life.days
    with org.served(page_size=_ROWS_A_PAGE) as emulator:
        desk.set("notify", console=True)
        desk.settings["source"] = {
            "kind": "salesforce",
            "auth": "session",
            "instance_url": emulator.url,
            "accounts": MAPPED.model_dump(exclude_unset=True),
        }
        desk.environ["SALESFORCE_SESSION_ID"] = org.org.open_session()
        desk.environ["REQUESTS_CA_BUNDLE"] = str(emulator.ca_file)
        yield emulator


def asked_of_history(emulator: SalesforceEmulator) -> list[str]:
    """The queries for rows of it, those that count them apart."""
    return [query for query in emulator.queries() if "FROM AccountHistory" in query and "COUNT()" not in query]


def spells(desk: Desk) -> list[str]:
    """All that is known from before the first night."""
    columns = "account_id, valid_from, book_id, arr, is_customer, lifecycle"
    return desk.rows(f"SELECT {columns} FROM account_spell WHERE valid_from < :night", night=NIGHT)  # noqa: S608


def books_a_month_ago(ran: Ran) -> dict[str, tuple[int, Decimal]]:
    found = {}
    for book in ran.json["books"]:
        (change,) = (change for change in book["changes"] if change["days"] == 30)
        found[book["csm"]["name"]] = (change["before"]["accounts"], Decimal(change["before"]["arr"]))
    return found


def test_the_first_night_knows_who_owned_what_and_says_since_when(
    desk: Desk, salesforce: SalesforceEmulator, life: Life
) -> None:
    ran = desk.night(NIGHT)
    assert ran.code == 0, ran.err
    assert "Owners, ARR and lifecycles are known from 6 May 2026." in " ".join(ran.out.split())
    told = desk.run("books", "--json")
    assert told.json["history_since"] == str(FIRST) == "2026-05-06"
    true = life.books(TODAY - timedelta(days=30))
    assert {csm: books_a_month_ago(told)[csm] for csm in CSMS} == {csm: true[csm] for csm in CSMS}
    asked = len(asked_of_history(salesforce))
    assert asked > 0
    assert desk.night(NEXT_NIGHT).code == 0
    assert len(asked_of_history(salesforce)) == asked


def test_a_first_night_without_an_alert_says_since_when_all_the_same(
    desk: Desk, salesforce: SalesforceEmulator
) -> None:
    desk.set("limits", accounts=1_000, arr=1_000_000_000)
    desk.set("rules", without_working_csm={"enabled": False})
    ran = desk.night(NIGHT)
    assert "Nothing new to tell: 0 alerts unchanged." in ran.out
    assert "- Owners, ARR and lifecycles are known from 6 May 2026." in ran.out


@pytest.mark.parametrize("desk", ["SQLite", "PostgreSQL"], indirect=True)
def test_history_that_breaks_off_spoils_no_night_and_goes_on_from_there_in_the_next(
    desk: Desk, salesforce: SalesforceEmulator
) -> None:
    salesforce.faults.add(faults.TOTAL_REQUESTS, at={1}, where=_NEXT_PAGES)
    ran = desk.night(NIGHT)
    assert ran.code == 0, ran.err
    assert "History could not be read yet" in ran.out
    assert "the next night goes on from there" in " ".join(ran.out.split())
    assert spells(desk) == []
    (first,) = asked_of_history(salesforce)[:1]
    assert desk.night(NEXT_NIGHT).code == 0
    assert asked_of_history(salesforce).count(first) == 1
    gone_on = asked_of_history(salesforce)[-2]
    assert "Id > '" in gone_on
    resumed = spells(desk)
    assert desk.run("backfill").code == 0
    assert spells(desk) == resumed
    assert resumed


def test_killed_in_the_middle_of_history_the_next_run_goes_on_after_the_last_page(
    desk: Desk, salesforce: SalesforceEmulator
) -> None:
    process: list[subprocess.Popen[str]] = []

    def kill() -> None:
        process[0].kill()

    salesforce.faults.add(faults.Meanwhile(kill), at={1}, where=_NEXT_PAGES)
    with desk.started("run", "--as-of", NIGHT) as started:
        process.append(started)
        out, err = started.communicate()
        assert started.returncode == -signal.SIGKILL, f"it had ended by itself: {out}{err}"
    (first,) = asked_of_history(salesforce)
    ran = desk.night(NIGHT)
    assert ran.code == 0, ran.err
    assert "Owners, ARR and lifecycles are known from 6 May 2026." in " ".join(ran.out.split())
    asked = asked_of_history(salesforce)
    assert asked.count(first) == 1
    assert "Id > '" in asked[1]
    resumed = spells(desk)
    assert desk.run("backfill").code == 0
    assert spells(desk) == resumed


def test_a_rehearsal_shows_the_past_and_keeps_nothing(desk: Desk, salesforce: SalesforceEmulator) -> None:
    ran = desk.night(NIGHT, "--dry")
    assert "Owners, ARR and lifecycles are known from 6 May 2026." in " ".join(ran.out.split())
    assert not desk.store.exists()
    assert asked_of_history(salesforce)


def test_no_months_of_history_mean_none(desk: Desk, salesforce: SalesforceEmulator) -> None:
    desk.set("source", history_months=0)
    assert desk.night(NIGHT).code == 0
    assert asked_of_history(salesforce) == []
    ran = desk.run("backfill")
    assert (ran.code, "source.history_months is 0" in ran.said) == (2, True)


def test_backfill_needs_a_first_night_and_says_that_this_one_does_it_by_itself(
    desk: Desk, salesforce: SalesforceEmulator
) -> None:
    ran = desk.run("backfill")
    assert ran.code == 2
    assert "the first one reads the CRM's history by itself" in ran.said
    assert "-> cssync run" in ran.said
    assert asked_of_history(salesforce) == []


def test_history_that_was_hidden_is_rebuilt_by_hand_once_it_is_shown(
    desk: Desk, salesforce: SalesforceEmulator, org: LivingOrg
) -> None:
    shown = org.org.objects.pop("AccountHistory")
    ran = desk.night(NIGHT)
    assert ran.code == 0, ran.err
    assert "Salesforce shows no AccountHistory to this user" in ran.out
    assert desk.run("books", "--json").json["history_since"] == NIGHT
    org.org.objects["AccountHistory"] = shown
    assert desk.night(NEXT_NIGHT).code == 0
    assert asked_of_history(salesforce) == []
    ran = desk.run("backfill")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[1:] == [
        "Owners: known from 6 May 2026",
        "Customers: known from 6 May 2026",
        "ARR: known from 6 May 2026",
        "Lifecycles: known from 6 May 2026",
        "Next: cssync books",
    ]
    assert desk.run("books", "--json").json["history_since"] == "2026-05-06"


@pytest.mark.parametrize("org", [LivingOrg(tracked=("CSM__c",))], ids=["only owners are tracked"])
def test_what_the_crm_does_not_track_has_no_past_and_every_figure_knows(
    desk: Desk, salesforce: SalesforceEmulator
) -> None:
    ran = desk.night(NIGHT)
    told = " ".join(ran.out.split())
    assert "Salesforce has recorded no change of ARR (ARR__c) and lifecycles (Lifecycle__c)" in told
    assert "Owners are known from 6 May 2026, who was a customer, ARR and lifecycles from tonight." in told
    told = desk.run("books", "--json").json
    assert told["known_since"] == {"csm": "2026-05-06", "customers": NIGHT, "arr": NIGHT, "lifecycle": NIGHT}
    assert {change["before"]["arr"] for book in told["books"] for change in book["changes"]} == {None}
    assert salesforce.crashes == []


def test_hubspot_too_knows_the_past_on_the_first_night(desk: Desk) -> None:
    crm = LivingPortal()
    life = Life(crm, random.Random(7)).live()  # noqa: S311 - a story to tell again, not a secret
    with crm.served() as emulator:
        desk.settings["source"] = {
            "kind": "hubspot",
            "api_url": emulator.url,
            "accounts": {"csm": "csm_owner", "arr": "arr", "churned_on": "churned_on"},
        }
        desk.environ["HUBSPOT_TOKEN"] = emulator.token
        ran = desk.night(NIGHT)
        assert ran.code == 0, ran.err
        told = desk.run("books", "--json")
    true = life.books(TODAY - timedelta(days=30))
    assert {csm: books_a_month_ago(told)[csm] for csm in CSMS} == {csm: true[csm] for csm in CSMS}


def test_a_hubspot_that_shows_no_histories_spoils_no_night_and_is_not_asked_again(desk: Desk) -> None:
    crm = LivingPortal()
    crm.add("a", State("dana", Decimal(100)))
    with crm.served() as emulator:
        emulator.faults.always(instead(missing_scopes("crm.objects.companies.read")), path="/companies/batch/read")
        desk.settings["source"] = {
            "kind": "hubspot",
            "api_url": emulator.url,
            "accounts": {"csm": "csm_owner", "arr": "arr"},
        }
        desk.environ["HUBSPOT_TOKEN"] = emulator.token
        ran = desk.night(NIGHT, "--json")
        assert ran.code == 0, ran.err
        (note,) = (note for note in ran.json["notes"] if "history" in note)
        assert desk.night(NEXT_NIGHT).code == 0
        assert len(emulator.requested("/companies/batch/read")) == 1
        assert desk.run("backfill").code == 3
    assert note == (
        "No history from the CRM: HubSpot does not show companies to this token (403). To have it: grant the private"
        " app the scope crm.objects.companies.read (HubSpot: Settings > Integrations > Private Apps > Scopes); then run"
        " cssync backfill."
    )


def test_an_ownership_export_that_comes_later_is_read_by_hand_and_changes_no_night(desk: Desk) -> None:
    exports = write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    before = desk.rows("SELECT * FROM book_day")
    handed_over = [("D1", "U2", "2026-01-10"), ("D1", "U1", "2026-11-01")]
    write_csv(exports / "ownership.csv", ("account_id", "csm", "valid_from"), handed_over)
    assert desk.night(NEXT_NIGHT).code == 0
    assert desk.run("books", "--json").json["history_since"] == NIGHT
    ran = desk.run("backfill")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines() == [
        "Rebuilt: 17 accounts, 1 change of them.",
        "Owners: known from 10 Jan 2026",
        "Customers: known from the first night, 22 Nov 2026",
        "ARR: known from the first night, 22 Nov 2026; the CRM recorded none",
        "Lifecycles: known from the first night, 22 Nov 2026; the CRM recorded none",
        "Next: cssync books",
    ]
    told = desk.run("books", "--json").json
    assert (told["history_since"], told["known_since"]["arr"]) == ("2026-01-10", NIGHT)
    assert desk.rows("SELECT * FROM book_day")[: len(before)] == before


def test_a_store_that_took_a_history_before_it_kept_note_of_it_takes_it_once_more(desk: Desk) -> None:
    exports = write_files(desk, three_csms())
    ownership = ("account_id", "csm", "valid_from")
    write_csv(exports / "ownership.csv", ownership, [("D1", "U1", "2026-05-20")])
    assert desk.night(NIGHT).code == 0
    with sqlite3.connect(desk.store) as store:
        store.execute("DELETE FROM history")
    store.close()
    write_csv(exports / "ownership.csv", ownership, [("D1", "U2", "2026-01-10"), ("D1", "U1", "2026-05-20")])
    ran = desk.night(NEXT_NIGHT)
    assert ran.code == 0, ran.err
    assert desk.rows("SELECT book_id, valid_from, valid_to FROM account_spell WHERE account_id = 'D1'") == [
        "U1|2026-05-20|2026-11-22",
        f"U1|{NIGHT}|None",
        "U2|2026-01-10|2026-05-20",
    ]
    assert desk.run("books", "--json").json["history_since"] == "2026-01-10"
