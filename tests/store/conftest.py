"""Every test of a store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url

from cssync.store.base import Store
from cssync.store.open import open_dry_store, open_store
from tests.postgres import Fresh, Server

Opener: TypeAlias = Callable[[], Store]

REPOSITORY = Path(__file__).parents[2]


def bare_engine(address: str) -> Engine:
    """The database without cssync around it."""
    if "://" not in address:
        return create_engine(f"sqlite:///{address}", poolclass=NullPool)
    return create_engine(make_url(address).set(drivername="postgresql+psycopg"), poolclass=NullPool)


def program(name: str, *arguments: str) -> subprocess.Popen[str]:
    """Start ``tests/store/<name>.py`` as a process of its own, talking over pipes."""
    return subprocess.Popen(  # noqa: S603  # the program is ours
        [sys.executable, "-m", f"tests.store.{name}", *arguments],
        cwd=REPOSITORY,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture(scope="session")
def made_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store in a file, for copies: made once, as that takes longer than most of what is done with it."""
    path = tmp_path_factory.mktemp("made") / "cssync.db"
    open_store(path, "acme").close()
    return path


@pytest.fixture(scope="session")
def made_database(postgres: Server) -> Iterator[str]:
    """The name of a database that holds a store, for copies."""
    with postgres.databases() as fresh:
        url = fresh()
        open_store(url, "acme").close()
        yield str(make_url(url).database)


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where this test has its store: nothing is there yet, but where a test of ``store`` takes one for granted."""
    made, path = "store" in request.fixturenames, tmp_path / "cssync.db"
    if request.param == "sqlite":
        if made:
            shutil.copyfile(request.getfixturevalue("made_file"), path)
            path.chmod(0o600)
        return str(path)
    fresh: Fresh = request.getfixturevalue("fresh_database")
    return fresh(request.getfixturevalue("made_database")) if made else fresh()


@pytest.fixture
def reopen(address: str) -> Iterator[Opener]:
    """Open the store of this test, as often as one likes; all are closed in the end."""
    opened: list[Store] = []

    def reopen() -> Store:
        opened.append(open_store(address, "acme", patience_seconds=0))
        return opened[-1]

    yield reopen
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Opener) -> Store:
    return reopen()


@pytest.fixture
def dry(address: str) -> Iterator[Opener]:
    """Open the same store for a dry run."""
    opened: list[Store] = []

    def dry() -> Store:
        opened.append(open_dry_store(address, "acme", patience_seconds=0))
        return opened[-1]

    yield dry
    for store in opened:
        store.close()
