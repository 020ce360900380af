"""Where the accounts come from, and which field says what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from cssync.settings.base import OpportunityCondition, Section

FullEveryDays = Annotated[int, Field(gt=0)]
FULL_EVERY_DAYS = Field(
    7, description="a night reads what changed; after so many days one reads everything, and finds what was missed"
)
ClosedWithinDays = Annotated[int, Field(ge=0)]
CLOSED_WITHIN_DAYS = Field(
    365, description="how far back won and lost opportunities are pulled: the forecast learns from both"
)
HistoryMonths = Annotated[int, Field(ge=0, le=24)]
HISTORY_MONTHS = Field(
    24, description="how far back the first night rebuilds who owned what, from the CRM's own history; 0: not at all"
)


class Mapping(Section):
    """A field that a source maps otherwise keeps the meaning, and with it the description, of the one it replaces."""

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: object) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        parents = [parent for parent in cls.__mro__[1:] if issubclass(parent, Mapping)]
        for name, field in cls.model_fields.items():
            inherited = (parent.model_fields[name].description for parent in parents if name in parent.model_fields)
            field.description = field.description or next(inherited, None)
        cls.model_rebuild(force=True)


class AccountFields(Mapping):
    """The source's own field for each thing cssync wants to know; null: the source does not say."""

    id: str = Field("account_id", description="never changes, unlike the name")
    name: str = Field("name", description="shown where an account is named")
    csm: str | None = Field("csm", description="who looks after the customer: an owner's id or e-mail address")
    second_csm: str | None = Field(
        None, description="another field that ought to name the same person (seed 36); null: there is none"
    )
    arr: str | None = Field(
        "arr", description="annual recurring revenue; may be null where customers.arr.from is won_opportunities"
    )
    currency: str | None = Field("currency", description="ISO code; null: everything is in the corporate currency")
    segment: str | None = Field("segment", description="SMB, mid-market, enterprise, ...; limits.segments refers to it")
    lifecycle: str | None = Field("lifecycle", description="onboarding, live, ...; customers.where may ask for it")
    product: str | None = Field("product", description="product or plan; limits.complexity maps it to a multiplier")
    region: str | None = Field("region", description="where the customer is")
    language: str | None = Field("language", description="which language the customer speaks")
    health: str | None = Field("health", description="the source's own health score or colour")
    parent: str | None = Field("parent_id", description="id of the parent account; see customers.count_by")
    created: str | None = Field("created_on", description="day on which the record was created")
    customer_since: str | None = Field("customer_since", description="day on which the account became a customer")
    churned_on: str | None = Field("churned_on", description="day on which the account stopped being a customer")
    renewal: str | None = Field("renewal_on", description="day of the next renewal")
    usage: str | None = Field(
        None, description="how much the customer uses the product, as any number; conditions may ask for it (seed 26)"
    )
    decision_maker_changed: str | None = Field(
        None, description="day on which the customer's decision maker last changed (seed 26)"
    )


class OpportunityFields(Mapping):
    """The same for opportunities (HubSpot: deals), open ones and those decided lately."""

    id: str = Field("opportunity_id", description="never changes, unlike the name")
    account: str = Field("account_id", description="id of the account that it belongs to")
    owner: str | None = Field("owner_id", description="who sells it")
    csm: str | None = Field(
        None, description="who will look after the customer once it is won: an owner's id or e-mail address"
    )
    name: str | None = Field("name", description="shown where an opportunity is named")
    kind: str | None = Field("kind", description="new, expansion, renewal, ... in the source's own words")
    stage: str | None = Field("stage", description="stage of the sale, in the source's own words")
    is_closed: str | None = Field("is_closed", description="whether it is decided")
    is_won: str | None = Field("is_won", description="whether it is decided in our favour")
    amount: str | None = Field("amount", description="what it is worth, a year if it recurs")
    currency: str | None = Field("currency", description="ISO code; null: everything is in the corporate currency")
    probability: str | None = Field("probability", description="0 to 1, or 0 to 100")
    created: str | None = Field("created_on", description="day on which the record was created")
    close: str | None = Field("close_on", description="day on which it was, or is expected to be, decided")
    starts: str | None = Field("starts_on", description="first day of the subscription it sells; null: close date")
    ends: str | None = Field("ends_on", description="first day no longer in force; null: open ended")


