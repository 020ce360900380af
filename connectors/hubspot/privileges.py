"""What the token must be allowed, and what it is allowed beyond that: nothing of HubSpot is ever written."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import SecretStr

from connectors.hubspot.client import HubspotClient
from connectors.hubspot.endpoints import COMPANIES, DEALS, EXCHANGE_RATES, OWNERS, TOKEN_INFO
from cssync.errors import ConnectorError
from cssync.model.check import Check, CheckStatus

NEEDED = (
    COMPANIES.list.scope,
    COMPANIES.properties.scope,
    DEALS.list.scope,
    DEALS.properties.scope,
    OWNERS.scope,
)
# Where amounts are in several currencies and money.rates does not say what they are worth.
OPTIONAL = (EXCHANGE_RATES.scope,)

_OF_EVERY_TOKEN = frozenset({"oauth"})
_NAME = "HubSpot scopes"
_WHERE = "(HubSpot: Settings > Integrations > Private Apps > Scopes)"
_MOST_NAMED = 8


def checks(client: HubspotClient, token: SecretStr | None) -> Iterator[Check]:
    """Compare what HubSpot says that the token may do with what is needed.

    It says so of the tokens of private apps alone; of others the calls that follow show what they may do.
    """
    scopes = _granted(client, token)
    if scopes is None:
        found = "HubSpot lists them for the tokens of private apps alone; the lines below show what this one may read"
        yield Check(_NAME, CheckStatus.WARNING, found, f"see that it has no others than {', '.join(NEEDED)}")
        return
    missing = [scope for scope in NEEDED if scope not in scopes]
    if missing:
        yield Check(_NAME, CheckStatus.FAILED, f"missing: {', '.join(missing)}", f"grant them {_WHERE}")
    beyond = scopes.difference(NEEDED, OPTIONAL, _OF_EVERY_TOKEN)
    if beyond:
        yield Check(
            f"{_NAME} beyond need" if missing else _NAME,
            CheckStatus.WARNING,
            f"more than is needed: {_named(beyond)}",
            f"take them from the private app: cssync writes nothing, and a leaked token could {_WHERE}",
        )
    elif not missing:
        yield Check(_NAME, CheckStatus.OK, f"{len(NEEDED)} needed ones, and none that can write")


def _granted(client: HubspotClient, token: SecretStr | None) -> frozenset[str] | None:
    try:
        # In the body, where no log of addresses finds it.
        told = client.post(TOKEN_INFO, {"tokenKey": token.get_secret_value().strip() if token else ""})
    except ConnectorError:
        return None
    scopes = told.get("scopes")
    if not isinstance(scopes, list) or not all(isinstance(scope, str) for scope in scopes):
        return None
    return frozenset(scopes)


def _named(scopes: frozenset[str]) -> str:
    """Those that write first."""
    ordered = sorted(scopes, key=lambda scope: (not _writes(scope), scope))
    more = f" and {len(ordered) - _MOST_NAMED} more" if len(ordered) > _MOST_NAMED else ""
    return ", ".join(ordered[:_MOST_NAMED]) + more


def _writes(scope: str) -> bool:
    return not scope.endswith(".read")
