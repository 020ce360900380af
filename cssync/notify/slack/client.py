"""Builds slack_sdk's clients so that they make exactly one attempt, by the right proxy, and write no log."""

from __future__ import annotations

import logging
import ssl

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient


def web_client(token: str, *, api_url: str, timeout_seconds: float) -> WebClient:
    client = WebClient(
        token,
        base_url=api_url,
        timeout=timeout_seconds,  # type: ignore[arg-type]  # slack_sdk says int, urllib takes fractions
        ssl=ssl.create_default_context(),  # honours SSL_CERT_FILE
        logger=_silent(),
        # The default one posts again after a lost answer, and so posts twice.
        retry_handlers=[],
    )
    # slack_sdk takes HTTPS_PROXY for every address and ignores NO_PROXY; without a proxy of its own it leaves
    # both to urllib, which honours them.
    client.proxy = None
    return client


def webhook_client(url: str, *, timeout_seconds: float) -> WebhookClient:
    client = WebhookClient(
        url,
        timeout=timeout_seconds,  # type: ignore[arg-type]  # slack_sdk says int, urllib takes fractions
        ssl=ssl.create_default_context(),
        logger=_silent(),
        retry_handlers=[],
    )
    client.proxy = None
    return client


def _silent() -> logging.Logger:
    # slack_sdk logs the webhook's address, which is the secret, and the texts of all messages.
    logger = logging.Logger("slack_sdk")  # noqa: LOG001 - outside the tree, where no configuration can wake it
    logger.disabled = True
    return logger
