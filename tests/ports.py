"""Ports for servers that are to be found where the settings say."""

from __future__ import annotations

import random
import socket

# Below those that the kernel hands out by itself, so that nobody gets one between our look and its use.
_RANGE = range(10_000, 30_000)


def free_port() -> int:
    """One at which nobody listens on loopback."""
    while True:
        port = random.SystemRandom().choice(_RANGE)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
