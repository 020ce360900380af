"""What every mirror does, in a database or in memory, and what only one in a database can."""

from __future__ import annotations

import shutil
import signal
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TypeAlias

import polars as pl
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from cssync.model.mirror import Mirror, Reading, Replica
from cssync.store.base import Store
from cssync.store.memory_mirror import MemoryMirror
from cssync.store.open import open_store
from tests.store.conftest import Opener, bare_engine, program
from tests.store.crash_mirror import AT, LATER, SCHEMA, UNTIL, named

# The mirror of one store, as a process that begins would find it.
Look: TypeAlias = Callable[[], Mirror]


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def look(request: pytest.FixtureRequest, tmp_path: Path) -> Look:
    if request.param == "memory":
        memory = MemoryMirror()
        return lambda: memory
    if request.param == "postgresql":
        made: str = request.getfixturevalue("made_database")
        address = request.getfixturevalue("fresh_database")(made)
    else:
        address = str(shutil.copy(request.getfixturevalue("made_file"), tmp_path / "cssync.db"))

    def opened() -> Mirror:
        store = open_store(address, "acme")
        request.addfinalizer(store.close)
        return store.mirror("salesforce")

    return opened


def _accounts(mirror: Mirror, shape: str = "s") -> Replica:
    return mirror.replica("Account", key="Id", shape=shape)


def _full(replica: Replica, **names: str) -> Reading:
    reading = replica.begin(full=True, begun=AT, until=UNTIL)
    reading.keep(named(**names), {"after": max(names, default="")})
    return reading


def test_a_replica_is_none_before_the_first_reading_is_sealed(look: Look) -> None:
    replica = _accounts(look())
    _full(replica, a="Acme")

    assert (replica.full_at, replica.until) == (None, None)
    with pytest.raises(ValueError, match="there is no replica"):
        replica.rows()


def test_a_sealed_reading_is_the_replica_in_order_of_ids(look: Look) -> None:
    _full(_accounts(look()), b="Globex", a="Acme").seal()

    replica = _accounts(look())
    assert (replica.full_at, replica.until) == (AT, UNTIL)
    assert replica.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert replica.unfinished() is None


def test_changes_are_laid_over_a_replica(look: Look) -> None:
    _full(_accounts(look()), a="Acme", b="Globex", c="Initech").seal()
    delta = _accounts(look()).begin(full=False, begun=LATER, until=LATER)
    delta.keep(named(d="Hooli", b="Globex Inc"), {})
    delta.keep(named(b="Globex Corp"), {}, gone=["c", "never there"])
    assert delta.rows().rows() == [("a", "Acme"), ("b", "Globex Corp"), ("d", "Hooli")]
    delta.seal()

    replica = _accounts(look())
    assert replica.rows().rows() == [("a", "Acme"), ("b", "Globex Corp"), ("d", "Hooli")]
    assert (replica.full_at, replica.until) == (AT, LATER)


def test_a_record_that_is_gone_comes_back_with_a_later_row_only(look: Look) -> None:
    _full(_accounts(look()), a="Acme", b="Globex").seal()
    delta = _accounts(look()).begin(full=False, begun=LATER, until=LATER)
    delta.keep(named(a="gone in the same batch"), {}, gone=["a", "b"])
    assert delta.rows().rows() == []
    delta.keep(named(b="Globex again"), {})

    assert delta.rows().rows() == [("b", "Globex again")]


def test_a_batch_of_removals_needs_no_rows(look: Look) -> None:
    _full(_accounts(look()), a="Acme", b="Globex").seal()
    delta = _accounts(look()).begin(full=False, begun=LATER, until=LATER)
    delta.keep(pl.DataFrame(), {}, gone=["a"])

    assert (delta.height, delta.rows().rows()) == (0, [("b", "Globex")])


def test_a_replica_of_no_records_knows_its_columns(look: Look) -> None:
    _full(_accounts(look())).seal()

    assert _accounts(look()).rows().equals(pl.DataFrame(schema=SCHEMA))


