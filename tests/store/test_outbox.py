"""How messages wait until they are out, on every database alike."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cssync.errors import StoreError
from cssync.model.delivery import DeliveryState
from cssync.store.base import Store
from tests.builders import (
    AT,
    DAY,
    LONG_AGO,
    TOMORROW,
    a_delivery,
    a_night,
)
from tests.store.conftest import Opener


def test_an_address_counts_as_told_as_soon_as_a_message_is_meant_for_it(store: Store) -> None:
    assert store.past(DAY, LONG_AGO).told == frozenset()
    store.commit(a_night(deliveries=(a_delivery(id="d1"), a_delivery(id="d2"), a_delivery(id="d3", address="C2"))))
    first = a_delivery()
    assert store.past(DAY, LONG_AGO).told == {(first.sink, first.address), (first.sink, "C2")}


def test_a_delivery_is_due_until_it_is_sent(store: Store, reopen: Opener) -> None:
    store.commit(a_night(deliveries=(a_delivery("d1"), a_delivery("d2"))))
    trying = a_delivery("d1", state=DeliveryState.SENDING, attempts=1, first_attempt_at=AT)
    store.record(trying)

    assert reopen().due(AT) == (trying, a_delivery("d2"))

    store.record(a_delivery("d1", state=DeliveryState.SENT, attempts=1, first_attempt_at=AT, receipt="C0123456789:1.2"))
    store.record(a_delivery("d2", state=DeliveryState.UNKNOWN, attempts=2, error="timed out"))

    assert [(one.id, one.state, one.error) for one in store.due(AT)] == [("d2", DeliveryState.UNKNOWN, "timed out")]


def test_a_delivery_waits_for_its_moment_in_whatever_time_zone(store: Store) -> None:
    store.commit(a_night(deliveries=(a_delivery(not_before=datetime.fromisoformat("2026-11-22T06:30:00+02:30")),)))

    assert store.due(datetime(2026, 11, 22, 3, 59, 59, 999_999, tzinfo=UTC)) == ()
    assert len(store.due(datetime(2026, 11, 22, 4, 0, tzinfo=UTC))) == 1


def test_a_delivery_known_already_is_left_as_it_is(store: Store) -> None:
    sent = a_delivery(state=DeliveryState.SENT, attempts=1, receipt="C0123456789:1.2")
    store.commit(a_night(deliveries=(a_delivery(),)))
    store.record(sent)

    store.commit(a_night(TOMORROW, deliveries=(a_delivery(address="elsewhere"),)))

    assert store.due(AT) == ()


def test_recording_a_delivery_that_was_never_made_is_refused(store: Store) -> None:
    with pytest.raises(StoreError, match="no delivery d9"):
        store.record(a_delivery("d9"))
