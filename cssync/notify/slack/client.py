"""Builds slack_sdk's clients so that they make exactly one attempt, by the right proxy, and write no log."""

from __future__ import annotations

import logging

from slack_sdk import WebClient
from slack_sdk.webhook import WebhookClient

from cssync import network


def web_client(token: str, *, api_url: str, timeout_seconds: float) -> WebClient:
    """Raises ConfigError where the proxy or the certificate authorities that the environment names are unusable."""
    client = WebClient(
        token,
        base_url=api_url,
        timeout=timeout_seconds,  # type: ignore[arg-type]  # slack_sdk says int, urllib takes fractions
        ssl=network.tls_context(),
        logger=silent(),
        # The default one posts again after a lost answer, and so posts twice.
        retry_handlers=[],
    )
    client.proxy = _proxy(api_url)
    client.headers["User-Agent"] = network.user_agent()
    return client


def webhook_client(url: str, *, timeout_seconds: float) -> WebhookClient:
    """Raises ConfigError like ``web_client``."""
    client = WebhookClient(
        url,
        timeout=timeout_seconds,  # type: ignore[arg-type]  # slack_sdk says int, urllib takes fractions
        ssl=network.tls_context(),
        logger=silent(),
        retry_handlers=[],
    )
    client.proxy = _proxy(url)
    client.default_headers["User-Agent"] = network.user_agent()
    return client


def _proxy(url: str) -> str | None:
    """slack_sdk takes HTTPS_PROXY for every address and ignores NO_PROXY, so it is told.

    Without one it leaves all to urllib, which finds none for this address either.
    """
    proxy = network.proxy_for(url)
    return proxy.with_login if proxy else None


def silent() -> logging.Logger:
    # slack_sdk logs the webhook's address, which is the secret, and the texts of all messages.
    logger = logging.Logger("slack_sdk")  # noqa: LOG001 - outside the tree, where no configuration can wake it
    logger.disabled = True
    return logger
