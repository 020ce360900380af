"""Every connector does the same with the same company, and fails in the same ways.

The company, its faults and what a harness has to offer are in ``contract.py``; expectations stand here.
"""

from __future__ import annotations

import traceback
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import structlog

from cssync.errors import AuthError, ConnectorError, MappingError, QuotaError, TransientError
from cssync.model.check import CheckStatus
from cssync.model.owner import OwnerKind
from cssync.model.pull import Pull
from cssync.model.tables import ACCOUNTS, OPPORTUNITIES, OWNERSHIP, PROBLEMS
from tests.connectors.contract import AS_OF, GHOST, MESSY, NOW, Company, Fault, Feature, Harness


def _harnesses() -> Iterable[Harness]:
    for path in sorted(Path(__file__).parent.glob("harness_*.py")):
        module = import_module(f"tests.connectors.{path.stem}")
        yield from getattr(module, "HARNESSES", None) or (module.HARNESS,)


HARNESSES = tuple(_harnesses())


def of_all() -> pytest.MarkDecorator:
    return pytest.mark.parametrize("harness", HARNESSES, ids=lambda harness: harness.name)


def of_those_with(needed: Feature | Fault) -> pytest.MarkDecorator:
    able = [harness for harness in HARNESSES if needed in harness.features | harness.faults]
    return pytest.mark.parametrize("harness", able, ids=lambda harness: harness.name)


class Told:
    """A Progress that remembers."""

    def __init__(self) -> None:
        self.steps: list[tuple[str, int]] = []

    def __call__(self, stage: str, done: int, total: int | None) -> None:
        self.steps.append((stage, done))


def pulled(harness: Harness, folder: Path, company: Company = MESSY) -> tuple[Pull, dict[str, str]]:
    """What the connector makes of *company*, and the key behind each of the source's ids."""
    with harness.serve(company.within(harness.features), folder) as serving:
        return serving.connector.pull(AS_OF), {source_id: key for key, source_id in serving.ids.items()}


LEAP_DAY = date(2024, 2, 29)

# key, name, csm, amount, currency, segment, lifecycle, parent, created on
ACCOUNTS_READ: list[tuple[Any, ...]] = [
    ("plain", "Plain Ltd", "dana", Decimal("120000.50"), "USD", "Enterprise", "live", None, LEAP_DAY),
    ("odd", '\U0001f680 <!channel> & Söhne, "Ltd"', "dana", Decimal("0.10"), "USD", "SMB", "live", None, LEAP_DAY),
    ("child", "Plain Child", "mara", Decimal(5000), "USD", "SMB", "onboarding", "plain", LEAP_DAY),
    ("orphaned", "Left Behind AG", "ed", Decimal(70000), "USD", "SMB", "live", None, LEAP_DAY),
    ("haunted", "Haunted House", GHOST, Decimal(800), "USD", "SMB", "live", None, LEAP_DAY),
    ("queued", "In the Queue", "unrouted", Decimal(900), "USD", "SMB", "live", None, LEAP_DAY),
    ("unassigned", "Nobody's", None, Decimal(1000), "USD", "SMB", "live", None, LEAP_DAY),
    ("silent", "Says Nothing", "dana", None, "USD", None, None, None, LEAP_DAY),
    ("negative", "Owes Us", "dana", None, "USD", "SMB", "live", None, LEAP_DAY),
    ("euro", "Übergrößen GmbH", "dana", Decimal(1000000), "EUR", "SMB", "live", None, LEAP_DAY),
    ("pound", "Crumpets plc", "mara", Decimal("250.25"), "GBP", "SMB", "live", None, LEAP_DAY),
    ("yen", "No Rate KK", "mara", Decimal(3000000), "JPY", "SMB", "live", None, LEAP_DAY),
    ("words", "To Be Agreed", "dana", None, "USD", "SMB", "live", None, LEAP_DAY),
    ("german", "Komma KG", "dana", None, "USD", "SMB", "live", None, LEAP_DAY),
    ("endless", "To Infinity", "dana", None, "USD", "SMB", "live", None, LEAP_DAY),
]


