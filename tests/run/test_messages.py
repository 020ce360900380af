"""Who is told what: the news to those who know the rest, everything to newcomers, a failure to operations."""

from __future__ import annotations

from datetime import UTC, datetime

from cssync.errors import ImplausibleSnapshotError, StoppedError
from cssync.model.delivery import Address, Delivery
from cssync.model.digest import Digest, Notice
from cssync.model.night import Past, Run, RunStatus
from cssync.model.tables import PAST_SPELLS, empty
from cssync.run import Route, messages
from tests.mornings import Mornings
from tests.nights import TODAY, account, many

VP, CFO = Address("slack", "C-cs"), Address("slack", "C-finance")
RUN = Run(
    id="r1", as_of=TODAY, started_at=datetime(2026, 11, 22, 4, tzinfo=UTC), status=RunStatus.RUNNING, source="hand"
)


def sent(mornings: Mornings, *told: Address) -> dict[str, tuple[list[str], Delivery]]:
    """Channel -> (who is named, the message), for the last morning."""
    past = Past(runs=(), today=None, spells=empty(PAST_SPELLS), alerts=(), history_since=None, told=frozenset(told))
    deliveries = messages.digests(mornings.tidings, past, (Route(VP), Route(CFO)), "acme")
    assert isinstance(mornings.tidings.run_id, str)
    found = {}
    for delivery in deliveries:
        assert isinstance(delivery.payload, Digest)
        found[delivery.address] = ([entry.who for entry in delivery.payload.entries], delivery)
    return found


def test_a_channel_that_was_never_told_anything_gets_everything_that_is_firing() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    mornings.after([*many(51), account("x", None)])
    found = sent(mornings, VP)
    assert found["C-cs"][0] == ["No CSM"]
    assert found["C-finance"][0] == ["Dana Roy", "No CSM"]


def test_a_newcomer_is_told_even_on_a_night_without_news_and_nobody_else_is() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    assert mornings.after(many(51)) is None
    found = sent(mornings, VP)
    assert list(found) == ["C-finance"]
    assert found["C-finance"][0] == ["Dana Roy"]


def test_where_nothing_is_firing_a_newcomer_waits() -> None:
    mornings = Mornings()
    mornings.after(many(50))
    assert sent(mornings) == {}


def test_the_same_news_for_the_same_channel_has_the_same_id_and_for_another_a_different_one() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    first, again = sent(mornings, VP, CFO), sent(mornings, VP, CFO)
    assert first["C-cs"][1].id == again["C-cs"][1].id
    assert first["C-cs"][1].id != first["C-finance"][1].id


def failed(message: str) -> list[Delivery]:
    return list(messages.notices(RUN, ImplausibleSnapshotError(message, remedy="look"), [VP], "acme"))


def test_operations_are_told_of_one_reason_once_a_day_whatever_its_figures() -> None:
    (first,), (again,), (other,) = (
        failed(text) for text in ("ARR fell by 41%", "ARR fell by 43%", "the pull brought 0 owners")
    )
    assert first.id == again.id != other.id
    assert isinstance(first.payload, Notice)
    assert first.payload.text == "ARR fell by 41%. No alert was changed; the last good night stands. To do: look"


def test_nobody_is_told_of_a_process_that_was_stopped() -> None:
    assert list(messages.notices(RUN, StoppedError("stopped during accounts"), [VP], "acme")) == []
