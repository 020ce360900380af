"""Keeps the nights coming: looks at the start, at the night's time and every hour whether one is due, and runs it."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from queue import Empty, SimpleQueue
from types import FrameType

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
from apscheduler.triggers.interval import IntervalTrigger

from cssync.errors import BusyError, CssyncError, DeliveryError, StoppedError, StoreError, TransientError
from cssync.log import without_messages
from cssync.model.check import CheckStatus
from cssync.model.night import Run
from cssync.schedule.pulse import BEATS_EVERY, Pulse
from cssync.schedule.timetable import Timetable, announce, check, due
from cssync.settings.model import Settings

log = structlog.get_logger()

RETRY_AFTER = timedelta(minutes=30)
_NAP_SECONDS = 1.0
# Only these may pass by themselves; for all others someone has to mend something and start the schedule again.
_PASSING = (TransientError, StoreError, DeliveryError)


class Stop:
    """The wish to end, said by a signal and heard by the main thread and by the work in hand."""

    def __init__(self) -> None:
        self.requested = False
        # Unlike an Event, a SimpleQueue may be filled by a signal handler that interrupts its own reader.
        self._said: SimpleQueue[None] = SimpleQueue()

    def request(self) -> None:
        self.requested = True
        self._said.put(None)

    def wait(self) -> None:
        """Sleep until the wish is said.

        Python runs a signal's handler only between two of its own instructions, so one that arrives just as the
        thread falls asleep is not heard before it wakes: it wakes every second.
        """
        while not self.requested:
            with suppress(Empty):
                self._said.get(timeout=_NAP_SECONDS)
                self._said.put(None)  # for whoever else waits

    def checkpoint(self, stage: str, done: int, total: int | None) -> None:  # noqa: ARG002  the shape of a Progress
        """A connector's Progress that ends a pull between two pages. Raises StoppedError once the wish is said."""
        if self.requested:
            raise StoppedError(
                f"stopped during {stage}, before anything was written", remedy="the next start catches up"
            )

    @contextmanager
    def on_signals(self) -> Iterator[None]:
        """Listen to SIGTERM and SIGINT. As process 1 of a container only signals with a handler arrive at all."""

        def handle(_signum: int, _frame: FrameType | None) -> None:
            self.request()

        before = {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


class Watch:
    """One look at a time at what the store says; runs the night that is due, and outlives its failures."""

    def __init__(
        self,
        timetable: Timetable,
        *,
        run_night: Callable[[date], None],
        deliver_waiting: Callable[[], None],
        latest_runs: Callable[[], Iterable[Run]],
        now: Callable[[], datetime],
        report_bug: Callable[[Exception], None],
    ) -> None:
        self._timetable = timetable
        self._run_night = run_night
        self._deliver_waiting = deliver_waiting
        self._latest_runs = latest_runs
        self._now = now
        self._report_bug = report_bug
        self._rest_until = datetime.min.replace(tzinfo=UTC)

    def look(self) -> None:
        """Run the night that is due; when none is, send what an earlier one could not. Never raises."""
        now = self._now()
        if now < self._rest_until:
            return
        night: date | None = None
        try:
            night = due(now, self._latest_runs(), self._timetable)
            if night is None:
                self._deliver_waiting()
                return
            log.info("night_begins", night=str(night))
            self._run_night(night)
            log.info("night_ended", night=str(night), next=announce(self._timetable, self._now()))
        except BusyError as error:
            self._rest(passing=True)
            log.info("night_elsewhere", **_named(night), reason=error.message, not_before=self._resting())
        except StoppedError as error:
            log.info("night_stopped", night=str(night), reason=error.message)
        except CssyncError as error:
            self._rest(passing=isinstance(error, _PASSING))
            facts = {**_named(night), "error": error.message, "remedy": error.remedy}
            log.error(_failed(night), **facts, not_before=self._resting())  # noqa: TRY400  expected: no traceback
        except Exception as error:  # noqa: BLE001  a bug in one night must not cost the next ones
            self._rest(passing=True)
            traceback = without_messages(error)
            log.error(_failed(night), **_named(night), not_before=self._resting(), traceback=traceback)  # noqa: TRY400
            self._report_bug(error)

    def deliver(self) -> None:
        """Bring up to date what was told, out of turn: someone has decided something. Never raises."""
        try:
            self._deliver_waiting()
        except BusyError as error:
            log.info("told_elsewhere", reason=error.message)  # the run that is at work does it at its end
        except CssyncError as error:
            log.warning("not_told", error=error.message, remedy=error.remedy)  # the next look does it
        except Exception as error:  # noqa: BLE001  as above
            log.error("not_told", traceback=without_messages(error))  # noqa: TRY400
            self._report_bug(error)

    def _rest(self, *, passing: bool) -> None:
        now = self._now()
        following = self._timetable.begins(self._timetable.following(now))
        self._rest_until = min(now + RETRY_AFTER, following) if passing else following

    def _resting(self) -> str:
        return f"{self._rest_until:%Y-%m-%d %H:%M} UTC"


def _failed(night: date | None) -> str:
    return "night_failed" if night else "look_failed"


def _named(night: date | None) -> dict[str, str]:
    return {"night": str(night)} if night else {}


def serve(
    settings: Settings,
    *,
    run_night: Callable[[date], None],
    deliver_waiting: Callable[[], None],
    latest_runs: Callable[[], Iterable[Run]],
    now: Callable[[], datetime],
    report_bug: Callable[[Exception], None],
    say: Callable[[str], None],
    stop: Stop,
    pulse: Pulse,
    beside: Callable[[Callable[[], None]], AbstractContextManager[None]],
) -> None:
    """Run a night a day. Returns after SIGTERM or SIGINT, with the work in hand finished.

    *run_night*: one whole run of that date, raising CssyncError; give its pull ``stop.checkpoint`` as Progress and
    a signal ends it between two pages. *deliver_waiting*: empties the outbox, each hour in which no night is due.
    *latest_runs*: the store's, at least those of two days. *report_bug*: told of errors that nobody expected.
    *say*: told at the start when the next night is, and on which days the clocks get in its way. *pulse*: beats for
    as long as the scheduler does its work. *beside*: entered while the scheduler is at work, with a function that has
    *deliver_waiting* done as soon as the work in hand allows.
    """
    timetable = Timetable(settings.schedule.at, settings.zone)
    watch = Watch(
        timetable,
        run_night=run_night,
        deliver_waiting=deliver_waiting,
        latest_runs=latest_runs,
        now=now,
        report_bug=report_bug,
    )
    with stop.on_signals():
        scheduler = plan(watch, timetable, now(), pulse)
        scheduler.start()
        say(f"Next night: {announce(timetable, now())}. A missed one is caught up now. Ctrl-C or SIGTERM ends this.")
        for line in check(timetable, now()):
            if line.status is not CheckStatus.OK:
                say(f"{line.found}: {line.remedy}.")
        with beside(lambda: _soon(scheduler, watch)):
            stop.wait()
        log.info("stopping", waits_for="the work in hand")
        scheduler.shutdown(wait=True)
        log.info("stopped")


def _soon(scheduler: BackgroundScheduler, watch: Watch) -> None:
    """By the one worker that all work shares; however often it is asked for meanwhile, it is done once."""
    scheduler.add_job(watch.deliver, id="soon", replace_existing=True)


def plan(watch: Watch, timetable: Timetable, now: datetime, pulse: Pulse) -> BackgroundScheduler:
    """A scheduler, not started yet, that looks now, at the night's time each day, and every hour.

    The hourly look makes good whatever the daily one misses: a day on which the clocks skip its time, a host that
    slept. Late looks are never dropped (the default would drop them after a second), heaped ones become one, and
    all share one worker, so that two nights never overlap. The pulse has its own, to beat all through a night.
    """
    # What matters is logged here; without a handler logging would print its own lines beside ours.
    logging.getLogger("apscheduler").addHandler(logging.NullHandler())
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(max_workers=1), "pulse": ThreadPoolExecutor(max_workers=1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=timetable.zone,
    )
    at = timetable.at
    nightly = CalendarIntervalTrigger(
        days=1,
        hour=at.hour,
        minute=at.minute,
        second=at.second,
        start_date=timetable.following(now),
        timezone=timetable.zone,
    )
    scheduler.add_job(watch.look, nightly, id="night")
    scheduler.add_job(watch.look, IntervalTrigger(hours=1, timezone=UTC), id="hour", next_run_time=now)
    every = IntervalTrigger(seconds=int(BEATS_EVERY.total_seconds()), timezone=UTC)
    scheduler.add_job(pulse.beat, every, id="pulse", executor="pulse", next_run_time=now)
    return scheduler
