"""Whatever happens to a mirror, it holds what a plain dictionary would."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

import polars as pl
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cssync.model.mirror import Mirror, Replica
from cssync.store.memory_mirror import MemoryMirror
from cssync.store.open import open_store
from tests.store.crash_mirror import AT, SCHEMA

IDS = ("001a", "001b", "001c", "001d")
_numbers = itertools.count()

Row: TypeAlias = tuple[str, str]


@dataclass(frozen=True)
class Begin:
    full: bool
    shape: str


@dataclass(frozen=True)
class Keep:
    rows: list[Row]
    gone: list[str]


Step: TypeAlias = Begin | Keep | str

ids = st.sampled_from(IDS)
steps = st.one_of(
    st.builds(Begin, st.booleans(), st.sampled_from(["s", "s", "s", "t"])),
    st.builds(Keep, st.lists(st.tuples(ids, st.sampled_from("xyz")), max_size=4), st.lists(ids, max_size=2)),
    st.builds(Keep, st.lists(st.tuples(ids, st.sampled_from("xyz")), max_size=4), st.lists(ids, max_size=2)),
    st.sampled_from(["seal", "seal", "discard", "crash"]),
)
stories = st.lists(steps, max_size=14)


@dataclass
class Dictionary:
    """What a mirror holds of one kind of record, kept the plain way."""

    sealed: dict[str, str] | None = None
    shape: str = ""
    draft: dict[str, str] | None = None
    draft_shape: str = ""
    height: int = 0
    moments: list[int] = field(default_factory=list)  # begun: the last full one's and the last one's
    began: tuple[bool, int] = (True, 0)

    def begin(self, step: Begin, number: int) -> bool:
        if not step.full and (self.sealed is None or self.shape != step.shape):
            return False
        self.draft = {} if step.full else dict(self.sealed or {})
        self.draft_shape, self.height, self.began = step.shape, 0, (step.full, number)
        return True

    def keep(self, step: Keep) -> None:
        assert self.draft is not None
        self.draft |= dict(step.rows)
        for one in step.gone:
            self.draft.pop(one, None)
        self.height += len(step.rows)

    def seal(self) -> None:
        full, number = self.began
        self.sealed, self.shape, self.draft = self.draft, self.draft_shape, None
        self.moments = [number, number] if full else [self.moments[0], number]


def _tell(look: Callable[[], Mirror], story: list[Step], known: Dictionary) -> None:
    """Do to a mirror and to *known* what *story* says, and compare them after each step."""
    mirror = look()
    for number, step in enumerate(story):
        match step:
            case Begin():
                replica = _replica(mirror, step.shape)
                assert (replica.full_at is not None) == (known.sealed is not None and known.shape == step.shape)
                if known.begin(step, number):
                    moment = AT + timedelta(days=number)
                    replica.begin(full=step.full, begun=moment, until=moment - timedelta(minutes=5))
            case Keep() if known.draft is not None:
                known.keep(step)
                reading = _replica(mirror, known.draft_shape).unfinished()
                assert reading is not None
                reading.keep(_frame(step.rows), {"step": str(number)}, gone=step.gone)
                assert reading.cursor == {"step": str(number)}
            case "seal" if known.draft is not None:
                known.seal()
                reading = _replica(mirror, known.shape).unfinished()
                assert reading is not None
                reading.seal()
            case "discard" if known.draft is not None:
                known.draft = None
                reading = _replica(mirror, known.draft_shape).unfinished()
                assert reading is not None
                reading.discard()
            case "crash":
                mirror = look()
        _compare(mirror, known)


def _compare(mirror: Mirror, known: Dictionary) -> None:
    for shape in ("s", "t"):
        replica = _replica(mirror, shape)
        if known.sealed is None or known.shape != shape:
            assert (replica.full_at, replica.until) == (None, None)
        else:
            full, last = (AT + timedelta(days=number) for number in known.moments)
            assert (replica.full_at, replica.until) == (full, last - timedelta(minutes=5))
            assert _rows(replica.rows()) == sorted(known.sealed.items())
        reading = replica.unfinished()
        if known.draft is None or known.draft_shape != shape:
            assert reading is None
        else:
            assert reading is not None
            assert (reading.height, reading.full) == (known.height, known.began[0])
            assert _rows(reading.rows()) == sorted(known.draft.items())


def _replica(mirror: Mirror, shape: str) -> Replica:
    return mirror.replica("Account", key="Id", shape=shape)


def _frame(rows: list[Row]) -> pl.DataFrame:
    return pl.DataFrame(rows, SCHEMA, orient="row")


def _rows(frame: pl.DataFrame) -> list[Row]:
    return [(one, name) for one, name in frame.rows()]


@settings(max_examples=200, deadline=None)
@given(stories)
def test_a_mirror_in_memory_holds_what_a_dictionary_would(story: list[Step]) -> None:
    mirror = MemoryMirror()
    _tell(lambda: mirror, story, Dictionary())


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(stories)
def test_a_stored_mirror_holds_what_a_dictionary_would_however_often_its_process_dies(
    address: str, story: list[Step]
) -> None:
    tenant = f"tenant {next(_numbers)}"
    opened = [open_store(address, tenant)]

    def look() -> Mirror:
        opened.pop().close()
        opened.append(open_store(address, tenant))
        return opened[-1].mirror("salesforce")

    try:
        _tell(look, story, Dictionary())
    finally:
        opened.pop().close()


@settings(max_examples=200, deadline=None)
@given(stories, stories)
def test_a_dry_run_holds_what_a_dictionary_would_and_leaves_what_is_stored(
    stored_story: list[Step], story: list[Step]
) -> None:
    stored, known = MemoryMirror(), Dictionary()
    _tell(lambda: stored, stored_story, known)
    before = deepcopy(known)
    rehearsed = MemoryMirror(stored)

    _tell(lambda: rehearsed, story, known)

    _compare(stored, before)
