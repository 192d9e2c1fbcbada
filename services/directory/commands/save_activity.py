"""Plan an activity, change it, cancel it, or take it up again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from services.directory.commands.authorise import authorise
from services.directory.commands.save_support_service import own_service
from services.directory.commands.written import name_at
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


def plan_activity(work: DirectoryWork, editor: Editor, asked: PlanActivity) -> Activity:
    """List a new activity. Raises ListingIsNotYours or AlreadyRegistered."""
    service = own_service(work, editor, asked.service_id)
    if work.activities.find(asked.activity_id) is not None:
        raise AlreadyRegistered
    activity, event = Activity.planned(
        asked.activity_id,
        service.organization_id,
        service.id,
        _written(asked.session),
        by=editor.actor,
        at=work.clock.now(),
    )
    work.activities.add(activity)
    work.happened(event)
    return activity


def change_activity(work: DirectoryWork, editor: Editor, asked: ChangeActivity) -> Activity:
    """Change an activity. Raises ListingIsNotYours, VersionHasMoved or ActivityIsCancelled."""
    activity = _as_read(work, editor, asked.activity_id, asked.version)
    changed, event = activity.changed(_written(asked.session, activity.session), by=editor.actor, at=work.clock.now())
    work.activities.save(changed)
    work.happened(event)
    return changed


def cancel_activity(work: DirectoryWork, editor: Editor, asked: CancelActivity) -> Activity:
    """Cancel an activity; it stays listed as cancelled. Raises as ``change_activity``."""
    activity = _as_read(work, editor, asked.activity_id, asked.version)
    cancelled, event = activity.cancelled(by=editor.actor, at=work.clock.now())
    work.activities.save(cancelled)
    work.happened(event)
    return cancelled


def take_up_activity(work: DirectoryWork, editor: Editor, asked: TakeUpActivity) -> Activity:
    """Undo a cancellation. Raises ListingIsNotYours, VersionHasMoved or ActivityIsNotCancelled."""
    activity = _as_read(work, editor, asked.activity_id, asked.version)
    taken_up, event = activity.taken_up_again(by=editor.actor, at=work.clock.now())
    work.activities.save(taken_up)
    work.happened(event)
    return taken_up


def _written(session: Session, kept: Session | None = None) -> Session:
    return replace(session, title=name_at("/title", session.title, kept.title if kept else ""))


def own_activity(work: DirectoryWork, editor: Editor, activity_id: UUID) -> Activity:
    """An activity that this person may edit; otherwise the attempt is recorded and ListingIsNotYours raised."""
    activity = work.activities.find(activity_id)
    relation = editor.relation_to(activity.organization_id if activity else None, None)
    authorise(work, editor, Act.EDIT_LISTING, relation, about="activity", subject=activity_id)
    if activity is None:
        raise ListingIsNotYours
    return activity


def _as_read(work: DirectoryWork, editor: Editor, activity_id: UUID, version: int) -> Activity:
    activity = own_activity(work, editor, activity_id)
    if activity.version != version:
        raise VersionHasMoved
    return activity
