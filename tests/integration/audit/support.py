"""Builders for audit's integration tests."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

from sqlalchemy import Engine, create_engine, text
from sqlalchemy.pool import NullPool

from services.audit import bootstrap
from services.audit.log.entry import read_leaf
from services.audit.log.keys import SignerKey
from services.audit.log.pack import unpack
from services.audit.processes.integrate import Sequencer
from services.audit.reactions.when_anything_happens_remember_it import remember
from shared.contracts.common import AccessRecorded
from shared.contracts.contract import Contract
from shared.contracts.envelope import Envelope
from shared.contracts.referral import ConsentGiven, ConsentWithdrawn, ReferralCancelled, ReferralOpened, ReferralSent
from shared.kernel.clock import FixedClock
from shared.settings import Settings
from tests.support.builders.envelopes import an_envelope
from tests.support.builders.events import (
    access_recorded,
    consent_given,
    consent_withdrawn,
    referral_sent,
    referral_step,
)
from tests.support.cast import ALVA, CILLA, ELSEWHERE

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@dataclass
class World:
    """Audit without a bus: events are handed to the reaction as the bus would."""

    settings: Settings
    parts: bootstrap.Parts
    clock: FixedClock
    log: Engine
    sequencer: Sequencer
    sequence: int = 0
    epoch: UUID = field(default_factory=uuid4)

    @classmethod
    def of(cls, settings: Settings, clock: FixedClock) -> World:
        parts = replace(bootstrap.for_bus(settings), clock=clock)
        log = bootstrap.log_engine(settings)
        return cls(settings, parts, clock, log, bootstrap.sequencer_for(settings, log, clock))

    def close(self) -> None:
        self.parts.engine.dispose()
        self.log.dispose()

    def envelope(self, event: Contract, **given: object) -> Envelope:
        self.sequence += 1
        usual = {
            "publisher": "referral",
            "installation": self.settings.installation,
            "epoch": self.epoch,
            "time": self.clock.now(),
            "sequence": self.sequence,
        }
        return an_envelope(event, **{**usual, **given})

    def hear(self, *events: Contract) -> list[Envelope]:
        """Hear events, one transaction each."""
        envelopes = [self.envelope(event) for event in events]
        for envelope, event in zip(envelopes, events, strict=True):
            self.hear_envelope(envelope, event)
        return envelopes

    def hear_envelope(self, envelope: Envelope, event: Contract) -> None:
        with self.parts.as_service(envelope) as uow:
            remember([(envelope, event)], uow)
            uow.commit()

    def hear_together(self, *events: Contract) -> None:
        """Hear many events in one transaction, as a consumer does with what has come together."""
        with self.parts.as_service() as uow:
            remember([(self.envelope(event), event) for event in events], uow)
            uow.commit()

    def rows(self, sql: str, **given: object) -> Sequence[tuple]:
        """Ask with a reviewer's rights."""
        return self.as_role("auditor", sql, **given)

    def as_role(self, role: str, sql: str, **given: object) -> Sequence[tuple]:
        with self.parts.engine.connect() as connection:
            connection.execute(text("select set_config('lotsa.role', :role, true)"), {"role": role})
            return [tuple(row) for row in connection.execute(text(sql), given)]


def do_as(url: str, sql: str) -> None:
    """Run a statement with a role's own rights, and commit it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text(sql))


def leaves(world: World) -> list[dict]:
    """Every entry's leaf, in the log's order."""
    return [read_leaf(unpack(row[0])) for row in world.rows("select leaf from log_entries order by index")]


def size(world: World) -> int:
    """How many entries are under a signed checkpoint."""
    return int(world.rows("select coalesce(max(size), 0) from log_checkpoints")[0][0])


def signer(world: World) -> SignerKey:
    """The key that the sequencer signs with."""
    file = world.settings.audit_signing_key_file
    assert file is not None
    return SignerKey.from_text(file.read_text())


def sent(referral: UUID, consents: Sequence[UUID], subject: str = "alva") -> ReferralSent:
    return referral_sent(referral, consents, subject=subject, occurred_at=NOW, acknowledge_by=NOW)


def opened(referral: UUID) -> ReferralOpened:
    return referral_step(ReferralOpened, referral, version=2, occurred_at=NOW)


def given(consent: UUID, referral: UUID) -> ConsentGiven:
    return consent_given(consent, referral, occurred_at=NOW, expires_at=NOW)


def withdrawn(consent: UUID, referral: UUID) -> ConsentWithdrawn:
    return consent_withdrawn(consent, referral, occurred_at=NOW)


def cancelled(referral: UUID) -> ReferralCancelled:
    return referral_step(ReferralCancelled, referral, ALVA, version=4, occurred_at=NOW)


def listed(referral: UUID, consents: Sequence[UUID], subject: str = "bo") -> AccessRecorded:
    """The referral was shown in a list, beside another one."""
    shown = looked(referral, consents, subject=subject)
    return replace(shown, action="list", rule="own-unit", subjects=(referral, uuid4()))


def looked(referral: UUID, consents: Sequence[UUID], outcome: str = "allowed", subject: str = "bo") -> AccessRecorded:
    usual = {"subject": subject, "consents": tuple(consents), "outcome": outcome, "occurred_at": NOW}
    if outcome == "refused":
        usual |= {"action": "attempt.open", "rule": "no-relation-to-referral", "unit_id": ELSEWHERE}
        return access_recorded(referral, CILLA, **usual)
    return access_recorded(referral, **usual)


def zipped(pieces: bytes) -> io.BytesIO:
    return io.BytesIO(pieces)
