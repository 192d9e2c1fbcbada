"""The only place where the directory's adapters are chosen, and settings become parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from uuid import UUID

from sqlalchemy import Engine

from services.directory.adapters import reference_data
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.domain.areas import Areas
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.permissions import Editor
from services.directory.domain.taxonomy import Taxonomies
from shared.contracts.envelope import Envelope
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.identity import OrganizationId
from shared.messaging.publish import outbox
from shared.settings import Settings
from shared.storage.attempts import Attempts
from shared.storage.driver import ask_alone
from shared.storage.engine import make_engine
from shared.storage.staff import StaffCopy
from shared.vocabulary.area import municipality_of

SERVICE = "directory"

_KIND = "select kind from organizations where id = $1"


@dataclass(frozen=True)
class Parts:
    """What the doors of this service are given."""

    settings: Settings
    engine: Engine
    clock: Clock
    staff: StaffCopy
    areas: Areas
    taxonomies: Taxonomies
    attempts: Attempts = field(default_factory=lambda: Attempts(SERVICE))

    def editor(self, actor: Actor) -> Editor:
        """Where an actor stands: the organisation and municipality of their unit.

        A region's unit may sit in a municipality, but it is another authority: who administers it has no say there.
        """
        unit = self.staff.unit(actor.unit_id)
        if unit is None:
            return Editor.of(actor, None, None)
        municipality = municipality_of(unit.area) if unit.area else None
        administers = actor.role is Role.MUNICIPALITY_ADMINISTRATOR
        if administers and municipality is not None and not self._is_municipal(unit.organization_id):
            municipality = None
        return Editor.of(actor, OrganizationId(unit.organization_id), municipality)

    def _is_municipal(self, organization_id: UUID) -> bool:
        return ask_alone(self.engine, _KIND, (organization_id,)) == [(OrganizationKind.MUNICIPALITY.value,)]

    def work_of(self, editor: Editor, *, history: bool = False) -> DirectoryUnitOfWork:
        """A transaction in which the database lets this person write what is theirs, and nothing else."""
        security = {
            "lotsa.role": editor.role.value,
            "lotsa.organization_id": _text(editor.organization_id),
            "lotsa.municipality_code": editor.municipality_code or "",
        }
        return self._opened(security, history=history, attempts=self.attempts)

    def work_of_operator(self) -> DirectoryUnitOfWork:
        """A transaction of whoever runs the installation, for commands that are about all of the directory."""
        security = {"lotsa.role": Role.OPERATOR.value}
        return self._opened(security)

    def work_about(self, user: UserRef) -> DirectoryUnitOfWork:
        """A transaction of the service itself that may also note how one user's sign-in went."""
        security = {"lotsa.issuer": user.issuer, "lotsa.subject": user.subject}
        return self._opened(security)

    def work(self, cause: Envelope | None = None) -> DirectoryUnitOfWork:
        """A transaction of the service itself: sessions, counts, sweeping. It may write no organisation's rows."""
        return self._opened({}, cause=cause)

    def _opened(
        self,
        row_security: Mapping[str, str],
        *,
        cause: Envelope | None = None,
        history: bool = False,
        attempts: Attempts | None = None,
    ) -> DirectoryUnitOfWork:
        return DirectoryUnitOfWork(
            self.engine,
            write_outbox=outbox.append,
            areas=self.areas,
            taxonomies=self.taxonomies,
            clock=self.clock,
            row_security=row_security,
            cause=cause,
            history=history,
            attempts=attempts,
        )


def for_web(settings: Settings, clock: Clock | None = None) -> Parts:
    """The parts of a web process (and of seeding, under a clock of its own)."""
    return _parts(settings, "web", clock)


def for_bus(settings: Settings) -> Parts:
    """The parts of a bus process."""
    return _parts(settings, "bus", None)


@cache
def bus() -> Parts:
    """This bus process's parts, from its environment, made once."""
    return for_bus(Settings.from_environment())


def _parts(settings: Settings, process: str, clock: Clock | None) -> Parts:
    url = settings.service(SERVICE).database_url
    if not url:
        raise SettingsAreWrong("LOTSA_DIRECTORY_DATABASE_URL is needed")
    engine = make_engine(url, pool_size=settings.pool_size, application_name=f"lotsa {SERVICE} {process}")
    return Parts(
        settings=settings,
        engine=engine,
        clock=clock or SystemClock(),
        staff=StaffCopy(engine),
        areas=reference_data.areas(),
        taxonomies=reference_data.taxonomies(),
    )


def _text(value: UUID | None) -> str:
    return str(value) if value else ""
