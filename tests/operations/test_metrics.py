"""What Prometheus is told, and the file for those who run one night at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families
from structlog.testing import capture_logs

from cssync.errors import StoreError
from cssync.model.night import RunStatus
from cssync.operations.metrics import registry, write_textfile
from cssync.operations.status import Status
from tests.documents import DOCS, quoted, the_table
from tests.operations.builders import BEGAN, a_run, a_status, an_overview, an_undelivered

UNSENT = a_status(an_overview(undelivered=(an_undelivered(),)))


def of(status: Status) -> CollectorRegistry:
    return registry("acme", lambda: status)


def shut() -> Status:
    raise StoreError("database is locked")


def samples(collected: CollectorRegistry) -> dict[tuple[str, ...], float]:
    """Every sample by its name and its labels but the tenant's."""
    families = text_string_to_metric_families(generate_latest(collected).decode())
    return {
        (sample.name, *(value for label, value in sorted(sample.labels.items()) if label != "tenant")): sample.value
        for family in families
        for sample in family.samples
    }


def test_the_last_accepted_night_is_told_in_figures() -> None:
    found = samples(of(a_status(an_overview())))
    assert found["cssync_last_accepted_timestamp_seconds",] == BEGAN.timestamp() + 90
    assert found["cssync_accounts",] == 419
    assert found["cssync_customers",] == 374
    assert found["cssync_csms",] == 9
    assert found["cssync_arr", "USD"] == 12060411.50
    assert found["cssync_api_calls",] == 14
    assert found["cssync_last_run_duration_seconds", "pull"] == 80.5
    assert found["cssync_last_run_duration_seconds", "work"] == 9.5


def test_nights_alerts_and_messages_are_counted() -> None:
    found = samples(of(UNSENT))
    assert found["cssync_runs_total", "accepted"] == 21
    assert found["cssync_runs_total", "refused"] == 2
    assert found["cssync_runs_total", "failed"] == 0
    assert found["cssync_alerts_firing", "arr_over_limit", "critical"] == 2
    assert found["cssync_outbox_messages", "slack", "pending"] == 1
    assert found["cssync_unsent_messages",] == 1
    assert found["cssync_unsent_since_timestamp_seconds",] == BEGAN.timestamp()


def test_the_state_of_the_night_and_of_the_last_run_is_one_of_all() -> None:
    refused = samples(of(a_status(an_overview(a_run(RunStatus.REFUSED)))))
    assert refused["cssync_night_state", "refused"] == 1
    assert sum(value for key, value in refused.items() if key[0] == "cssync_night_state") == 1
    assert sum(value for key, value in refused.items() if key[0] == "cssync_last_run_status") == 1


def test_a_pull_that_did_not_end_has_one_duration() -> None:
    found = samples(of(a_status(an_overview(a_run(RunStatus.FAILED, pull_seconds=None)))))
    assert {key: value for key, value in found.items() if "duration" in key[0]} == {
        ("cssync_last_run_duration_seconds", "all"): 90
    }


def test_a_store_that_cannot_be_read_is_a_metric_too() -> None:
    found = samples(registry("acme", shut))
    assert found["cssync_store_readable",] == 0
    assert {key[0] for key in found} == {"cssync_store_readable", "cssync_build_info"}


def test_before_the_first_night_there_is_nothing_to_count() -> None:
    found = samples(of(a_status(None)))
    assert found["cssync_store_readable",] == 1
    assert found["cssync_night_state", "missing"] == 1
    assert ("cssync_accounts",) not in found


def test_every_metric_says_whose_it_is() -> None:
    families = text_string_to_metric_families(generate_latest(of(UNSENT)).decode())
    tenants = {sample.labels.get("tenant") for family in families for sample in family.samples}
    assert tenants == {"acme", None}  # the build is nobody's


def test_the_metrics_documented_are_those_there_are() -> None:
    families = list(text_string_to_metric_families(generate_latest(of(UNSENT)).decode()))
    told = {
        quoted(row["metric"])[0]: set(quoted(row["labels"])) for row in the_table(DOCS["docs/operations.md"], "Metrics")
    }
    found = {sample.name: set(sample.labels) - {"tenant"} for family in families for sample in family.samples}
    assert told == found
    assert all(family.documentation for family in families)


@pytest.fixture
def strict_umask() -> Iterator[None]:
    before = os.umask(0o077)
    yield
    os.umask(before)


@pytest.mark.usefixtures("strict_umask")
def test_the_file_may_be_read_by_all_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "cssync.prom"
    for _ in range(2):
        write_textfile(path, of(UNSENT))
    assert list(tmp_path.iterdir()) == [path]
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert path.read_bytes() == generate_latest(of(UNSENT))


def test_a_folder_that_is_not_there_is_a_warning(tmp_path: Path) -> None:
    with capture_logs() as logs:
        write_textfile(tmp_path / "nowhere" / "cssync.prom", of(UNSENT))
    assert [(line["event"], line["log_level"], line["problem"]) for line in logs] == [
        ("metrics_not_written", "warning", "No such file or directory")
    ]


def test_a_disk_that_fills_up_leaves_the_file_of_before(tmp_path: Path) -> None:
    path = tmp_path / "cssync.prom"
    write_textfile(path, of(UNSENT))
    before = path.read_bytes()
    path.with_name(f".cssync.prom.{os.getpid()}").symlink_to("/dev/full")
    with capture_logs() as logs:
        write_textfile(path, of(a_status(an_overview())))
    assert logs[0]["problem"] == "No space left on device"
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
