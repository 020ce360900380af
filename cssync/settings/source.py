"""Where the accounts come from, and which field says what."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, SecretStr

from cssync.settings.base import OpportunityCondition, Section


class AccountFields(Section):
    """The source's own field for each thing cssync wants to know; null: the source does not say."""

    id: str = "account_id"
    name: str = "name"
    csm: str | None = Field("csm", description="who looks after the customer: an owner's id or e-mail address")
    arr: str | None = Field("arr", description="annual recurring revenue; null with arr_from: won_opportunities")
    currency: str | None = Field("currency", description="ISO code; null: everything is in the corporate currency")
    segment: str | None = "segment"
    lifecycle: str | None = "lifecycle"
    product: str | None = Field("product", description="product or plan; limits.complexity maps it to a multiplier")
    region: str | None = "region"
    language: str | None = "language"
    health: str | None = "health"
    parent: str | None = "parent_id"
    created: str | None = "created_on"
    customer_since: str | None = "customer_since"
    churned_on: str | None = "churned_on"
    renewal: str | None = "renewal_on"


class OpportunityFields(Section):
    id: str = "opportunity_id"
    account: str = "account_id"
    owner: str | None = "owner_id"
    name: str | None = "name"
    kind: str | None = Field("kind", description="new, expansion, renewal, ... in the source's own words")
    stage: str | None = "stage"
    is_closed: str | None = "is_closed"
    is_won: str | None = "is_won"
    amount: str | None = "amount"
    currency: str | None = "currency"
    probability: str | None = Field("probability", description="0 to 1, or 0 to 100")
    created: str | None = "created_on"
    close: str | None = "close_on"
    starts: str | None = Field("starts_on", description="first day of the subscription it sells; null: close date")
    ends: str | None = Field("ends_on", description="first day no longer in force; null: open ended")


class FileSource(Section):
    """CSV or Parquet exports. Without a folder: the embedded demo company."""

    kind: Literal["file"] = "file"
    folder: Path | None = Field(
        None, description="holds accounts, owners, opportunities and ownership (each .csv or .parquet)"
    )
    encoding: str = "utf-8"
    corporate_currency: str = "USD"
    decimal_mark: Literal[".", ","] = Field(".", description="how amounts are written in the files")
    accounts: AccountFields = AccountFields()
    opportunities: OpportunityFields = OpportunityFields()


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
    kind: Literal["salesforce"]
    auth: Literal["jwt", "client_credentials", "password", "session"] = Field(
        "jwt", description="password (SOAP login) retires in Summer '27: prefer jwt or client_credentials"
    )
    domain: str = Field("login", description="login, test (sandbox), or a My Domain: acme.my")
    instance_url: str | None = Field(None, description="https://acme.my.salesforce.com; needed by auth: session")
    username: str | None = None
    api_version: str = Field("62.0", pattern=r"^\d{2,3}\.0$")
    timeout_seconds: Annotated[float, Field(gt=0)] = 60
    won_within_days: Annotated[int, Field(ge=0)] = Field(
        365, description="how far back closed-won opportunities are pulled"
    )
    team: str | None = Field("Department", description="field of User that names the team")
    accounts: SalesforceAccountFields = SalesforceAccountFields()
    opportunities: SalesforceOpportunityFields = SalesforceOpportunityFields()


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
    kind: Literal["hubspot"]
    portal_id: str | None = Field(None, description="for links to records; null: asked from the API")
    timeout_seconds: Annotated[float, Field(gt=0)] = 60
    won_within_days: Annotated[int, Field(ge=0)] = 365
    accounts: HubspotAccountFields = HubspotAccountFields()
    opportunities: HubspotOpportunityFields = HubspotOpportunityFields()


Source = Annotated[FileSource | SalesforceSource | HubspotSource, Field(discriminator="kind")]


class ArrSource(Section):
    """What ARR is taken from."""

    from_: Literal["field", "won_opportunities"] = Field("field", alias="from")
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


class Secrets(Section):
    """Never in the YAML: SALESFORCE_CLIENT_ID, HUBSPOT_TOKEN, SLACK_BOT_TOKEN, ... or the same with _FILE."""

    salesforce: SalesforceSecrets = SalesforceSecrets()
    hubspot: HubspotSecrets = HubspotSecrets()
    slack: SlackSecrets = SlackSecrets()
    database_url: SecretStr | None = None
