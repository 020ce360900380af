"""After a night: what the store tells about it, without asking the CRM again."""

from __future__ import annotations

import pytest

from tests.e2e.companies import three_csms, write_files
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk


@pytest.fixture
def after(desk: Desk) -> Desk:
    """The morning after a night whose exports are gone."""
    exports = write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    for file in exports.iterdir():
        file.unlink()
    return desk


def test_one_csm_by_name_address_or_id(after: Desk) -> None:
    for key in ("Dana Roy", "dana@acme.test", "DANA@acme.test", "U1"):
        ran = after.run("books", "--csm", key, "--json")
        assert [book["csm"]["id"] for book in ran.json["books"]] == ["U1"]
        assert ran.json["totals"]["accounts"] == 17  # the whole company's, always


def test_one_team(after: Desk) -> None:
    ran = after.run("books", "--team", "west", "--json")
    assert [(book["csm"]["name"], book["accounts"]) for book in ran.json["books"]] == [("Sam Ito", 6), ("Ana Diaz", 4)]


def test_a_name_that_nobody_has_is_answered_with_the_nearest(after: Desk) -> None:
    ran = after.run("books", "--csm", "Dana Ray")
    assert (ran.code, ran.out) == (2, "")
    assert "did you mean 'Dana Roy'?" in ran.said
    ran = after.run("books", "--team", "Wets")
    assert ran.code == 2
    assert "did you mean 'West'?" in ran.said


def test_books_for_a_spreadsheet(after: Desk) -> None:
    assert after.run("books", "--csv").out.splitlines() == [
        "as_of,id,name,email,kind,active,team,manager,segment,accounts,arr,currency,hours,capacity_hours,utilisation",
        "2026-11-20,U1,Dana Roy,dana@acme.test,csm,True,East,,,7,7000.00,USD,28.0000,128.0000,0.2188",
        "2026-11-20,U3,Sam Ito,sam@acme.test,csm,True,West,,,6,6000.00,USD,24.0000,128.0000,0.1875",
        "2026-11-20,U2,Ana Diaz,ana@acme.test,csm,True,West,,,4,4000.00,USD,16.0000,128.0000,0.1250",
    ]


def test_json_and_csv_exclude_each_other(after: Desk) -> None:
    assert after.run("books", "--csv", "--json").code == 2


def test_alerts_are_listed_for_people_and_for_programs(after: Desk) -> None:
    after.environ["COLUMNS"] = "140"
    told = after.run("alerts").out
    assert "7 accounts (limit 5)" in told
    assert "Sam Ito" in told
    (dana, sam) = after.run("alerts", "--json").json["alerts"]
    assert (dana["subject"], dana["value"], dana["limit"]) == ({"id": "U1", "name": "Dana Roy"}, "7", "5")
    assert (sam["severity"], sam["state"], sam["opened_on"]) == ("warning", "firing", NIGHT)


def test_before_the_first_night_alerts_say_what_to_do(desk: Desk) -> None:
    write_files(desk, three_csms())
    ran = desk.run("alerts")
    assert (ran.code, ran.out) == (0, "No night has been accepted yet. Next: cssync run\n")
    assert not desk.store.exists()


def test_a_night_before_the_last_accepted_one_is_refused(after: Desk) -> None:
    write_files(after, three_csms())
    assert after.night(NEXT_NIGHT).code == 0
    before = after.dump()

    ran = after.night(NIGHT)

    assert ran.code == 2
    assert "the night of 21 Nov 2026 was accepted already; 20 Nov 2026 is before it" in ran.said
    assert "leave --as-of out" in ran.said
    assert after.dump() == before


def test_seed_29_the_verdicts_of_the_articles_for_people(after: Desk) -> None:
    after.environ["COLUMNS"] = "140"
    told = after.run("verdicts").out
    assert "What the articles say of the books of 2026-11-20 in USD" in told
    assert "Every article that can tell finds fault" not in told
    assert "Not paid for by cost ($7k for $100k). Right by $2M ($7k of $2M)" in told
    assert "In force: $2M of ARR" in told
    assert "With $17k of ARR in all, up to $10M, go by each customer by itself (seed 29)." in told
    of_one = after.run("verdicts", "--csm", "dana@acme.test").out
    assert "ClientSuccess: within, $7k of $2M ARR; 7 of 50 customers; 25 to 35 at best" in of_one
    assert "In force: 5 accounts for every CSM (limits.accounts, " in of_one
    assert "Ana Diaz" not in of_one


def test_the_verdicts_for_programs_and_for_a_spreadsheet(after: Desk) -> None:
    (west,) = after.run("verdicts", "--csm", "Sam Ito", "--team", "West", "--json").json["books"]
    assert west["csm"]["name"] == "Sam Ito"
    assert {said["key"]: said["word"] for said in west["verdicts"]}["fifty"] == "within"
    header, *lines = after.run("verdicts", "--csv").out.splitlines()
    assert header.split(",")[8:10] == ["two_million", "fifty"]
    assert [line.split(",")[2] for line in lines] == ["Dana Roy", "Sam Ito", "Ana Diaz"]
    assert after.run("verdicts", "--csv", "--json").code == 2


def test_the_articles_speak_of_csms_alone(after: Desk) -> None:
    ran = after.run("verdicts", "--csm", "Dana Ray")
    assert ran.code == 2
    assert "did you mean 'Dana Roy'?" in ran.said
