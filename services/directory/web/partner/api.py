"""What a partner's system may write: its own organisation, support services and activities."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, url_for

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.confirm_listing import ConfirmListing, confirm_listing
from services.directory.commands.describe_organization import DescribeOrganization, describe_organization
from services.directory.commands.save_activity import (
    CancelActivity,
    ChangeActivity,
    PlanActivity,
    TakeUpActivity,
    cancel_activity,
    change_activity,
    plan_activity,
    take_up_activity,
)
from services.directory.commands.save_support_service import (
    AddSupportService,
    EditSupportService,
    add_support_service,
    edit_support_service,
)
from services.directory.domain.activity import Activity, Session
from services.directory.domain.organization import Location
from services.directory.domain.refusals import ListingIsNotYours
from services.directory.domain.support_service import Listing, Schedule
from services.directory.web import listing_schemas
from services.directory.web.page import changing, current_editor
from services.directory.web.partner.admission import to_a_service, to_an_activity, to_an_organization
from services.directory.web.representation import activity_members, service_out
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId, uuid7
from shared.web.api.answers import created, dumped, etag, ok, once, require_if_match
from shared.web.api.idempotency import Answer, answered_before, remember_answer
from shared.web.api.openapi import Operations
from shared.web.who import Tried

api = Operations()
_PARTNER: dict[str, Any] = {"roles": [Role.PARTNER_EDITOR], "etag": True}
_EDITS = {**_PARTNER, "versioned": True}
_ACTIVITIES = {**_EDITS, "admits": to_an_activity}
_SERVICE, _ACTIVITY = {200: listing_schemas.ServiceOut}, {200: listing_schemas.ActivityOut}


@api.put(
    "/organizations/<uuid:organization_id>",
    body=listing_schemas.OrganizationIn,
    answers={200: listing_schemas.OrganizationOut},
    admits=to_an_organization,
    **_EDITS,
    tries=Tried("change", "organization"),
)
def put_organization(organization_id: UUID, body: dict[str, Any]) -> Response:
    """Present the caller's organisation anew."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        asked = DescribeOrganization(organization_id=OrganizationId(organization_id), version=version, **body)
        organization = describe_organization(asked, editor, uow)
    return ok(dumped(listing_schemas.OrganizationOut, organization), etag=etag(organization.version))


@api.post(
    "/services", body=listing_schemas.ServiceIn, answers={201: listing_schemas.ServiceOut}, keyed=True, **_PARTNER
)
def post_service(body: dict[str, Any]) -> Response:
    """List a new support service of the caller's organisation."""
    editor, request = current_editor(), once()
    if editor.organization_id is None:
        raise ListingIsNotYours
    with changing(editor) as uow:
        before = answered_before(uow.connection, request)
        if before and before.resource_id:
            service = uow.services.find(before.resource_id)
        else:
            asked = AddSupportService(
                service_id=uuid7(), organization_id=editor.organization_id, listing=_listing(body)
            )
            service = add_support_service(asked, editor, uow)
            _remember(
                uow,
                request,
                _service_at(service.id),
                service.version,
                service.id,
            )
    if service is None:
        raise ListingIsNotYours
    return created(_service_at(service.id), service_out(service), etag(service.version))


@api.put(
    "/services/<uuid:service_id>",
    body=listing_schemas.ServiceIn,
    answers=_SERVICE,
    admits=to_a_service,
    **_EDITS,
    tries=Tried("change", "support-service"),
)
def put_service(service_id: UUID, body: dict[str, Any]) -> Response:
    """Replace a support service's listing; that also confirms it."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        asked = EditSupportService(service_id=service_id, version=version, listing=_listing(body))
        service = edit_support_service(asked, editor, uow)
    return ok(service_out(service), etag=etag(service.version))


@api.post(
    "/services/<uuid:service_id>/confirmation",
    answers=_SERVICE,
    admits=to_a_service,
    **_EDITS,
    tries=Tried("change", "support-service"),
)
def post_confirmation(service_id: UUID) -> Response:
    """Say that a listing is still right."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        service = confirm_listing(ConfirmListing(service_id=service_id, version=version), editor, uow)
    return ok(service_out(service), etag=etag(service.version))


@api.post(
    "/services/<uuid:service_id>/activities",
    body=listing_schemas.ActivityIn,
    answers={201: listing_schemas.ActivityOut},
    keyed=True,
    admits=to_a_service,
    **_PARTNER,
    tries=Tried("change", "support-service"),
)
def post_activity(service_id: UUID, body: dict[str, Any]) -> Response:
    """Plan a new activity of one of the caller's support services."""
    editor, request = current_editor(), once()
    with changing(editor) as uow:
        before = answered_before(uow.connection, request)
        if before and before.resource_id:
            activity = uow.activities.find(before.resource_id)
        else:
            asked = PlanActivity(activity_id=uuid7(), service_id=service_id, session=Session(**body))
            activity = plan_activity(asked, editor, uow)
            _remember(
                uow,
                request,
                _activity_at(activity.id),
                activity.version,
                activity.id,
            )
    if activity is None:
        raise ListingIsNotYours
    return created(
        _activity_at(activity.id),
        _activity_out(activity),
        etag(activity.version),
    )


@api.put(
    "/activities/<uuid:activity_id>",
    body=listing_schemas.ActivityIn,
    answers=_ACTIVITY,
    **_ACTIVITIES,
    tries=Tried("change", "activity"),
)
def put_activity(activity_id: UUID, body: dict[str, Any]) -> Response:
    """Change an activity."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        asked = ChangeActivity(activity_id=activity_id, version=version, session=Session(**body))
        activity = change_activity(asked, editor, uow)
    return ok(_activity_out(activity), etag=etag(activity.version))


@api.post(
    "/activities/<uuid:activity_id>/cancellation", answers=_ACTIVITY, **_ACTIVITIES, tries=Tried("change", "activity")
)
def post_cancellation(activity_id: UUID) -> Response:
    """Cancel an activity; it stays listed as cancelled."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        activity = cancel_activity(CancelActivity(activity_id=activity_id, version=version), editor, uow)
    return ok(_activity_out(activity), etag=etag(activity.version))


@api.delete(
    "/activities/<uuid:activity_id>/cancellation", answers=_ACTIVITY, **_ACTIVITIES, tries=Tried("change", "activity")
)
def delete_cancellation(activity_id: UUID) -> Response:
    """Take a cancelled activity up again: it takes place after all."""
    editor, version = current_editor(), require_if_match()
    with changing(editor) as uow:
        activity = take_up_activity(TakeUpActivity(activity_id=activity_id, version=version), editor, uow)
    return ok(_activity_out(activity), etag=etag(activity.version))


def _listing(body: dict[str, Any]) -> Listing:
    place, hours = body.pop("location"), body.pop("schedules")
    lists: dict[str, Any] = {name: tuple(body.pop(name)) for name in ("forms", "target_groups", "areas", "languages")}
    location = Location(**place) if place else None
    return Listing(**body, **lists, location=location, schedules=tuple(Schedule(**each) for each in hours))


def _activity_out(activity: Activity) -> Any:
    return dumped(listing_schemas.ActivityOut, activity_members(activity))


def _remember(uow: DirectoryUnitOfWork, request: Any, location: str, version: int, resource_id: UUID) -> None:
    answer = Answer(201, location, etag(version), resource_id)
    remember_answer(uow.connection, request, answer, uow.clock.now())


def _service_at(service_id: UUID) -> str:
    return url_for("directory_api.get_read_service", service_id=service_id)


def _activity_at(activity_id: UUID) -> str:
    return url_for("directory_api.put_put_activity", activity_id=activity_id)
