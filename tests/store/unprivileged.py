"""Tries to use a store as a user who may not write it, and prints what it is told."""

from __future__ import annotations

import os
import sys
from datetime import date

from cssync.errors import StoreError
from cssync.store.open import open_dry_store, open_store

_NOBODY = 65_534

if __name__ == "__main__":
    # Root may write anything, so it steps down; anybody else has no rights to give up.
    if os.geteuid() == 0:
        os.setuid(_NOBODY)
    try:
        if sys.argv[2] == "dry":
            rehearsal = open_dry_store(sys.argv[1], "acme")
            print(len(rehearsal.past(date(2026, 11, 23), date(2026, 8, 1)).runs), "night")  # noqa: T201  # for the test
        else:
            open_store(sys.argv[1], "acme")
    except StoreError as error:
        print(error)  # noqa: T201  # for the test
