"""Ids as Salesforce writes them: three characters for the object, twelve for the record, three to check their case."""

from __future__ import annotations

import re

SHORT = 15
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CHECKS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"


def record_id_of(prefix: str, number: int) -> str:
    """An id of 18 characters that sorts by *number*; the last three spell the case of the first fifteen."""
    digits = ""
    while number:
        number, digit = divmod(number, len(_DIGITS))
        digits = _DIGITS[digit] + digits
    return with_checksum(f"{prefix}{digits.rjust(12, '0')}")


def with_checksum(short: str) -> str:
    """The 18 characters form of an id of 15: one more character for each five, by which of them are capitals."""
    chunks = (short[start : start + 5] for start in (0, 5, 10))
    return short + "".join(_CHECKS[sum(1 << at for at, c in enumerate(chunk) if c.isupper())] for chunk in chunks)


def in_full(record_id: str) -> str:
    return with_checksum(record_id) if len(record_id) == SHORT else record_id


def looks_like_id(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and _SALESFORCE_ID.fullmatch(text) is not None
