"""Stores written by older versions come along, and those of newer ones are left alone."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import polars as pl
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from cssync.errors import StoreError
from cssync.model.night import RunStatus
from cssync.store.base import Store
from cssync.store.schema import metadata
from cssync.store.upgrade import HEAD, REVISION_TABLE, upgrade
from tests.builders import AT, DAY, a_delivery, a_night
from tests.store.conftest import Opener, bare_engine

_ROWS = {
    "0001": (
        "INSERT INTO tenant (id, name) VALUES (1, 'acme')",
        """INSERT INTO run (tenant_id, id, as_of, started_at, status, source, accounts, customers, owners, arr,
             currency, reason, accepted_by_hand, digest_of_input)
           VALUES (1, 'r1', '2026-11-21', '2026-11-21 04:00:00.000000', 'accepted', 'file', 2, 1, 1, 123456,
             'USD', '', FALSE, 'abc')""",
        """INSERT INTO account_spell (tenant_id, account_id, valid_from, valid_to, book_id, arr, is_customer, name)
           VALUES (1, '001acme', '2026-11-01', NULL, '005dana', 123456, TRUE, 'Acme'),
                  (1, '001gone', '2026-11-01', '2026-11-20', '005dana', NULL, FALSE, NULL)""",
        """INSERT INTO owner (tenant_id, id, name, active, kind, aliases)
           VALUES (1, '005dana', 'Dana', TRUE, 'person', '[]')""",
        "INSERT INTO opportunity (tenant_id, opportunity_id, amount, row_hash) VALUES (1, '006a', 100, -1)",
        """INSERT INTO book_day (tenant_id, as_of, book_id, kind, name, active, accounts, arr, arr_unknown)
           VALUES (1, '2026-11-21', '005dana', 'csm', 'Dana', TRUE, 1, 123456, 0)""",
    ),
    "0002": (
        """INSERT INTO outbox (tenant_id, id, sink, address, payload, state, attempts)
           VALUES (1, 'd0', 'slack', 'C1', '{"title": "t", "text": "x", "run_id": "r1"}', 'pending', 0)""",
    ),
    "0003": (
        """INSERT INTO history (tenant_id, since, notes) VALUES (1, '{"csm": "2025-11-22"}', '[]')""",
        """INSERT INTO reading (id, tenant_id, source, kind, shape, "full", begun, until, cursor, height, sealed)
           VALUES (1, 1, 'salesforce', 'Account', 'f00d', TRUE, '2026-11-21 04:00:00.000000',
             '2026-11-21 03:55:00.000000', '{"after": "001gone"}', 0, FALSE)""",
        "INSERT INTO reading_part (reading_id, position, height, gone) VALUES (1, 0, 0, '[\"001lost\"]')",
    ),
    "0004": ("UPDATE run SET calls = 12, pull_seconds = 4.5 WHERE id = 'r1'",),
    "0005": (
        """INSERT INTO decision (tenant_id, id, fingerprint, incident, kind, "by", "at", reason, "until", owner, rises)
           VALUES (1, 'k1', 'f00d', 1, 'snoozed', 'Maya', '2026-11-21 09:00:00.000000', 'busy', '2026-11-28', '', 0)""",
    ),
    "0006": (
        """INSERT INTO opportunity_spell (tenant_id, opportunity_id, valid_from, amount, stage)
           VALUES (1, '006b', '2026-11-20', 250, 'Proposal')""",
        """INSERT INTO exchange (tenant_id, crm_currency, rates) VALUES (1, 'EUR', '{"corporate": "USD"}')""",
        "UPDATE run SET record_url = 'https://crm.test/{id}' WHERE id = 'r1'",
    ),
    "0007": (
        """INSERT INTO problem (tenant_id, position, object, record_id, field, value, reason)
           VALUES (1, 0, 'account', '001acme', 'ARR__c', 'n/a', 'not a number')""",
        "UPDATE account_spell SET leaving_on = '2027-01-31' WHERE account_id = '001acme'",
    ),
}


def _scripts() -> ScriptDirectory:
    config = Config()
    config.set_main_option("script_location", "cssync.store:migrations")
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config)


def _make_at(address: str, revision: str) -> None:
    """Make a store as the version of *revision* left it, with rows of every version up to it in every table."""
    engine = bare_engine(address)
    with engine.begin() as connection:
        for at, statements in _ROWS.items():
            if at <= revision:
                upgrade(connection, address, at)
                for statement in statements:
                    connection.execute(text(statement))
    engine.dispose()


def test_the_newest_revision_is_the_one_the_code_names() -> None:
    assert _scripts().get_heads() == [HEAD]


def test_every_revision_has_rows_in_these_tests() -> None:
    assert {script.revision for script in _scripts().walk_revisions()} == set(_ROWS)


@pytest.mark.parametrize("revision", sorted(_ROWS))
def test_a_store_of_any_revision_is_upgraded_with_all_it_holds(address: str, revision: str, reopen: Opener) -> None:
    _make_at(address, revision)

    store = reopen()
    past = store.past(DAY, date(2026, 8, 1))

    assert [(run.id, run.arr, run.status) for run in past.runs] == [("r1", Decimal("1234.56"), RunStatus.ACCEPTED)]
    assert past.spells.select("account_id", "valid_from", "valid_to", "arr").sort("account_id").rows() == [
        ("001acme", date(2026, 11, 1), None, Decimal("1234.56")),
        ("001gone", date(2026, 11, 1), date(2026, 11, 20), None),
    ]
    deals = past.pipeline.filter(pl.col("opportunity_id") == "006a")
    assert deals.select("valid_from", "valid_to", "amount").rows() == [(date(2026, 11, 21), None, Decimal("1.00"))]
    assert store.daily_books(DAY.replace(day=1)).get_column("arr").to_list() == [Decimal("1234.56")]
    store.commit(a_night(deliveries=(a_delivery(),)))
    assert store.due(AT)[-1].id == "d1"


def test_the_revisions_lead_to_the_tables_that_the_code_declares(address: str, store: Store) -> None:
    with bare_engine(address).connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": REVISION_TABLE, "compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_a_store_of_a_newer_version_is_left_alone(address: str, store: Store, reopen: Opener, dry: Opener) -> None:
    _set_revision(address, "9999")

    for opener in (reopen, dry):
        with pytest.raises(StoreError, match="newer cssync") as caught:
            opener()
        assert caught.value.remedy == "upgrade cssync: pip install --upgrade cssync"


def test_a_dry_run_does_not_upgrade_an_older_store(address: str, dry: Opener) -> None:
    _make_at(address, "0001")

    with pytest.raises(StoreError, match="older cssync") as caught:
        dry()

    assert caught.value.remedy == "run `cssync run` once: it upgrades the store"


def test_a_file_of_another_program_is_not_taken_over(tmp_path: Path) -> None:
    from cssync.store.open import open_store

    address = str(tmp_path / "photos.db")
    with bare_engine(address).begin() as connection:
        connection.execute(text("CREATE TABLE photo (id INTEGER)"))

    with pytest.raises(StoreError, match="belongs to another program"):
        open_store(address, "acme")


def test_a_database_with_other_tables_of_our_names_is_not_taken_over(address: str, reopen: Opener) -> None:
    with bare_engine(address).begin() as connection:
        connection.execute(text("CREATE TABLE owner (id INTEGER)"))

    with pytest.raises(StoreError, match="has a table owner"):
        reopen()


def _set_revision(address: str, revision: str) -> None:
    with bare_engine(address).begin() as connection:
        connection.execute(text("UPDATE cssync_revision SET version_num = :revision"), {"revision": revision})
