"""Dana goes from 48 customers to 52, to 76 and back to 44 in twelve nights: what leadership reads in Slack.

``dana.txt`` tells it as a person would live through it: what happened, then each line that Slack shows after it and did
not show before (``+``) or shows no longer (``-``), and in the end the whole channel.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from difflib import SequenceMatcher
from pathlib import Path

import time_machine

from cssync.model.owner import Owner
from tests.e2e.companies import ANA, DANA, LEADERSHIP, OPERATIONS, SAM, Row, tell_slack, write_files
from tests.e2e.desk import Desk
from tests.emulators.slack.server import SlackServer
from tests.emulators.slack.transcript import transcript
from tests.emulators.slack.workspace import User

STORY = Path(__file__).with_name("dana.txt")
VERA = User("U0VERA", "vera", "Vera Holt", "vera@acme.test")
PRIYA = Owner("U4", "Priya Nair", "priya@acme.test", team="West")

# What differs from run to run: the minute, and the id of the run.
_PASSING = (
    (re.compile(r"\b(\d\d):\d\d(?= cssync:| UTC)"), r"\1:00"),
    (re.compile(r"\brun [0-9a-f]{8}\b"), "run 00000000"),
)
_EDITED = " (edited)"
_FIRST = ("Amber", "Birch", "Cedar", "Delta", "Ember", "Fjord", "Garnet", "Harbor", "Indigo", "Juniper")
_SECOND = ("Foods", "Labs", "Steel", "Clinics", "Motors", "Paper", "Glass", "Energy", "Farms", "Hotels")


def test_dana_goes_from_48_to_52_to_76_and_back_to_44_in_twelve_nights(tmp_path: Path, slack: SlackServer) -> None:
    # The story is of books and their numbers; what the whole segment lacks, and hours, are other ones.
    effort = {"hours_per_account": {"mid_market": 1.5}}
    desk = Desk(tmp_path, {"notify": {"console": False}, "rules": {"hire_by": {"enabled": False}}, "capacity": effort})
    tell_slack(desk, slack)
    slack.workspace.join(VERA)
    desk.settings["notify"]["slack"]["mention"] = [VERA.email]
    told = Told(slack)
    company = Company(desk)

    def night(day: int, words: str, hour: int = 4, code: int = 0, share: float = 1) -> None:
        with told.at(day, hour, words):
            company.exports(share)
            ran = desk.night(f"2026-11-{day:02}")
            assert ran.code == code, ran.err

    def decided(day: int, words: str, *command: str) -> None:
        with told.at(day, 10, words):
            ran = desk.run("alerts", *command, "--by", VERA.real_name)
            assert ran.code == 0, ran.err

    night(5, "The first night. Dana has 48 customers, Ana 30, Sam 50.")
    company.wins(4, DANA, on=6)
    company.wins(1, SAM, on=6)
    night(6, "Dana has won 4 customers and has 52, Sam 1 and has 51.")
    night(6, "A second run; the CRM is as it was.", hour=9)
    decided(6, "Vera acknowledges Dana's alert.", "ack", DANA.name, "--reason", "requisition is open")
    until = ("--until", "2026-11-12", "--reason", "he hands two over next week")
    decided(6, "Vera snoozes Sam's until the 12th.", "snooze", SAM.name, *until)
    night(7, "Nothing has changed in the CRM.")
    night(8, "Nothing has changed in the CRM.")
    night(9, "The export broke off: the CRM shows half of the customers.", code=4, share=0.5)
    night(10, "The export is whole again, and as it was.")
    company.wins(12, DANA, on=11)
    night(11, "A rival gives up, and 12 of its customers come to Dana: 64.")
    company.wins(12, DANA, on=11)
    night(11, "Another 12 were entered by 9: 76. Someone runs it again.", hour=9)
    night(12, "Nothing has changed in the CRM. Sam's snooze is over.")
    company.owners.append(PRIYA)
    company.hands_over(20, DANA, PRIYA)
    company.hands_over(12, DANA, ANA)
    company.hands_over(2, SAM, PRIYA)
    night(13, "Priya has started. She takes over 20 of Dana's and 2 of Sam's, Ana 12 of Dana's: Dana has 44, Sam 49.")
    night(14, "Nothing has changed in the CRM.")
    night(15, "Nothing has changed in the CRM.")
    night(16, "Nothing has changed in the CRM.")

    shown = tmp_path / STORY.name
    shown.write_text(told.story, "utf-8")
    assert told.story == STORY.read_text("utf-8"), f"read {shown}; if Slack is to show that, it is the new {STORY.name}"
    digests = [line for line in told.channel.splitlines() if line.startswith("04:00 cssync: ")]
    assert [line.removeprefix("04:00 cssync: CS capacity: ") for line in digests] == [
        "6 Nov 2026",
        "11 Nov 2026",
        "12 Nov 2026",
        "14 Nov 2026",
    ]
    assert told.channel.count(f"@{VERA.real_name}") == 1


@dataclass
class Company:
    """Who looks after whom, and the exports that tell cssync. Each CSM has won a customer every three weeks so far."""

    desk: Desk
    owners: list[Owner] = field(default_factory=lambda: [DANA, ANA, SAM])
    held: dict[str, list[Row]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for csm, count in ((DANA, 48), (ANA, 30), (SAM, 50)):
            for weeks in range(3 * count, 0, -3):
                self._won(csm, date(2026, 11, 5) - timedelta(weeks=weeks))

    def wins(self, count: int, csm: Owner, on: int) -> None:
        for _ in range(count):
            self._won(csm, date(2026, 11, on))

    def hands_over(self, count: int, of: Owner, to: Owner) -> None:
        """Those that *of* has had for the shortest time."""
        moved = [self.held[of.id].pop() for _ in range(count)]
        self.held.setdefault(to.id, []).extend({**row, "csm_ref": to.id} for row in moved)

    def exports(self, share: float) -> None:
        """*share* of the accounts: less than all where the export broke off."""
        rows = [row for rows in self.held.values() for row in rows]
        folder = write_files(self.desk, rows[: int(len(rows) * share)], self.owners)
        now = datetime.now(UTC).timestamp()
        for file in folder.iterdir():
            os.utime(file, (now, now))

    def _won(self, csm: Owner, on: date) -> None:
        number = sum(map(len, self.held.values()))
        self.held.setdefault(csm.id, []).append(
            {
                "account_id": f"A{number:03}",
                "name": f"{_FIRST[number % 10]} {_SECOND[number // 10 % 10]}{' II' if number > 99 else ''}",
                "csm_ref": csm.id,
                "amount": 15_000 + 1_000 * (number % 7),
                "segment": "Mid-Market",
                "customer_since": on,
            }
        )


class Told:
    """What happened and what Slack showed of it."""

    def __init__(self, slack: SlackServer) -> None:
        self._slack = slack
        self._chapters: list[str] = []

    @property
    def channel(self) -> str:
        """All that leadership can read now."""
        return self._shown(LEADERSHIP)

    @property
    def story(self) -> str:
        return "\n".join([*self._chapters, "In the end", "", self.channel])

    @contextmanager
    def at(self, day: int, hour: int, words: str) -> Iterator[None]:
        """What happens within happens then, for the program and for Slack."""
        before = {channel: self._shown(channel) for channel in (LEADERSHIP, OPERATIONS)}
        when = datetime(2026, 11, day, hour, tzinfo=UTC)
        with time_machine.travel(when):
            yield
        news = [line for channel in before for line in _news(before[channel], self._shown(channel))]
        heading = f"{when:%A} {day} November, {hour:02}:00. {words}"
        self._chapters.append("\n".join([heading, "", *(news or ["Slack shows nothing new."]), ""]))

    def _shown(self, channel: str) -> str:
        shown = transcript(self._slack.workspace, channel)
        for passing, instead in _PASSING:
            shown = passing.sub(instead, shown)
        return shown


def _news(before: str, after: str) -> Iterator[str]:
    """Yield what is shown anew and what no longer, under the channel and the message that it belongs to."""
    old, new = (shown.replace(_EDITED, "").splitlines() for shown in (before, after))
    told_under = ""
    for kind, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        message = next((line for line in reversed(new[1:c]) if not line.startswith(" ")), "")
        is_new = any(not line.startswith(" ") for line in new[c:d])
        if not told_under:
            yield new[0]
        if not is_new and message != told_under:
            yield f"  edited: {message}"
        told_under = message or new[0]
        yield from (f"- {line}" for line in old[a:b])
        yield from (f"+ {line}" for line in new[c:d])
