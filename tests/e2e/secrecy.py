"""Secrets that can be told from all else, planted everywhere a secret can be, and a look at all that comes out."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.emulators.hubspot.server import CANARY as HUBSPOT_TOKEN
from tests.emulators.salesforce.credentials import SESSION_CANARY, Credentials, signing_key
from tests.emulators.slack.server import SlackServer

# Every secret of the emulators holds this word, and so does what they hand out at a login.
_WORD = "canary"
_ENCODED = ("Y2FuYXJ5", "NhbmFye", "jYW5hcn")  # in base64, at each place where it may begin
PROXY_LOGIN = "cssync:canary%2Fproxy"
DATABASE_URL = "postgresql://cssync:canary-database@127.0.0.1:1/cssync"


def planted(slack: SlackServer, healthcheck_url: str, sentry_dsn: str) -> dict[str, str]:
    """A secret of its right form for every variable but DATABASE_URL, which would take the place of the file."""
    known = Credentials()
    return {
        "SALESFORCE_CLIENT_ID": known.client_id,
        "SALESFORCE_CLIENT_SECRET": known.client_secret,
        "SALESFORCE_PRIVATE_KEY": signing_key()[0],
        "SALESFORCE_PASSWORD": known.password,
        "SALESFORCE_SECURITY_TOKEN": known.security_token,
        "SALESFORCE_SESSION_ID": f"00D000000000001!{SESSION_CANARY}.none",
        "HUBSPOT_TOKEN": HUBSPOT_TOKEN,
        "SLACK_BOT_TOKEN": slack.workspace.token,
        "SLACK_WEBHOOK_URL": slack.webhook_url,
        "SLACK_APP_TOKEN": slack.workspace.app_token,
        "HEALTHCHECK_URL": healthcheck_url,
        "SENTRY_DSN": sentry_dsn,
    }


@dataclass
class Lookout:
    """*seen*: all that came out, by where it did. *besides*: secrets that do not hold the word."""

    besides: tuple[str, ...] = ()
    seen: dict[str, str] = field(default_factory=dict)

    def note(self, where: str, *texts: str) -> None:
        self.seen[where] = self.seen.get(where, "") + "\n".join(texts)

    def note_files(self, folder: Path) -> None:
        """All that is in *folder*, as bytes: the store, its log, figures."""
        for path in folder.rglob("*"):
            if path.is_file():
                self.note(f"file {path.name}", path.read_bytes().decode("latin-1"))

    @property
    def leaks(self) -> dict[str, list[str]]:
        """What was seen of a secret, by where."""
        found = {where: list(self._found(text)) for where, text in self.seen.items()}
        return {where: leaks for where, leaks in found.items() if leaks}

    def _found(self, text: str) -> Iterator[str]:
        for wanted in (_WORD, *_ENCODED, *_lines(signing_key()[0]), *self.besides):
            at = text.lower().find(wanted) if wanted == _WORD else text.find(wanted)
            if at >= 0:
                yield text[max(at - 60, 0) : at + 60]


def in_base64(secret: str) -> str:
    return b64encode(secret.encode()).decode()


def _lines(key: str) -> list[str]:
    return [line for line in key.splitlines() if "PRIVATE KEY" not in line]
