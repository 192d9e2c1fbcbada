"""A partner's own support services: list one, change it, confirm that it is still true."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.commands.confirm_listing import ConfirmListing, confirm_listing
from services.directory.commands.save_support_service import (
    AddSupportService,
    EditSupportService,
    add_support_service,
    edit_support_service,
    own_service,
)
from services.directory.domain.refusals import AlreadyRegistered, ListingIsNotYours, PlaceIsNotNamed
from services.directory.domain.support_service import Attend, Listing, ListingStatus, SupportService
from services.directory.web import words
from services.directory.web.form_changes import PLACE, listing_after, listing_changed_in
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import (
    ListingForm,
    as_written,
    form_from_listing,
    said,
)
from services.directory.web.page import asked_version, changing, current_editor, parts
from services.directory.web.partner.organization import pages as pages
from services.directory.web.partner.pages import own_id, service_of_own
from services.directory.web.partner.publicly import listing_saved
from services.directory.web.values_in_words import in_words
from shared.kernel.actor import Role
from shared.kernel.identity import uuid7
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.vocabulary.languages import SWEDISH, each_once
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.i18n.language_names import language_name, offered_languages
from shared.web.who import Tried, needs

LISTS = ("forms", "target_groups", "areas", "languages")


@pages.get("/services/new")
@needs(Role.PARTNER_EDITOR)
def new_service() -> Any:
    """An empty form. Its id comes along, so that sending it twice lists it once."""
    values = {"id": uuid7(), "version": 0, "languages": [SWEDISH], "attend": Attend.DROP_IN.value}
    return form_page(partial(_service_page, None), values, {})


@pages.post("/services/new")
@needs(Role.PARTNER_EDITOR)
@takes_form
def add_service() -> Response:
    """List a new support service."""
    editor = current_editor()
    written = as_written(request.form, LISTS)
    try:
        form = ListingForm().load(request.form)
        service_id = UUID(written.get("id", ""))
        asked = AddSupportService(service_id=service_id, organization_id=own_id(), listing=listing_after(form))
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: add_support_service(asked, editor, uow).version,
                standing=lambda: own_service(service_id, editor, uow).version,
            )
    except (AlreadyRegistered, VersionHasMoved):
        # sent before with other words, or changed since: it is there to be changed, beside what was written now
        page = partial(_service_page, service_of_own(service_id))
        return shown_again(page, written, {}, at=url_for("partner.service_form", service_id=service_id), moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_service_page, None), written, _told(problem, written, None))
    except ValueError:
        raise ListingIsNotYours from None
    # promise: saved-is-found-at-once
    flash(listing_saved(asked.listing, _("Saved. The support service can be found by everyone now.")), "success")
    return redirect(url_for("partner.mine"), 303)


@pages.get("/services/<uuid:service_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("read", "support-service"))
def service_form(service_id: UUID) -> Any:
    """A support service's listing, to be changed."""
    service = service_of_own(service_id)
    saved = form_from_listing(service.listing, service.version)
    return form_page(partial(_service_page, service), saved, {})


@pages.post("/services/<uuid:service_id>")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "support-service"))
@takes_form
def save_service(service_id: UUID) -> Response:
    """Save a listing. Whoever comes second sees both what is saved and what they wrote themselves."""
    editor = current_editor()
    service = service_of_own(service_id)
    written = as_written(request.form, LISTS)
    try:
        form = ListingForm().load(request.form)
        changed = listing_changed_in(ListingForm(), service.listing, request.form)
        listing = listing_after(form, service.listing, changed)
        asked = EditSupportService(service_id=service_id, version=form["version"], listing=listing)
        with changing(editor) as uow:
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: edit_support_service(asked, editor, uow).version,
                standing=lambda: own_service(service_id, editor, uow).version,
            )
    except VersionHasMoved:
        return shown_again(partial(_service_page, service_of_own(service_id)), written, {}, moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_service_page, service), written, _told(problem, written, service.listing))
    flash(listing_saved(listing, _("Saved. This is what the public page says from now on.")), "success")
    return redirect(url_for("partner.mine"), 303)


