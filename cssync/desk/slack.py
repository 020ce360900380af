"""Answers what people press in Slack: each press is checked, written down, and confirmed to whoever pressed.

https://docs.slack.dev/interactivity/handling-user-interaction
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from slack_sdk import WebClient

from cssync.alerts import decide
from cssync.alerts.decide import Case
from cssync.desk import decisions, presses, windows
from cssync.desk.decisions import Taken
from cssync.desk.presses import Press, Spot, Submission
from cssync.errors import CssyncError, DecisionError
from cssync.model.alert import Incident
from cssync.model.decision import PERSON_LONGEST, Decision
from cssync.model.delivery import KEPT_TRUE, Delivery
from cssync.model.digest import Evidence
from cssync.model.text import line
from cssync.model.wording import listed
from cssync.notify.slack import outcome
from cssync.notify.slack.controls import Control
from cssync.notify.slack.escape import mrkdwn
from cssync.settings.alerts import AlertPolicy
from cssync.store.base import Store

log = structlog.get_logger()

Json = dict[str, Any]

_SNOOZES = {Control.SNOOZE_A_WEEK: 7, Control.SNOOZE_A_MONTH: 30}


@dataclass(frozen=True, slots=True)
class Answer:
    """*acknowledged*: what goes back with the acknowledgement, None for nothing. *then*: what is done after it."""

    acknowledged: Json | None = None
    then: Callable[[], None] = lambda: None


@dataclass(frozen=True, slots=True)
class _Person:
    id: str
    name: str
    email: str

    @property
    def shown(self) -> str:
        return line(f"{self.name} ({self.email})" if self.email else self.name)[:PERSON_LONGEST]


@dataclass
class SlackDesk:
    """*allowed*: e-mail addresses of those who may decide, in small letters; nobody named: everyone who sees the alert.

    *store* opens one for as long as it is entered. *lay_out*: the blocks of a delivery. *decided* is called after each
    decision, for the messages to be brought up to date.
    """

    client: WebClient
    store: Callable[[], AbstractContextManager[Store]]
    policy: AlertPolicy
    allowed: Collection[str]
    zone: ZoneInfo
    now: Callable[[], datetime]
    lay_out: Callable[[Delivery], list[Any]]
    decided: Callable[[], None]
    _people: dict[str, _Person] = field(default_factory=dict)

    def hear(self, payload: object) -> Answer:
        """What to answer to an ``interactive`` envelope. Never raises for what people or the store do."""
        match presses.read(payload):
            case Press() as press:
                return Answer(then=lambda: self._pressed(press))
            case Submission() as submission:
                return self._submitted(submission)
            case None:
                log.info("press_ignored")
                return Answer()

    def _pressed(self, press: Press) -> None:
        log.info("pressed", control=press.wish.control.value, user=press.user)
        try:
            person = self._allowed(press.user)
            match press.wish.control:
                case Control.EXCEPT:
                    self._ask_for_exception(press, person)
                case Control.EVIDENCE:
                    self._show_evidence(press)
                case Control.ACKNOWLEDGE | Control.SNOOZE_A_WEEK | Control.SNOOZE_A_MONTH:
                    self._decide(press, person)
        except CssyncError as error:
            log.info("press_refused", user=press.user, reason=error.message)
            self._whisper(press.user, press.spot, _in_words(error))
        except outcome.ESCAPES as error:
            log.warning("press_failed", user=press.user, reason=outcome.of_error(error, self.now()).error)

    def _decide(self, press: Press, person: _Person) -> None:
        def choose(case: Case) -> Decision:
            if (days := _SNOOZES.get(press.wish.control)) is None:
                return decide.acknowledge(case, by=person.shown)
            return decide.snooze(case, self.policy, by=person.shown, until=case.today + timedelta(days=days))

        taken = self._take(press.wish.incidents, choose)
        self._whisper(press.user, press.spot, decisions.confirmation(taken))
        self.decided()

    def _submitted(self, submission: Submission) -> Answer:
        def choose(case: Case) -> Decision:
            return decide.make_exception(
                case,
                self.policy,
                by=person.shown,
                reason=submission.reason,
                owner=submission.owner,
                until=submission.until or case.today,
            )

        try:
            person = self._allowed(submission.user)
            wrong = self._objections(submission)
            taken = () if wrong else self._take(submission.incidents, choose)
        except CssyncError as error:
            # Of the window as a whole, so at its top.
            wrong = {decide.REASON: error}
        if wrong:
            log.info("press_refused", user=submission.user, reasons=[error.message for error in wrong.values()])
            # Each is shown below its field; what was typed stays.
            errors = {field_: line(_in_words(error)) for field_, error in wrong.items()}
            return Answer({"response_action": "errors", "errors": errors})

        def then() -> None:
            self._whisper(submission.user, submission.spot, decisions.confirmation(taken))
            self.decided()

        return Answer(then=then)

    def _objections(self, submission: Submission) -> Mapping[str, CssyncError]:
        return decide.objections(
            self.policy,
            self._today(),
            reason=submission.reason,
            owner=submission.owner,
            until=submission.until,
        )

    def _ask_for_exception(self, press: Press, person: _Person) -> None:
        with self.store() as store:
            about = decisions.by_incident(store.alerts(), press.wish.incidents)
        view = windows.exception(
            decisions.whom(about), [alert.key for alert in about], press.spot, owner=person.shown, today=self._today()
        )
        self.client.views_open(trigger_id=press.trigger, view=view)

    def _show_evidence(self, press: Press) -> None:
        wanted = set(press.wish.incidents)
        with self.store() as store:
            posted = store.posted(self._today() - KEPT_TRUE)
        told = [one for one in posted if isinstance(one.payload, Evidence) and wanted & set(one.payload.incidents)]
        if not told:
            raise DecisionError("the evidence of this alert was not kept", remedy="see `cssync alerts --details`")
        self.client.views_open(trigger_id=press.trigger, view=windows.evidence(self.lay_out(told[-1])))

    def _take(self, incidents: Collection[Incident], choose: Callable[[Case], Decision]) -> tuple[Taken, ...]:
        with self.store() as store:
            about = decisions.by_incident(store.alerts(), incidents)
            return decisions.take(store, about, choose, at=self.now(), today=self._today())

    def _allowed(self, user: str) -> _Person:
        person = self._person(user)
        if self.allowed and person.email.casefold() not in self.allowed:
            who = listed(sorted(self.allowed))
            raise DecisionError("you are not among those who may decide this", remedy=f"ask {who}")
        return person

    def _person(self, user: str) -> _Person:
        """Who it is; without the scope to ask, only an id is known, and nobody's e-mail address."""
        if user not in self._people:
            try:
                told = self.client.users_info(user=user)["user"]
                profile = told.get("profile") or {}
                name = profile.get("real_name") or told.get("real_name") or told.get("name") or user
                self._people[user] = _Person(user, str(name), str(profile.get("email") or ""))
            except outcome.ESCAPES:
                return _Person(user, f"Slack user {user}", "")
        return self._people[user]

    def _whisper(self, user: str, spot: Spot, text: str) -> None:
        """Only the one who pressed sees it. If it cannot be said, what was decided stands all the same.

        Left to itself Slack would make links of what looks like an address in a name.
        """
        try:
            self.client.chat_postEphemeral(
                channel=spot.channel, user=user, text=mrkdwn(text, 1_000), thread_ts=spot.thread, parse="none"
            )
        except outcome.ESCAPES as error:
            log.warning("whisper_failed", user=user, reason=outcome.of_error(error, self.now()).error)

    def _today(self) -> date:
        return self.now().astimezone(self.zone).date()


def _in_words(error: CssyncError) -> str:
    said = error.message[:1].upper() + error.message[1:]
    return f"{said}: {error.remedy}." if error.remedy else f"{said}."