def test_rows_come_back_as_they_were_given(look: Look) -> None:
    rows = pl.DataFrame(
        {
            "Id": ["a", "b"],
            "Name": ["Ünïcødé \x00 \n", None],
            "Employees": [2**60, None],
            "Rate": [0.1, None],
            "Active": [True, None],
            "Created": [AT, None],
            "Aliases": [["x", "y"], []],
        },
        {
            "Id": pl.String,
            "Name": pl.String,
            "Employees": pl.Int64,
            "Rate": pl.Float64,
            "Active": pl.Boolean,
            "Created": pl.Datetime("us", "UTC"),
            "Aliases": pl.List(pl.String),
        },
    )
    _accounts(look()).begin(full=True, begun=AT, until=UNTIL).keep(rows, {"name": "Ünïcødé"})

    found = _accounts(look()).unfinished()
    assert found is not None
    assert found.cursor == {"name": "Ünïcødé"}
    found.seal()
    assert _accounts(look()).rows().equals(rows)
    assert _accounts(look()).rows().schema == rows.schema


def test_a_reading_that_broke_off_is_taken_up_where_it_was(look: Look) -> None:
    _full(_accounts(look()), a="Acme", b="Globex")

    resumed = _accounts(look()).unfinished()

    assert resumed is not None
    assert (resumed.full, resumed.begun, resumed.until) == (True, AT, UNTIL)
    assert (resumed.height, resumed.cursor) == (2, {"after": "b"})
    resumed.keep(named(b="Globex", c="Initech"), {"after": "c"})
    assert (resumed.height, resumed.cursor) == (4, {"after": "c"})
    assert resumed.rows().rows() == [("a", "Acme"), ("b", "Globex"), ("c", "Initech")]


def test_a_change_that_broke_off_is_taken_up_over_what_it_changes(look: Look) -> None:
    _full(_accounts(look()), a="Acme").seal()
    _accounts(look()).begin(full=False, begun=LATER, until=LATER).keep(named(b="Globex"), {})

    resumed = _accounts(look()).unfinished()

    assert resumed is not None
    assert not resumed.full
    assert resumed.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert _accounts(look()).rows().rows() == [("a", "Acme")]


def test_a_new_reading_forgets_an_unfinished_one_of_whatever_shape(look: Look) -> None:
    forgotten = _full(_accounts(look(), "old"), a="Acme")

    _full(_accounts(look(), "new"), b="Globex")

    assert _accounts(look(), "old").unfinished() is None
    found = _accounts(look(), "new").unfinished()
    assert found is not None
    assert found.rows().rows() == [("b", "Globex")]
    with pytest.raises(ValueError, match="this reading is over"):
        forgotten.keep(named(c="Initech"), {})
    with pytest.raises(ValueError, match="this reading is over"):
        forgotten.seal()
    forgotten.discard()
    assert found.rows().rows() == [("b", "Globex")]


def test_a_discarded_reading_leaves_the_replica_as_it_was(look: Look) -> None:
    _full(_accounts(look()), a="Acme").seal()
    _full(_accounts(look()), b="wrong").discard()

    assert _accounts(look()).unfinished() is None
    assert _accounts(look()).rows().rows() == [("a", "Acme")]


def test_a_sealed_reading_is_over(look: Look) -> None:
    reading = _full(_accounts(look()), a="Acme")
    reading.seal()

    with pytest.raises(ValueError, match="this reading is over"):
        reading.keep(named(b="Globex"), {})
    reading.discard()
    assert _accounts(look()).rows().rows() == [("a", "Acme")]


def test_changes_of_what_is_not_there_are_refused(look: Look) -> None:
    _full(_accounts(look(), "old"), a="Acme").seal()

    with pytest.raises(ValueError, match="there is no replica"):
        _accounts(look(), "new").begin(full=False, begun=LATER, until=LATER)


def test_a_replica_of_another_shape_is_none_until_a_full_reading_replaces_it(look: Look) -> None:
    _full(_accounts(look(), "old"), a="Acme").seal()
    assert _accounts(look(), "new").full_at is None

    _full(_accounts(look(), "new"), b="Globex").seal()

    assert _accounts(look(), "new").rows().rows() == [("b", "Globex")]
    assert _accounts(look(), "old").full_at is None


def test_a_full_reading_replaces_all_before_it(look: Look) -> None:
    _full(_accounts(look()), a="Acme", b="Globex").seal()
    delta = _accounts(look()).begin(full=False, begun=LATER, until=LATER)
    delta.keep(named(c="Initech"), {})
    delta.seal()
    again = _accounts(look()).begin(full=True, begun=LATER, until=LATER)
    again.keep(named(b="Globex"), {})
    again.seal()

    replica = _accounts(look())
    assert replica.rows().rows() == [("b", "Globex")]
    assert (replica.full_at, replica.until) == (LATER, LATER)


