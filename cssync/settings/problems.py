"""What is wrong with the settings, all of it at once: a file is mended in one go or not at all."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from cssync.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Problem:
    """*where*: "config/cssync.yaml:12" or an environment variable. *text* never holds a value that may be a secret."""

    where: str
    text: str
    setting: str = ""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.where, self.setting, self.text) if part)


def refuse(problems: Iterable[Problem], remedy: str, of: str = "the settings") -> None:
    """Raise one ConfigError that lists *problems*; do nothing if there are none. *of*: where they are, in words."""
    if found := tuple(problems):
        raise refusal(*found, remedy=remedy, of=of)


def refusal(*problems: Problem, remedy: str, of: str = "the settings") -> ConfigError:
    lines = [str(problem) for problem in problems]
    title = [f"{len(lines)} problems in {of}:"] if len(lines) > 1 else []
    return ConfigError("\n".join(title + lines), remedy=remedy)
