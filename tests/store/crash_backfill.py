"""Lays a history before the first night and is killed on the way, right before a given statement."""

from __future__ import annotations

import sys

from cssync.model.history import Backfill, History
from cssync.store.open import open_store
from tests.builders import DAY
from tests.store.crash import die, die_before

if __name__ == "__main__":
    store = open_store(sys.argv[1], "acme")
    die_before(sys.argv[2])
    store.backfill(Backfill(), DAY, History())
    die()
