"""What the commands that judge the company as it is begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cssync.capacity.company import Company
    from cssync.settings.loaded import Loaded


def company(loaded: Loaded) -> Company:
    """The company of the last accepted night; where there is none yet, as a rehearsal finds it in the source."""
    from cssync import assembly
    from cssync.cli.output import progress, remarks

    known = assembly.last_company(loaded)
    if known is not None:
        return known
    remarks().print("No night has been accepted yet: reading the source now; nothing is stored.")
    with progress() as bars:
        return assembly.company_now(loaded, bars)