@pages.post("/services/<uuid:service_id>/confirm")
@needs(Role.PARTNER_EDITOR, tries=Tried("change", "support-service"))
def confirm(service_id: UUID) -> Response:
    """One click: the listing is still true."""
    editor = current_editor()
    try:
        with changing(editor) as uow:
            asked = ConfirmListing(service_id=service_id, version=asked_version())
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: confirm_listing(asked, editor, uow).version,
                standing=lambda: own_service(service_id, editor, uow).version,
            )
    except VersionHasMoved:
        flash(_("Somebody changed this listing a moment ago. Look at it again before you confirm."), "warning")
        return redirect(url_for("partner.mine"), 303)
    flash(_("Thank you. The listing is confirmed as of today."), "success")
    return redirect(url_for("partner.mine"), 303)


def _told(problem: ValidationError | Invalid, written: dict[str, Any], before: Listing | None) -> dict[str, str]:
    """All that is wrong with a listing, what the domain would refuse of its place too, which it is not asked yet."""
    saved = form_from_listing(before, 0) if before else {}
    place = {name: written.get(name, "").strip() for name in ListingForm().fields if name.startswith(PLACE)}
    touched = any(place[name] != (saved.get(name) or "") for name in place)
    unnamed = any(place.values()) and not (place["place_name"] or place["place_address"])
    of_its_place = PlaceIsNotNamed(fields={"/location/name": PlaceIsNotNamed.title}) if touched and unnamed else None
    return (_said(of_its_place) if of_its_place else {}) | _said(problem)


def _said(problem: ValidationError | Invalid) -> dict[str, str]:
    """The domain speaks of a location's members, the form of fields."""
    return {name.replace("location.", "place_"): sentence for name, sentence in said(problem).items()}


def _service_page(
    service: SupportService | None, values: dict[str, Any], errors: dict[str, str], *, moved: bool = False
) -> str:
    saved = form_from_listing(service.listing, service.version) if service else {}
    empty = {**dict.fromkeys(ListingForm().fields, ""), **{name: [] for name in LISTS}, "id": uuid7()}
    values = {**empty, MARK: shown(ListingForm(), saved), **values}
    # a form that was kept by an earlier version may have a tag that is written no more
    values["languages"] = list(each_once(values["languages"]))
    offered = _offered(service.listing if service else None)
    chosen = in_words(values, offered, ["digital"])
    if service and moved:
        values = {**after_conflict(ListingForm(), values, saved), "version": service.version}
    return render_template(
        "partner/service_form.html",
        service=service,
        saved=in_words(saved, offered, ["digital"]),
        chosen=chosen,
        values=values,
        errors=errors,
        moved=moved,
        groups=offered["target_groups"],
        forms=offered["forms"],
        areas=offered["areas"],
        languages=offered["languages"],
        attends=offered["attend"],
        statuses=offered["status"],
    )


def _offered(listing: Listing | None) -> dict[str, list[tuple[str, str]]]:
    """By field, what the form lets one choose among."""
    known = parts().taxonomies
    return {
        "target_groups": _with_kept(words.options(known.target_groups), listing, "target_groups", words.group_name),
        "forms": _with_kept(words.options(known.forms), listing, "forms", words.form_name),
        "areas": _with_kept(_areas(), listing, "areas", words.area_name),
        "languages": _with_kept(offered_languages(), listing, "languages", language_name),
        "attend": [(each.value, words.attend_name(each)) for each in Attend],
        "status": [
            (ListingStatus.ACTIVE.value, _("Shown to everyone")),
            (ListingStatus.INACTIVE.value, _("Hidden for now")),
        ],
    }


def _areas() -> list[tuple[str, str]]:
    known = parts().areas
    return [(code, words.area_name(code)) for code in ("0180", *known.districts_of("0180"))]


def _with_kept(
    offered: list[tuple[str, str]], listing: Listing | None, name: str, called: Callable[[str], str]
) -> list[tuple[str, str]]:
    """What may be chosen, and what was chosen before or by a system though the page does not offer it by itself."""
    kept = [code for code in getattr(listing, name, ()) if code not in dict(offered)]
    return [*offered, *((code, called(code)) for code in kept)]
