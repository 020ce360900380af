"""Names the field of the CRM that each thing was read from, and where the settings say so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from cssync.explain.trace import Source, SourceKind
from cssync.settings.source import AccountFields, FileSource, HubspotSource, OpportunityFields, SalesforceSource

# Columns of ``ACCOUNTS`` and ``OPPORTUNITIES`` whose settings are called otherwise.
_ACCOUNT = {
    "account_id": "id", "csm_ref": "csm", "amount": "arr", "parent_id": "parent", "created_on": "created",
    "renewal_on": "renewal",
}  # fmt: skip
_OPPORTUNITY = {
    "opportunity_id": "id", "account_id": "account", "owner_ref": "owner", "created_on": "created",
    "close_on": "close", "starts_on": "starts", "ends_on": "ends",
}  # fmt: skip
# What the CRM calls its accounts, opportunities and owners.
_OBJECTS = {
    "file": ("accounts", "opportunities", "owners"),
    "salesforce": ("Account", "Opportunity", "User"),
    "hubspot": ("company", "deal", "owner"),
}


@dataclass(frozen=True, slots=True)
class Fields:
    """*source*: as the settings have it. *origin*: where a dotted setting was said ("default", or file and line)."""

    source: FileSource | SalesforceSource | HubspotSource
    origin: Callable[[str], str]

    def account(self, column: str) -> Source | None:
        """Where a column of ``ACCOUNTS`` is read; None where the source does not say."""
        return self._field(0, "accounts", self.source.accounts, _ACCOUNT.get(column, column))

    def opportunity(self, column: str) -> Source | None:
        """Where a column of ``OPPORTUNITIES`` is read; None where the source does not say."""
        return self._field(1, "opportunities", self.source.opportunities, _OPPORTUNITY.get(column, column))

    def owner(self, field: str) -> Source:
        """Where the id, email, team or active of an owner is read."""
        name = field
        match self.source:
            case SalesforceSource(team=team):
                name = {"id": "Id", "email": "Email", "active": "IsActive", "team": team or "team"}.get(field, field)
            case HubspotSource():
                name = {"active": "archived", "team": "teams"}.get(field, field)
            case FileSource():
                pass
        return Source(SourceKind.FIELD, f"{_OBJECTS[self.source.kind][2]}.{name}")

    def _field(
        self, which: int, section: str, fields: AccountFields | OpportunityFields, setting: str
    ) -> Source | None:
        field: str | None = getattr(fields, setting, None)
        if field is None:
            return None
        dotted = f"source.{section}.{setting}"
        return Source(SourceKind.FIELD, f"{_OBJECTS[self.source.kind][which]}.{field}", self._said(dotted))

    def _said(self, dotted: str) -> str:
        origin = self.origin(dotted)
        return "" if origin == "default" else f"{dotted}, {origin}"
