"""Write a golden envelope for each contract that has none: ``python -m tests.contracts.golden.make_golden_contracts``.

A golden file is never written anew: what was once published must be readable for ever, in parked queues and in the log.
Values are made from the fields' names, so that the same contract gives the same file.
"""

from __future__ import annotations

import hashlib
import sys
import types
import typing
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Union
from uuid import UUID

from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.messaging.asyncapi import every_contract

HERE = Path(__file__).resolve().parent
WHEN = datetime(2026, 3, 2, 9, 30, 15, 250_000, tzinfo=UTC)


def path_for(event_type: str) -> Path:
    """Where a contract's golden envelope lies."""
    return HERE / f"{event_type}.json"


def example(contract: type[Contract]) -> Contract:
    """An event with every member set, optional ones too."""
    hints = typing.get_type_hints(contract)
    return contract(**{each.name: _value(hints[each.name], each.name) for each in fields(contract)})


def envelope_around(event: Contract) -> Envelope:
    """A complete envelope, with every extension attribute."""
    publisher = "referral" if event.publisher == "*" else event.publisher
    return Envelope(
        id=_uuid(event.event_type),
        type=event.event_type,
        publisher=publisher,
        installation="lotsa",
        epoch=_uuid("epoch"),
        time=WHEN,
        correlation_id=_uuid("correlation"),
        causation_id=_uuid("causation"),
        data=event.to_data(),
        sequence=7,
        traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        history=True,
    )


def _uuid(name: str) -> UUID:
    return UUID(bytes=hashlib.sha256(name.encode()).digest()[:16], version=4)


def _value(hint: Any, name: str) -> Any:
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(next(each for each in inner if each is not type(None)), name)
    if origin is tuple:
        return (_value(inner[0], f"{name} 1"), _value(inner[0], f"{name} 2"))
    simple: dict[Any, Any] = {UUID: _uuid(name), datetime: WHEN, str: f"some {name}: å ä ö", int: 3, bool: True}
    return simple[hint]


def main() -> None:
    """Write what is missing."""
    for contract in every_contract():
        path = path_for(contract.event_type)
        if not path.exists():
            path.write_bytes(envelope_around(example(contract)).to_bytes() + b"\n")
            sys.stdout.write(f"{path.name}\n")


if __name__ == "__main__":
    main()