@of_all()
def test_the_same_company_gives_the_same_accounts(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    assert pull.accounts.schema == ACCOUNTS
    found = pull.accounts.select(
        "account_id", "name", "csm_ref", "amount", "currency", "segment", "lifecycle", "parent_id", "created_on"
    )
    read = {
        keys[row["account_id"]]: (
            keys[row["account_id"]],
            row["name"],
            row["csm_ref"] and keys[row["csm_ref"]],
            row["amount"],
            row["currency"],
            row["segment"],
            row["lifecycle"],
            row["parent_id"] and keys[row["parent_id"]],
            row["created_on"],
        )
        for row in found.iter_rows(named=True)
    }
    served = {customer.key for customer in MESSY.within(harness.features).customers}
    # A source of one currency may leave the code out: null means the corporate currency.
    if Feature.CURRENCIES not in harness.features:
        read = {key: (*row[:4], row[4] or "USD", *row[5:]) for key, row in read.items()}
    assert read == {row[0]: row for row in ACCOUNTS_READ if row[0] in served}
    assert pull.accounts["account_id"].is_unique().all()


@of_all()
def test_an_amount_that_cannot_be_read_is_reported_and_never_guessed(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    assert pull.problems.schema == PROBLEMS
    reported = {
        (keys[row["record_id"]], row["reason"])
        for row in pull.problems.iter_rows(named=True)
        if row["object"] == "account" and row["record_id"] in keys
    }
    expected = {("negative", "negative")}
    if Feature.TEXT_AMOUNTS in harness.features:
        expected |= {
            ("words", "not a number"),
            ("german", 'not a number with "." as its decimal mark'),
            ("endless", "beyond 1,000,000,000,000"),
        }
    assert reported == expected


@of_all()
def test_a_problem_names_the_sources_own_field(harness: Harness, tmp_path: Path) -> None:
    with harness.serve(MESSY.within(harness.features), tmp_path) as serving:
        problems = serving.connector.pull(AS_OF).problems
        assert set(problems["field"]) == {serving.arr_field}


@of_all()
def test_owners_are_unique_and_inactive_ones_are_among_them(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    assert len({owner.id for owner in pull.owners}) == len(pull.owners)
    owners = {keys[owner.id]: owner for owner in pull.owners if owner.id in keys}
    assert GHOST not in owners
    assert {(key, o.name, o.email, o.active, o.kind) for key, o in owners.items() if key != "unrouted"} == {
        ("mara", "Mara Lindqvist", "mara@cs.example", True, OwnerKind.PERSON),
        ("dana", "Dana O'Neil", "dana@cs.example", True, OwnerKind.PERSON),
        ("ed", "Ed Gone", "ed@cs.example", False, OwnerKind.PERSON),
    }


@of_those_with(Feature.QUEUES)
def test_a_queue_is_told_from_a_person(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    kinds = {keys[owner.id]: (owner.name, owner.kind) for owner in pull.owners if owner.id in keys}
    assert kinds["unrouted"] == ("Unrouted", OwnerKind.QUEUE)


@of_those_with(Feature.MANAGERS)
def test_an_owner_has_a_manager(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    managers = {
        keys[owner.id]: owner.manager_id and keys[owner.manager_id] for owner in pull.owners if owner.id in keys
    }
    assert managers["dana"] == "mara"


@of_those_with(Feature.CURRENCIES)
def test_rates_are_corporate_units_for_one_unit(harness: Harness, tmp_path: Path) -> None:
    pull, _ = pulled(harness, tmp_path)
    assert pull.rates.corporate == "USD"
    assert {code: rate for code, rate in pull.rates.rates.items() if code != "USD"} == {
        "EUR": Decimal("1.25"),
        "GBP": Decimal("1.6"),
    }
    assert set(pull.rates.sources) >= {"EUR", "GBP"}


@of_all()
def test_open_and_won_opportunities_are_read(harness: Harness, tmp_path: Path) -> None:
    pull, keys = pulled(harness, tmp_path)
    assert pull.opportunities.schema == OPPORTUNITIES
    found = pull.opportunities.select(
        "opportunity_id", "account_id", "owner_ref", "name", "amount", "is_closed", "is_won", "close_on"
    )
    read = {(keys[row[0]], keys[row[1]], keys[row[2]], *row[3:]) for row in found.iter_rows()}
    assert read == {
        ("open", "plain", "dana", "Expansion", Decimal(20000), False, False, date(2026, 6, 30)),
        ("won", "odd", "mara", "New \U0001f389", Decimal("0.10"), True, True, date(2026, 2, 15)),
    }


@of_all()
def test_a_pull_says_where_it_comes_from_and_when(harness: Harness, tmp_path: Path) -> None:
    pull, _ = pulled(harness, tmp_path)
    assert pull.source
    assert pull.pulled_at == NOW
    assert pull.record_url is None or "{id}" in pull.record_url


@of_all()
def test_a_history_is_of_the_accounts_there_are_or_says_why_there_is_none(harness: Harness, tmp_path: Path) -> None:
    told = Told()
    with harness.serve(MESSY.within(harness.features), tmp_path) as serving:
        pull = serving.connector.pull(AS_OF)
        accounts = pull.accounts
        history = serving.connector.history(accounts, pull.opportunities, AS_OF, date(2024, 3, 31), told)
    assert history.ownership.schema == OWNERSHIP
    assert set(history.ownership["account_id"]) <= set(accounts["account_id"])
    assert history.since.keys() <= {"csm", "arr", "lifecycle", "pipeline"}
    assert {stage for stage, _ in told.steps} <= {"history", "ownership", "history of deals"}


@of_all()
def test_an_empty_source_gives_empty_tables(harness: Harness, tmp_path: Path) -> None:
    pull, _ = pulled(harness, tmp_path, Company())
    assert (pull.accounts.schema, pull.accounts.height) == (ACCOUNTS, 0)
    assert (pull.opportunities.schema, pull.opportunities.height) == (OPPORTUNITIES, 0)
    assert (pull.problems.schema, pull.problems.height) == (PROBLEMS, 0)


@of_all()
def test_progress_is_told_and_never_runs_backwards(harness: Harness, tmp_path: Path) -> None:
    told = Told()
    with harness.serve(MESSY.within(harness.features), tmp_path) as serving:
        serving.connector.pull(AS_OF, told)
    assert told.steps
    for stage in {stage for stage, _ in told.steps}:
        counts = [done for name, done in told.steps if name == stage]
        assert counts == sorted(counts)


@of_those_with(Feature.PAGES)
def test_all_pages_are_read(harness: Harness, tmp_path: Path) -> None:
    many = MESSY.grown(harness.customers_for_two_pages).within(harness.features)
    with harness.serve(many, tmp_path) as serving:
        pull = serving.connector.pull(AS_OF)
        assert serving.pages_read() >= 2
        assert set(pull.accounts["account_id"]) == {serving.ids[customer.key] for customer in many.customers}
        assert pull.accounts.height == len(many.customers)


@of_all()
def test_a_second_pull_reads_the_same(harness: Harness, tmp_path: Path) -> None:
    with harness.serve(MESSY.within(harness.features), tmp_path) as serving:
        first, second = serving.connector.pull(AS_OF), serving.connector.pull(AS_OF)
    assert first.accounts.equals(second.accounts)
    assert first.owners == second.owners


def failed(harness: Harness, folder: Path, fault: Fault) -> tuple[ConnectorError, int]:
    """The error that the connector raises under *fault*, and how many accounts had left the source by then.

    The error may not show a secret, and the log neither that nor a customer's name.
    """
    company = MESSY.grown(harness.customers_for_two_pages).within(harness.features)
    with harness.serve(company, folder, fault) as serving, structlog.testing.capture_logs() as logged:
        with pytest.raises(ConnectorError) as caught:
            serving.connector.pull(AS_OF)
        shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value) + repr(serving.connector)
        shown += repr(logged)
        assert [secret for secret in serving.secrets if secret in shown] == []
        assert [customer.name for customer in MESSY.customers if customer.name in repr(logged)] == []
        assert caught.value.remedy
        return caught.value, serving.records_read()


@of_those_with(Fault.LOGIN_REFUSED)
def test_refused_credentials_are_an_auth_error(harness: Harness, tmp_path: Path) -> None:
    error, _ = failed(harness, tmp_path, Fault.LOGIN_REFUSED)
    assert isinstance(error, AuthError)


@of_those_with(Fault.THROTTLED)
def test_throttling_without_end_is_given_up(harness: Harness, tmp_path: Path) -> None:
    error, _ = failed(harness, tmp_path, Fault.THROTTLED)
    assert isinstance(error, TransientError | QuotaError)


@of_those_with(Fault.QUOTA_USED_UP)
def test_a_used_up_quota_is_told_from_a_fault_that_passes(harness: Harness, tmp_path: Path) -> None:
    error, _ = failed(harness, tmp_path, Fault.QUOTA_USED_UP)
    assert isinstance(error, QuotaError)


@of_those_with(Fault.PAGE_LOOP)
def test_pages_that_lead_back_to_themselves_are_noticed(harness: Harness, tmp_path: Path) -> None:
    _, read = failed(harness, tmp_path, Fault.PAGE_LOOP)
    assert 0 < read <= 3 * harness.customers_for_two_pages


@of_those_with(Fault.BROKEN_MIDWAY)
def test_half_the_accounts_are_an_error_and_never_a_pull(harness: Harness, tmp_path: Path) -> None:
    _, read = failed(harness, tmp_path, Fault.BROKEN_MIDWAY)
    if Feature.PAGES in harness.features:
        assert read > 0


@of_those_with(Fault.THROTTLED_ONCE)
def test_a_throttled_request_is_tried_again(harness: Harness, tmp_path: Path) -> None:
    company = MESSY.within(harness.features)
    with harness.serve(company, tmp_path, Fault.THROTTLED_ONCE) as serving:
        assert serving.connector.pull(AS_OF).accounts.height == len(company.customers)


@of_those_with(Fault.FIELD_GONE)
def test_a_missing_field_is_named_with_its_setting_before_anything_is_read(harness: Harness, tmp_path: Path) -> None:
    told = Told()
    with harness.serve(MESSY.within(harness.features), tmp_path, Fault.FIELD_GONE) as serving:
        with pytest.raises(MappingError) as caught:
            serving.connector.pull(AS_OF, told)
        assert serving.records_read() == 0
        assert serving.arr_field in caught.value.message
    assert "source.accounts.arr" in str(caught.value)
    assert [step for step in told.steps if step[1] > 0] == []


@of_all()
def test_a_healthy_source_passes_its_own_check(harness: Harness, tmp_path: Path) -> None:
    with harness.serve(MESSY.within(harness.features), tmp_path) as serving:
        checks = list(serving.connector.check())
        assert [check for check in checks if check.status is CheckStatus.FAILED] == []
        assert [secret for secret in serving.secrets if secret in repr(checks)] == []
        arr = [check for check in checks if serving.arr_field in check.name + check.found]
    assert arr
    assert all(check.remedy for check in checks if check.status is not CheckStatus.OK)


def _every_fault() -> list[Any]:
    pairs = [(harness, fault) for harness in HARNESSES for fault in Fault if fault in harness.faults]
    return [pytest.param(harness, fault, id=f"{harness.name}-{fault.name.lower()}") for harness, fault in pairs]


@pytest.mark.parametrize(("harness", "fault"), _every_fault())
def test_a_check_never_raises_and_says_what_to_do(harness: Harness, fault: Fault, tmp_path: Path) -> None:
    with harness.serve(MESSY.within(harness.features), tmp_path, fault) as serving:
        checks = list(serving.connector.check())
        assert [secret for secret in serving.secrets if secret in repr(checks)] == []
    assert checks
    assert all(check.remedy for check in checks if check.status is not CheckStatus.OK)
    if fault in (Fault.LOGIN_REFUSED, Fault.FIELD_GONE):
        assert CheckStatus.FAILED in {check.status for check in checks}
