"""No secret comes out: not in what is shown, logged, kept or told to others, however well or badly things go."""

from __future__ import annotations

import json
import signal
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests
import trustme

from cssync.settings import secrets
from tests.e2e import secrecy
from tests.e2e.companies import (
    ANA,
    DANA,
    customers,
    hubspot_company,
    salesforce_company,
    tell_slack,
    tell_webhook,
    write_files,
)
from tests.e2e.desk import NEXT_NIGHT, NIGHT, Desk
from tests.e2e.secrecy import PROXY_LOGIN, Lookout
from tests.emulators.healthchecks.server import HealthchecksServer
from tests.emulators.hubspot import faults as hubspot_faults
from tests.emulators.hubspot.answers import error as hubspot_error
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.proxy import Front, Proxy
from tests.emulators.salesforce.faults import QUOTES_THE_REQUEST
from tests.emulators.salesforce.server import SalesforceEmulator
from tests.emulators.sentry.server import SentryServer
from tests.emulators.slack.faults import Answer, lost
from tests.emulators.slack.server import WEBHOOK, SlackServer
from tests.ports import free_port

ROWS = [*customers(7, DANA), *customers(3, ANA)]
WRONG_LOGIN = "cssync:another-canary"


@dataclass
class Office:
    """A company whose every secret is planted. *crm*: its emulator, None for files."""

    desk: Desk
    slack: SlackServer
    switch: HealthchecksServer
    sentry: SentryServer
    stack: ExitStack
    lookout: Lookout
    crm: SalesforceEmulator | HubspotEmulator | None = None

    def run(self, *arguments: str) -> int:
        ran = self.desk.run(*arguments)
        self.lookout.note(" ".join(arguments), ran.out, ran.err)
        return ran.code

    def note_others(self) -> None:
        """What each service was sent, but for what opens it alone."""
        self.lookout.note("Sentry", *self.sentry.raw)
        self.lookout.note("the dead man's switch", *(ping.body for ping in self.switch.pings))
        said = [channel.messages for channel in self.slack.workspace.channels.values()]
        self.lookout.note("Slack", json.dumps(said, default=str))
        own = {
            "Sentry": ("SENTRY_DSN", [str((told.headers, told.path)) for told in self.sentry.told]),
            "the switch": ("HEALTHCHECK_URL", [str((told.headers, told.path)) for told in self.switch.told]),
            "Slack's headers": ("SLACK_", [str(self.slack.headers)]),
        }
        match self.crm:
            case SalesforceEmulator():
                own["Salesforce"] = ("SALESFORCE_", [str(request) for request in self.crm.requests])
            case HubspotEmulator():
                own["HubSpot"] = ("HUBSPOT_", [str((self.crm.requests, self.crm.request_headers))])
        for service, (opens, texts) in own.items():
            foreign = {name: value for name, value in self.desk.environ.items() if not name.startswith(opens)}
            strays = [name for name in secrets.names() if name in foreign and foreign[name] in "".join(texts)]
            assert (service, strays) == (service, [])


def by_session(office: Office) -> None:
    office.crm = office.stack.enter_context(salesforce_company(office.desk, ROWS, (DANA, ANA)))
    tell_slack(office.desk, office.slack)


def by_login(auth: str, **more: str) -> Callable[[Office], None]:
    """In the company's network: Salesforce behind its own names, and a proxy that wants to know who asks."""

    def plant(office: Office) -> None:
        by_session(office)
        assert isinstance(office.crm, SalesforceEmulator)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(office.desk.folder / "ca.pem"))
        routes = {}
        for host in ("login.salesforce.com", "acme.my.salesforce.com"):
            routes[host] = office.stack.enter_context(Front(office.crm.port, authority, host, tls=True)).port
        proxy = office.stack.enter_context(Proxy(routes, login="cssync:canary/proxy"))
        accounts = office.desk.settings["source"]["accounts"]
        user = office.crm.org.credentials.username
        office.desk.settings["source"] = {
            "kind": "salesforce", "auth": auth, "username": user, "accounts": accounts, **more
        }  # fmt: skip
        office.desk.environ["HTTPS_PROXY"] = proxy.url.replace("://", f"://{PROXY_LOGIN}@")
        office.desk.environ["REQUESTS_CA_BUNDLE"] = str(office.desk.folder / "ca.pem")

    return plant