class FileSource(Section):
    """CSV or Parquet exports. Without a folder: the embedded demo company."""

    kind: Literal["file"] = Field("file", description="file, salesforce or hubspot")
    folder: Path | None = Field(
        None,
        description="holds accounts and owners, and if there are any opportunities, ownership, opportunity_history",
    )
    encoding: str = Field("utf-8", description="of CSV files; a byte order mark is understood")
    corporate_currency: str = Field("USD", description="of amounts without a currency of their own")
    decimal_mark: Literal[".", ","] = Field(".", description="how amounts are written in the files")
    accounts: AccountFields = Field(AccountFields(), description="columns of accounts; null: there is none")
    opportunities: OpportunityFields = Field(
        OpportunityFields(), description="columns of opportunities; null: there is none"
    )


class SalesforceAccountFields(AccountFields):
    """Fields of Account; a dotted name ("Parent.Name") follows a lookup."""

    id: str = "Id"
    name: str = "Name"
    csm: str | None = Field(None, description="a lookup to User (CSM__c), or OwnerId")
    arr: str | None = None
    currency: str | None = Field(None, description="CurrencyIsoCode in an org with several currencies")
    segment: str | None = None
    lifecycle: str | None = None
    product: str | None = None
    region: str | None = None
    language: str | None = None
    health: str | None = None
    parent: str | None = "ParentId"
    created: str | None = "CreatedDate"
    customer_since: str | None = None
    churned_on: str | None = None
    renewal: str | None = None


class SalesforceOpportunityFields(OpportunityFields):
    """Fields of Opportunity."""

    id: str = "Id"
    account: str = "AccountId"
    owner: str | None = "OwnerId"
    name: str | None = "Name"
    kind: str | None = "Type"
    stage: str | None = "StageName"
    is_closed: str | None = "IsClosed"
    is_won: str | None = "IsWon"
    amount: str | None = "Amount"
    currency: str | None = None
    probability: str | None = "Probability"
    created: str | None = "CreatedDate"
    close: str | None = "CloseDate"
    starts: str | None = None
    ends: str | None = None


class SalesforceSource(Section):
    """An org, read through its REST API. The secrets it needs depend on auth."""

    kind: Literal["salesforce"] = Field(description="file, salesforce or hubspot")
    auth: Literal["jwt", "client_credentials", "password", "session"] = Field(
        "jwt", description="password (SOAP login) retires in Summer '27: prefer jwt or client_credentials"
    )
    domain: str = Field("login", description="login, test (sandbox), or a My Domain: acme.my")
    instance_url: str | None = Field(None, description="https://acme.my.salesforce.com; needed by auth: session")
    username: str | None = Field(None, description="of the integration user; needed by auth: jwt and password")
    api_version: str = Field("62.0", pattern=r"^\d{2,3}\.0$", description='in quotes, as in "62.0"')
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(60, description="how long one request may take")
    closed_within_days: ClosedWithinDays = CLOSED_WITHIN_DAYS
    api_reserve: Annotated[float, Field(ge=0, lt=1)] = Field(
        0.05, description="share of the org's daily API calls that is left to others: a pull stops before it"
    )
    bulk_from_rows: Annotated[int, Field(gt=0)] = Field(
        20_000, description="objects of so many rows or more are read through Bulk API 2.0, smaller ones through REST"
    )
    full_every_days: FullEveryDays = FULL_EVERY_DAYS
    history_months: HistoryMonths = HISTORY_MONTHS
    team: str | None = Field("Department", description="field of User that names the team")
    accounts: SalesforceAccountFields = Field(SalesforceAccountFields(), description="fields of Account")
    opportunities: SalesforceOpportunityFields = Field(
        SalesforceOpportunityFields(), description="fields of Opportunity"
    )

    @model_validator(mode="after")
    def _auth_is_complete(self) -> Self:
        if self.auth in ("jwt", "password") and not self.username:
            raise ValueError(f"auth: {self.auth} needs the username of the integration user")
        if self.auth == "session" and not self.instance_url:
            raise ValueError("auth: session needs instance_url (https://acme.my.salesforce.com)")
        return self


