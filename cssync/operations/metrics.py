"""The nights as Prometheus reads them: from ``cssync schedule`` over HTTP, or from a file after each ``cssync run``.

Everything is read from the store at that moment, so a restart loses nothing. What has an age is given as the moment it
began, as Prometheus advises: ``time() - cssync_...`` goes on growing where nobody writes any more.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import structlog
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, InfoMetricFamily
from prometheus_client.registry import Collector

from cssync import __version__
from cssync.errors import StoreError
from cssync.model.finding import Severity
from cssync.model.night import Run, RunStatus
from cssync.model.overview import Overview
from cssync.operations.standing import State
from cssync.operations.status import Status

log = structlog.get_logger()

Labels = TypeVar("Labels", bound=tuple[str, ...])

_ENDED = (RunStatus.ACCEPTED, RunStatus.REPEATED, RunStatus.REFUSED, RunStatus.FAILED)
# node_exporter runs as another user.
_ALL_MAY_READ = 0o644


def registry(tenant: str, read: Callable[[], Status]) -> CollectorRegistry:
    """Collects what *read* says each time it is asked; where that raises StoreError, that the store is not readable."""
    found = CollectorRegistry(auto_describe=False)
    found.register(_Nights(tenant, read))
    return found


def write_textfile(path: Path, collected: CollectorRegistry) -> None:
    """Put the metrics where node_exporter's textfile collector finds them, all or none. A failure is a warning."""
    # Not *.prom: the collector must not see it before it is whole.
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with unfinished.open("wb") as file:
            os.fchmod(file.fileno(), _ALL_MAY_READ)
            file.write(generate_latest(collected))
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError as error:
        unfinished.unlink(missing_ok=True)
        remedy = "let this user write the folder of metrics.textfile"
        log.warning("metrics_not_written", path=str(path), problem=error.strerror, remedy=remedy)


class _Nights(Collector):
    def __init__(self, tenant: str, read: Callable[[], Status]) -> None:
        self._tenant = tenant
        self._read = read

    def collect(self) -> Iterator[GaugeMetricFamily | CounterMetricFamily | InfoMetricFamily]:
        build = InfoMetricFamily("cssync_build", "Version of cssync and of Python.")
        build.add_metric([], {"version": __version__, "python": platform.python_version()})
        yield build
        try:
            status = self._read()
        except StoreError:
            yield self._gauge("store_readable", "Whether the store could be read.", 0)
            return
        yield self._gauge("store_readable", "Whether the store could be read.", 1)
        yield from self._of_nights(status)
        if status.overview is not None:
            yield from self._of_store(status.overview)
            if status.overview.runs:
                yield from self._of_run(status.overview.runs[0])
            if status.overview.accepted:
                yield from self._of_accepted(status.overview.accepted, status.overview.csms)

    def _of_nights(self, status: Status) -> Iterator[GaugeMetricFamily]:
        states = {(str(state),): float(state is status.standing.state) for state in State}
        yield self._gauges("night_state", "How it stands with the last night that was due: 1 for its state.",
                           ("state",), states)  # fmt: skip
        following = status.timetable.begins(status.timetable.following(status.now))
        yield self._moment("next_night_timestamp_seconds", "When the next night is due.", following)
        at_work = float(status.at_work is not None)
        yield self._gauge("run_in_progress", "Whether a run is under way.", at_work)
        since = [one.since for one in status.unsent if one.since]
        yield self._gauge("unsent_messages", "Messages that should be out and are not.", len(status.unsent))
        if since:
            yield self._moment("unsent_since_timestamp_seconds", "When the oldest of them was first tried.", min(since))

    def _of_store(self, overview: Overview) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
        ended = {(str(status),): float(overview.ended.get(status, 0)) for status in _ENDED}
        runs = CounterMetricFamily("cssync_runs", "Runs so far, by how they ended.", labels=("tenant", "status"))
        for labels, value in ended.items():
            runs.add_metric((self._tenant, *labels), value)
        yield runs
        firing = {(str(severity), rule): float(number) for (severity, rule), number in overview.firing.items()}
        quiet = {(str(severity), ""): 0.0 for severity in Severity} if not firing else {}
        yield self._gauges("alerts_firing", "Alerts that are firing.", ("severity", "rule"), firing or quiet)
        messages = {(name, str(state)): float(number) for (name, state), number in overview.deliveries.items()}
        yield self._gauges("outbox_messages", "Messages ever, by how far they have got.", ("sink", "state"), messages)
        yield self._gauge("store_size_bytes", "Size of the store.", overview.size)

    def _of_run(self, run: Run) -> Iterator[GaugeMetricFamily]:
        yield self._moment("last_run_timestamp_seconds", "When the last run began.", run.started_at)
        statuses = {(str(status),): float(status is run.status) for status in RunStatus}
        yield self._gauges("last_run_status", "How the last run ended: 1 for its status.", ("status",), statuses)
        if run.finished_at is None:
            return
        whole = (run.finished_at - run.started_at).total_seconds()
        pull = run.pull_seconds
        stages = {("all",): whole} if pull is None else {("pull",): pull, ("work",): max(whole - pull, 0.0)}
        yield self._gauges(
            "last_run_duration_seconds",
            "How long the last run took: to pull, and to work it out and commit it; all where the pull did not end.",
            ("stage",),
            stages,
        )

    def _of_accepted(self, run: Run, csms: int) -> Iterator[GaugeMetricFamily]:
        ended = run.finished_at or run.started_at
        yield self._moment("last_accepted_timestamp_seconds", "When the last accepted night was committed.", ended)
        yield self._gauge("accounts", "Accounts of the last accepted night.", run.accounts)
        yield self._gauge("customers", "How many of them are customers.", run.customers)
        yield self._gauge("owners", "Users and queues that the CRM listed.", run.owners)
        yield self._gauge("csms", "CSMs with a book.", csms)
        yield self._gauges("arr", "ARR of all customers.", ("currency",), {(run.currency,): float(run.arr)})
        yield self._gauge("api_calls", "Requests to the CRM's API in the last accepted night.", run.calls)

    def _gauge(self, name: str, about: str, value: float) -> GaugeMetricFamily:
        return self._gauges(name, about, (), {(): value})

    def _moment(self, name: str, about: str, moment: datetime) -> GaugeMetricFamily:
        return self._gauge(name, about, moment.timestamp())

    def _gauges(
        self, name: str, about: str, labels: tuple[str, ...], values: Mapping[Labels, float]
    ) -> GaugeMetricFamily:
        family = GaugeMetricFamily(f"cssync_{name}", about, labels=("tenant", *labels))
        for of, value in sorted(values.items()):
            family.add_metric((self._tenant, *of), value)
        return family
