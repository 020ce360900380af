"""``cssync explain`` by the real command: on the demo company, and on the morning after a night of one's own."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.e2e.companies import three_csms, write_files
from tests.e2e.desk import NIGHT, Desk


@pytest.fixture
def after(desk: Desk) -> Desk:
    """The morning after a night whose exports are gone."""
    exports = write_files(desk, three_csms())
    assert desk.night(NIGHT).code == 0
    for file in exports.iterdir():
        file.unlink()
    return desk


def trace(told: Any, key: str) -> Any:
    return next(one for one in told["traces"] if one["key"] == key)


def test_a_csm_is_what_the_books_say_of_them(after: Desk) -> None:
    told = after.run("explain", "Dana Roy", "--json").json
    (book,) = after.run("books", "--csm", "U1", "--json").json["books"]
    customers = trace(told, "customers")
    assert (customers["value"], customers["count"]) == (book["arr"], book["accounts"]) == ("7000.00", 7)
    assert sum(Decimal(part["value"]) for part in customers["parts"]) == Decimal(7000)
    assert told["basis"][0].startswith("The night of 20 Nov 2026, run ")


def test_an_alert_by_its_short_name_tells_its_story_and_its_book(after: Desk) -> None:
    alert = next(one for one in after.run("alerts", "--json").json["alerts"] if one["subject"]["id"] == "U1")
    assert after.run("alerts", "ack", alert["alert"][:8], "--reason", "seen", "--by", "Maya").code == 0
    told = after.run("explain", alert["alert"][:8], "--json").json
    assert (told["about"], trace(told, "why")["value"]) == ("alert", "7")
    assert [line["says"] for line in trace(told, "story")["parts"]] == [
        ["opened, warning, 7 accounts (limit 5)", "by the night", "leadership was told"],
        ["acknowledged", "seen", "by Maya"],
    ]
    assert trace(told, "customers")["count"] == 7


def test_an_account_says_where_it_was_read_and_where_it_counts(after: Desk) -> None:
    account = trace(after.run("explain", "U1", "--json").json, "customers")["parts"][0]["record"]["id"]
    out = after.run("explain", account).out
    assert "Why it counts" in out
    assert "read from accounts.arr" in out
    assert "the book of Dana Roy" in out


def test_all_of_them_or_the_largest(after: Desk) -> None:
    after.environ["COLUMNS"] = "140"
    assert "7 customers, $7,000.00" in after.run("explain", "U1", "--all").out


def test_a_name_that_nobody_has_is_answered_with_the_nearest_and_with_what_there_is(after: Desk) -> None:
    ran = after.run("explain", "Dana Ray")
    assert (ran.code, ran.out) == (2, "")
    assert "no CSM, alert or account is called 'Dana Ray'" in ran.said
    assert "did you mean 'Dana Roy'?" in ran.said
    assert "an alert by its id (`cssync alerts`)" in ran.said


def test_a_name_of_several_names_them_all(desk: Desk) -> None:
    rows = three_csms()
    write_files(desk, [{**rows[0], "name": "Dana Roy"}, *rows[1:]])
    ran = desk.run("explain", "dana roy")
    assert ran.code == 2
    assert f"'dana roy' is 2 things: csm Dana Roy (U1) and account Dana Roy ({rows[0]['account_id']})" in ran.said
    assert desk.run("explain", "dana roy", "--as", "account").code == 0


def test_before_the_first_night_the_source_is_read_and_nothing_is_stored(desk: Desk) -> None:
    ran = desk.run("explain", "Dana Roy", "--json")
    assert "reading the source now; nothing is stored" in ran.said
    assert ran.json["basis"][0].startswith("A rehearsal of the night of ")
    assert trace(ran.json, "customers")["value"] == "3120037.00"
    assert [part["title"] for part in trace(ran.json, "alerts")["parts"]] != []
    assert not list(desk.folder.glob("**/*.db"))
