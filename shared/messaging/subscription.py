"""What a service listens to: plain data, from which both the topology and the consumers are made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from shared.contracts.contract import Contract

EVERY_PUBLISHER = "*"


@dataclass(frozen=True)
class Subscription:
    """One reaction's queue and the events bound to it.

    ``queue`` is ``<service>.<reaction method>``; ``bindings`` are (publisher, event type) pairs, where the publisher
    "*" stands for every service. ``batch``: how many the reaction takes at once, at most.
    """

    service: str
    queue: str
    bindings: tuple[tuple[str, str], ...]
    batch: int = 1

    @classmethod
    def to(cls, service: str, method_name: str, contracts: Sequence[type[Contract]], *, batch: int = 1) -> Subscription:
        """The subscription of a service's method to contracts."""
        bindings = tuple(sorted({(contract.publisher, contract.event_type) for contract in contracts}))
        return cls(service=service, queue=f"{service}.{method_name}", bindings=bindings, batch=batch)

    def listens_to(self, event_type: str) -> bool:
        """Whether the reaction is for this type; an old binding may still deliver others."""
        return any(bound == event_type for _, bound in self.bindings)
