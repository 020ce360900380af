"""What a connector brings home from the CRM."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

import polars as pl

from cssync.model.money import ExchangeRates
from cssync.model.owner import Owner
from cssync.model.tables import OPPORTUNITIES, PROBLEMS, empty


@dataclass(frozen=True, slots=True)
class Pull:
    """A whole and consistent reading of the CRM; a partial one is an error, never a Pull.

    *accounts*: ``ACCOUNTS``, unique by ``account_id``. *owners*: unique by id, inactive ones included.
    *opportunities*: ``OPPORTUNITIES``. *problems*: ``PROBLEMS``. *notes*: sentences for the operator ("annualrevenue
    is not ARR: ..."). *calls*: requests made to the CRM's API. *changed*: how many accounts were new, changed or gone
    since the last pull; None where everything was read anew. *pulled_at*: aware, the moment the data is "as of".
    """

    source: str
    pulled_at: datetime
    accounts: pl.DataFrame
    owners: tuple[Owner, ...]
    rates: ExchangeRates
    opportunities: pl.DataFrame = field(default_factory=lambda: empty(OPPORTUNITIES))
    problems: pl.DataFrame = field(default_factory=lambda: empty(PROBLEMS))
    notes: tuple[str, ...] = ()
    calls: int = 0
    changed: int | None = None
    # A link to a record in the CRM, with {id} where its id goes; None where records have no page.
    record_url: str | None = None

    def digested(self) -> Pull:
        """The same without its accounts, which take most of the memory once a snapshot holds them."""
        return replace(self, accounts=self.accounts.clear())
