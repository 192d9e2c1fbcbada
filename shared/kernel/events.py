"""Domain events: what happened, in the past tense, inside one service."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened in a service's own domain. Private to it.

    What the others may hear of it is decided by the service's ``published.py``.
    """

    occurred_at: datetime
