"""Lets `python -m cssync` do what `cssync` does."""

from __future__ import annotations

from cssync.cli import main

if __name__ == "__main__":
    main()
