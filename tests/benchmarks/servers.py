"""The CRM in a process of its own: ``python -m tests.benchmarks.servers salesforce|hubspot ACCOUNTS [LIMIT]``.

So its work is not counted to those who read it. Prints one line of JSON: where it is, whom to trust, with which
secret. Then each line on stdin is answered by one that lists what was asked since the last. It ends when stdin does.

With a LIMIT, so many requests per ten seconds, every request reaches the emulator; else its ``Replay`` answers.
"""

from __future__ import annotations

import sys
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import orjson

from cssync.demo import Company, build
from tests.benchmarks import orgs
from tests.benchmarks.replay import Replay
from tests.benchmarks.sources import NOW
from tests.emulators.hubspot.limits import Limits
from tests.emulators.hubspot.server import HubspotEmulator
from tests.emulators.salesforce.server import SalesforceEmulator

_NO_LIMIT = 10_000_000
_INSTANCE = "https://acme.my.salesforce.com"
_FORBIDDEN = "MISSING_SCOPES"


def main() -> None:
    kind, accounts, *limit = sys.argv[1:]
    company = accounts_of(int(accounts))
    with ExitStack() as stack:
        opened = _salesforce(stack, company) if kind == "salesforce" else _hubspot(stack, company, *map(int, limit))
        front, secret, ca_file = opened
        _say({"url": front.url, "secret": secret, "ca_file": ca_file})
        for _ in sys.stdin:
            asked, front.log = front.log, []
            _say(asked)


def accounts_of(accounts: int) -> Company:
    """Of the demo company the accounts and the people alone: what is measured is the reading of accounts."""
    company = build(NOW.date(), accounts)
    return replace(company, opportunities=company.opportunities.clear())


def _salesforce(stack: ExitStack, company: Company) -> tuple[Replay, str, str]:
    emulator = stack.enter_context(SalesforceEmulator(orgs.org(company)))
    ca_file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cssync-bench-"))) / "ca.pem"
    front = Replay(emulator.url, emulator.ca_file)
    front.certify(ca_file)
    secret = emulator.org.open_session()
    # tap-salesforce knows no other way in than a refresh token, which the emulator does not deal in.
    front.say("POST /services/oauth2/token", 200, {"access_token": secret, "instance_url": _INSTANCE})
    return stack.enter_context(front), secret, str(ca_file)


def _hubspot(stack: ExitStack, company: Company, limit: int | None = None) -> tuple[Replay, str, str]:
    limits = Limits(in_window=limit or _NO_LIMIT, daily=_NO_LIMIT)
    emulator = stack.enter_context(HubspotEmulator(orgs.portal(company), limits=limits))
    front = Replay(emulator.url, remembers=limit is None)
    # meltano-tap-hubspot asks for the properties of two dozen kinds of record whatever it is to read; of those that a
    # token has no scope for HubSpot says 403, and the tap goes on.
    refusal = {"status": "error", "message": "This app hasn't been granted all required scopes", "category": _FORBIDDEN}
    front.say("GET /crm/v3/properties/(?!companies|deals)", 403, refusal)
    return stack.enter_context(front), emulator.token, ""


def _say(value: object) -> None:
    sys.stdout.buffer.write(orjson.dumps(value) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
