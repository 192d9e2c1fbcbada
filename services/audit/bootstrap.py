"""The only place where audit's adapters are chosen: which databases, which keys."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from sqlalchemy import Engine, text

from services.audit.adapters.kept_checkpoint import KeptCheckpointFile
from services.audit.adapters.log_store import OpenLog
from services.audit.adapters.opening_keys import OpeningKeys
from services.audit.adapters.openings import Unseal
from services.audit.adapters.parked_messages import parked_sequences
from services.audit.adapters.unit_of_work import AuditUnitOfWork
from services.audit.adapters.verification_memory import sealing_key
from services.audit.domain.mandate import Mandate
from services.audit.log.keys import SignerKey, VerifierKey
from services.audit.processes.integrate import Sequencer
from services.audit.processes.verify_in_background import Verifier
from shared.contracts.envelope import Envelope
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Actor
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.file_watch import Watched
from shared.kernel.identity import UnitId
from shared.messaging.publish import outbox
from shared.settings import Settings
from shared.storage.attempts import Attempts
from shared.storage.encryption import DataKey, KeyIsMissing
from shared.storage.engine import make_engine
from shared.storage.master_keys import MasterKeys
from shared.storage.staff import StaffCopy
from shared.storage.unit_of_work import transactions

SERVICE = "audit"


@dataclass(frozen=True)
class Parts:
    """What the doors of this service are given."""

    settings: Settings
    engine: Engine
    clock: Clock
    staff: StaffCopy
    keys: OpeningKeys
    verifying: DataKey
    """What the verification remembers is sealed under it."""
    known: dict[UUID, tuple[UnitId, str]] = field(default_factory=dict)
    attempts: Attempts = field(default_factory=lambda: Attempts(SERVICE))
    log_keys: Watched[VerifierKey] | None = None
    """The log's public keys, from a file outside the database; what only writes to the queue needs none."""

    @property
    def log_key(self) -> VerifierKey | None:
        """The log's public key as it is now, with those before it."""
        return None if self.log_keys is None else self.log_keys.current

    @property
    def source(self) -> str:
        """Where entries come from that audit itself puts in the queue."""
        return f"/lotsa/{self.settings.installation}/{SERVICE}"

    def as_service(self, envelope: Envelope | None = None) -> AuditUnitOfWork:
        """A transaction for reactions and timers. It cannot read what the log says."""
        return self._unit_of_work(envelope, {})

    def as_auditor(self) -> AuditUnitOfWork:
        """A transaction for a reviewer's request. It reads the log, and cannot write to it."""
        return self._unit_of_work(None, {"lotsa.role": "auditor"})

    def _unit_of_work(self, envelope: Envelope | None, row_security: Mapping[str, str]) -> AuditUnitOfWork:
        self.keys.begin()
        return AuditUnitOfWork(
            self.engine,
            keys=self.keys,
            verifying=self.verifying,
            unseal=self.opening,
            known=self.known,
            source=self.source,
            write_outbox=outbox.append,
            clock=self.clock,
            row_security=row_security,
            cause=envelope,
        )

    def mandate_of(self, actor: Actor) -> Mandate:
        """What a reviewer may see, by their unit. A unit that is not known here covers nothing."""
        unit = self.staff.unit(actor.unit_id)
        return Mandate.of(unit.organization_id, unit.area) if unit else Mandate(None, None)

    @property
    def opening(self) -> Unseal:
        """Opens what stands beside an entry."""
        return self.keys

    def parked(self) -> Mapping[str, list[int]]:
        """By source, what lies parked before audit, seen with the service's own broker user."""
        return parked_sequences(self.settings.service(SERVICE).broker_url, [f"{SERVICE}.remember"])


def for_web(settings: Settings) -> Parts:
    """The parts of a web process."""
    return replace(_parts(settings, "web"), log_keys=_log_keys(settings))


def for_bus(settings: Settings) -> Parts:
    """The parts of a bus process."""
    return _parts(settings, "bus")


def verifier_for(parts: Parts, clock: Clock) -> Verifier:
    """What verifies the log in the background, with the public key from a file. Raises SettingsAreWrong."""
    keys = _log_keys(parts.settings)
    # looked at each time: a key that has come since would be taken for a stranger's
    return Verifier(transactions(parts.as_auditor), keys.known, clock, now_known=keys.now)


def _log_keys(settings: Settings) -> Watched[VerifierKey]:
    file = settings.audit_verifying_key_file
    if file is None:
        raise SettingsAreWrong("LOTSA_AUDIT_VERIFYING_KEY_FILE is needed")
    if not file.exists():
        raise KeyIsMissing(
            f"The log's public key is missing: it was looked for in {file}. Whoever has the key that signs has it too."
        )
    return Watched(file, lambda path: VerifierKey.from_text(path.read_text("ascii")), wrong=(OSError, ValueError))


def log_engine(settings: Settings) -> Engine:
    """The log's own role, which only appends. One connection: there is one sequencer."""
    if not settings.audit_log_database_url:
        raise SettingsAreWrong("LOTSA_AUDIT_LOG_DATABASE_URL is needed")
    return make_engine(settings.audit_log_database_url, pool_size=1, application_name="lotsa audit sequencer")


def sequencer_for(settings: Settings, engine: Engine, clock: Clock) -> Sequencer:
    """The sequencer, with its signing key, whose public half is noted down, and the checkpoint that is kept outside.

    Raises SettingsAreWrong.
    """
    kept = settings.kept_checkpoint
    if settings.audit_signing_key_file is None or kept is None:
        raise SettingsAreWrong("LOTSA_AUDIT_SIGNING_KEY_FILE is needed")
    if not os.access(kept.parent, os.W_OK):
        # else everything would be signed, and a log whose end is gone would be signed on after the next start
        raise SettingsAreWrong("LOTSA_AUDIT_KEPT_CHECKPOINT must name a file in a folder that can be written to")
    signer = Watched(
        settings.audit_signing_key_file,
        lambda path: SignerKey.from_text(path.read_text("ascii")),
        wrong=(OSError, ValueError),
    )
    with OpenLog(engine)() as log:
        log.remember_key(str(signer.known.verifier))
        log.commit()
    return Sequencer(OpenLog(engine), signer.known, clock, KeptCheckpointFile(kept), now_signing=signer.now)


def check_signing_key(settings: Settings) -> None:
    """Raises KeyIsMissing when the signing key's file is named, and is not there."""
    file = settings.audit_signing_key_file
    if file is not None and not file.exists():
        raise KeyIsMissing(
            f"The key that signs the log is missing: it was looked for in {file}. Put it back from where a copy of it"
            " is kept. If no copy is left, docs/operating.md says what that means (“Keys”)."
        )


def can_reach_database(parts: Parts) -> bool:
    """Whether the database answers; for the readiness check."""
    with parts.engine.connect() as connection:
        return bool(connection.scalar(text("select true")))


def _parts(settings: Settings, process: str) -> Parts:
    service = settings.service(SERVICE)
    if not service.database_url or service.master_key_file is None:
        raise SettingsAreWrong("LOTSA_AUDIT_DATABASE_URL and LOTSA_AUDIT_MASTER_KEY_FILE are needed")
    engine = make_engine(
        service.database_url, pool_size=settings.pool_size, application_name=f"lotsa {SERVICE} {process}"
    )
    master = MasterKeys.from_file(service.master_key_file)
    return Parts(
        settings=settings,
        engine=engine,
        clock=SystemClock(),
        staff=StaffCopy(engine),
        keys=OpeningKeys(engine, master),
        verifying=sealing_key(master),
    )
