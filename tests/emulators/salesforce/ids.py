"""Ids as Salesforce writes them: three characters for the object, twelve for the record, three to check their case."""

from __future__ import annotations

import re

SHORT = 15
_SALESFORCE_ID = re.compile(r"[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?")
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CAPITALS = {ord(each): "01"[each.isupper()] for each in map(chr, range(128))}
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
    bits = short.translate(_CAPITALS)[::-1]
    return f"{short}{_CHECKS[int(bits[10:], 2)]}{_CHECKS[int(bits[5:10], 2)]}{_CHECKS[int(bits[:5], 2)]}"


def in_full(record_id: str) -> str:
    return with_checksum(record_id) if len(record_id) == SHORT else record_id


def looks_like_id(text: str, prefix: str) -> bool:
    return text.startswith(prefix) and _SALESFORCE_ID.fullmatch(text) is not None
