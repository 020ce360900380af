"""Every path of HubSpot's API that cssync calls, in one place: the v3 paths end in September 2027.

hubspot-api-client spreads its paths over generated modules; the REST client beneath them takes any path, so the
move to the dated ones (``/crm/objects/2026-03/...``) will be an edit of this module alone.
"""

from __future__ import annotations

from dataclasses import dataclass

_CRM = "/crm/v3"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """*what*: its content in the operator's words. *scope*: what the token must be granted, "" for none."""

    path: str
    what: str
    scope: str = ""

    @property
    def searches(self) -> bool:
        """Whether the narrower limit of searches holds here."""
        return self.path.endswith("/search")


ACCOUNT = Endpoint("/account-info/v3/details", "account details")
OWNERS = Endpoint(f"{_CRM}/owners/", "owners", "crm.objects.owners.read")
PIPELINES = Endpoint(f"{_CRM}/pipelines/deals", "deal pipelines", "crm.objects.deals.read")
EXCHANGE_RATES = Endpoint("/settings/v3/currencies/exchange-rates/current", "exchange rates", "multi-currency-read")
TOKEN_INFO = Endpoint("/oauth/v2/private-apps/get/access-token-info", "what the token may do")
COMPANIES_OF_DEALS = Endpoint(
    "/crm/v4/associations/deals/companies/batch/read", "the companies of deals", "crm.objects.deals.read"
)


@dataclass(frozen=True, slots=True)
class RecordType:
    """Companies or deals. *plural*: HubSpot's own name, *setting*: the section of the settings that maps it."""

    plural: str
    setting: str

    @property
    def list(self) -> Endpoint:
        return Endpoint(f"{_CRM}/objects/{self.plural}", self.plural, f"crm.objects.{self.plural}.read")

    @property
    def search(self) -> Endpoint:
        return Endpoint(f"{_CRM}/objects/{self.plural}/search", self.plural, f"crm.objects.{self.plural}.read")

    @property
    def batch(self) -> Endpoint:
        return Endpoint(f"{_CRM}/objects/{self.plural}/batch/read", self.plural, f"crm.objects.{self.plural}.read")

    @property
    def properties(self) -> Endpoint:
        what = f"the properties of {self.plural}"
        return Endpoint(f"{_CRM}/properties/{self.plural}", what, f"crm.schemas.{self.plural}.read")


COMPANIES = RecordType("companies", "source.accounts")
DEALS = RecordType("deals", "source.opportunities")
