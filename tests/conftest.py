"""What tests all over the tree share."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings

from cssync import log
from tests.postgres import Fresh, Server, running_server

# The same examples on every machine; and that a machine is busy says nothing of what is tested.
settings.register_profile("repeatable", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("repeatable")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """A PostgreSQL server of this test process, started when first asked for."""
    with running_server() as server:
        yield server


@pytest.fixture
def fresh_database(postgres: Server) -> Iterator[Fresh]:
    """Makes databases of this test's own."""
    with postgres.databases() as fresh:
        yield fresh


@pytest.fixture(autouse=True)
def _own_log() -> Iterator[None]:
    """A command that ran within a test leaves no log of its own behind: neither its level, nor what it hides."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    if structlog.is_configured():
        log.configure()
        root.handlers[:], root.level = before
        structlog.reset_defaults()
