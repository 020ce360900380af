"""Whose book an account belongs in, for people who left and came back, and for owners who are no people."""

from __future__ import annotations

import pytest

from cssync.books.owners import same_people
from cssync.model.book import BookKind
from cssync.model.owner import Owner, OwnerKind
from cssync.settings.model import Settings
from tests.nights import TEAM, Nights, account, pull_of, settings

ED = Owner("005A", "Ed Gone", "ed@acme.test", team="East", aliases=("short A",))
ED_BEFORE = Owner("005B", "Ed Gone", "Ed@acme.test", active=False, aliases=("short B",))
ED_LONG_AGO = Owner("005C", "Edward Gone", "ed@ACME.test", active=False)
EDS_REPORT = Owner("005D", "Flo New", "flo@acme.test", manager_id="005B")


def kinds(*owners: Owner, csm: str, with_: Settings | None = None) -> list[tuple[str, BookKind, int]]:
    night = Nights(with_ or Settings()).walk(pull_of([account("a", csm)], owners))
    return [(book.id, book.kind, book.accounts) for book in night.books.books]


@pytest.mark.parametrize("csm", ["005A", "005B", "005b", "short A", "short B", "005C", "ED@acme.test"])
def test_whoever_came_back_is_one_person_by_every_name_they_ever_had(csm: str) -> None:
    assert kinds(ED, ED_BEFORE, ED_LONG_AGO, csm=csm) == [("005A", BookKind.CSM, 1)]


def test_the_books_of_one_person_are_one_book_and_it_is_said_of_whose_customers_that_is_so() -> None:
    rows = [account("a", "005A"), account("b", "005B"), account("c", "005B")]
    night = Nights().walk(pull_of(rows, (*TEAM, ED, ED_BEFORE, ED_LONG_AGO)))
    assert [(book.id, book.name, book.accounts) for book in night.books.books] == [("005A", "Ed Gone", 3)]
    assert night.snapshot.notes == ("Ed Gone (005B) and Ed Gone (005A) share ed@acme.test: counted as one.",)


def test_nothing_is_said_of_former_selves_who_own_no_customer() -> None:
    lead = account("b", "005B", amount=None)
    night = Nights().walk(pull_of([account("a", "005A"), lead], (ED, ED_BEFORE, ED_LONG_AGO)))
    assert night.snapshot.notes == ()


def test_reports_of_a_former_self_are_reports_of_the_person() -> None:
    book = Nights().walk(pull_of([account("a", "005D")], (ED, ED_BEFORE, EDS_REPORT))).book("005D")
    assert (book.manager_id, book.manager) == ("005A", "Ed Gone")


def test_two_at_work_with_one_address_are_two_and_who_left_is_neither() -> None:
    other = Owner("005E", "Ed Junior", "ed@acme.test")
    assert same_people((ED, ED_BEFORE, other)) == {}
    assert kinds(ED, ED_BEFORE, other, csm="005B") == [("005B", BookKind.INACTIVE, 1)]


def test_those_who_all_left_stay_themselves() -> None:
    assert same_people((ED_BEFORE, ED_LONG_AGO)) == {}
    assert kinds(ED_BEFORE, ED_LONG_AGO, csm="005C") == [("005C", BookKind.INACTIVE, 1)]


def test_owners_without_an_address_share_none() -> None:
    assert same_people((Owner("1", "Ann", None), Owner("2", "Ann", None, active=False))) == {}


@pytest.mark.parametrize("kind", [OwnerKind.QUEUE, OwnerKind.POOL])
def test_queues_and_pools_are_nobodys_former_self(kind: OwnerKind) -> None:
    shared = Owner("00G1", "Onboarding", "ed@acme.test", kind=kind)
    gone = Owner("00G2", "Old onboarding", "ed@acme.test", active=False, kind=kind)
    assert same_people((shared, ED_BEFORE)) == {}
    assert same_people((ED, gone)) == {}
    assert same_people((ED, ED_BEFORE, shared)) == {}


def test_a_pool_by_the_settings_is_nobodys_former_self() -> None:
    pooled = settings(team={"pools": {"005A": {}}})
    assert kinds(ED, ED_BEFORE, csm="005B", with_=pooled) == [("005B", BookKind.INACTIVE, 1)]


def test_what_the_settings_say_of_a_former_id_holds_for_the_segment_of_the_person() -> None:
    night = Nights(settings(team={"members": {"005B": {"segment": "Enterprise"}}})).walk(
        pull_of([account("a", "005A")], (ED, ED_BEFORE))
    )
    assert night.book("005A").segment == "Enterprise"


def test_case_31_a_queue_that_owns_accounts_is_a_book_of_its_own_kind() -> None:
    queue = Owner("00G1", "Unassigned SMB", kind=OwnerKind.QUEUE)
    assert kinds(ED, queue, csm="00G1") == [("00G1", BookKind.QUEUE, 1)]


def test_case_32_accounts_of_someone_who_left_stay_customers_in_a_book_of_their_own_kind() -> None:
    gone = Owner("005X", "Tom Becker", "tom@acme.test", active=False)
    assert kinds(ED, gone, csm="005X") == [("005X", BookKind.INACTIVE, 1)]
