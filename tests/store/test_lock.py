"""Two runs at once are kept apart, and the second one is told who is at work."""

from __future__ import annotations

import socket

import pytest
from sqlalchemy import text

from cssync.errors import StoreError
from cssync.store.base import Store
from tests.store.conftest import Opener, bare_engine, program


def test_a_lock_keeps_other_processes_out_and_names_its_holder(address: str, store: Store) -> None:
    with program("hold_lock", address) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"

        with pytest.raises(StoreError, match="Another run is at work") as caught, store.lock():
            pass
        assert f"process {holder.pid} on {socket.gethostname()}" in caught.value.message

        holder.communicate()
        assert holder.returncode == 0

    with store.lock():
        pass


def test_the_lock_of_a_killed_process_is_free(address: str, store: Store) -> None:
    with program("hold_lock", address) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        holder.kill()

    if "://" in address:
        _wait_until_the_server_noticed(address)
    with store.lock():
        pass


def test_a_lock_keeps_another_store_of_the_same_process_out(store: Store, reopen: Opener) -> None:
    with store.lock(), pytest.raises(StoreError, match="Another run is at work"), reopen().lock():
        pass

    with store.lock():
        pass


def _wait_until_the_server_noticed(address: str) -> None:
    """Queue up behind the dead holder: the server answers when it has let go of the lock."""
    with bare_engine(address).connect() as connection:
        held = connection.execute(
            text("SELECT (classid::bigint << 32) | objid::bigint FROM pg_locks WHERE locktype = 'advisory'")
        ).scalar_one_or_none()
        if held is not None:
            connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": held})