class HubspotAccountFields(AccountFields):
    """Properties of companies."""

    id: str = "hs_object_id"
    name: str = "name"
    csm: str | None = Field(None, description="an owner property (csm_owner), or hubspot_owner_id")
    arr: str | None = None
    currency: str | None = None
    segment: str | None = None
    lifecycle: str | None = "lifecyclestage"
    product: str | None = None
    region: str | None = None
    language: str | None = None
    health: str | None = None
    parent: str | None = "hs_parent_company_id"
    created: str | None = "createdate"
    customer_since: str | None = None
    churned_on: str | None = None
    renewal: str | None = None


class HubspotOpportunityFields(OpportunityFields):
    """Properties of deals; which company a deal belongs to comes from its associations."""

    id: str = "hs_object_id"
    account: str = "associations.company"
    owner: str | None = "hubspot_owner_id"
    name: str | None = "dealname"
    kind: str | None = "dealtype"
    stage: str | None = "dealstage"
    is_closed: str | None = "hs_is_closed"
    is_won: str | None = "hs_is_closed_won"
    amount: str | None = "amount"
    currency: str | None = "deal_currency_code"
    probability: str | None = "hs_deal_stage_probability"
    created: str | None = "createdate"
    close: str | None = "closedate"
    starts: str | None = None
    ends: str | None = None


class HubspotSource(Section):
    """A portal, read with a private app's token."""

    kind: Literal["hubspot"] = Field(description="file, salesforce or hubspot")
    portal_id: str | None = Field(
        None, coerce_numbers_to_str=True, description="for links to records; null: asked from the API"
    )
    api_url: str = Field("https://api.hubapi.com", description="where the API is, if behind a gateway of your own")
    timeout_seconds: Annotated[float, Field(gt=0)] = Field(60, description="how long one request may take")
    closed_within_days: ClosedWithinDays = CLOSED_WITHIN_DAYS
    full_every_days: FullEveryDays = FULL_EVERY_DAYS
    history_months: HistoryMonths = HISTORY_MONTHS
    accounts: HubspotAccountFields = Field(HubspotAccountFields(), description="properties of companies")
    opportunities: HubspotOpportunityFields = Field(HubspotOpportunityFields(), description="properties of deals")


Source = Annotated[FileSource | SalesforceSource | HubspotSource, Field(discriminator="kind")]


class ArrSource(Section):
    """What ARR is taken from."""

    from_: Literal["field", "won_opportunities"] = Field(
        "field", alias="from", description="field: accounts.arr of the source; won_opportunities: the sum of them"
    )
    recurring: OpportunityCondition = Field(
        "true",
        description="which won opportunities recur, as a SQL condition: kind in ('subscription', 'renewal')",
    )


class SalesforceSecrets(Section):
    client_id: SecretStr | None = None
    client_secret: SecretStr | None = None
    private_key: SecretStr | None = None
    password: SecretStr | None = None
    security_token: SecretStr | None = None
    session_id: SecretStr | None = None


class HubspotSecrets(Section):
    token: SecretStr | None = None


class SlackSecrets(Section):
    bot_token: SecretStr | None = None
    webhook_url: SecretStr | None = None
    app_token: SecretStr | None = None


class Secrets(Section):
    """Never in the YAML: SALESFORCE_CLIENT_ID, HUBSPOT_TOKEN, SLACK_BOT_TOKEN, ... or the same with _FILE."""

    salesforce: SalesforceSecrets = SalesforceSecrets()
    hubspot: HubspotSecrets = HubspotSecrets()
    slack: SlackSecrets = SlackSecrets()
    database_url: SecretStr | None = None
    healthcheck_url: SecretStr | None = None
    sentry_dsn: SecretStr | None = None
