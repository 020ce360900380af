"""Countries, and parts of them, whose public holidays are known."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

_REGION = re.compile(r"([A-Z]{2,3})(?:-(\w+))?")


def _region(text: str) -> str:
    found = _REGION.fullmatch(text)
    # A second to import: only settings that name a region pay for it.
    import holidays

    known = holidays.list_supported_countries()
    if found is None or found[1] not in known:
        raise ValueError("not a country whose holidays are known; give its ISO code: DE, or DE-BY for a part of it")
    if found[2] and found[2] not in known[found[1]]:
        parts = ", ".join(known[found[1]]) or "none"
        raise ValueError(f"no part of {found[1]} whose holidays are known: {parts}")
    return text


Region = Annotated[str, AfterValidator(_region)]
