"""Tries everything a night needs before the night does, and says of each thing that it is fine or what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import urllib3

from cssync import network
from cssync.capacity.staff import strangers
from cssync.errors import CssyncError, ExitCode
from cssync.model.check import Check, CheckStatus
from cssync.model.owner import Owner
from cssync.model.wording import count
from cssync.settings import secrets
from cssync.settings.load import OVERRIDE
from cssync.settings.loaded import Loaded
from cssync.settings.model import Settings
from cssync.settings.source import FileSource, HubspotSource, SalesforceSource
from cssync.settings.team import Team

# A login by JWT is valid for three minutes, and the search for a message of unknown fate begins two minutes early.
CLOCK_FAILS_SECONDS = 120
CLOCK_WARNS_SECONDS = 30
_ANSWER_WITHIN_SECONDS = 5.0
_SET_CLOCK = "let the host keep time by NTP: timedatectl set-ntp true"


@dataclass(frozen=True, slots=True)
class Examination:
    """Checks on one thing. *failure*: the exit code of the command when one of them fails."""

    about: str
    checks: Callable[[], Iterable[Check]]
    failure: ExitCode


@dataclass(frozen=True, slots=True)
class Examined:
    """One line. *exit_code* is OK unless the check failed."""

    about: str
    check: Check
    exit_code: ExitCode


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the lines come to; the first failure decides the exit code, as it may well cause the others."""

    failed: int
    warnings: int
    exit_code: ExitCode
    next_step: str


def examine(examinations: Iterable[Examination]) -> Iterator[Examined]:
    """Yield each line as soon as it is known. An expected error ends its own examination, never the others."""
    for examination in examinations:
        try:
            for check in examination.checks():
                failed = check.status is CheckStatus.FAILED
                yield Examined(examination.about, check, examination.failure if failed else ExitCode.OK)
        except CssyncError as error:
            yield failure(examination.about, error)


def failure(about: str, error: CssyncError) -> Examined:
    """The line for something that could not even be looked at."""
    return Examined(about, Check("reading it", CheckStatus.FAILED, error.message, error.remedy), error.exit_code)


def conclude(examined: Iterable[Examined]) -> Verdict:
    lines = tuple(examined)
    failed = [line for line in lines if line.check.status is CheckStatus.FAILED]
    warnings = sum(line.check.status is CheckStatus.WARNING for line in lines)
    if failed:
        return Verdict(
            len(failed), warnings, failed[0].exit_code, "mend what FAILED, from the top, then: cssync doctor"
        )
    return Verdict(0, warnings, ExitCode.OK, "cssync run --dry")


def settings_checks(loaded: Loaded) -> Iterator[Check]:
    """Yield where the settings come from, and which secrets are there or missing; their names, never their values."""
    said = [origin for setting, origin in loaded.origins.items() if not setting.startswith("secrets.")]
    overridden = sum(OVERRIDE in origin for origin in said)
    told = f"{len(said) - overridden} settings, {overridden} more from the environment, defaults for the rest"
    if loaded.file is None:
        yield Check("file", CheckStatus.WARNING, f"no settings file; {told}", "write one: cssync init")
    else:
        yield Check("file", CheckStatus.OK, f"{loaded.file}: {told}")
    if isinstance(loaded.settings.source, FileSource) and loaded.settings.source.folder is None:
        yield Check(
            "source",
            CheckStatus.WARNING,
            "the embedded demo company",
            "name your CRM in source.kind, or a folder of exports in source.folder",
        )
    for warning in loaded.warnings:
        yield Check("environment", CheckStatus.WARNING, *warning.split(": ", 1))
    if absent := secrets.missing(loaded, secrets.needed(loaded.settings)):
        yield Check(
            "secrets",
            CheckStatus.FAILED,
            f"not set: {', '.join(absent)}",
            secrets.HOW_TO_SET,
        )
    else:
        found = ", ".join(secrets.by_name(loaded.secrets)) or "none, and these settings need none"
        yield Check("secrets", CheckStatus.OK, found)