def test_kinds_have_replicas_of_their_own(look: Look) -> None:
    mirror = look()
    _full(_accounts(mirror), a="Acme").seal()
    _full(mirror.replica("Opportunity", key="Id", shape="s"), x="Renewal")

    assert _accounts(mirror).unfinished() is None
    assert mirror.replica("Opportunity", key="Id", shape="s").full_at is None


def test_a_row_without_an_id_is_refused(look: Look) -> None:
    reading = _full(_accounts(look()), a="Acme")

    with pytest.raises(ValueError, match="a row of a batch has no Id"):
        reading.keep(pl.DataFrame({"Id": [None], "Name": ["lost"]}, SCHEMA), {})
    with pytest.raises(ValueError, match="a batch needs a text column Id"):
        reading.keep(pl.DataFrame({"Name": ["lost"]}), {})
    assert (reading.height, reading.cursor) == (1, {"after": "a"})


def test_batches_with_other_columns_are_refused(look: Look) -> None:
    reading = _full(_accounts(look()), a="Acme")
    reading.keep(pl.DataFrame({"Id": ["b"]}), {})

    with pytest.raises(ValueError, match="differ in their columns"):
        reading.rows()


def test_tenants_and_sources_know_nothing_of_each_other(address: str, store: Store) -> None:
    _full(_accounts(store.mirror("salesforce")), a="Acme").seal()
    other = open_store(address, "globex")

    assert _accounts(other.mirror("salesforce")).full_at is None
    assert _accounts(store.mirror("hubspot")).full_at is None
    _full(_accounts(other.mirror("salesforce")), b="Globex").seal()
    other.close()
    assert _accounts(store.mirror("salesforce")).rows().rows() == [("a", "Acme")]


def test_the_database_itself_refuses_a_second_unfinished_reading(address: str, store: Store) -> None:
    _full(_accounts(store.mirror("salesforce")), a="Acme")

    with bare_engine(address).begin() as connection, pytest.raises(IntegrityError):
        connection.execute(
            text(
                """INSERT INTO reading (tenant_id, source, kind, shape, "full", begun, until, height, sealed)
                   SELECT tenant_id, source, kind, 'other', "full", begun, until, 0, sealed FROM reading"""
            )
        )


def test_what_is_forgotten_takes_no_room(address: str, store: Store) -> None:
    replica = _accounts(store.mirror("salesforce"))
    for _ in range(3):
        _full(replica, a="Acme").seal()
    _full(replica, a="Acme").discard()

    with bare_engine(address).connect() as connection:
        assert connection.execute(text("SELECT count(*) FROM reading_part")).scalar_one() == 1


@pytest.mark.parametrize(
    ("damage", "damaged"),
    [
        ("UPDATE reading_part SET checksum = checksum + 1", 2),
        ("DELETE FROM reading_part", 2),
        ("UPDATE reading_part SET checksum = 0 WHERE reading_id = (SELECT min(id) FROM reading)", 1),
    ],
)
def test_a_damaged_replica_counts_as_none_and_the_next_full_reading_replaces_it(
    address: str, reopen: Opener, damage: str, damaged: int
) -> None:
    mirror = reopen().mirror("salesforce")
    _full(_accounts(mirror), a="Acme").seal()
    _accounts(mirror).begin(full=False, begun=LATER, until=LATER).keep(named(b="Globex"), {})
    _damage(address, damage)

    replica = _accounts(reopen().mirror("salesforce"))
    with capture_logs() as logs:
        assert (replica.full_at, replica.until, replica.unfinished()) == (None, None, None)
    assert [(entry["log_level"], entry["kind"]) for entry in logs] == [("warning", "Account")] * damaged
    assert {entry["event"] for entry in logs} == {"a stored reading is damaged: all is read anew"}

    _full(replica, b="Globex").seal()
    assert replica.rows().rows() == [("b", "Globex")]
    assert replica.full_at == AT


def _damage(address: str, statement: str) -> None:
    with bare_engine(address).begin() as connection:
        connection.execute(text(statement))


