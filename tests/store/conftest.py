"""Every test of a store runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeAlias

import pytest
from sqlalchemy import Engine, NullPool, create_engine, make_url

from cssync.store.base import Store
from cssync.store.open import open_dry_store, open_store

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


@pytest.fixture(params=["sqlite", "postgresql"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty store of this test is."""
    if request.param == "sqlite":
        return str(tmp_path / "cssync.db")
    url: str = request.getfixturevalue("postgres").fresh_database()
    return url


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
