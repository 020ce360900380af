"""Settings together with where each of them was said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cssync.settings.model import Settings
from cssync.settings.source import Secrets


@dataclass(frozen=True, slots=True)
class Loaded:
    """*origins*: dotted setting -> "config/cssync.yaml:12" or "environment CSSYNC__GATE__MAX_DROP"; absent: default.

    *folder*: what relative paths in the settings are relative to. *warnings*: what the operator should mend although
    it works.
    """

    settings: Settings
    secrets: Secrets
    folder: Path
    file: Path | None = None
    origins: Mapping[str, str] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def origin(self, setting: str) -> str:
        return self.origins.get(setting, "default")
