"""``make crash-test``: deliveries that are killed at every step while Slack fails, and how often each message is there.

Every run is a process of its own with a store on disk and Slack on a socket. It is killed by SIGKILL before or after
one of its writes or one of its requests; then up to three runs go well. In the end each channel has to hold one root,
each subject one answer under it, both as they are to be seen, and the outbox nothing that is not SENT. All of it
follows from the seed.
"""

from __future__ import annotations

import argparse
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from copy import deepcopy
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from random import Random
from typing import Self

from cssync import log
from cssync.model.delivery import Delivery
from tests.emulators.slack.faults import Answer, Cut
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.workspace import Channel, Message
from tests.notify.builders import NIGHT
from tests.notify.crashes import morning
from tests.notify.crashes.nursery import Death, Nursery
from tests.notify.crashes.trouble import FAULTS, TARGETS, script

_CLEAN_RUNS = 3
_BETWEEN = 1_800.0  # seconds: the next run comes half an hour later


@dataclass(frozen=True, slots=True)
class Verdict:
    """*on_the_way*: how often the worst message stood there at a time; *in_the_end*: the same after the last run.

    *step*: where it was killed: "before write", "after request", "not at all".
    """

    seed: int
    fault: str
    target: str
    step: str
    on_the_way: int
    in_the_end: int
    flaws: tuple[str, ...]


class FatalSlack(SlackServer):
    """Kills whoever asks at a request, before it does what it is asked or after. *worst*: copies seen of a message."""

    def __init__(self, nursery: Nursery) -> None:
        super().__init__(clock=nursery.shared.clock)
        self._nursery = nursery
        self.death: Death | None = None
        self.requests = 0
        self.worst = 0
        for name in morning.CHANNELS:
            self.workspace.add(Channel(name, name.lower()))

    def answer(self, path: str, query: str, headers: dict[str, str], body: bytes) -> tuple[Answer, Cut | None]:
        number, self.requests = self.requests, self.requests + 1
        if self.death == Death("request", number, after=False):
            self._nursery.kill()
            return Answer(500), Cut.CLOSE
        answered = super().answer(path, query, headers, body)
        self.worst = max(self.worst, self.copies())
        if self.death == Death("request", number, after=True):
            self._nursery.kill()
            return answered[0], Cut.CLOSE
        return answered

    def copies(self) -> int:
        """How often the message stands there that does so most."""
        counts = Counter(
            message["metadata"]["event_payload"]["delivery_id"]
            for channel in self.workspace.channels.values()
            for message in channel.messages
            if "metadata" in message
        )
        return max(counts.values(), default=0)


