"""The nights that one process runs by itself, and what it answers to those who ask after them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date

from cssync.assembly.buttons import controls, pressable
from cssync.assembly.lines import Unheard, night
from cssync.assembly.outbox import send
from cssync.assembly.oversight import metrics, overseen, status_now
from cssync.assembly.parts import now, store
from cssync.model.night import Run
from cssync.notify.delivery import Delivered
from cssync.operations import bugs
from cssync.run import run_night
from cssync.schedule import Pulse, Stop, serve
from cssync.settings.loaded import Loaded

_RECENT_RUNS = 50


def schedule(loaded: Loaded, say: Callable[[str], None]) -> None:
    """Run a night a day until SIGTERM or SIGINT."""
    from rich.console import Console

    stop, pulse, screen = Stop(), Pulse(), Console(markup=False, emoji=False, highlight=False)
    offered = controls(loaded)

    def run(as_of: date) -> None:
        with (
            overseen(loaded, Unheard()) as audience,
            night(loaded, screen, audience=audience, progress=stop.checkpoint, controls=offered) as line,
        ):
            delivered = run_night(line, as_of).delivered
        _raise_failure(delivered)

    def deliver_waiting() -> None:
        _raise_failure(send(loaded, screen, offered))

    def latest_runs() -> tuple[Run, ...]:
        memory = store(loaded)
        try:
            return memory.runs(_RECENT_RUNS)
        finally:
            memory.close()

    with _answering(loaded, pulse):
        serve(
            loaded.settings,
            run_night=run,
            deliver_waiting=deliver_waiting,
            latest_runs=latest_runs,
            now=now,
            report_bug=bugs.report,
            say=say,
            stop=stop,
            pulse=pulse,
            beside=lambda soon: pressable(loaded, soon),
        )


@contextmanager
def _answering(loaded: Loaded, pulse: Pulse) -> Iterator[None]:
    settings, since = loaded.settings.metrics, now()
    if not settings.enabled:
        yield
        return
    from cssync.operations.endpoint import application, served
    from cssync.operations.health import health, liveness

    checks = {
        "/healthz": lambda: health(lambda: status_now(loaded), pulse, since),
        "/livez": lambda: liveness(pulse),
    }
    with served(settings, application(metrics(loaded), checks)):
        yield


def _raise_failure(delivered: Delivered) -> None:
    if delivered.failure is not None:
        raise delivered.failure
