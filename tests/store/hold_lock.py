"""Holds the lock of a store until it is told, or made, to end."""

from __future__ import annotations

import sys

from cssync.store.open import open_store

if __name__ == "__main__":
    with open_store(sys.argv[1], "acme").lock():
        print("held", flush=True)  # noqa: T201  # the test waits for it
        sys.stdin.read()
