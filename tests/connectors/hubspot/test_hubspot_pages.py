"""A page that is decoded for its values alone tells what the page tells, however it is written."""

from __future__ import annotations

from datetime import UTC, datetime

import orjson
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.hubspot import associations, replies
from connectors.hubspot.endpoints import DEALS
from connectors.hubspot.pages import Form, Rows
from connectors.hubspot.records import Batch, Selection
from connectors.hubspot.replies import Again, Reply
from cssync.errors import TransientError
from tests.connectors.hubspot.building import AS_OF, COMPANIES, connector, portal_with_cs_fields
from tests.emulators.hubspot.answers import Answer, ok
from tests.emulators.hubspot.server import HubspotEmulator

_NOW = datetime(2026, 11, 22, 2, 4, tzinfo=UTC)
_PROPERTIES = ("hs_object_id", "name", "arr", "odd name-1")
_SELECTION = Selection(DEALS, _PROPERTIES, related=associations.companies(pl.Series(["1"])))

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_values = st.none() | _texts | st.integers(-(2**40), 2**40) | st.booleans()
_links = st.fixed_dictionaries({"id": st.integers(1, 99).map(str), "type": st.sampled_from(["deal_to_company", "x"])})
_associations = st.none() | st.fixed_dictionaries(
    {"companies": st.none() | st.fixed_dictionaries({"results": st.lists(_links, max_size=2)})}
)
_records = st.fixed_dictionaries(
    {
        "id": st.integers(1, 10**12).map(str) | st.integers(1, 10**12),
        "properties": st.dictionaries(st.sampled_from([*_PROPERTIES, "unasked"]), _values),
    },
    optional={"associations": _associations, "archived": st.booleans(), "createdAt": _texts},
)
_broken = st.fixed_dictionaries({"id": _texts}) | st.fixed_dictionaries({"id": _texts, "properties": st.none()})
_pages = st.fixed_dictionaries(
    {"results": st.lists(_records, max_size=4) | st.lists(_records | _broken, max_size=4) | st.none() | _texts},
    optional={"paging": st.none() | st.just({"next": {"after": "7"}}), "total": st.integers(0, 2**40)},
)


def _told(page: bytes, form: Form | None) -> tuple[object, object]:
    """What comes of *page*: its rows, or what is wrong with it; and what it says of the next."""
    read = replies.read(Reply(200, {}, page), DEALS.list, _NOW, holds="results", form=form)
    if isinstance(read, Again):
        return read.why, None
    batch = Batch(_SELECTION)
    try:
        batch.add(read["results"])
    except TransientError as error:
        return error.message, read.get("paging")
    return batch.table().rows(), read.get("paging")


@given(_pages)
def test_it_tells_the_same_as_one_that_is_decoded_as_a_whole(page: object) -> None:
    written = orjson.dumps(page)

    assert _told(written, Form(_PROPERTIES)) == _told(written, None)


@given(_pages, st.data())
def test_one_that_breaks_off_is_told_as_such(page: object, data: st.DataObject) -> None:
    written = orjson.dumps(page)
    cut = written[: data.draw(st.integers(0, len(written) - 1))]

    assert _told(cut, Form(_PROPERTIES)) == ("answered 200 with something that is not JSON", None)


def test_as_hubspot_writes_it_no_record_becomes_a_dict() -> None:
    page = b'{"results": [{"id": "1", "properties": {"name": "Acme", "arr": null}, "archived": false}]}'

    read = Form(_PROPERTIES).read(page)

    assert read is not None
    assert isinstance(read["results"], Rows)


@pytest.mark.parametrize(
    "page", [b"<html>", b"", b"[]", b'{"results": ' + b"[" * 5_000, b'{"results": [{"id": "\xff"}]}']
)
def test_what_is_no_page_is_left_to_be_judged(page: bytes) -> None:
    assert Form(_PROPERTIES).read(page) is None


def test_companies_arrive_from_lists_that_write_numbers_without_quotes() -> None:
    def unquoted(answer: Answer) -> Answer:
        content = answer.content()
        records = content["results"]
        assert isinstance(records, list)
        for record in records:
            record["properties"]["arr"] = 1200
        return ok(content)

    portal = portal_with_cs_fields()
    portal.add("companies", 1, {"name": "Acme", "arr": "99"})
    with HubspotEmulator(portal) as hubspot:
        hubspot.faults.always(unquoted, path=COMPANIES)
        pull = connector(hubspot).pull(AS_OF)

    assert [(name, str(amount)) for name, amount in pull.accounts.select("name", "amount").rows()] == [
        ("Acme", "1200.00")
    ]
