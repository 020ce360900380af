"""The declared schemas of the tables that travel down the line, as Polars columns.

Text columns are stripped and never empty (null instead); dates are calendar dates without a zone;
money is ``MONEY``: an exact decimal with two places.
"""

from __future__ import annotations

import polars as pl

MONEY = pl.Decimal(38, 2)

# One row an account, as the CRM holds it: amounts in the account's own currency.
ACCOUNTS = pl.Schema(
    {
        "account_id": pl.String(),
        "name": pl.String(),
        "csm_ref": pl.String(),  # whatever the CRM says about the CSM: an owner's id, or an e-mail address
        "second_csm_ref": pl.String(),  # another field of the CRM that ought to name the same person
        "amount": MONEY,  # ARR in `currency`; null when absent or unreadable
        "currency": pl.String(),  # ISO code in capitals; null means the corporate currency
        "segment": pl.String(),
        "lifecycle": pl.String(),
        "product": pl.String(),
        "region": pl.String(),
        "language": pl.String(),
        "health": pl.String(),
        "parent_id": pl.String(),
        "created_on": pl.Date(),
        "customer_since": pl.Date(),
        "churned_on": pl.Date(),
        "renewal_on": pl.Date(),
        "usage": pl.Float64(),  # whatever the CRM measures; conditions of the settings say what is low
        "decision_maker_changed_on": pl.Date(),
    }
)

OPPORTUNITIES = pl.Schema(
    {
        "opportunity_id": pl.String(),
        "account_id": pl.String(),
        "owner_ref": pl.String(),  # who sells it
        "csm_ref": pl.String(),  # who will look after the customer, where that is known
        "name": pl.String(),
        "kind": pl.String(),  # Salesforce Type, HubSpot dealtype: new, expansion, renewal, ...
        "stage": pl.String(),
        "is_closed": pl.Boolean(),
        "is_won": pl.Boolean(),
        "amount": MONEY,
        "currency": pl.String(),
        "probability": pl.Float64(),  # 0..1, as the CRM says
        "created_on": pl.Date(),
        "close_on": pl.Date(),
        "starts_on": pl.Date(),  # of the subscription that it sells; null: the close date
        "ends_on": pl.Date(),  # first day no longer in force; null: open ended
    }
)

# The same after conversion.
VALUED_OPPORTUNITIES = pl.Schema(
    {
        **OPPORTUNITIES,
        "value": MONEY,  # `amount` in the shown currency; null when unknown
        "book_id": pl.String(),  # of the CSM who will look after the customer; null where nobody is named
    }
)

# Who owned an account in the past, from the CRM's own history; half-open [valid_from, valid_to).
OWNERSHIP = pl.Schema(
    {
        "account_id": pl.String(),
        "csm_ref": pl.String(),
        "amount": MONEY,  # null: unknown, take today's, unless amount_known
        "currency": pl.String(),
        "is_customer": pl.Boolean(),  # null: as customers.where says of that day
        "lifecycle": pl.String(),
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),  # null: up to now
        "amount_known": pl.Boolean(),  # true: where there is no amount, there was none
        "lifecycle_known": pl.Boolean(),
    }
)

# Records that could not be read in full: reported for mending, never guessed.
PROBLEMS = pl.Schema(
    {
        "object": pl.String(),  # account, opportunity, owner, ownership, opportunity history
        "record_id": pl.String(),
        "field": pl.String(),  # the CRM's own field name, so that it can be found and mended
        "value": pl.String(),  # what the CRM held, at most 40 characters
        "reason": pl.String(),  # "not a number", "unknown currency", "duplicate id", ...
    }
)

# One row an account after conversion, classification and roll-up.
SNAPSHOT = pl.Schema(
    {
        **ACCOUNTS,
        "leaving_on": pl.Date(),  # a churn that is announced for a later day; until then `churned_on` is null
        "arr": MONEY,  # in the corporate currency; null when unknown
        "is_customer": pl.Boolean(),  # never null: unknown counts as no, and is in PROBLEMS
        "book_id": pl.String(),  # owner id, or one of the books of their own kind
        "unit_id": pl.String(),  # what is counted: the account, or its ultimate parent
    }
)

# The facts of an account that are kept through time: a change of any of them opens a new spell.
SPELL_FACTS = ("book_id", "arr", "is_customer", "lifecycle", "segment", "unit_id")

# An account from one day to the next change; half-open [valid_from, valid_to), null: still so.
SPELLS = pl.Schema(
    {
        "account_id": pl.String(),
        **{fact: SNAPSHOT[fact] for fact in SPELL_FACTS},
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
    }
)

# Spells as the store answers them; the hash tells whether the rest of an account's attributes has changed.
PAST_SPELLS = pl.Schema({**SPELLS, "attributes_hash": pl.UInt64()})


# The facts of an opportunity that are kept through time: all but its name.
OPPORTUNITY_FACTS = tuple(name for name in OPPORTUNITIES if name not in {"opportunity_id", "name"})

# What the CRM said of an opportunity from one day to the next change; half-open [valid_from, valid_to), null: still so.
# One that is no longer listed (deleted, or decided long ago) has no open spell.
OPPORTUNITY_SPELLS = pl.Schema(
    {
        "opportunity_id": pl.String(),
        **{fact: OPPORTUNITIES[fact] for fact in OPPORTUNITY_FACTS},
        "valid_from": pl.Date(),
        "valid_to": pl.Date(),
    }
)
PAST_OPPORTUNITY_SPELLS = pl.Schema({**OPPORTUNITY_SPELLS, "attributes_hash": pl.UInt64()})


def empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)
