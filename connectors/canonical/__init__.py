"""Turns records as a source holds them into the canonical tables, and says what could not be read.

Every connector ends here, so an amount, a date or a duplicate is judged the same way wherever it comes from.
A cell is read exactly or not at all: what cannot be read becomes null and a row in the problems, never a guess.
"""

from connectors.canonical.tables import (
    Parsed,
    accounts,
    missing_columns,
    opportunities,
    opportunity_history,
    ownership,
    require_single_values,
)

__all__ = [
    "Parsed",
    "accounts",
    "missing_columns",
    "opportunities",
    "opportunity_history",
    "ownership",
    "require_single_values",
]
