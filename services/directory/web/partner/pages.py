"""A partner's first page: what the organisation offers, and whether it is still true."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, render_template

from services.directory.commands.authorise import authorise
from services.directory.commands.save_activity import own_activity
from services.directory.commands.save_support_service import own_service
from services.directory.domain.activity import Activity
from services.directory.domain.organization import Organization
from services.directory.domain.permissions import Act, Relation
from services.directory.domain.refusals import ListingIsNotYours
from services.directory.domain.support_service import SupportService
from services.directory.views.organization_page import own_listings
from services.directory.web.page import current_editor, parts, reading
from services.directory.web.partner.publicly import first_shown, where
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId
from shared.web.who import needs

pages = Blueprint("partner", __name__, url_prefix="/directory/mine")


@pages.get("")
@needs(Role.PARTNER_EDITOR)
def mine() -> str:
    """Everything the organisation has listed."""
    with parts().engine.connect() as connection:
        organization = own_organization()
        listings = own_listings(connection, organization.id, parts().clock.now())
    return render_template(
        "partner/mine.html",
        organization=organization,
        listings=listings,
        first_shown=first_shown,
        where={
            activity.id: where(each.service.listing, activity.session, parts().clock.now())
            for each in listings
            for activity in each.activities
        },
    )


def own_id() -> OrganizationId:
    """The organisation that the editor acts for. Raises ListingIsNotYours for one without any."""
    organization_id = current_editor().organization_id
    if organization_id is None:
        raise ListingIsNotYours
    return organization_id


def own_organization() -> Organization:
    """That organisation. Raises ListingIsNotYours, with the attempt recorded, unless it is the editor's own."""
    editor = current_editor()
    with reading(editor) as uow:
        organization = uow.organizations.find(own_id())
        relation = editor.relation_to(organization.id if organization else None, None)
        authorise(Act.EDIT_LISTING, relation, editor, uow, about="organization", subject=editor.organization_id)
    if organization is None or relation is not Relation.OWN_ORGANIZATION:
        raise ListingIsNotYours
    return organization


def service_of_own(service_id: UUID) -> SupportService:
    """A support service of that organisation. Raises ListingIsNotYours, with the attempt recorded, for any other."""
    editor = current_editor()
    with reading(editor) as uow:
        return own_service(service_id, editor, uow)


def activity_of_own(activity_id: UUID) -> Activity:
    """An activity of the editor's organisation. Raises ListingIsNotYours, with the attempt recorded, for any other."""
    editor = current_editor()
    with reading(editor) as uow:
        return own_activity(activity_id, editor, uow)
