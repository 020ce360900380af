"""What a dry run reads is seen by that run alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from cssync.store.memory_mirror import MemoryMirror

AT = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
UNTIL = AT - timedelta(minutes=5)
LATER = AT + timedelta(days=1)


def _rows(**names: str) -> pl.DataFrame:
    return pl.DataFrame({"Id": list(names), "Name": list(names.values())}, {"Id": pl.String, "Name": pl.String})


def test_a_dry_run_sees_what_is_stored_and_lays_its_own_changes_over_it() -> None:
    stored = MemoryMirror()
    full = stored.replica("Account", key="Id", shape="s").begin(full=True, begun=AT, until=UNTIL)
    full.keep(_rows(a="Acme", b="Globex"), {"after": "b"})
    full.seal()

    replica = MemoryMirror(stored).replica("Account", key="Id", shape="s")
    assert (replica.full_at, replica.until) == (AT, UNTIL)
    delta = replica.begin(full=False, begun=LATER, until=LATER)
    delta.keep(_rows(c="Initech", a="Acme Corp"), {}, gone=["b"])
    assert delta.rows().rows() == [("a", "Acme Corp"), ("c", "Initech")]
    delta.seal()

    assert replica.rows().rows() == [("a", "Acme Corp"), ("c", "Initech")]
    assert (replica.full_at, replica.until) == (AT, LATER)
    untouched = stored.replica("Account", key="Id", shape="s")
    assert untouched.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert untouched.until == UNTIL


def test_a_dry_run_goes_on_where_a_real_one_broke_off_and_leaves_it_there() -> None:
    stored = MemoryMirror()
    broken_off = stored.replica("Account", key="Id", shape="s").begin(full=True, begun=AT, until=UNTIL)
    broken_off.keep(_rows(a="Acme"), {"after": "a"})

    replica = MemoryMirror(stored).replica("Account", key="Id", shape="s")
    resumed = replica.unfinished()
    assert resumed is not None
    assert (resumed.full, resumed.begun, resumed.until, resumed.height) == (True, AT, UNTIL, 1)
    assert resumed.cursor == {"after": "a"}
    resumed.keep(_rows(b="Globex"), {"after": "b"})
    resumed.seal()

    assert replica.rows().rows() == [("a", "Acme"), ("b", "Globex")]
    assert replica.full_at == AT
    assert replica.unfinished() is None
    assert (broken_off.height, broken_off.cursor) == (1, {"after": "a"})


def test_a_dry_run_that_begins_anew_forgets_what_is_stored_unfinished() -> None:
    stored = MemoryMirror()
    stored.replica("Account", key="Id", shape="s").begin(full=True, begun=AT, until=UNTIL)

    replica = MemoryMirror(stored).replica("Account", key="Id", shape="s")
    replica.begin(full=True, begun=LATER, until=LATER).discard()

    assert replica.unfinished() is None
    with pytest.raises(ValueError, match="there is no replica"):
        replica.rows()
