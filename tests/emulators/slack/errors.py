"""How Slack says no."""

from __future__ import annotations


class SlackError(Exception):
    """An answer with ``ok: false``."""

    def __init__(self, code: str, **more: object) -> None:
        super().__init__(code)
        self.code = code
        self.more = more


class SlowDownError(Exception):
    """429: more than a message a second to one channel."""
