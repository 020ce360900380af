"""What is said of one book: messy companies written down by hand, and every line that is to come of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from cssync.explain.book import explain_book
from cssync.explain.evidence import Evidence
from cssync.explain.trace import Conversion, Explanation
from cssync.model.book import UNASSIGNED_BOOK_ID
from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner, OwnerKind
from tests.explain.evidences import evidence, lines, said
from tests.nights import DANA, SAM, TEAM, TODAY, TOM, Nights, account, many, pull_of, settings

REUNION = (
    "the id of D. Roy.; D. Roy (U7) has left, and shares an e-mail address with Dana Roy (U1), who is at work: one "
    "person, one book."
)
RATES = ExchangeRates(
    "USD", {"EUR": Decimal("1.25"), "JPY": Decimal("0.0067")}, {"EUR": "rates.csv", "JPY": "rates.csv"}
)


def explained(of: Evidence, book: str = "U1") -> Explanation:
    return explain_book(of, of.books[book])


class TestCustomers:
    def test_they_come_with_the_largest_first_and_add_up_to_the_cent(self) -> None:
        found = explained(evidence([account("a", amount="10.10"), account("b", amount="99.05"), account("c", "U2")]))
        customers = found.trace("customers")
        assert lines(customers) == [("Name b", "99.05", 1, ""), ("Name a", "10.10", 1, "")]
        assert (customers.value, customers.count, customers.missing) == (Decimal("109.15"), 2, None)
        # Two customers of no segment take 4 hours each of 128.
        assert found.headline == (
            "Dana Roy: 2 customers with $109.15 of ARR; "
            "4% of the limit of 50 customers, 0% of that of $2M, 6% of the hours"
        )

    def test_each_leads_to_its_record(self) -> None:
        (customer,) = explained(evidence([account("a/b")])).trace("customers").parts
        assert customer.record is not None
        assert (customer.record.id, customer.record.url) == ("a/b", "https://crm.test/a%2Fb")

    def test_a_conversion_shows_amount_currency_rate_and_whoever_gave_the_rate(self) -> None:
        rows = [account("a", amount="50000.10", currency="EUR"), account("b", amount="1000001", currency="JPY")]
        euros, yen = explained(evidence(rows, rates=RATES)).trace("customers").parts
        assert euros.conversion == Conversion(Decimal("50000.10"), "EUR", Decimal("1.25"), "rates.csv")
        # 62,500.125 is as near to .12 as to .13: half to even. 1,000,001 yen are 6,700.0067.
        assert (euros.value, yen.value) == (Decimal("62500.12"), Decimal("6700.01"))

    def test_a_rate_of_the_operators_own_names_the_setting(self) -> None:
        of = evidence([account("a", currency="EUR")], rates=RATES, money={"rates": {"EUR": "2"}})
        (euros,) = explained(of).trace("customers").parts
        assert euros.conversion == Conversion(Decimal("1000.00"), "EUR", Decimal(2), "settings money.rates")

    def test_unknown_arr_is_in_no_sum_and_says_why(self) -> None:
        rows = [account("a"), account("b", amount=None), account("c", currency="CHF")]
        customers = explained(evidence(rows, customers={"where": "churned_on is null"})).trace("customers")
        assert lines(customers) == [
            ("Name a", "1000.00", 1, ""),
            ("Name b", None, 1, "unknown, and in no sum: accounts.arr is empty"),
            ("Name c", None, 1, "unknown, and in no sum: 1,000.00 CHF, and there is no rate for CHF"),
        ]
        assert customers.missing is None
        assert "The ARR of 2 customers is not known and is in no sum." in customers.says

    def test_a_group_counts_as_one_with_all_its_accounts_below_it(self) -> None:
        rows = [
            account("top", amount=10),
            account("child", amount=30, parent_id="top"),
            account("else", "U2", amount=5, parent_id="top"),
            account("lone", amount=1),
        ]
        of = evidence(rows, customers={"count_by": "ultimate_parent"})
        group, lone = explained(of).trace("customers").parts
        assert (group.title, group.value, group.count) == ("Name child", Decimal(40), 1)
        assert lines(group) == [("Name child", "30.00", None, ""), ("Name top", "10.00", None, "")]
        assert group.says == (
            "2 accounts of the group top count as one",
            "counts in the books of Sam Ito too, with what they look after of it",
        )
        assert (lone.title, lone.count, lone.parts) == ("Name lone", 1, ())

    def test_arr_from_opportunities_is_traced_to_each_of_them(self) -> None:
        won = {"account_id": "a", "is_closed": True, "is_won": True, "close_on": date(2026, 1, 5)}
        deals = [
            {**won, "opportunity_id": "o1", "name": "Renewal", "amount": Decimal(100), "currency": "EUR"},
            {**won, "opportunity_id": "o2", "name": "Upsell", "amount": Decimal(20), "ends_on": date(2027, 1, 5)},
            {**won, "opportunity_id": "o3", "name": "Over", "amount": Decimal(9), "ends_on": TODAY},
            {**won, "opportunity_id": "o4", "name": "Lost", "amount": Decimal(9), "is_won": False},
        ]
        of = evidence(
            [account("a", amount=None)],
            rates=RATES,
            opportunities=deals,
            customers={"arr": {"from": "won_opportunities"}},
        )
        (customer,) = explained(of).trace("customers").parts
        assert lines(customer) == [
            ("Renewal", "125.00", None, "in force since 5 Jan 2026"),
            ("Upsell", "20.00", None, "in force since 5 Jan 2026, until 5 Jan 2027"),
        ]
        assert (customer.value, customer.missing) == (Decimal("145.00"), None)

    def test_accounts_that_are_no_customers_say_what_the_condition_saw(self) -> None:
        rows = [account("a"), account("left", churned_on=date(2026, 1, 31)), account("none", amount=0)]
        assert lines(explained(evidence(rows)).trace("not_counted")) == [
            ("Name left", None, None, "churned_on 31 Jan 2026, arr 1,000.00"),
            ("Name none", None, None, "churned_on empty, arr 0.00"),
        ]

    def test_the_condition_and_the_fields_are_named_as_the_source_has_them(self) -> None:
        customers = explained(evidence([account("a")])).trace("customers")
        assert customers.says[0] == (
            "An account counts as a customer where churned_on is null and arr > 0 (customers.where, default)."
        )
        assert [source.name for source in customers.sources[:2]] == ["accounts.arr", "accounts.currency"]

    def test_a_customer_without_a_name_goes_by_its_id(self) -> None:
        (customer,) = explained(evidence([account("a", name=None)])).trace("customers").parts
        assert customer.title == "a"


class TestWhoseBook:
    def test_by_which_names_its_records_refer_to_whom(self) -> None:
        former = Owner("U7", "D. Roy", "DANA@acme.test", active=False)
        rows = [account("a"), account("b"), account("c", "dana@acme.test"), account("d", "U7")]
        assert lines(explained(evidence(rows, (*TEAM, former))).trace("references")) == [
            ("U1", None, 2, "the id of Dana Roy."),
            (
                "U7", None, 1,
                REUNION,
            ),
            ("dana@acme.test", None, 1, "the e-mail address of Dana Roy."),
        ]  # fmt: skip

    @pytest.mark.parametrize(
        ("owner", "words"),
        [
            (DANA, "A person at work."),
            (replace(DANA, active=False), "Deactivated in the CRM"),
            (replace(DANA, kind=OwnerKind.QUEUE), "A queue of the CRM"),
        ],
    )
    def test_what_kind_of_owner_it_is(self, owner: Owner, words: str) -> None:
        assert said(explained(evidence([account("a")], (owner,))), "book").startswith(words)

    def test_an_owner_that_the_crm_does_not_list_and_none_at_all(self) -> None:
        of = evidence([account("a", "ghost"), account("b", None)])
        assert said(explained(of, "unknown:ghost"), "book").startswith("The CRM does not list this owner")
        assert said(explained(of, UNASSIGNED_BOOK_ID), "book") == "These records name no CSM."

    def test_team_and_segment_come_from_the_crm_or_from_the_settings(self) -> None:
        rows = [account("a", segment="SMB"), account("b", segment="SMB"), account("c", segment="Mid")]
        found = explained(evidence(rows))
        assert (found.trace("team").says, found.trace("team").sources[0].name) == (("East",), "owners.team")
        assert said(found, "segment") == "SMB: what most of its customers are in"
        assert lines(found.trace("segment")) == [("SMB", "2000.00", 2, ""), ("Mid", "1000.00", 1, "")]
        members = {"members": {"U1": {"team": "North", "segment": "Large"}}}
        found = explained(evidence(rows, team=members))
        assert (found.trace("team").says, found.trace("team").sources[0].name) == (("North",), "team.members.U1.team")
        assert (said(found, "segment"), found.trace("segment").sources[0].name) == ("Large", "team.members.U1.segment")


class TestLimits:
    def test_the_limit_in_force_with_its_seed_and_what_was_looked_at_first(self) -> None:
        found = explained(evidence(many(3, segment="SMB"), limits={"segments": {"smb": {"accounts": 2}}}))
        limit = found.trace("limit.accounts")
        assert (limit.value, limit.says) == (
            Decimal(2),
            ("for SMB", "3 customers: 150% of it", "over it for as long as its history is known"),
        )
        assert lines(limit) == [
            ("limits.csms.dana@acme.test.accounts", None, None, "not set"),
            ("limits.segments.smb.accounts", "2", None, "in force (default)"),
            ("limits.complexity", None, None, "not set"),
            ("limits.accounts", "50", None, "a narrower one holds (default)"),
        ]
        arr = found.trace("limit.arr")
        assert [(source.name, source.where) for source in arr.sources] == [("limits.arr", "default"), ("seed 1", "")]
        assert arr.sources[1].says.startswith("A book over $2M of ARR is the trigger to hire")

    def test_since_when_it_is_over(self) -> None:
        nights = Nights(settings(limits={"accounts": 2}))
        nights.walk(pull_of(many(2)), TODAY - timedelta(days=40))
        nights.walk(pull_of(many(3)), TODAY - timedelta(days=9))
        of = Evidence(nights.walk(pull_of(many(3))).context().company)
        assert explained(of).trace("limit.accounts").says[2] == "over it since 13 Nov 2026"

    def test_a_book_that_nobody_works_is_held_to_none(self) -> None:
        assert "held to none" in said(explained(evidence([account("a", "U4")]), "U4"), "limits")


class TestPast:
    def test_every_window_adds_up_from_what_was_held_to_what_is(self) -> None:
        nights = Nights(settings())
        nights.walk(pull_of([account("a", amount=10), account("b", amount=20)]), TODAY - timedelta(days=20))
        now = [account("a", amount=15), account("c", amount=40), account("d", "U2", 5)]
        nights.walk(pull_of([*now[:2], account("d", "U1", 5)]), TODAY - timedelta(days=5))
        of = Evidence(nights.walk(pull_of(now)).context(record_url=None).company)
        window = explained(of).trace("change.30")
        assert window.title == "Since 2 Nov 2026"
        assert lines(window) == [
            ("held on 2 Nov 2026", "30.00", 2, ""),
            ("won", "40.00", 1, ""),
            ("churned", "-20.00", -1, ""),
            ("ARR of customers that stayed", "5.00", 0, ""),
        ]
        assert (window.value, window.count, window.missing) == (Decimal(55), 2, None)

    def test_who_came_and_went_and_from_whom(self) -> None:
        nights = Nights(settings())
        then = [account("a"), account("b", "U2", 20), account("c", amount=30), account("e", amount=40)]
        nights.walk(pull_of(then), TODAY - timedelta(days=60))
        now = [account("a"), account("b", amount=20), account("c", "U2", 30), account("n", amount=50)]
        nights.walk(pull_of(now), TODAY - timedelta(days=3))
        of = Evidence(nights.walk(pull_of(now)).context().company)
        moves = explained(of).trace("moves")
        assert lines(moves) == [
            ("Name n", "50.00", 1, "won on 19 Nov 2026"),
            ("e", "-40.00", -1, "churned on 19 Nov 2026"),
            ("Name c", "-30.00", -1, "handed over to Sam Ito on 19 Nov 2026"),
            ("Name b", "20.00", 1, "taken over from Sam Ito on 19 Nov 2026"),
        ]
        assert (moves.count, moves.value, moves.missing) == (0, Decimal(0), None)

    def test_the_first_night_has_no_past(self) -> None:
        assert said(explained(evidence([account("a")])), "history") == (
            "History begins tonight: of the days before nothing is known."
        )


def test_records_to_mend_are_named_with_field_and_value() -> None:
    of = evidence([account("a", currency="CHF"), account("b")], customers={"where": "churned_on is null"})
    (problem,) = explained(of).trace("problems").parts
    assert problem.title == "account a"
    assert problem.says == ("'CHF': no exchange rate for this currency; add it in the CRM, or under money.rates",)


def test_the_colleague_of_a_book_has_none_of_its_customers() -> None:
    of = evidence([*many(2), *many(3, "U2")], (DANA, SAM, TOM))
    assert [part.record and part.record.id for part in explained(of, "U2").trace("customers").parts] == [
        "U2-000",
        "U2-001",
        "U2-002",
    ]
