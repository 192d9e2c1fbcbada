"""Events that every service publishes for itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from shared.contracts.contract import Contract


@dataclass(frozen=True, kw_only=True)
class AccessRecorded(Contract):
    """Somebody read, or tried to read or act on, personal data (HSLF-FS 2016:40, 4:9).

    ``action``: read | list | search | print | export | change | attempt.<action>. ``outcome``: allowed | refused.
    ``subjects``: the referrals (or other records) shown; a list names them all. ``rule``: the slug of the rule that
    allowed or refused it. ``consents``: the consents relied on. ``purpose``: a code.
    """

    event_type: ClassVar[str] = "access.recorded.v1"
    publisher: ClassVar[str] = "*"

    access_id: UUID
    action: str
    outcome: str
    rule: str
    purpose: str
    issuer: str
    subject: str
    assignment_id: UUID | None = None
    unit_id: UUID | None = None
    role: str | None = None
    record_kind: str
    subjects: tuple[UUID, ...]
    consents: tuple[UUID, ...] = ()
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class ServiceRestored(Contract):
    """A service's database was put back, or begun anew: by whom, why, and what cannot be had again.

    ``reason``: a code. ``ended``: the service's epochs that are over. ``lost``: what the log holds and the service no
    longer does, ``given_up``: what was numbered and is held by nobody, both as "<publisher>/<epoch>/<first>-<last>" in
    sequence numbers, first and last included. ``lost_events``: how many the former are. Of audit's own database:
    ``size``, the log's entries as it was put back, and ``kept_size`` and ``kept_root`` (SHA-256 in hexadecimal), the
    newest checkpoint that had been signed before, which this log has not grown out of. ``since``: about when the copy
    was made; of the hours from then until ``occurred_at`` the service no longer holds what it told.
    """

    event_type: ClassVar[str] = "service.restored.v1"
    publisher: ClassVar[str] = "*"

    restore_id: UUID
    reason: str
    issuer: str
    subject: str
    ended: tuple[UUID, ...]
    lost: tuple[str, ...]
    lost_events: int
    given_up: tuple[str, ...]
    since: datetime
    size: int | None = None
    kept_size: int | None = None
    kept_root: str | None = None
    occurred_at: datetime


@dataclass(frozen=True, kw_only=True)
class RelayAnnounced(Contract):
    """A relay says, each minute, the highest sequence it has published, so that a lost tail is seen too."""

    event_type: ClassVar[str] = "relay.announced.v1"
    publisher: ClassVar[str] = "*"
    numbered: ClassVar[bool] = False

    highest_sequence: int


@dataclass(frozen=True, kw_only=True)
class TallyAnnounced(Contract):
    """A service says, for an hour that is over, how much it has told and how many looks it has noted, with digests.

    ``hour``: its beginning, in UTC; an event and an access record belong to the hour in which their ids were made.
    ``told``: events of that hour that were sent. ``looks``: access records of that hour, where the service keeps any.
    Each digest is as ``shared.messaging.tally`` makes it, in hex. So what was never told, or told as something else, is
    missed too.
    """

    event_type: ClassVar[str] = "tally.announced.v1"
    publisher: ClassVar[str] = "*"
    numbered: ClassVar[bool] = False

    hour: datetime
    told: int
    told_digest: str
    looks: int | None = None
    looks_digest: str | None = None
