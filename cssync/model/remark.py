"""What has become of an incident since a message told of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from cssync.model.alert import Incident


@dataclass(frozen=True, slots=True)
class Remark:
    """*text*: a few plain words ("resolved 27 Nov 2026 after 12 days"). *ended*: what the message says is over."""

    text: str
    ended: bool = False


Remarks: TypeAlias = Mapping[Incident, Remark]
