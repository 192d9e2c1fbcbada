"""A partner's own pages: what the organisation offers, whether it is still true, and how it presents itself."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.commands.authorise import authorise
from services.directory.commands.confirm_listing import ConfirmListing, confirm_listing
from services.directory.commands.describe_organization import DescribeOrganization, describe_organization
from services.directory.commands.save_support_service import (
    AddSupportService,
    EditSupportService,
    SupportServiceEditing,
    own_service,
)
from services.directory.domain.organization import Organization
from services.directory.domain.permissions import Act, Relation
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours
from services.directory.domain.support_service import Attend, ListingStatus, SupportService
from services.directory.views.organization_page import own_listings
from services.directory.web import words
from services.directory.web.forms import (
    ListingForm,
    OrganizationForm,
    as_written,
    form_from_listing,
    listing_from_form,
    said,
)
from services.directory.web.parts import current_editor, parts
from shared.kernel.actor import Role
from shared.kernel.identity import OrganizationId, uuid7
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.web.who import needs

HOME = "/directory/mine"
LISTS = ("forms", "target_groups", "areas", "languages")
LANGUAGES = ("sv", "sgn-SE", "en", "ar", "so", "fi", "fa", "tr", "es")

pages = Blueprint("mine", __name__, url_prefix=HOME)


@pages.get("")
@needs(Role.PARTNER_EDITOR)
def mine() -> str:
    """Everything the organisation has listed."""
    with parts().engine.connect() as connection:
        organization = _own_organization()
        listings = own_listings(connection, organization.id, parts().clock.now())
    return render_template("directory/mine.html", organization=organization, listings=listings)


@pages.get("/organization")
@needs(Role.PARTNER_EDITOR)
def organization_form() -> str:
    """The organisation's own words, to be changed."""
    return _organization_page(_own_organization(), None, {})


@pages.post("/organization")
@needs(Role.PARTNER_EDITOR)
def save_organization() -> Response | str:
    """Present the organisation anew."""
    editor = current_editor()
    written = as_written(request.form)
    try:
        form = OrganizationForm().load(request.form)
        with parts().work_of(editor) as work:
            asked = DescribeOrganization(organization_id=_own_id(), **form)
            describe_organization(work, editor, asked)
            work.commit()
    except VersionHasMoved:
        return _organization_page(_own_organization(), written, {}, moved=True)
    except (ValidationError, Invalid) as problem:
        return _organization_page(_own_organization(), written, said(problem))
    # promise: saved-is-what-the-page-says
    flash(_("Saved. This is what the public page says from now on."), "success")
    return redirect(HOME, 303)


@pages.get("/services/new")
@needs(Role.PARTNER_EDITOR)
def new_service() -> str:
    """An empty form. Its id comes along, so that sending it twice lists it once."""
    values = {"id": uuid7(), "version": 0, "languages": ["sv"], "attend": Attend.DROP_IN.value}
    return _service_page(None, values, {})


@pages.post("/services/new")
@needs(Role.PARTNER_EDITOR)
def add_service() -> Response | str:
    """List a new support service."""
    editor = current_editor()
    written = as_written(request.form, LISTS)
    try:
        form = ListingForm().load(request.form)
        listing = listing_from_form(form, (), None)
        with parts().work_of(editor) as work:
            asked = AddSupportService(
                service_id=UUID(written.get("id", "")), organization_id=_own_id(), listing=listing
            )
            _editing().add(work, editor, asked)
            work.commit()
    except AlreadyRegistered:
        return redirect(HOME, 303)
    except (ValidationError, Invalid) as problem:
        return _service_page(None, written, said(problem))
    except ValueError:
        raise ListingIsNotYours from None
    # promise: saved-is-found-at-once
    flash(_("Saved. The support service can be found by everyone now."), "success")
    return redirect(HOME, 303)


@pages.get("/services/<uuid:service_id>")
@needs(Role.PARTNER_EDITOR)
def service_form(service_id: UUID) -> str:
    """A support service's listing, to be changed."""
    service = _own(service_id)
    return _service_page(service, form_from_listing(service.listing, service.version), {})


