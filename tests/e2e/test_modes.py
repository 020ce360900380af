"""What cssync writes may be read by its owner alone, however permissive the umask: names and secrets are in it."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.companies import three_csms, write_files
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk
from tests.e2e.gate import commits_without_end

PERMISSIVE = ("sh", "-c", 'umask 0 && exec "$@"', "sh")
METRICS = "cssync.prom"


@pytest.fixture
def company(desk: Desk) -> Desk:
    write_files(desk, three_csms())
    desk.set("metrics", textfile=METRICS)
    desk.before = PERMISSIVE
    return desk


def modes(folder: Path) -> dict[str, int]:
    return {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir() if path.is_file()}


def test_the_store_and_what_lies_beside_it_while_a_run_is_at_work(company: Desk) -> None:
    assert company.process("run", "--as-of", NIGHT).code == 0
    assert modes(company.folder)["cssync.db"] == 0o600
    with commits_without_end(company), company.started("run", "--as-of", NEXT_NIGHT) as process:
        assert process.stderr is not None
        assert any('"event": "pulled"' in line for line in process.stderr)
        during = modes(company.folder)
        process.kill()
        process.communicate()
    beside = {f"cssync.db{ending}" for ending in ("", "-wal", "-shm", ".lock", ".holder")}
    assert {name: during.get(name) for name in beside} == dict.fromkeys(beside, 0o600)


def test_the_figures_for_node_exporter_may_be_read_by_all_and_name_nobody(company: Desk) -> None:
    assert company.process("run", "--as-of", NIGHT).code == 0
    assert modes(company.folder)[METRICS] == 0o644
    written = (company.folder / METRICS).read_text("utf-8")
    assert "cssync_customers" in written
    assert [name for name in ("Dana", "Ana", "Sam", "Customer", "acme") if name in written] == []


def test_a_store_that_others_may_read_is_a_warning_with_what_to_do(company: Desk) -> None:
    assert company.night(NIGHT).code == 0
    company.store.chmod(0o644)
    with closing(sqlite3.connect(company.store)) as reader:
        reader.execute("SELECT count(*) FROM run").fetchone()
        found = [check for check in company.run("doctor", "--json").json["checks"] if check["name"] == "store file"]
    ((status, remedy),) = [(check["status"], check["remedy"]) for check in found]
    assert status == "warning"
    assert remedy.startswith(f"chmod 600 {company.store} {company.store}-wal")
