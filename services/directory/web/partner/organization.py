"""How an organisation presents itself: its own page, changed by its editors."""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from marshmallow import ValidationError
from werkzeug.wrappers import Response

from services.directory.commands.describe_organization import DescribeOrganization, describe_organization
from services.directory.domain.organization import Organization
from services.directory.web.form_changes import changed_in
from services.directory.web.form_marks import MARK, after_conflict, shown
from services.directory.web.forms import (
    OrganizationForm,
    as_written,
    said,
)
from services.directory.web.page import changing, current_editor
from services.directory.web.partner.pages import own_organization
from services.directory.web.partner.pages import pages as pages
from services.directory.web.values_in_words import in_words
from shared.kernel.actor import Role
from shared.kernel.refusals import Invalid, VersionHasMoved
from shared.web.forms.form_page import form_page, shown_again, takes_form
from shared.web.forms.sent_twice import carry_out_once
from shared.web.who import needs


@pages.get("/organization")
@needs(Role.PARTNER_EDITOR)
def organization_form() -> Any:
    """The organisation's own words, to be changed."""
    return form_page(partial(_organization_page, own_organization()), None, {})


@pages.post("/organization")
@needs(Role.PARTNER_EDITOR)
@takes_form
def save_organization() -> Response:
    """Present the organisation anew."""
    editor, before = current_editor(), own_organization()
    written = as_written(request.form)
    try:
        form = OrganizationForm().load(request.form)
        kept = set(form) - changed_in(OrganizationForm(), before.__dict__, request.form) - {"version"}
        with changing(editor) as uow:
            form |= {name: getattr(before, name) for name in kept}
            asked = DescribeOrganization(organization_id=before.id, **form)
            carry_out_once(
                uow.connection,
                uow.clock.now(),
                lambda: describe_organization(asked, editor, uow).version,
                standing=lambda: _standing(uow.organizations.find(before.id)),
            )
    except VersionHasMoved:
        return shown_again(partial(_organization_page, own_organization()), written, {}, moved=True)
    except (ValidationError, Invalid) as problem:
        return shown_again(partial(_organization_page, own_organization()), written, said(problem))
    # promise: saved-is-what-the-page-says
    flash(_("Saved. This is what the public page says from now on."), "success")
    return redirect(url_for("partner.mine"), 303)


def _standing(organization: Organization | None) -> int | None:
    return organization.version if organization else None


def _organization_page(
    organization: Organization, written: dict[str, Any] | None, errors: dict[str, str], *, moved: bool = False
) -> str:
    # what somebody's own program left out is shown as empty, and said to be missing
    saved, form = organization.__dict__, OrganizationForm()
    values = {**dict.fromkeys([*form.fields, MARK], ""), **written} if written else {**saved, MARK: shown(form, saved)}
    chosen = in_words(values)
    if moved:
        values = {**after_conflict(form, values, saved), "version": organization.version}
    return render_template(
        "partner/organization_form.html",
        organization=organization,
        values=values,
        saved=in_words(saved),
        chosen=chosen,
        errors=errors,
        moved=moved,
    )
