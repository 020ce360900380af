"""People press, pick and submit in Slack; what they decide is kept, and confirmed to them alone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from queue import Queue
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from slack_sdk import WebClient

from cssync.desk.listener import listening
from cssync.desk.slack import SlackDesk
from cssync.model.alert import AlertState, Incident
from cssync.model.decision import DecisionKind
from cssync.model.delivery import DeliveryState
from cssync.model.digest import Entry, EntryKind, Evidence
from cssync.model.story import Chapter, flattened
from cssync.notify.slack import controls
from cssync.notify.slack.client import web_client
from cssync.settings.alerts import AlertPolicy
from cssync.store.open import open_store
from tests.builders import AT, DAY, a_delivery, a_night, an_alert
from tests.emulators.slack.faults import Cut, accepted_then
from tests.emulators.slack.mentions import links, pings
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.sockets import ENVELOPE
from tests.emulators.slack.workspace import Channel, User
from tests.hostile import NAMES, acted_upon

MAYA = User("U0MAYA", "maya", "Maya Chen", "maya@acme.test")
SAM = User("U0SAM", "sam", "Sam Ito", "sam@acme.test")
CHANNEL = "C0CAPACITY"
DANA = Incident("f00d", 1)


@dataclass
class Office:
    """A channel with an alert about Dana, a store that knows it, and a desk that listens. *decided*: a mark each."""

    slack: SlackServer
    file: Path
    allowed: frozenset[str] = frozenset()
    ts: str = ""
    decided: Queue[None] = field(default_factory=Queue)
    bugs: list[Exception] = field(default_factory=list)

    def store(self) -> Any:
        return closing(open_store(self.file, "default"))

    @contextmanager
    def open(self) -> Iterator[None]:
        client = web_client(self.slack.workspace.token, api_url=self.slack.api_url, timeout_seconds=5)
        self.ts = posted(client)
        desk = SlackDesk(
            client=client,
            store=self.store,
            policy=AlertPolicy(),
            allowed=self.allowed,
            zone=ZoneInfo("UTC"),
            now=lambda: AT,
            lay_out=lambda delivery: [plain_section(flattened(delivery.payload.entry.story)[0])],  # type: ignore[union-attr]
            decided=lambda: self.decided.put(None),
        )
        with listening(self.slack.workspace.app_token, client, desk, report_bug=self.bugs.append, ping_seconds=0.1):
            self.slack.socket_mode.wait_connected()
            yield
        assert self.bugs == []

    def pick(self, user: User, control: controls.Control) -> None:
        menu = controls.menu([DANA])
        assert menu is not None
        (value,) = [each["value"] for each in options(menu) if each["value"].startswith(control.value)]
        self.slack.interactions.press(user.id, controls.MENU, ts=self.ts, option=value).answer()

    def whispered(self, user: User) -> list[str]:
        """What *user* alone was shown."""
        return [one.message["text"] for one in self.slack.workspace.ephemerals if one.user_id == user.id]

    @property
    def decisions(self) -> list[tuple[DecisionKind, str, date | None]]:
        with self.store() as store:
            return [(one.kind, one.by, one.until) for one in store.decided(DANA.fingerprint)]


def options(menu: dict[str, object]) -> list[dict[str, str]]:
    listed: Any = menu["options"]
    return list(listed)


def plain_section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": {"type": "plain_text", "text": text}}


def posted(client: WebClient) -> str:
    """An alert about Dana with its menu and its buttons."""
    section = {**plain_section("CRITICAL Dana Roy"), "accessory": controls.menu([DANA])}
    answer = client.chat_postMessage(channel=CHANNEL, text="Dana", blocks=[section, controls.buttons([DANA])])  # type: ignore[list-item]
    return str(answer["ts"])


@pytest.fixture
def slack() -> Iterator[SlackServer]:
    with SlackServer() as server:
        server.workspace.add(Channel(CHANNEL, "capacity"))
        server.workspace.join(MAYA)
        server.workspace.join(SAM)
        yield server


@pytest.fixture
def office(slack: SlackServer, tmp_path: Path) -> Office:
    story = (Chapter("Who came", (("31 came from Tom.",),)),)
    entry = Entry(EntryKind.CRITICAL, "new", "Dana Roy", "61 accounts", "", story, (DANA,), "005dana")
    evidence = a_delivery("e1", payload=Evidence(entry, "r1"), as_of=DAY, revisable=True, reply_to="d1")
    with closing(open_store(tmp_path / "cssync.db", "default")) as store:
        store.commit(a_night(alerts=(an_alert(),), deliveries=(evidence,)))
        (waiting,) = store.due(AT)
        store.record(a_delivery("e1", payload=waiting.payload, state=DeliveryState.SENT, receipt=f"{CHANNEL}:1.2"))
    return Office(slack, tmp_path / "cssync.db")


def test_acknowledged_by_a_press(office: Office) -> None:
    with office.open():
        office.pick(MAYA, controls.Control.ACKNOWLEDGE)
        office.decided.get(timeout=30)

    assert office.decisions == [(DecisionKind.ACKNOWLEDGED, "Maya Chen (maya@acme.test)", None)]
    assert office.whispered(MAYA) == ["Acknowledged: no reminders about Dana Roy until it gets worse."]
    assert office.whispered(SAM) == []


@pytest.mark.parametrize(
    ("control", "until"),
    [(controls.Control.SNOOZE_A_WEEK, date(2026, 11, 29)), (controls.Control.SNOOZE_A_MONTH, date(2026, 12, 22))],
)
def test_snoozed_by_a_press(office: Office, control: controls.Control, until: date) -> None:
    with office.open():
        office.pick(MAYA, control)
        office.decided.get(timeout=30)

    assert office.decisions == [(DecisionKind.SNOOZED, "Maya Chen (maya@acme.test)", until)]
    (said,) = office.whispered(MAYA)
    assert "To take it back" in said


def test_a_button_in_the_thread_does_the_same(office: Office, slack: SlackServer) -> None:
    with office.open():
        slack.interactions.press(MAYA.id, "cssync_press_ack", ts=office.ts).answer()
        office.decided.get(timeout=30)

    assert [kind for kind, _, _ in office.decisions] == [DecisionKind.ACKNOWLEDGED]


def test_an_exception_asks_for_its_reason_and_its_expiry(office: Office, slack: SlackServer) -> None:
    with office.open():
        office.pick(MAYA, controls.Control.EXCEPT)
        slack.wait_for("views.open", 1)
        entered = {"reason": "One simple product", "owner": "Vera Holt", "until": "2027-03-01"}
        slack.interactions.submit(MAYA.id, entered).answer()
        office.decided.get(timeout=30)

    assert office.decisions == [(DecisionKind.EXCEPTED, "Maya Chen (maya@acme.test)", date(2027, 3, 1))]
    with office.store() as store:
        (decision,) = store.decided(DANA.fingerprint)
    assert (decision.reason, decision.owner) == ("One simple product", "Vera Holt")


def test_an_exception_that_ended_already_is_refused_in_its_window(office: Office, slack: SlackServer) -> None:
    with office.open():
        office.pick(MAYA, controls.Control.EXCEPT)
        slack.wait_for("views.open", 1)
        entered = {"reason": "One simple product", "owner": "Vera Holt", "until": "2026-11-01"}
        answer = slack.interactions.submit(MAYA.id, entered).answer()

    assert answer is not None
    assert answer["response_action"] == "errors"
    assert "would hold for no day" in answer["errors"]["until"]
    assert office.decisions == []


def test_the_evidence_opens_in_a_window(office: Office, slack: SlackServer) -> None:
    with office.open():
        office.pick(SAM, controls.Control.EVIDENCE)
        slack.wait_for("views.open", 1)
        view = slack.interactions.seen_by(SAM.id)

    assert view is not None
    assert view["blocks"][0]["text"]["text"] == "31 came from Tom."


def test_whoever_may_not_press_is_told_whom_to_ask(office: Office) -> None:
    office.allowed = frozenset({"maya@acme.test"})
    with office.open():
        office.pick(SAM, controls.Control.ACKNOWLEDGE)
        office.pick(MAYA, controls.Control.ACKNOWLEDGE)
        office.decided.get(timeout=30)

    assert [by for _, by, _ in office.decisions] == ["Maya Chen (maya@acme.test)"]
    (said,) = office.whispered(SAM)
    assert "You are not among those who may decide this: ask maya@acme.test" in said


def test_a_name_from_the_crm_does_nothing_in_a_confirmation_or_a_window(office: Office, slack: SlackServer) -> None:
    hostile = "".join(
        NAMES[which] for which in ("channel", "link", "address", "here", "line break", "title", "override")
    )
    with office.store() as store:
        store.commit(a_night(alerts=(an_alert(subject_name=hostile),)))
    with office.open():
        office.pick(MAYA, controls.Control.EXCEPT)
        slack.wait_for("views.open", 1)
        view = slack.interactions.seen_by(MAYA.id)
        office.pick(MAYA, controls.Control.ACKNOWLEDGE)
        office.decided.get(timeout=30)

    assert view is not None
    told = [view, *(one.message for one in slack.workspace.ephemerals)]
    assert [(pings(one), links(one)) for one in told] == [(set(), set())] * 2
    assert "<" not in view["blocks"][0]["text"]["text"]
    (said,) = office.whispered(MAYA)
    assert acted_upon(said) == []
    assert "\n" not in said


def test_a_press_on_what_has_ended_decides_nothing(office: Office) -> None:
    with office.store() as store:
        over = an_alert(state=AlertState.RESOLVED, resolved_on=DAY)
        store.commit(a_night(alerts=(over,)))
    with office.open():
        office.pick(MAYA, controls.Control.ACKNOWLEDGE)
        office.slack.wait_for("chat.postEphemeral", 1)

    assert office.decisions == []
    (said,) = office.whispered(MAYA)
    assert said.startswith("This alert has ended")


def test_a_press_whose_answer_was_lost_comes_again_and_is_one_decision(office: Office, slack: SlackServer) -> None:
    with office.open():
        slack.inject(ENVELOPE, accepted_then(Cut.CLOSE))
        office.pick(MAYA, controls.Control.ACKNOWLEDGE)
        office.decided.get(timeout=30)

    assert len(office.decisions) == 1


def test_pressed_twice_is_one_decision(office: Office) -> None:
    with office.open():
        for _ in range(2):
            office.pick(MAYA, controls.Control.SNOOZE_A_WEEK)
            office.decided.get(timeout=30)

    assert len(office.decisions) == 1


def test_a_slack_that_comes_late_is_listened_to_all_the_same(office: Office, slack: SlackServer) -> None:
    slack.socket_mode.refusing = True
    client = web_client(slack.workspace.token, api_url=slack.api_url, timeout_seconds=5)
    desk = SlackDesk(
        client=client,
        store=office.store,
        policy=AlertPolicy(),
        allowed=(),
        zone=ZoneInfo("UTC"),
        now=lambda: datetime.now(ZoneInfo("UTC")),
        lay_out=lambda _: [],
        decided=lambda: None,
    )
    with listening(slack.workspace.app_token, client, desk, report_bug=office.bugs.append):
        slack.wait_for("apps.connections.open", 1)
        slack.socket_mode.refusing = False
        slack.socket_mode.wait_connected()


def test_what_a_control_says_is_read_back() -> None:
    both = (Incident("f00d", 2), Incident("beef", 11))
    assert controls.wish(controls.MENU, "week f00d:2 beef:11") == controls.Wish(controls.Control.SNOOZE_A_WEEK, both)
    assert controls.wish("somebody_else", "week f00d:2") is None
    assert controls.wish(controls.MENU, "explode f00d:2") is None
    assert controls.wish(controls.MENU, "ack f00d") is None