@pages.post("/services/<uuid:service_id>")
@needs(Role.PARTNER_EDITOR)
def save_service(service_id: UUID) -> Response | str:
    """Save a listing. Whoever comes second sees both what is saved and what they wrote themselves."""
    editor = current_editor()
    service = _own(service_id)
    written = as_written(request.form, LISTS)
    try:
        form = ListingForm().load(request.form)
        area = service.listing.location.area if service.listing.location else None
        listing = listing_from_form(form, service.listing.schedules, area)
        with parts().work_of(editor) as work:
            asked = EditSupportService(service_id=service_id, version=form["version"], listing=listing)
            _editing().edit(work, editor, asked)
            work.commit()
    except VersionHasMoved:
        return _service_page(_own(service_id), written, {}, moved=True)
    except (ValidationError, Invalid) as problem:
        return _service_page(service, written, said(problem))
    flash(_("Saved. This is what the public page says from now on."), "success")
    return redirect(HOME, 303)


@pages.post("/services/<uuid:service_id>/confirm")
@needs(Role.PARTNER_EDITOR)
def confirm(service_id: UUID) -> Response:
    """One click: the listing is still true."""
    editor = current_editor()
    try:
        with parts().work_of(editor) as work:
            version = request.form.get("version", type=int) or 0
            confirm_listing(work, editor, ConfirmListing(service_id=service_id, version=version))
            work.commit()
    except VersionHasMoved:
        flash(_("Somebody changed this listing a moment ago. Look at it again before you confirm."), "warning")
        return redirect(HOME, 303)
    flash(_("Thank you. The listing is confirmed as of today."), "success")
    return redirect(HOME, 303)


def _own_id() -> OrganizationId:
    organization_id = current_editor().organization_id
    if organization_id is None:
        raise ListingIsNotYours
    return organization_id


def _own_organization() -> Organization:
    editor = current_editor()
    with parts().work_of(editor) as work:
        organization = work.organizations.find(_own_id())
        relation = editor.relation_to(organization.id if organization else None, None)
        authorise(work, editor, Act.EDIT_LISTING, relation, about="organization", subject=editor.organization_id)
    if organization is None or relation is not Relation.OWN_ORGANIZATION:
        raise ListingIsNotYours
    return organization


def _own(service_id: UUID) -> SupportService:
    editor = current_editor()
    with parts().work_of(editor) as work:
        return own_service(work, editor, service_id)


def _editing() -> SupportServiceEditing:
    return SupportServiceEditing(parts().taxonomies, parts().areas)


def _organization_page(
    organization: Organization, written: dict[str, Any] | None, errors: dict[str, str], *, moved: bool = False
) -> str:
    # what somebody's own program left out is shown as empty, and said to be missing
    values = {**dict.fromkeys(OrganizationForm().fields, ""), **written} if written else {**organization.__dict__}
    if moved:
        values = {**values, "version": organization.version}
    return render_template(
        "directory/organization_form.html", organization=organization, values=values, errors=errors, moved=moved
    )


def _service_page(
    service: SupportService | None, values: dict[str, Any], errors: dict[str, str], *, moved: bool = False
) -> str:
    saved = form_from_listing(service.listing, service.version) if service else {}
    if service and moved:
        values = {**values, "version": service.version}
    known = parts()
    return render_template(
        "directory/service_form.html",
        service=service,
        saved=saved,
        values={**dict.fromkeys(ListingForm().fields, ""), **{name: [] for name in LISTS}, "id": uuid7(), **values},
        errors=errors,
        moved=moved,
        groups=words.options(known.taxonomies.target_groups),
        forms=words.options(known.taxonomies.forms),
        areas=[("0180", known.areas.name("0180")), *sorted(known.areas.districts_of("0180").items())],
        languages=[(code, words.language_name(code)) for code in LANGUAGES],
        attends=[(each.value, words.attend_name(each)) for each in Attend],
        statuses=[
            (ListingStatus.ACTIVE.value, _("Shown to everyone")),
            (ListingStatus.INACTIVE.value, _("Hidden for now")),
        ],
    )
