"""The contract of a connector's memory, by the name that connectors use.

It lies in the model, because stores keep it, and stores know nothing of connectors.
"""

from __future__ import annotations

from cssync.model.mirror import Cursor, Mirror, Reading, Replica

__all__ = ["Cursor", "Mirror", "Reading", "Replica"]
