"""A made-up company with the dirt of real CRMs, for the first look, for tests and for benchmarks.

Everything is simulated: people, customers and figures come from word lists and a seeded random generator. The
same seed gives the same company; every date is counted back from *as_of*, so the story is always recent.
"""

from __future__ import annotations

from datetime import date

import numpy as np

from cssync.demo import accounts as current
from cssync.demo import dirt, history, opportunities, people, pipeline
from cssync.demo.cast import books_for
from cssync.demo.company import Company, Format, write, written
from cssync.demo.currencies import rates
from cssync.demo.ledger import ledger

__all__ = ["Company", "Format", "build", "write", "written"]


def build(as_of: date, accounts: int = 420, seed: int = 20) -> Company:
    """Make a company of *accounts* rows as its CRM would export it on *as_of*.

    Account ids, names, owners and amounts depend on *accounts* and *seed* only, never on *as_of*.
    Raises ConfigError when *accounts* is too small for the story.
    """
    rng = np.random.default_rng(seed)
    books = books_for(accounts, rng)
    rows = ledger(books, rng)
    deals = opportunities.deals(rows, rng, np.random.default_rng((seed, 1)))
    return Company(
        as_of=as_of,
        accounts=dirt.soiled(current.export(rows, as_of), rows, as_of),
        owners=people.owners(books),
        opportunities=opportunities.export(deals, as_of),
        ownership=history.export(rows, as_of),
        opportunity_history=pipeline.export(deals, as_of, np.random.default_rng((seed, 2))),
        rates=rates(),
    )
