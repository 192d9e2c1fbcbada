"""What surrounds an event on the bus."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.kernel.identity import uuid7
from tests.support.cast import NOON


def an_envelope(event: Contract, **changes: Any) -> Envelope:
    """An event as it comes over the bus, published at noon by the service that it is one of.

    Of those that every service publishes for itself it is the referral service, and what counts no numbers has none.
    """
    whole: dict[str, Any] = {
        "id": uuid7(),
        "type": event.event_type,
        "publisher": "referral" if event.publisher == "*" else event.publisher,
        "installation": "test",
        "epoch": uuid4(),
        "time": NOON,
        "correlation_id": uuid4(),
        "data": event.to_data(),
        "sequence": 1 if event.numbered else None,
    }
    return Envelope(**{**whole, **changes})