def by_hubspot(office: Office) -> None:
    office.crm = office.stack.enter_context(hubspot_company(office.desk, ROWS, (DANA, ANA)))
    tell_slack(office.desk, office.slack)


def by_files(office: Office) -> None:
    write_files(office.desk, ROWS, (DANA, ANA))
    tell_webhook(office.desk, office.slack)


# How a night goes wrong, each at the office as it is.


def refused(office: Office) -> None:
    """By the CRM, and by Slack, which quote what they were sent."""
    quoted = " ".join(office.desk.environ.values())
    match office.crm:
        case SalesforceEmulator():
            office.crm.faults.add(QUOTES_THE_REQUEST)
        case HubspotEmulator():
            denied = hubspot_error(403, "MISSING_SCOPES", f"{office.crm.token} may not")
            office.crm.faults.always(hubspot_faults.instead(denied))
        case None:
            write_files(office.desk, [*ROWS, *customers(5, ANA, "more")], (DANA, ANA))
    said = {"ok": False, "error": "invalid_auth", "needed": quoted, "errors": [quoted], "detail": quoted}
    for method in ("chat.postMessage", "auth.test"):
        office.slack.inject(method, *[lost(Answer(200, json.dumps(said).encode(), {"X-Asked": repr(quoted)}))] * 2)
    office.slack.inject(WEBHOOK, *[lost(Answer(400, quoted.encode(), {"X-Asked": repr(quoted)}))] * 9)


def unknown_here(office: Office) -> None:
    """The credentials are those of another org or portal."""
    match office.crm:
        case SalesforceEmulator():
            office.crm.org.expire_sessions()
        case HubspotEmulator():
            office.desk.environ["HUBSPOT_TOKEN"] = "pat-na1-another-canary"
    for name in ("SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET", "SALESFORCE_PASSWORD"):
        office.desk.environ[name] = f"another-{office.desk.environ[name]}"


def broken(office: Office) -> None:
    """Pasted with a line break in the middle."""
    for name in secrets.names():
        if name in office.desk.environ:
            value = office.desk.environ[name]
            office.desk.environ[name] = f"{value[:-3]}\n{value[-3:]}"


def no_leave_of_the_proxy(office: Office) -> None:
    nowhere = office.stack.enter_context(Proxy({}, login="cssync:canary/proxy"))
    office.desk.environ["HTTPS_PROXY"] = nowhere.url.replace("://", f"://{WRONG_LOGIN}@")


def no_address_of_a_proxy(office: Office) -> None:
    office.desk.environ["HTTPS_PROXY"] = f"http://{PROXY_LOGIN}@[broken"
    office.desk.environ["HTTP_PROXY"] = f"socks5://{PROXY_LOGIN}@proxy.test:1080"


def another_authority(office: Office) -> None:
    other = office.desk.folder / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    office.desk.environ["REQUESTS_CA_BUNDLE"] = str(other)


def no_database(office: Office) -> None:
    office.desk.environ["DATABASE_URL"] = secrecy.DATABASE_URL


def no_database_of_that_name(office: Office) -> None:
    office.desk.environ["DATABASE_URL"] = "mysql://cssync:canary-database@db.test/cssync?password=canary"


def a_bug(office: Office) -> None:
    """What lies in the store is none of ours."""
    with closing(sqlite3.connect(office.desk.store, isolation_level=None)) as other:
        other.execute("UPDATE alert SET document = ?", [json.dumps(office.desk.environ["SLACK_BOT_TOKEN"])])