def test_a_dry_run_lays_what_it_reads_over_what_is_stored(store: Store, dry: Opener) -> None:
    stored = _accounts(store.mirror("salesforce"))
    _full(stored, a="Acme").seal()
    rehearsal = dry()
    delta = _accounts(rehearsal.mirror("salesforce")).begin(full=False, begun=LATER, until=LATER)
    delta.keep(named(b="Globex"), {})
    delta.seal()

    assert _accounts(rehearsal.mirror("salesforce")).rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert (stored.rows().rows(), stored.until) == ([("a", "Acme")], UNTIL)


def test_a_dry_run_without_a_store_reads_everything_and_keeps_nothing(dry: Opener, tmp_path: Path) -> None:
    mirror = dry().mirror("salesforce")
    _full(_accounts(mirror), a="Acme").seal()

    assert _accounts(mirror).rows().rows() == [("a", "Acme")]
    assert list(tmp_path.iterdir()) == []


def test_doctor_says_how_large_the_mirror_is(store: Store) -> None:
    _full(_accounts(store.mirror("salesforce")), a="Acme", b="Globex").seal()

    (found,) = [check.found for check in store.check() if check.name == "store mirror"]
    assert found == "2 rows of the CRM, 0.0 MB"


@pytest.mark.parametrize("beginning", ["UPDATE reading", "INSERT INTO reading_part", "COMMIT"])
def test_killed_while_a_batch_is_kept_only_that_batch_is_lost(address: str, reopen: Opener, beginning: str) -> None:
    _killed(address, reopen, "keep", beginning)

    resumed = _accounts(reopen().mirror("salesforce")).unfinished()
    assert resumed is not None
    assert (resumed.height, resumed.cursor) == (2, {"after": "b"})
    assert resumed.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    resumed.keep(named(c="Initech"), {"after": "c"})
    resumed.seal()
    assert _accounts(reopen().mirror("salesforce")).rows().height == 3


def test_killed_after_a_batch_was_kept_it_is_there_with_its_cursor(address: str, reopen: Opener) -> None:
    _killed(address, reopen, "keep", "nothing")

    resumed = _accounts(reopen().mirror("salesforce")).unfinished()
    assert resumed is not None
    assert (resumed.height, resumed.cursor) == (3, {"after": "c"})
    assert resumed.rows().rows() == [("b", "Globex"), ("c", "Initech")]


@pytest.mark.parametrize("beginning", ["UPDATE reading", "DELETE FROM reading", "COMMIT"])
def test_killed_while_sealing_the_replica_is_the_one_before(address: str, reopen: Opener, beginning: str) -> None:
    _killed(address, reopen, "seal", beginning)

    replica = _accounts(reopen().mirror("salesforce"))
    assert replica.rows().rows() == [("z", "before")]
    resumed = replica.unfinished()
    assert resumed is not None
    resumed.seal()
    assert replica.rows().rows() == [("a", "Acme"), ("b", "Globex")]


def test_killed_after_sealing_the_replica_is_the_new_one(address: str, reopen: Opener) -> None:
    _killed(address, reopen, "seal", "nothing")

    replica = _accounts(reopen().mirror("salesforce"))
    assert replica.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert replica.unfinished() is None


@pytest.mark.parametrize("beginning", ["DELETE FROM reading", "INSERT INTO reading", "COMMIT"])
def test_killed_while_beginning_anew_the_unfinished_reading_is_still_there(
    address: str, reopen: Opener, beginning: str
) -> None:
    _killed(address, reopen, "begin", beginning)

    resumed = _accounts(reopen().mirror("salesforce")).unfinished()
    assert resumed is not None
    assert (resumed.begun, resumed.height) == (AT + timedelta(hours=1), 2)


def _killed(address: str, reopen: Opener, deed: str, beginning: str) -> None:
    """A replica with z in it, a reading of a and b broken off, and a process killed at *deed*."""
    store = reopen()
    replica = _accounts(store.mirror("salesforce"))
    _full(replica, z="before").seal()
    reading = replica.begin(full=True, begun=AT + timedelta(hours=1), until=AT)
    reading.keep(named(a="Acme", b="Globex"), {"after": "b"})
    store.close()
    with program("crash_mirror", address, deed, beginning) as crashing:
        assert crashing.wait() == -signal.SIGKILL
