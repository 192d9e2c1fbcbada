"""Plan an activity, change it, cancel it, or take it up again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import name_at
from services.directory.commands.save_support_service import own_service
from services.directory.domain.activity import Activity, Session
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours
from shared.kernel.refusals import VersionHasMoved


@dataclass(frozen=True, kw_only=True)
class PlanActivity:
    """A new activity of one support service."""

    activity_id: UUID
    service_id: UUID
    session: Session


@dataclass(frozen=True, kw_only=True)
class ChangeActivity:
    """The activity as it will be, made from ``version``."""

    activity_id: UUID
    version: int
    session: Session


@dataclass(frozen=True, kw_only=True)
class CancelActivity:
    """That the activity, as of ``version``, will not take place."""

    activity_id: UUID
    version: int


@dataclass(frozen=True, kw_only=True)
class TakeUpActivity:
    """That the activity, cancelled as of ``version``, takes place after all."""

    activity_id: UUID
    version: int


def plan_activity(command: PlanActivity, actor: Editor, uow: DirectoryWork) -> Activity:
    """List a new activity. Raises ListingIsNotYours or AlreadyRegistered."""
    service = own_service(command.service_id, actor, uow)
    if uow.activities.find(command.activity_id) is not None:
        raise AlreadyRegistered
    activity, event = Activity.planned(
        command.activity_id,
        service.organization_id,
        service.id,
        _written(command.session),
        by=actor,
        at=uow.clock.now(),
    )
    uow.activities.add(activity)
    uow.record(event)
    return activity


def change_activity(command: ChangeActivity, actor: Editor, uow: DirectoryWork) -> Activity:
    """Change an activity. Raises ListingIsNotYours, VersionHasMoved or ActivityIsCancelled."""
    activity = _as_read(command.activity_id, command.version, actor, uow)
    changed, event = activity.changed(_written(command.session, activity.session), by=actor, at=uow.clock.now())
    uow.activities.save(changed)
    uow.record(event)
    return changed


def cancel_activity(command: CancelActivity, actor: Editor, uow: DirectoryWork) -> Activity:
    """Cancel an activity; it stays listed as cancelled. Raises as ``change_activity``."""
    activity = _as_read(command.activity_id, command.version, actor, uow)
    cancelled, event = activity.cancelled(by=actor, at=uow.clock.now())
    uow.activities.save(cancelled)
    uow.record(event)
    return cancelled


def take_up_activity(command: TakeUpActivity, actor: Editor, uow: DirectoryWork) -> Activity:
    """Undo a cancellation. Raises ListingIsNotYours, VersionHasMoved or ActivityIsNotCancelled."""
    activity = _as_read(command.activity_id, command.version, actor, uow)
    taken_up, event = activity.taken_up_again(by=actor, at=uow.clock.now())
    uow.activities.save(taken_up)
    uow.record(event)
    return taken_up


def _written(session: Session, kept: Session | None = None) -> Session:
    return replace(session, title=name_at("/title", session.title, kept.title if kept else ""))


def own_activity(activity_id: UUID, actor: Editor, uow: DirectoryWork) -> Activity:
    """An activity that this person may edit; otherwise the attempt is recorded and ListingIsNotYours raised."""
    activity = uow.activities.find(activity_id)
    relation = actor.relation_to(activity.organization_id if activity else None, None)
    authorise(Act.EDIT_LISTING, relation, actor, uow, about="activity", subject=activity_id)
    if activity is None:
        raise ListingIsNotYours
    return activity


def _as_read(activity_id: UUID, version: int, actor: Editor, uow: DirectoryWork) -> Activity:
    activity = own_activity(activity_id, actor, uow)
    if activity.version != version:
        raise VersionHasMoved
    return activity
