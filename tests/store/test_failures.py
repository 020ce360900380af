"""Every way in which a store fails says what to do, tells no password, and keeps the last good night."""

from __future__ import annotations

import socket
import sqlite3
import stat
import sys
import tempfile
import traceback
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql
from sqlalchemy import Engine, event, text

from cssync.errors import ConfigError, StoreError
from cssync.model.check import CheckStatus
from cssync.store.base import Store
from cssync.store.open import open_dry_store, open_store
from tests.builders import DAY, TOMORROW, a_night, a_run, a_spell, spell_changes
from tests.postgres import Fresh, Server
from tests.store.conftest import Opener, bare_engine, program

# Never in a message, nor in the source lines that a traceback quotes.
PASSWORD = "hunter2"


def test_a_missing_folder_is_named_with_the_command_that_makes_it(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="folder does not exist") as caught:
        open_store(tmp_path / "no" / "cssync.db", "acme")

    assert caught.value.remedy == f"make it (mkdir -p {tmp_path / 'no'}) or correct store.path"


def test_a_folder_is_not_a_store(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="The store is a folder"):
        open_store(tmp_path, "acme")


@pytest.mark.parametrize("opener", [open_store, open_dry_store])
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, opener: Any) -> None:
    file = tmp_path / "accounts.csv"
    content = "account_id,name\n" * 100
    file.write_text(content, encoding="utf-8")

    with pytest.raises(StoreError, match="not a cssync store") as caught:
        opener(file, "acme")

    assert "point store.path at another file" in caught.value.remedy
    assert file.read_text(encoding="utf-8") == content


def test_a_new_store_can_be_read_by_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "cssync.db"
    store = open_store(file, "acme")
    store.commit(a_night())
    with store.lock():
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    store.close()

    assert set(modes.values()) == {0o600}
    assert {"cssync.db", "cssync.db-wal", "cssync.db.lock"} <= set(modes)


def test_doctor_is_told_of_a_store_that_others_may_read(tmp_path: Path) -> None:
    file = tmp_path / "cssync.db"
    store = open_store(file, "acme")
    file.chmod(0o644)

    found = {check.name: check for check in store.check()}
    store.close()

    assert found["store file"].status is CheckStatus.WARNING
    assert found["store file"].remedy == f"chmod 600 {file}"


def test_doctor_is_told_that_all_is_well(store: Store) -> None:
    store.commit(a_night())

    found = {check.name: check for check in store.check()}

    assert {check.status for check in found.values()} == {CheckStatus.OK}
    assert found["last good night"].found == "2026-11-22"
    assert "revision 0007" in found["store"].found