@dataclass
class Theatre:
    """One nursery, and a store that is copied for every play."""

    folder: Path
    nursery: Nursery = field(default_factory=Nursery)
    _standing: dict[str, list[Message]] = field(default_factory=dict)
    _steps: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)

    def __enter__(self) -> Self:
        log.configure("error")
        morning.put(self.folder / "first.db", morning.first())
        return self

    def __exit__(self, *_: object) -> None:
        self.nursery.__exit__(None, None, None)

    def play(self, seed: int) -> Verdict:
        """The run that *seed* stands for."""
        chance = Random(seed)  # noqa: S311 - what is wanted is the same again
        fault, target = list(FAULTS)[seed % len(FAULTS)], TARGETS[seed // len(FAULTS) % len(TARGETS)]
        death = self._death(fault, target, chance)
        store = self.folder / f"{seed}.db"
        worst, end, flaws = self._played(store, fault, target, death)
        for leftover in self.folder.glob(f"{seed}.db*"):
            leftover.unlink()
        step = f"{'after' if death.after else 'before'} {death.at}" if death else "not at all"
        return Verdict(seed, fault, target, step, worst, end, tuple(flaws))

    def _death(self, fault: str, target: str, chance: Random) -> Death | None:
        """Each step is as likely as every other, and so is to live on."""
        if (fault, target) not in self._steps:
            self._steps[fault, target] = self._counted(fault, target)
        writes, requests = self._steps[fault, target]
        steps = [
            *(Death("write", n, after) for n in range(writes) for after in (False, True)),
            *(Death("request", n, after) for n in range(requests) for after in (False, True)),
        ]
        return chance.choice([None, *steps])

    def _counted(self, fault: str, target: str) -> tuple[int, int]:
        """How many writes and requests the first run has, if it lives."""
        store = self.folder / "counted.db"
        with FatalSlack(self.nursery) as slack:
            self._set_the_scene(store, slack, fault, target)
            slack.requests = 0
            self.nursery.bear(store, slack.api_url, FAULTS[fault].timeout_seconds)
            return self.nursery.shared.writes, slack.requests

    def _played(self, store: Path, fault: str, target: str, death: Death | None) -> tuple[int, int, list[str]]:
        with FatalSlack(self.nursery) as slack:
            wanted = self._set_the_scene(store, slack, fault, target)
            slack.requests, slack.death = 0, death
            ended = self.nursery.bear(store, slack.api_url, FAULTS[fault].timeout_seconds, death)
            wrong = [] if ended == (-signal.SIGKILL if death else 0) else [f"the first run ended with {ended}"]
            slack.death = None
            for number in range(_CLEAN_RUNS):
                has_news = FAULTS[fault].news and number > 0
                if has_news:
                    wanted = morning.with_news()
                    morning.put(store, wanted)
                slack.workspace.revoked = False
                self.nursery.shared.sleep(_BETWEEN)
                if ended := self.nursery.bear(store, slack.api_url, FAULTS[fault].timeout_seconds):
                    wrong.append(f"a run that nobody killed ended with {ended}")
                flaws = [*_unsettled(store), *morning.flaws(slack.workspace, wanted)]
                if not flaws and not slack.is_behind and has_news == FAULTS[fault].news:
                    break
            return slack.worst, slack.copies(), [*wrong, *flaws]

    def _set_the_scene(self, store: Path, slack: FatalSlack, fault: str, target: str) -> tuple[Delivery, ...]:
        """Everything up to the run that is killed; answers what is to be seen in the end."""
        self.nursery.shared.seconds = NIGHT.timestamp()
        method, mishaps = script(fault, target)
        slack.inject(method, *mishaps)
        if target != "update":
            shutil.copy(self.folder / "first.db", store)
            return morning.first()
        self._go_on_from_the_first_run(store, slack)
        return morning.with_news()

    def _go_on_from_the_first_run(self, store: Path, slack: FatalSlack) -> None:
        """A run that went well, and news since; the same each time, and so walked once."""
        saved = self.folder / "news.db"
        if not saved.exists():
            shutil.copy(self.folder / "first.db", saved)
            self.nursery.bear(saved, slack.api_url, timeout_seconds=60)
            morning.put(saved, morning.with_news())
            self._standing = {name: one.messages for name, one in slack.workspace.channels.items()}
        for name, messages in deepcopy(self._standing).items():
            slack.workspace.channels[name].messages = messages
        shutil.copy(saved, store)
        self.nursery.shared.sleep(_BETWEEN)


def _unsettled(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as direct:
        rows = direct.execute("SELECT id, state, error FROM outbox WHERE state != 'sent'")
        return [f"{identity}: {state} ({error})" for identity, state, error in rows]


def played(seeds: Iterable[int]) -> Iterator[Verdict]:
    """The runs of *seeds*, one after the other."""
    with tempfile.TemporaryDirectory(prefix="cssync-crashes-") as folder, Theatre(Path(folder)) as theatre:
        for seed in seeds:
            yield theatre.play(seed)


def table(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """A line for each fault and place where it strikes: runs, copies at worst on the way, and in the end."""
    steps = ("before write", "after write", "before request", "after request", "not at all")
    yield f"{'fault':28}{'at':8}" + "".join(f"{step:>16}" for step in steps)
    found = list(verdicts)
    for fault in FAULTS:
        for target in TARGETS:
            cells = []
            for step in steps:
                mine = [one for one in found if (one.fault, one.target, one.step) == (fault, target, step)]
                worst = max((one.on_the_way for one in mine), default=0)
                end = max((one.in_the_end for one in mine), default=0)
                cells.append(f"{len(mine):>4}: {worst} > {end}" if mine else "")
            yield f"{fault:28}{target:8}" + "".join(f"{cell:>16}" for cell in cells)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--runs", type=int, default=1_000)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    begun = time.monotonic()
    shares = [range(options.first + n, options.first + options.runs, options.workers) for n in range(options.workers)]
    with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
        verdicts = [one for share in pool.map(_share, shares) for one in share]
    _say("Runs: copies of a message at worst on the way > in the end, by fault and by where the process was killed.\n")
    for line in table(verdicts):
        _say(line)
    flawed = sorted((one for one in verdicts if one.flaws), key=lambda one: one.seed)
    killed = sum(one.step != "not at all" for one in verdicts)
    doubled = sum(one.on_the_way > 1 for one in verdicts)
    _say(
        f"\n{len(verdicts)} runs, {killed} of them killed, in {time.monotonic() - begun:.0f} s: several copies on the"
        f" way in {doubled}, one of each in the end in {len(verdicts) - len(flawed)}."
    )
    for one in flawed:
        _say(f"FLAWED seed {one.seed}: {one.fault}, at {one.target}, killed {one.step}: {'; '.join(one.flaws)}")
    sys.exit(bool(flawed))


def _share(seeds: range) -> list[Verdict]:
    return list(played(seeds))


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
