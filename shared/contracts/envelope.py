"""The envelope of every event: CloudEvents 1.0 in structured JSON mode.

Extension attributes (lower-case letters and digits only, as CloudEvents 1.0 section 3.1 demands):

- ``sequence``: gap-free per publisher and epoch, given by the relay; absent on announcements.
- ``correlationid``: the journey; the same for everything that follows from one request.
- ``causationid``: the ``id`` of the event that caused this one.
- ``traceparent``: W3C Trace Context.
- ``history``: true when the event tells of something long past (seeding, import): record it, notify nobody.

``source`` is ``/lotsa/<installation>/<publisher>/<epoch>``; a restore renews the epoch.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from shared.contracts.contract import Contract, ContractViolation, contract_for
from shared.kernel.identity import as_id

SPEC_VERSION = "1.0"
CONTENT_TYPE = "application/cloudevents+json; charset=utf-8"


_SEQUENCE = re.compile(r"[1-9][0-9]{0,18}")
_LARGEST_SEQUENCE = 2**63 - 1


class UndecodableEnvelope(ValueError):
    """The bytes are not a CloudEvents envelope of ours. The message never quotes them."""


class SequenceIsMissing(ContractViolation):
    """An event that is no announcement has no number: it would never be missed, so nobody acts on it."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One event with all that surrounds it."""

    id: UUID
    type: str
    publisher: str
    installation: str
    epoch: UUID
    time: datetime
    correlation_id: UUID
    data: dict[str, Any]
    sequence: int | None = None
    causation_id: UUID | None = None
    traceparent: str | None = None
    history: bool = False

    @property
    def source(self) -> str:
        """The CloudEvents ``source``."""
        return f"/lotsa/{self.installation}/{self.publisher}/{self.epoch}"

    def contract(self) -> Contract:
        """The event itself. Raises UnknownEventType, ContractViolation, or SequenceIsMissing which is one."""
        kind = contract_for(self.type)
        if kind.publisher not in ("*", self.publisher):
            raise ContractViolation(f"{self.type} may not be published by {self.publisher}")
        if kind.numbered and self.sequence is None:
            raise SequenceIsMissing(f"{self.type} has no sequence")
        return kind.from_data(self.data)

    def to_bytes(self) -> bytes:
        """The envelope as structured-mode JSON in UTF-8."""
        attributes: dict[str, Any] = {
            "specversion": SPEC_VERSION,
            "id": str(self.id),
            "type": self.type,
            "source": self.source,
            "time": self.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "datacontenttype": "application/json",
            "correlationid": str(self.correlation_id),
            "data": self.data,
        }
        if self.sequence is not None:
            # CloudEvents integers are 32 bits; its sequence extension is a string for that reason
            attributes["sequence"] = str(self.sequence)
        if self.causation_id is not None:
            attributes["causationid"] = str(self.causation_id)
        if self.traceparent is not None:
            attributes["traceparent"] = self.traceparent
        if self.history:
            attributes["history"] = True
        return json.dumps(attributes, ensure_ascii=False, separators=(",", ":")).encode()

    @classmethod
    def from_bytes(cls, body: bytes) -> Envelope:
        """Read an envelope. Raises UndecodableEnvelope, which never quotes the body."""
        try:
            attributes = json.loads(body)
            if attributes["specversion"] != SPEC_VERSION:
                raise ValueError
            _, product, installation, publisher, epoch = attributes["source"].split("/")
            if product != "lotsa" or not isinstance(attributes["data"], dict):
                raise ValueError
            time = datetime.fromisoformat(attributes["time"])
            if time.tzinfo is None:
                raise ValueError
            traceparent = attributes.get("traceparent")
            if not isinstance(traceparent, str | None):
                raise ValueError
            sequence = attributes.get("sequence")
            causation = attributes.get("causationid")
            return cls(
                id=as_id(attributes["id"]),
                type=str(attributes["type"]),
                publisher=publisher,
                installation=installation,
                epoch=as_id(epoch),
                time=time,
                correlation_id=as_id(attributes["correlationid"]),
                data=attributes["data"],
                sequence=None if sequence is None else _number(sequence),
                causation_id=None if causation is None else as_id(causation),
                traceparent=traceparent,
                history=bool(attributes.get("history", False)),
            )
        except (
            ValueError,
            KeyError,
            TypeError,
            AttributeError,
            UnicodeDecodeError,
            OverflowError,
            RecursionError,
        ):
            raise UndecodableEnvelope("not a CloudEvents 1.0 envelope of this product") from None


def _number(sequence: Any) -> int:
    """A publisher's first event is number 1. Raises ValueError or TypeError for what no relay would give."""
    if not _SEQUENCE.fullmatch(sequence) or int(sequence) > _LARGEST_SEQUENCE:
        raise ValueError
    return int(sequence)
