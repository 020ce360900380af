"""The one message of a night, from hand-made companies: who, why, one action, and nothing when nothing has changed."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import polars as pl
import pytest

from cssync.model.alert import Cause
from cssync.model.digest import Digest, EntryKind
from cssync.model.finding import Limit
from cssync.model.story import flattened
from cssync.model.tables import PROBLEMS
from cssync.report import thread
from cssync.report.digest import write
from cssync.run.messages import merged
from tests.mornings import Mornings
from tests.nights import TODAY, Nights, Row, account, many, settings


def told(digest: Digest | None) -> Digest:
    assert digest is not None
    return digest


def lines(digest: Digest | None) -> list[tuple[EntryKind, str, str]]:
    return [(entry.kind, entry.who, entry.facts) for entry in told(digest).entries]


CROWD = [*many(51), *many(10, "U2")]


def test_nothing_is_written_when_nothing_has_changed() -> None:
    mornings = Mornings()
    assert mornings.after(CROWD, TODAY - timedelta(days=1)) is not None
    assert mornings.after(CROWD) is None


def test_a_company_within_its_limits_has_no_digest_at_all() -> None:
    assert Mornings().after(many(50)) is None


def test_an_entry_says_who_why_and_the_one_thing_to_do() -> None:
    digest = told(Mornings().after(CROWD))
    (entry,) = digest.entries
    assert (entry.kind, entry.change, entry.who) == (EntryKind.WARNING, "new", "Dana Roy")
    assert entry.facts == "51 accounts (limit 50), $51k ARR"
    assert entry.action == "Move 1 customer ($1k of ARR): 1 to Sam Ito."


def test_the_whole_night_stands_in_one_line_for_notifications_and_screen_readers() -> None:
    digest = told(Mornings().after([*many(76), *many(51, "U2"), account("x", None)]))
    assert digest.summary == "CS capacity, 22 Nov: 1 critical, 2 warnings"
    assert digest.title == "CS capacity: 22 Nov 2026"


def test_seed_10_the_context_states_size_age_limits_and_where_they_come_from() -> None:
    digest = told(Mornings(Nights(settings(limits={"accounts": 40}))).after(many(45)))
    assert digest.context == (
        "1 CSM, 45 customers, $45k ARR",
        "data as of 02:04 UTC",
        "limits: $2M ARR (ClientSuccess), 40 accounts (ClientSuccess), 75 by the end of next quarter (ClientSuccess)",
        "run 8f3a0123",
    )


def test_a_limit_set_by_the_operator_is_not_laid_at_anyone_elses_door() -> None:
    mornings = Mornings(stated={"arr": Limit(Decimal(1), "limits.arr", "cssync.yaml:4", None, "")})
    assert "limits: $1 ARR (cssync.yaml:4), 50 accounts (ClientSuccess)" in told(mornings.after(CROWD)).context[2]


def test_seed_10_what_a_limit_was_scaled_from_is_told_with_it() -> None:
    digest = told(Mornings(Nights(settings(team={"scope": ["onboarding"]}))).after(many(45)))
    assert "limits: $1.6M ARR (80% of ClientSuccess), 40 accounts (80% of ClientSuccess), 60 by" in digest.context[2]


def test_seed_43_all_that_is_wrong_with_one_book_is_one_entry_with_one_action() -> None:
    rows = [*many(80, amount=30_000), *many(3, "U2")]
    (entry,) = told(Mornings().after(rows)).entries
    assert entry.facts == "80 accounts (limit 50), $2.4M ARR (limit $2M)"
    assert entry.kind is EntryKind.CRITICAL
    (why, *_) = entry.story
    assert flattened([why]) == (
        "Dana Roy looks after 80 customers; the limit is 50.",
        "The limit of 50 accounts is limits.accounts (seed 2, default), for every CSM.",
        "Dana Roy answers for $2.4M of ARR; the limit is $2M.",
        "The limit of $2M is limits.arr (seed 1, default), for every CSM.",
    )


def test_what_moved_this_week_stands_beside_the_count() -> None:
    mornings = Mornings()
    mornings.after(many(48), TODAY - timedelta(days=7))
    assert lines(mornings.after(many(51)))[0][2] == "51 accounts (limit 50), +3 since 15 Nov, $51k ARR"


def test_the_worst_come_first_and_of_equals_the_fuller_book() -> None:
    rows = [*many(51), *many(52, "U2"), *many(76, "U3")]
    assert [who for _, who, _ in lines(Mornings().after(rows))] == ["Ana Diaz", "Sam Ito", "Dana Roy"]


def test_what_ended_says_after_how_long_and_why() -> None:
    mornings = Mornings()
    mornings.after(CROWD, TODAY - timedelta(days=12))
    assert mornings.after([*many(44), *many(10, "U2")], TODAY - timedelta(days=1)) is None
    assert lines(mornings.after([*many(44), *many(10, "U2")])) == [
        (EntryKind.RESOLVED, "Dana Roy", "44 accounts now; Accounts over the limit: recovered after 12 days")
    ]


def test_what_is_unchanged_is_counted_and_not_repeated() -> None:
    mornings = Mornings()
    mornings.after(CROWD, TODAY - timedelta(days=1))
    digest = told(mornings.after([*CROWD, account("x", None)]))
    assert [entry.who for entry in digest.entries] == ["No CSM"]
    assert digest.footer == ("1 alert unchanged",)


def test_what_is_an_exception_is_counted_by_itself() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(52, "U3"), *many(10, "U2")], TODAY - timedelta(days=1))
    mornings.after([*many(51), *many(52, "U3"), *many(10, "U2"), account("x", None)])
    firing = [replace(alert, excepted=alert.subject_id == "U3") for alert in mornings.tidings.firing]
    assert told(write(replace(mornings.tidings, firing=firing))).footer == ("1 alert unchanged", "1 exception in force")


def test_what_was_told_this_morning_and_is_gone_by_noon_stays_as_it_was_told() -> None:
    mornings = Mornings()
    mornings.after(CROWD)
    morning = mornings.tidings.transitions
    mornings.after([*many(40), *many(10, "U2"), account("x", None)])
    whole_day = merged(morning, mornings.tidings.transitions)
    assert lines(write(replace(mornings.tidings, transitions=whole_day))) == [
        (EntryKind.WARNING, "Dana Roy", "51 accounts (limit 50)"),
        (EntryKind.WARNING, "No CSM", "1 customer, $1k ARR, without a CSM"),
    ]


def test_a_book_that_worsens_says_so() -> None:
    mornings = Mornings()
    mornings.after(CROWD, TODAY - timedelta(days=1))
    (entry,) = told(mornings.after([*many(60), *many(10, "U2")])).entries
    assert (entry.change, entry.kind) == ("worse", EntryKind.WARNING)


def test_two_findings_about_one_book_tell_its_story_once() -> None:
    (entry,) = told(Mornings().after([*many(80, amount=30_000), *many(3, "U2")])).entries
    titles = [chapter.title for chapter in entry.story]
    assert titles == [
        "Why", "Who came, who went", "Forecast", "What it is made of", "Effort", "What the articles say",
        "Whom to move",
    ]  # fmt: skip
    sentences = flattened(entry.story)
    assert len(sentences) == len(set(sentences))


def test_what_has_ended_stands_in_the_entry_of_a_book_that_has_something_worse() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(10, "U2")], TODAY - timedelta(days=5))
    assert mornings.after([*many(3), *many(10, "U2")], TODAY - timedelta(days=1)) is None
    digest = told(mornings.after([*many(3, amount=800_000), *many(10, "U2")]))
    assert lines(digest) == [
        (
            EntryKind.WARNING,
            "Dana Roy",
            (
                "3 accounts, -48 since 17 Nov, $2.4M ARR (limit $2M); "
                "no more: Accounts over the limit: recovered after 5 days"
            ),
        )
    ]
    assert digest.summary == "CS capacity, 22 Nov: 1 warning"


def test_what_has_ended_says_what_is_still_wrong_with_the_book() -> None:
    mornings = Mornings()
    rich = many(3, amount=800_000, prefix="rich")
    mornings.after([*many(51), *rich], TODAY - timedelta(days=5))
    assert mornings.after(rich, TODAY - timedelta(days=1)) is None
    assert lines(mornings.after(rich)) == [
        (
            EntryKind.RESOLVED,
            "Dana Roy",
            "3 accounts now; Accounts over the limit: recovered after 5 days; still: $2.4M ARR (limit $2M)",
        )
    ]


def test_in_a_channel_with_threads_the_stories_stand_in_them_and_the_message_says_so() -> None:
    digest = told(Mornings().after(CROWD))
    assert thread.root(digest).footer == ("details in thread",)
    assert [entry.story for entry in thread.root(digest).entries] == [()]
    (answer,) = thread.answers(digest)
    assert (answer.entry, answer.run_id) == (digest.entries[0], digest.run_id)


def test_where_there_is_no_story_no_thread_is_promised() -> None:
    mornings = Mornings()
    mornings.after(CROWD, TODAY - timedelta(days=2))
    mornings.after([*many(44), *many(10, "U2")], TODAY - timedelta(days=1))
    ended = told(mornings.after([*many(44), *many(10, "U2")]))
    assert (thread.root(ended).footer, list(thread.answers(ended))) == ((), [])


def problem(record: str, value: str | None, reason: str = "not a number", fault: str = "ARR__c") -> Row:
    return {"object": "account", "record_id": record, "field": fault, "value": value, "reason": reason}


def test_records_to_mend_are_counted_by_kind_with_examples() -> None:
    rows = [problem("A1", "n/a"), problem("A2", "tbd"), problem("A3", "?"), problem("A4", "A4", "duplicate id", "Id")]
    mornings = Mornings(problems=pl.DataFrame(rows, schema=PROBLEMS))
    assert told(mornings.after(CROWD)).notes == (
        (
            "4 records to mend in the CRM: account ARR__c: not a number (A1 'n/a', A2 'tbd' and 1 more); "
            "account Id: duplicate id (A4)."
        ),
    )


def test_the_connectors_warnings_are_passed_on() -> None:
    assert told(Mornings(notes=("annualrevenue is not ARR.",)).after(CROWD)).notes == ("annualrevenue is not ARR.",)


def test_a_book_that_recovers_is_counted_as_unchanged_and_its_old_figures_are_not_told() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(10, "U2")], TODAY - timedelta(days=1))
    digest = told(mornings.after([*many(40), *many(10, "U2"), account("x", None)]))
    assert [entry.who for entry in digest.entries] == ["No CSM"]
    assert digest.footer == ("1 alert unchanged",)


def test_figures_of_a_recovering_alert_are_not_told_with_other_news_of_its_book() -> None:
    mornings = Mornings()
    mornings.after([*many(51), *many(10, "U2")], TODAY - timedelta(days=1))
    (entry,) = told(mornings.after([*many(20, amount=110_000), *many(10, "U2")])).entries
    assert entry.facts == "20 accounts, -31 since 21 Nov, $2.2M ARR (limit $2M)"


@pytest.mark.parametrize(
    ("causes", "first", "change"),
    [
        ([Cause.OPENED], True, "new"),
        ([Cause.RELEASED], True, "new"),
        ([Cause.EXCEPTION_ENDED], True, "new"),
        ([Cause.EXCEPTION_ENDED], False, "exception ended"),
        ([Cause.SNOOZE_ENDED], False, "snooze ended"),
        ([Cause.FLAPPING], True, "comes and goes"),
        ([Cause.REMINDED], False, "reminder"),
        ([Cause.ESCALATED], False, "escalated"),
        ([Cause.REMINDED, Cause.WORSENED], False, "worse"),
    ],
)
def test_an_entry_says_in_a_word_why_it_is_told(causes: list[Cause], first: bool, change: str) -> None:  # noqa: FBT001
    mornings = Mornings()
    mornings.after([*many(51, amount=50_000)])
    by_rule = {t.alert.rule: t for t in mornings.tidings.transitions}
    told_ = [
        replace(transition, cause=cause, first=first)
        for transition, cause in zip(by_rule.values(), causes, strict=False)
    ]
    (entry,) = told(write(replace(mornings.tidings, transitions=told_))).entries
    assert entry.change == change


def test_what_opens_by_a_lowered_limit_says_so_in_its_details() -> None:
    nights = Nights(settings(limits={"accounts": 60}))
    mornings = Mornings(nights)
    mornings.after(many(55), TODAY - timedelta(days=1))
    nights.settings = settings(limits={"accounts": 50})
    (entry,) = told(mornings.after(many(55))).entries
    assert flattened(entry.story)[0] == (
        "55 accounts last night too: what it is held to has changed (limit of 50: limits.accounts, the default)."
    )


def test_an_end_that_is_told_late_says_that_it_comes_and_goes_no_more() -> None:
    mornings = Mornings()
    for back, number in zip(range(12, -1, -1), (51, 44, 44, 51, 44, 44, 51, *[44] * 6), strict=True):
        digest = mornings.after([*many(number), *many(10, "U2")], TODAY - timedelta(days=back))
        if back == 1:
            assert lines(digest) == [
                (
                    EntryKind.RESOLVED,
                    "Dana Roy",
                    "44 accounts now; Accounts over the limit: no longer comes and goes: recovered after 2 days",
                )
            ]
    assert digest is None
