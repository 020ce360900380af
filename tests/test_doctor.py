"""Every line of the doctor says that a thing is fine or what to do, and its exit code says whom to ask."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pydantic import SecretStr

from cssync import network
from cssync.doctor import (
    Examination,
    Examined,
    clock_checks,
    conclude,
    examine,
    network_checks,
    settings_checks,
    team_checks,
    time_by_http,
)
from cssync.errors import AuthError, CssyncError, ExitCode, MappingError, StoreError
from cssync.model.check import Check, CheckStatus
from cssync.model.owner import Owner
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings
from cssync.settings.notify import Notify, Slack
from cssync.settings.source import FileSource, HubspotSource, SalesforceSource, Secrets, SlackSecrets
from cssync.settings.team import Team

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
FINE = Check("login", CheckStatus.OK, "signed in as integration@acme.test")
ODD = Check("csm", CheckStatus.WARNING, "hubspot_owner_id is often the sales owner", "map an owner property")
BROKEN = Check("arr", CheckStatus.FAILED, "no field ARR__c on Account", "name the field in source.accounts.arr")


def crm(*checks: Check) -> Examination:
    return Examination("Salesforce", lambda: checks, ExitCode.CONNECTOR)


def slack(*checks: Check) -> Examination:
    return Examination("Slack", lambda: checks, ExitCode.DELIVERY)


def test_all_well_leads_to_a_dry_run() -> None:
    verdict = conclude(examine([crm(FINE), slack(FINE)]))
    assert (verdict.failed, verdict.warnings, verdict.exit_code) == (0, 0, ExitCode.OK)
    assert verdict.next_step == "cssync run --dry"


def test_warnings_do_not_stand_in_the_way() -> None:
    verdict = conclude(examine([crm(ODD), slack(ODD)]))
    assert (verdict.warnings, verdict.exit_code) == (2, ExitCode.OK)
    assert verdict.next_step == "cssync run --dry"


def test_a_failure_leads_back_to_the_doctor() -> None:
    verdict = conclude(examine([crm(FINE, BROKEN)]))
    assert (verdict.failed, verdict.exit_code) == (1, ExitCode.CONNECTOR)
    assert verdict.next_step == "mend what FAILED, from the top, then: cssync doctor"


def test_the_first_failure_decides_the_exit_code() -> None:
    assert conclude(examine([slack(BROKEN), crm(BROKEN)])).exit_code is ExitCode.DELIVERY
    assert conclude(examine([crm(BROKEN), slack(BROKEN)])).exit_code is ExitCode.CONNECTOR


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (AuthError("Salesforce refused the token (401)", remedy="rotate the key"), ExitCode.CONNECTOR),
        (MappingError("no field CSM__c", remedy="rotate the key"), ExitCode.CONFIG),
        (StoreError("cssync.db is read-only", remedy="rotate the key"), ExitCode.CONFIG),
    ],
)
def test_an_examination_that_raises_becomes_a_line_and_the_next_one_goes_on(error: CssyncError, code: ExitCode) -> None:
    def raising() -> Iterator[Check]:
        yield FINE
        raise error

    lines = list(examine([Examination("Salesforce", raising, ExitCode.CONNECTOR), slack(FINE)]))
    assert [(line.about, line.check.status) for line in lines] == [
        ("Salesforce", CheckStatus.OK),
        ("Salesforce", CheckStatus.FAILED),
        ("Slack", CheckStatus.OK),
    ]
    assert (lines[1].check.found, lines[1].check.remedy) == (error.message, "rotate the key")
    assert lines[1].exit_code is code


def test_lines_come_as_soon_as_they_are_known() -> None:
    def never() -> Iterator[Check]:
        raise AssertionError("looked at too early")

    lines = examine([crm(FINE), Examination("Slack", never, ExitCode.DELIVERY)])
    assert next(lines) == Examined("Salesforce", FINE, ExitCode.OK)


def test_settings_say_where_they_come_from() -> None:
    loaded = Loaded(
        Settings(source=FileSource(folder=Path("exports"))),
        Secrets(),
        Path("config"),
        Path("config/cssync.yaml"),
        {
            "source.folder": "config/cssync.yaml:3",
            "timezone": "config/cssync.yaml:1",
            "gate.max_drop": "environment CSSYNC__GATE__MAX_DROP",
            "gate.recent_runs": "config/.env:2 CSSYNC__GATE__RECENT_RUNS",
            "secrets.hubspot.token": "environment HUBSPOT_TOKEN",
        },
    )
    file, found = settings_checks(loaded)
    assert file == Check(
        "file", CheckStatus.OK, "config/cssync.yaml: 2 settings, 2 more from the environment, defaults for the rest"
    )
    assert found == Check("secrets", CheckStatus.OK, "none, and these settings need none")


def test_no_file_and_the_demo_company_are_warned_about() -> None:
    file, source, _ = settings_checks(Loaded(Settings(), Secrets(), Path()))
    assert (file.status, file.remedy) == (CheckStatus.WARNING, "write one: cssync init")
    assert (source.status, source.found) == (CheckStatus.WARNING, "the embedded demo company")


def test_what_reading_the_settings_warned_about_is_shown_with_its_remedy() -> None:
    loaded = Loaded(Settings(), Secrets(), Path(), warnings=(".env can be read by others: chmod 600 .env",))
    assert Check("environment", CheckStatus.WARNING, ".env can be read by others", "chmod 600 .env") in settings_checks(
        loaded
    )


def test_secrets_that_the_settings_need_and_nobody_set_are_named() -> None:
    loaded = Loaded(Settings(notify=Notify(slack=Slack(enabled=True, channel="C1"))), Secrets(), Path())
    *_, found = settings_checks(loaded)
    assert (found.status, found.found) == (CheckStatus.FAILED, "not set: SLACK_BOT_TOKEN")
    assert found.remedy.startswith("set each in the environment")


def test_secrets_are_named_and_never_shown() -> None:
    canaries = Secrets(slack=SlackSecrets(bot_token=SecretStr("xoxb-canary")), database_url=SecretStr("canary"))
    lines = list(settings_checks(Loaded(Settings(), canaries, Path())))
    assert lines[-1].found == "SLACK_BOT_TOKEN, DATABASE_URL"
    assert "canary" not in repr(lines)


@pytest.mark.parametrize(
    ("off_by", "status", "found"),
    [
        (0, CheckStatus.OK, "agrees with api.hubapi.com"),
        (29, CheckStatus.OK, "agrees with api.hubapi.com"),
        (30, CheckStatus.WARNING, "30 s ahead of api.hubapi.com"),
        (-30, CheckStatus.WARNING, "30 s behind api.hubapi.com"),
        (119, CheckStatus.WARNING, "119 s ahead of api.hubapi.com"),
        (120, CheckStatus.FAILED, "120 s ahead of api.hubapi.com"),
        (-3600, CheckStatus.FAILED, "3600 s behind api.hubapi.com"),
    ],
)
def test_the_clock_is_compared_with_the_crm(off_by: int, status: CheckStatus, found: str) -> None:
    settings = Settings(source=HubspotSource(kind="hubspot"))
    *_, clock = clock_checks(settings, lambda: NOW, lambda _url: NOW - timedelta(seconds=off_by))
    assert (clock.status, clock.found) == (status, found)
    assert bool(clock.remedy) == (status is not CheckStatus.OK)


def test_the_time_zone_is_shown_with_the_time_in_it() -> None:
    zone, _ = clock_checks(Settings(timezone="Europe/Berlin"), lambda: NOW, lambda _url: None)
    assert zone.found == "Europe/Berlin, now Sun 22 Nov 2026, 05:30 CET"


@pytest.mark.parametrize(
    ("settings", "asked"),
    [
        (
            Settings(source=SalesforceSource(kind="salesforce", domain="test", username="u")),
            ["https://test.salesforce.com/"],
        ),
        (
            Settings(
                source=SalesforceSource(kind="salesforce", username="u", instance_url="https://acme.my.salesforce.com")
            ),
            ["https://acme.my.salesforce.com"],
        ),
        (
            Settings(source=HubspotSource(kind="hubspot", api_url="https://hubspot.gateway.test")),
            ["https://hubspot.gateway.test"],
        ),
        (Settings(notify=Notify(slack=Slack(enabled=True, channel="C1"))), ["https://slack.com/api/"]),
        (Settings(), []),
    ],
)
def test_the_service_that_is_asked_for_the_time_is_the_one_in_the_settings(
    settings: Settings, asked: list[str]
) -> None:
    urls: list[str] = []

    def tell(url: str) -> datetime:
        urls.append(url)
        return NOW

    *_, clock = clock_checks(settings, lambda: NOW, tell)
    assert urls == asked
    assert clock.status is CheckStatus.OK


def test_a_service_that_does_not_tell_the_time_is_a_warning() -> None:
    settings = Settings(source=HubspotSource(kind="hubspot"))
    *_, clock = clock_checks(settings, lambda: NOW, lambda _url: None)
    assert (clock.status, clock.found) == (CheckStatus.WARNING, "not compared: api.hubapi.com did not tell the time")


class _Server(BaseHTTPRequestHandler):
    date: str | None = None
    asked_by: str | None = None

    def do_HEAD(self) -> None:
        type(self).asked_by = self.headers["User-Agent"]
        self.send_response_only(404)
        if self.date is not None:
            self.send_header("Date", self.date)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is http.server's
        pass


@pytest.mark.parametrize(
    ("date", "told"),
    [
        ("Sun, 22 Nov 2026 04:30:00 GMT", NOW),
        (None, None),
        ("tomorrow", None),
        ("Sun, 22 Nov 2026 04:30:00 -0000", None),
    ],
)
def test_the_date_of_any_answer_tells_the_time(date: str | None, told: datetime | None) -> None:
    class Handler(_Server):
        """One of this test's own."""

    Handler.date = date
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            assert time_by_http(f"http://127.0.0.1:{server.server_port}/") == told
            assert Handler.asked_by == network.user_agent()
        finally:
            server.shutdown()