@contextmanager
def _public_folder() -> Iterator[Path]:
    """A folder that other users may enter; those of pytest are private."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        yield folder


def _told(address: Path, how: str) -> str:
    with program("unprivileged", str(address), how) as process:
        return process.communicate()[0]


def test_a_store_that_may_not_be_written_says_whose_right_is_missing() -> None:
    with _public_folder() as folder:
        store = open_store(folder / "cssync.db", "acme")
        store.close()
        (folder / "cssync.db").chmod(0o444)
        folder.chmod(0o555)
        told = _told(folder / "cssync.db", "real")
        folder.chmod(0o755)

    assert "The store may not be written" in told
    assert "write access to the file and its folder" in told


def test_a_folder_that_may_not_be_written_gets_no_store() -> None:
    with _public_folder() as folder:
        folder.chmod(0o555)
        told = _told(folder / "cssync.db", "real")
        folder.chmod(0o755)

    assert "The store cannot be made" in told
    assert "write access to the folder" in told


def test_a_dry_run_reads_a_store_that_it_may_not_write() -> None:
    with _public_folder() as folder:
        store = open_store(folder / "cssync.db", "acme")
        store.commit(a_night())
        store.close()
        # An earlier reader leaves the files of its own reading behind.
        open_dry_store(folder / "cssync.db", "acme").close()
        (folder / "cssync.db").chmod(0o444)
        folder.chmod(0o555)
        told = _told(folder / "cssync.db", "dry")
        folder.chmod(0o755)

    assert told == "1 night\n"


def test_a_store_that_another_program_is_writing_is_not_waited_for_in_vain(tmp_path: Path) -> None:
    file = tmp_path / "cssync.db"
    store = open_store(file, "acme", patience_seconds=0)
    with closing(sqlite3.connect(file, isolation_level=None)) as browser:
        browser.execute("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="Another program is writing to the store") as caught:
            store.begin(a_run())
        browser.execute("ROLLBACK")
    assert "database browser" in caught.value.remedy

    store.begin(a_run())
    store.close()


def test_a_full_disk_keeps_the_last_good_night(tmp_path: Path) -> None:
    file = tmp_path / "cssync.db"
    first = open_store(file, "acme")
    first.commit(a_night(spells=spell_changes(opened=[a_spell()])))
    first.close()

    def fill_disk(connection: sqlite3.Connection, _record: object) -> None:
        # SQLite allows no less than there is: not one more page.
        connection.execute("PRAGMA max_page_count = 1")

    event.listen(Engine, "connect", fill_disk)
    try:
        full = open_store(file, "acme")
        many = [a_spell(f"002{number}", TOMORROW) for number in range(2_000)]
        with pytest.raises(StoreError, match="The disk is full") as caught:
            full.commit(a_night(TOMORROW, spells=spell_changes(opened=many)))
        full.close()
    finally:
        event.remove(Engine, "connect", fill_disk)
    assert caught.value.remedy == "free some space on that disk and run again; the last good night is intact"

    later = open_store(file, "acme")
    assert [run.as_of for run in later.runs(9)] == [DAY]
    assert later.past(TOMORROW, DAY).spells.height == 1
    later.close()


def test_a_damaged_store_points_to_the_backup(tmp_path: Path) -> None:
    file = tmp_path / "cssync.db"
    store = open_store(file, "acme")
    store.commit(a_night(spells=spell_changes(opened=[a_spell(f"001{number}") for number in range(500)])))
    store.close()
    content = file.read_bytes()
    file.write_bytes(content[:8192] + b"\xff" * (len(content) - 8192))

    with pytest.raises(StoreError, match="damaged") as caught:
        open_store(file, "acme").past(TOMORROW, DAY)
    assert "restore it from a backup" in caught.value.remedy


def _leaks(caught: pytest.ExceptionInfo[BaseException]) -> bool:
    return PASSWORD in "".join(traceback.format_exception(caught.value)) + str(caught.value)


def test_a_server_that_cannot_be_reached_is_named_without_its_password() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"postgresql://cssync:{PASSWORD}@127.0.0.1:{closed.getsockname()[1]}/cssync"

        with pytest.raises(StoreError, match="cannot be reached: postgresql://cssync@127") as caught:
            open_store(url, "acme")

    assert "host, port and network" in caught.value.remedy
    assert not _leaks(caught)


def test_a_wrong_password_is_said_and_not_shown(postgres: Server) -> None:
    rules = postgres.folder / "pg_hba.conf"
    guarded = "local all guarded scram-sha-256\n"
    if not (before := rules.read_text(encoding="utf-8")).startswith(guarded):
        rules.write_text(guarded + before, encoding="utf-8")
        postgres.execute(sql.SQL("CREATE ROLE guarded LOGIN PASSWORD 'right'"))
        postgres.execute(sql.SQL("SELECT pg_reload_conf()"))

    with pytest.raises(StoreError, match="refused the user or the password") as caught:
        open_store(postgres.url("postgres", "guarded", PASSWORD), "acme")

    assert caught.value.remedy == "correct DATABASE_URL"
    assert not _leaks(caught)


def test_a_database_that_does_not_exist_is_said_so(postgres: Server) -> None:
    with pytest.raises(StoreError, match="does not exist"):
        open_store(postgres.url("nowhere"), "acme")


def test_a_user_who_may_not_make_tables_is_told_which_right_is_missing(postgres: Server, fresh_database: Fresh) -> None:
    url = fresh_database()
    postgres.execute(sql.SQL("DROP ROLE IF EXISTS guest"))
    postgres.execute(sql.SQL("CREATE ROLE guest LOGIN"))

    with pytest.raises(StoreError, match="lacks a permission") as caught:
        open_store(url.replace("postgres:@", "guest:@"), "acme")
    assert "CREATE on the schema" in caught.value.remedy


def test_a_read_only_server_is_told_apart(postgres: Server, fresh_database: Fresh) -> None:
    url = fresh_database()
    store = open_store(url, "acme")
    with bare_engine(url).begin() as connection:
        name = connection.execute(text("SELECT current_database()")).scalar_one()
    postgres.execute(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only = on").format(sql.Identifier(name)))
    store.close()

    with pytest.raises(StoreError, match="read-only") as caught:
        open_store(url, "acme")
    assert "primary" in caught.value.remedy


def test_a_run_that_lost_its_connection_has_lost_its_lock_and_cannot_commit(fresh_database: Fresh) -> None:
    url = fresh_database()
    store = open_store(url, "acme")
    ended = text(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()"
    )
    with store.lock():
        with bare_engine(url).begin() as connection:
            connection.execute(ended)
        with pytest.raises(StoreError):
            store.begin(a_run())
        with pytest.raises(StoreError, match="broke, and with it the lock"):
            store.commit(a_night())
    store.close()


@pytest.mark.parametrize("url", [f"postgresql://u:{PASSWORD}@host:port/db", f"://u:{PASSWORD}@host"])
def test_a_url_that_cannot_be_read_is_not_quoted(url: str) -> None:
    with pytest.raises(ConfigError, match="not a database URL") as caught:
        open_store(url, "acme")

    assert "percent-encode" in caught.value.remedy
    assert not _leaks(caught)


def test_another_kind_of_database_is_refused() -> None:
    with pytest.raises(ConfigError, match="does not know: mysql") as caught:
        open_store(f"mysql://u:{PASSWORD}@host/db", "acme")
    assert not _leaks(caught)


def test_a_missing_driver_is_named_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigError, match="driver is not installed") as caught:
        open_store("postgresql://host/db", "acme")
    assert caught.value.remedy == "pip install 'cssync[postgres]'"


def test_a_url_of_a_sqlite_file_is_understood(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path}/cssync.db", "acme").close()

    assert (tmp_path / "cssync.db").exists()


def test_an_upgrade_that_fails_halfway_leaves_nothing_behind(address: str, reopen: Opener) -> None:
    with bare_engine(address).begin() as connection:
        # In the way of the second revision, and in no list of tables.
        connection.execute(text("CREATE VIEW outbox AS SELECT 1 AS one"))

    with pytest.raises(StoreError):
        reopen()

    with bare_engine(address).begin() as connection:
        connection.execute(text("DROP VIEW outbox"))
    assert reopen().runs(1) == ()
