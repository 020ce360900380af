"""By what a CSM, an alert or an account may be called."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from cssync.explain.evidence import Evidence
from cssync.explain.find import Found, Kind, find, names, without_book
from cssync.model.owner import Owner
from tests.builders import an_alert
from tests.explain.evidences import evidence
from tests.nights import DANA, TEAM, TODAY, VERA, Nights, account, many, pull_of, settings

ALERT = an_alert(fingerprint="3f2a91bc00000000", subject_id="U1")
OTHER = an_alert(fingerprint="3f2a55550000ffff", subject_id="U2", subject_name="Sam Ito")
LONG = "001Ab00000xYz12AAC"
COMPANY = evidence(
    [account("a", name="Globex"), account(LONG, "U2"), account("c", name="Twins"), account("d", name="Twins")],
    (replace(DANA, aliases=("0099",)), *TEAM[1:]),
    alerts=(ALERT, OTHER),
)


@pytest.mark.parametrize(
    ("called", "kind", "id_"),
    [
        ("Dana Roy", Kind.CSM, "U1"),
        ("  dana ROY ", Kind.CSM, "U1"),
        ("DANA@acme.test", Kind.CSM, "U1"),
        ("u1", Kind.CSM, "U1"),
        ("0099", Kind.CSM, "U1"),
        ("3f2a91bc", Kind.ALERT, "3f2a91bc00000000"),
        ("3F2A9", Kind.ALERT, "3f2a91bc00000000"),
        ("globex", Kind.ACCOUNT, "a"),
        ("A", Kind.ACCOUNT, "a"),
        ("https://crm.test/a", Kind.ACCOUNT, "a"),
        (LONG[:15], Kind.ACCOUNT, LONG),
    ],
)
def test_it_is_found_by_name_id_address_or_link(called: str, kind: Kind, id_: str) -> None:
    (found,) = find(COMPANY, called)
    assert (found.kind, found.id) == (kind, id_)


def test_of_several_with_one_name_all_are_found() -> None:
    assert [one.id for one in find(COMPANY, "twins")] == ["c", "d"]
    assert [one.id for one in find(COMPANY, "3f2a")] == ["3f2a91bc00000000", "3f2a55550000ffff"]


def test_what_is_called_so_in_full_wins_over_what_only_begins_so() -> None:
    of = evidence([account("3f2a9")], alerts=(ALERT,))
    assert find(of, "3f2a9") == (Found(Kind.ACCOUNT, "3f2a9", "Name 3f2a9"),)


def test_an_account_called_like_a_csm_is_both_until_it_is_said_which() -> None:
    of = evidence([account("U1", name="dana roy"), *many(1)])
    assert [one.kind for one in find(of, "Dana Roy")] == [Kind.CSM, Kind.ACCOUNT]
    assert [one.kind for one in find(of, "U1")] == [Kind.CSM, Kind.ACCOUNT]
    assert [one.kind for one in find(of, "U1", Kind.ACCOUNT)] == [Kind.ACCOUNT]


@pytest.mark.parametrize("nothing", ["", "  ", "3f2", "Globe", "https://crm.test/"])
def test_too_little_finds_nothing(nothing: str) -> None:
    assert find(COMPANY, nothing) == ()


def test_an_account_that_is_gone_from_the_crm_is_found_by_its_id() -> None:
    nights = Nights(settings())
    nights.walk(pull_of(many(2)), TODAY - timedelta(days=5))
    of = Evidence(nights.walk(pull_of(many(1))).context().company)
    assert find(of, "u1-001") == (Found(Kind.ACCOUNT, "U1-001", "U1-001"),)


def test_what_a_misspelt_name_may_have_meant() -> None:
    assert names(COMPANY, "glob", 100) == ["Dana Roy", "Sam Ito", "3f2a91bc", "3f2a5555", "Globex"]


def test_an_owner_without_customers_is_known_by_name() -> None:
    assert without_book(COMPANY, "vera holt") == "Vera Holt"
    assert without_book(COMPANY, "nobody") is None


def test_a_name_with_marks_that_nobody_sees_is_shown_without_them() -> None:
    of = evidence([account("a", "U6")], (Owner("U6", "Ann\u202e\nLee"), VERA))
    assert find(of, "U6")[0].words == "csm Ann Lee (U6)"