def test_a_server_that_is_not_there_tells_no_time() -> None:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Server) as server:
        port = server.server_port
    assert time_by_http(f"http://127.0.0.1:{port}/") is None


def test_a_server_that_keeps_silent_tells_no_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        assert time_by_http(url, within_seconds=0.05) is None


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An environment that says nothing of networks."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_way_to_each_service_is_told_without_the_proxy_s_password(bare: pytest.MonkeyPatch) -> None:
    bare.setenv("HTTPS_PROXY", "http://us:canary@proxy.test:3128")
    bare.setenv("NO_PROXY", ".hubapi.com")
    settings = Settings(source=HubspotSource(kind="hubspot"), notify=Notify(slack=Slack(enabled=True, channel="C1")))
    certificates, proxy = network_checks(settings)
    assert certificates == Check("certificates", CheckStatus.OK, "the system's authorities and certifi's")
    assert proxy == Check("proxy", CheckStatus.OK, "slack.com by http://proxy.test:3128; api.hubapi.com directly")


def test_without_any_service_no_way_is_told(bare: pytest.MonkeyPatch) -> None:
    *_, proxy = network_checks(Settings())
    assert proxy.found == "not needed: the settings name no service on the network"


def test_authorities_that_cannot_be_used_fail_under_the_network_s_name(
    bare: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bare.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    (line,) = examine([Examination("network", lambda: network_checks(Settings()), ExitCode.CONFIG)])
    assert (line.check.status, line.exit_code) == (CheckStatus.FAILED, ExitCode.CONFIG)
    assert line.check.found.startswith("SSL_CERT_FILE names the certificate authorities in ")


class TestTeam:
    """Whether those whom the settings name are there, by the owners of the last accepted night."""

    team = Team.model_validate({"pools": {"P1": {}}, "members": {"dana@acme.test": {}, "typo@acme.test": {"fte": 0.5}}})
    night = date(2026, 11, 22)

    def test_people_whom_the_crm_does_not_list_are_named(self) -> None:
        (check,) = team_checks(self.team, (self.night, (Owner("U1", "Dana Roy", "Dana@acme.test"),)))
        assert check.status is CheckStatus.WARNING
        assert check.found == "not among the owners of 2026-11-22: P1, typo@acme.test"
        assert "team.members" in check.remedy

    def test_where_all_are_known_it_says_so(self) -> None:
        owners = (Owner("U1", "Dana Roy", "dana@acme.test"), Owner("P1", "Pool"), Owner("x", "T", "typo@acme.test"))
        (check,) = team_checks(self.team, (self.night, owners))
        assert (check.status, check.found) == (
            CheckStatus.OK,
            "3 people and pools named, all known to the CRM or yet to come",
        )

    def test_before_the_first_night_nobody_can_tell(self) -> None:
        (check,) = team_checks(self.team, None)
        assert check.found == "3 people and pools named; looked up after the first night"

    def test_settings_that_name_nobody_need_no_line(self) -> None:
        assert list(team_checks(Team(), None)) == []
