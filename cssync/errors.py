"""Errors, told apart by what the operator does next; each class carries the exit code of the command."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """What a caller of the command line may rely on."""

    OK = 0
    BUG = 1
    CONFIG = 2
    CONNECTOR = 3
    REFUSED = 4
    DELIVERY = 5
    MISSED = 6


class CssyncError(Exception):
    """An expected failure: *message* says what happened, *remedy* what to do about it.

    Neither may hold a secret; both are shown to the operator and written to the log.
    """

    exit_code = ExitCode.BUG

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.message}\n  -> {self.remedy}" if self.remedy else self.message


class ConfigError(CssyncError):
    """The settings, a secret or the command line are wrong: mend the file that the message names."""

    exit_code = ExitCode.CONFIG


class DecisionError(CssyncError):
    """What someone decided about an alert does not fit it, and was not written down: look at it, and decide again."""

    exit_code = ExitCode.CONFIG


class ConnectorError(CssyncError):
    """The CRM could not be read in full; nothing was reconciled."""

    exit_code = ExitCode.CONNECTOR


class TransientError(ConnectorError):
    """The CRM failed for a while and the retries are used up: the next run tries again."""


class AuthError(ConnectorError):
    """The CRM refused the credentials; trying again would not help."""


class QuotaError(ConnectorError):
    """The org's API quota is used up, or its reserve reached: run again tomorrow."""


class PermissionDeniedError(ConnectorError):
    """The integration user may not read something that the mapping needs: ask the CRM's admin."""


class MappingError(ConnectorError):
    """A mapped field does not exist in the CRM, or no longer does."""

    exit_code = ExitCode.CONFIG


class StoreError(CssyncError):
    """The store cannot be opened, read or written."""

    exit_code = ExitCode.CONFIG


class BusyError(StoreError):
    """Another run is at work on the store: nothing is wrong, wait for it."""


class ImplausibleSnapshotError(CssyncError):
    """The pull worked but its numbers cannot be believed: look, then accept by hand."""

    exit_code = ExitCode.REFUSED


class StoppedError(CssyncError):
    """The process was told to end, and did so before anything was written. Nobody needs to hear of it."""

    exit_code = ExitCode.OK


class DeliveryError(CssyncError):
    """A message was not delivered; it stays in the outbox and goes out next time."""

    exit_code = ExitCode.DELIVERY
