"""What tests all over the tree share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.postgres import Server, running_server


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this test process, started when first asked for."""
    with running_server() as server:
        yield server