WAYS: dict[str, tuple[Callable[[Office], None], list[Callable[[Office], None]]]] = {
    "session": (by_session, [unknown_here, refused, broken, another_authority]),
    "jwt": (by_login("jwt"), [refused, no_leave_of_the_proxy]),
    "client credentials": (by_login("client_credentials", domain="acme.my"), [unknown_here]),
    "password": (by_login("password"), [unknown_here]),
    "hubspot": (by_hubspot, [unknown_here, refused, broken, no_address_of_a_proxy]),
    "files, webhook": (by_files, [refused, broken, no_address_of_a_proxy, no_database, no_database_of_that_name]),
}
QUESTIONS = [
    ("doctor",),
    ("config", "show"),
    ("config", "show", "--json"),
    ("status", "--json"),
    ("alerts", "--details"),
    ("alerts", "show", "Dana Roy"),
    ("alerts", "ack", "Dana Roy", "--by", "Maya Chen"),
    ("outbox", "list", "--all"),
    ("books", "--csv"),
    ("health",),
]
TRIED = [
    ("run", "--dry", "--as-of", NEXT_NIGHT),
    ("run", "--as-of", NEXT_NIGHT),
    ("doctor", "--json"),
    ("outbox", "retry", "--all"),
]


@pytest.fixture
def office(desk: Desk, slack: SlackServer) -> Iterator[Office]:
    with ExitStack() as stack:
        switch = stack.enter_context(HealthchecksServer(now=lambda: datetime.now(UTC)))
        sentry = stack.enter_context(SentryServer())
        key = sentry.dsn.partition("://")[2].partition("@")[0]
        lookout = Lookout((key, secrecy.in_base64("cssync:canary/proxy")))
        desk.set("healthcheck", tries=1)
        desk.set("metrics", textfile="cssync.prom")
        desk.set("log", level="debug")
        desk.environ |= {"CSSYNC_DEBUG": "1", **secrecy.planted(slack, switch.check_url, sentry.dsn)}
        made = Office(desk, slack, switch, sentry, stack, lookout)
        yield made


def test_every_secret_there_is_is_planted(slack: SlackServer) -> None:
    assert {*secrecy.planted(slack, "", ""), "DATABASE_URL"} == set(secrets.names())


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_no_secret_comes_out_of_a_good_night_or_a_bad_one(
    office: Office, way: tuple[Callable[[Office], None], list[Callable[[Office], None]]]
) -> None:
    plant, failures = way
    plant(office)
    assert office.run("run", "--as-of", NIGHT) == 0
    for question in QUESTIONS:
        assert office.run(*question) in (0, 2, 6), office.lookout.seen[" ".join(question)]
    good = dict(office.desk.environ)
    for fail in failures:
        fail(office)
        codes = [office.run(*tried) for tried in TRIED]
        assert max(codes) > 1, fail
        assert 1 not in codes, office.lookout.seen
        office.desk.environ.clear()
        office.desk.environ |= good
        if office.crm is not None:
            office.crm.faults.clear()
    office.lookout.note_files(office.desk.folder)
    office.note_others()
    assert office.lookout.leaks == {}


def test_no_secret_comes_out_of_a_schedule_or_a_bug(office: Office) -> None:
    """Whose buttons nobody hears, since the app's token is another one; what a bug quotes is a token."""
    desk, port = office.desk, free_port()
    by_files(office)
    tell_slack(desk, office.slack)
    desk.set("metrics", enabled=True, port=port, textfile="cssync.prom")
    desk.settings["timezone"] = f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"
    desk.set("schedule", at="00:00")
    desk.environ["SLACK_APP_TOKEN"] = "xapp-1-another-canary"
    with desk.started("schedule") as process:
        assert process.stderr is not None
        awaited, log = {'"buttons_off"', '"night_ended"'}, ""
        while awaited:
            line = process.stderr.readline()
            assert line, log
            log += line
            awaited = {event for event in awaited if event not in line}
        office.lookout.note("arguments", Path(f"/proc/{process.pid}/cmdline").read_text("utf-8"))
        for path in ("metrics", "healthz", "livez"):
            office.lookout.note(path, requests.get(f"http://127.0.0.1:{port}/{path}", timeout=30).text)
        assert office.run("health") == 0
        office.lookout.note_files(desk.folder)
        process.send_signal(signal.SIGTERM)
        office.lookout.note("schedule", log, *process.communicate())
    assert process.returncode == 0

    a_bug(office)
    later = str((datetime.now(UTC) + timedelta(days=2)).date())
    assert office.run("run", "--as-of", later) == 1
    office.note_others()
    assert "Traceback" in office.lookout.seen[f"run --as-of {later}"]
    assert office.sentry.raw
    assert office.lookout.leaks == {}