def team_checks(team: Team, night: tuple[date, Iterable[Owner]] | None) -> Iterator[Check]:
    """Yield whether the CRM lists everyone whom the settings name; *night*: the last accepted one, and its owners."""
    named = len(team.pools) + len(team.members)
    if not named:
        return
    people = count(named, "person or pool", "people and pools")
    if night is None:
        yield Check("team", CheckStatus.OK, f"{people} named; looked up after the first night")
        return
    on, owners = night
    unknown = strangers(team, owners, on)
    if unknown:
        yield Check(
            "team",
            CheckStatus.WARNING,
            f"not among the owners of {on}: {', '.join(unknown)}",
            "name them in team.members and team.pools by e-mail address or owner id, as the CRM has them",
        )
    else:
        yield Check("team", CheckStatus.OK, f"{people} named, all known to the CRM or yet to come")


def network_checks(settings: Settings) -> Iterator[Check]:
    """Yield which authorities are trusted, and by which proxy each service is reached, as the environment says.

    Raises ConfigError for authorities or a proxy that cannot be used.
    """
    network.tls_context()
    yield Check("certificates", CheckStatus.OK, str(network.trust()))
    slack = settings.notify.slack
    urls = [_service(settings)] if not isinstance(settings.source, FileSource) else []
    urls += [slack.api_url if slack.via == "bot" else "https://hooks.slack.com/"] if slack.enabled else []
    hosts: dict[str, list[str]] = {}
    for url in filter(None, urls):
        proxy = network.proxy_for(url)
        hosts.setdefault(proxy.url if proxy else "", []).append(urlsplit(url).hostname or url)
    directly = hosts.pop("", [])
    ways = [f"{', '.join(names)} by {proxy}" for proxy, names in hosts.items()]
    ways += [f"{', '.join(directly)} directly"] if directly else []
    yield Check("proxy", CheckStatus.OK, "; ".join(ways) or "not needed: the settings name no service on the network")


def clock_checks(
    settings: Settings, now: Callable[[], datetime], time_at: Callable[[str], datetime | None]
) -> Iterator[Check]:
    """Yield the time zone, and the host's clock beside the one of the service that the settings talk to.

    *time_at*: the time by the server at that URL, None where it does not say; ``time_by_http`` for real.
    """
    local = now().astimezone(settings.zone)
    yield Check("time zone", CheckStatus.OK, f"{settings.timezone}, now {local:%a %d %b %Y, %H:%M %Z}")
    url = _service(settings)
    if url is None:
        yield Check("clock", CheckStatus.OK, "not compared: the settings name no service on the network")
        return
    host = urlsplit(url).hostname or url
    before = now()
    theirs = time_at(url)
    if theirs is None:
        remedy = "see whether this host reaches it, through a proxy too"
        yield Check("clock", CheckStatus.WARNING, f"not compared: {host} did not tell the time", remedy)
        return
    # Their clock was read somewhere between our two readings, and shows whole seconds.
    middle = before + (now() - before) / 2
    seconds = round((middle - theirs).total_seconds())
    found = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} {host}"
    if abs(seconds) >= CLOCK_FAILS_SECONDS:
        yield Check("clock", CheckStatus.FAILED, found, f"logins and read-back fail at this distance; {_SET_CLOCK}")
    elif abs(seconds) >= CLOCK_WARNS_SECONDS:
        yield Check("clock", CheckStatus.WARNING, found, _SET_CLOCK)
    else:
        yield Check("clock", CheckStatus.OK, f"agrees with {host}")


def time_by_http(url: str, *, within_seconds: float = _ANSWER_WITHIN_SECONDS) -> datetime | None:
    """The ``Date`` that the server at *url* puts on its answer, whatever the answer is."""
    with network.pool(url) as pool:
        try:
            answer = pool.request("HEAD", url, timeout=within_seconds)
        except urllib3.exceptions.HTTPError:
            return None
    try:
        told = parsedate_to_datetime(answer.headers.get("Date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else None


def _service(settings: Settings) -> str | None:
    match settings.source:
        case SalesforceSource(instance_url=str(url)):
            return url
        case SalesforceSource(domain=domain):
            return f"https://{domain}.salesforce.com/"
        case HubspotSource(api_url=url):
            return url
        case FileSource():
            return settings.notify.slack.api_url if settings.notify.slack.enabled else None
