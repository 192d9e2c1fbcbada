"""Which events lie parked before audit: they explain gaps, and can be replayed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import amqp

from shared.messaging.receive.parked_messages import Parking


def parked_sequences(broker_url: str, queues: Sequence[str]) -> Mapping[str, list[int]]:
    """By source, the sequences of parked messages; empty when the broker cannot be asked: then nothing is explained."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    if not broker_url:
        return found
    try:
        with Parking(broker_url) as parking:
            for queue in queues:
                for parked in parking.look(queue):
                    if parked.source is not None and parked.sequence is not None:
                        found[parked.source].append(parked.sequence)
    except (OSError, amqp.AMQPError):
        return {}
    return found
