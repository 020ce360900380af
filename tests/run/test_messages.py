"""Who is told what: the news to those who know the rest, everything to newcomers, a failure to operations."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from cssync.alerts.quiet import Quiet
from cssync.errors import ImplausibleSnapshotError, StoppedError
from cssync.model.delivery import Address, Delivery
from cssync.model.digest import Digest, Evidence, Notice
from cssync.model.night import Past, Run, RunStatus
from cssync.model.tables import PAST_SPELLS, empty
from cssync.run import Route, messages
from tests.mornings import Mornings
from tests.nights import TODAY, account, many

VP, CFO = Address("slack", "C-cs"), Address("slack", "C-finance")
RUN = Run(
    id="r1", as_of=TODAY, started_at=datetime(2026, 11, 22, 4, tzinfo=UTC), status=RunStatus.RUNNING, source="hand"
)

UNTOLD = Past(runs=(), today=None, spells=empty(PAST_SPELLS), alerts=(), history_since=None)


def sent(mornings: Mornings, *told: Address) -> dict[str, tuple[list[str], Delivery]]:
    """Channel -> (who is named, the message), for the last morning."""
    past = replace(UNTOLD, told=frozenset(told))
    deliveries = messages.digests(
        mornings.tidings, past, (Route(*VP[:1], VP[1:]), Route(*CFO[:1], CFO[1:])), "acme", RUN.started_at
    )
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


def posted(mornings: Mornings, *routes: Route, past: Past = UNTOLD, now: datetime = RUN.started_at) -> list[Delivery]:
    return list(messages.digests(mornings.tidings, past, routes, "acme", now))


def kept_true(**more: Any) -> Route:
    return Route(VP.sink, (VP.place,), edits=True, **more)


def test_where_messages_can_be_edited_there_is_one_a_date_and_an_answer_for_each_book() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(52, "U2", prefix="s")])
    root, *answers = posted(mornings, kept_true())
    assert (root.as_of, root.revisable, root.reply_to) == (TODAY, True, None)
    assert [one.reply_to for one in answers] == [root.id, root.id]
    assert [one.payload.entry.who for one in answers if isinstance(one.payload, Evidence)] == ["Sam Ito", "Dana Roy"]
    assert len({one.id for one in (root, *answers)}) == 3


def test_a_later_run_of_the_date_tells_in_the_same_message_what_the_earlier_one_told() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    morning, *_ = posted(mornings, kept_true())
    announced = tuple(mornings.tidings.transitions)
    mornings.after([*many(51), account("x", None)])
    past = replace(UNTOLD, told=frozenset({VP}), announced=announced)
    noon, *answers = posted(mornings, kept_true(), past=past)
    assert noon.id == morning.id
    assert isinstance(noon.payload, Digest)
    assert [(entry.who, entry.change) for entry in noon.payload.entries] == [("Dana Roy", "new"), ("No CSM", "new")]
    assert len(answers) == 2


def test_somebody_is_called_where_something_opens_and_not_where_it_only_ends() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    (opened, *_) = posted(mornings, kept_true(mention=("vp@acme.test",)))
    for day in range(1, 4):
        mornings.after(many(40), TODAY + timedelta(days=day))
        if any(transition.announce for transition in mornings.tidings.transitions):
            break
    ended, *_ = posted(mornings, kept_true(mention=("vp@acme.test",)), past=replace(UNTOLD, told=frozenset({VP})))
    assert isinstance(opened.payload, Digest)
    assert isinstance(ended.payload, Digest)
    assert (opened.payload.mention, ended.payload.mention) == (("vp@acme.test",), ())


def test_what_comes_up_in_quiet_hours_waits_unless_one_of_the_routes_is_never_quiet() -> None:
    mornings = Mornings()
    mornings.after(many(51))
    sleeping = kept_true(quiet=Quiet(ZoneInfo("UTC"), time(18), time(8), lambda _day: True))
    at_eight = datetime(2026, 11, 22, 8, tzinfo=UTC)
    assert {one.not_before for one in posted(mornings, sleeping)} == {at_eight}
    assert {one.not_before for one in posted(mornings, sleeping, kept_true())} == {None}
    assert {one.not_before for one in posted(mornings, sleeping, now=at_eight)} == {None}


def test_critical_news_need_not_wait() -> None:
    mornings = Mornings()
    mornings.after(many(80))
    quiet = Quiet(ZoneInfo("UTC"), time(18), time(8), lambda _day: True, hold_critical=False)
    assert {one.not_before for one in posted(mornings, kept_true(quiet=quiet))} == {None}
