"""A company that nobody on this project made up, through the command: ARR per CSM to the cent.

The expected sums are added up here from the raw files, with nothing but csv and Decimal.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal

import pytest

from tests.connectors.ravenstack import DATA, SETTINGS, csm_id, write_exports
from tests.e2e.desk import Desk

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason="the RavenStack data set is not here")

DAY = "2024-12-31"


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"ravenstack_{name}.csv").open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def by_hand() -> Mapping[str, tuple[int, Decimal]]:
    """Customers and ARR of each CSM: the subscriptions begun and not ended on DAY, trials left out."""
    arr: dict[str, Decimal] = defaultdict(Decimal)
    for subscription in rows("subscriptions"):
        begun = subscription["start_date"] <= DAY
        ended = bool(subscription["end_date"]) and subscription["end_date"] <= DAY
        if begun and not ended and subscription["is_trial"] == "FALSE":
            arr[subscription["account_id"]] += Decimal(subscription["arr_amount"])
    books: dict[str, tuple[int, Decimal]] = {}
    for number, account in enumerate(rows("accounts")):
        if worth := arr[account["account_id"]]:
            accounts, sum_so_far = books.get(csm_id(number), (0, Decimal(0)))
            books[csm_id(number)] = (accounts + 1, sum_so_far + worth)
    return books


def test_arr_of_every_csm_is_the_sum_by_hand(desk: Desk) -> None:
    exports = desk.folder / "exports"
    exports.mkdir()
    write_exports(exports)
    desk.settings["source"] = {**SETTINGS.model_dump(mode="json"), "folder": "exports"}
    desk.set("customers", arr={"from": "won_opportunities", "recurring": "kind = 'subscription'"})

    night = desk.night(DAY)
    books = desk.run("books", "--json")

    assert night.code == 0, night.err
    told = {b["csm"]["id"]: (b["accounts"], Decimal(b["arr"])) for b in books.json["books"]}
    expected = by_hand()
    assert told == expected
    assert len(expected) == 10
    assert Decimal(books.json["totals"]["arr"]) == sum(arr for _, arr in expected.values())
    assert {b["csm"]["id"] for b in books.json["books"] if b["csm"]["kind"] == "inactive"} == {"csm-10"}
