"""Pages for everyone, without signing in: what Lotsa is, and what support there is."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from services.directory.domain.refusals import NoSuchListing
from services.directory.views.carer_support import carer_support
from services.directory.views.organization_page import organization_page
from services.directory.views.search_services import Wanted, search_services
from services.directory.views.service_page import service_page
from services.directory.web import words
from services.directory.web.page import parts
from shared.web.api.answers import page_cursor, read_cursor, storable
from shared.web.i18n.other_language import with_lang
from shared.web.limits import SEARCHES, costs

HOME_MUNICIPALITY = "0180"
LONGEST_SEARCH = 100
STATIC = Path(__file__).with_name("static")

pages = Blueprint("public", __name__, static_folder="static", static_url_path="/directory/static")


@pages.app_context_processor
def _words() -> dict[str, Any]:
    return {"when": words.when, "directory_style": _style_version()}


@pages.record_once
def _filters(state: Any) -> None:
    for name, spoken in words.FILTERS.items():
        state.app.add_template_filter(spoken, name)


@pages.get("/")
def start() -> str:
    """What Lotsa is, for somebody who gives support to somebody."""
    return render_template("public/start.html", groups=words.in_force(parts().taxonomies.target_groups))


@pages.get("/directory/")
def directory() -> Response:
    """The directory begins with its list."""
    return redirect(url_for("public.services"), 302)


@pages.get("/directory/services")
@costs(SEARCHES)
def services() -> str:
    """The list, filtered by what the address says. Values that are not in the lists filter nothing."""
    known = parts()
    group = _among(request.args.get("group"), words.options(known.taxonomies.target_groups))
    form = _among(request.args.get("form"), words.options(known.taxonomies.forms))
    area_options = [(code, words.area_name(code)) for code in known.areas.districts_of(HOME_MUNICIPALITY)]
    area = _among(request.args.get("area"), area_options)
    sought = request.args.get("q", "")[:LONGEST_SEARCH]
    wanted = Wanted(group, form, area, sought if storable(sought) else None)
    with known.engine.connect() as connection:
        after = read_cursor("services", request.args.get("cursor"))
        page = search_services(connection, wanted, known.clock.now(), after=after)
        to_ring = carer_support(connection, area or HOME_MUNICIPALITY)
    chosen = {name: value for name, value in (("group", group), ("form", form), ("area", area), ("q", sought)) if value}
    groups = [(term.code, words.situation(term)) for term in words.in_force(known.taxonomies.target_groups)]
    forms = words.options(known.taxonomies.forms)
    spoken = {"group": dict(groups), "form": dict(forms), "area": dict(area_options)}
    next_url = _address(chosen | {"cursor": page_cursor("services", page.after)}) if page.after else None
    return render_template(
        "public/services.html",
        page=page,
        to_ring=to_ring,
        chosen=chosen,
        chosen_words=[spoken.get(name, {}).get(value) or with_lang(value) for name, value in chosen.items()],
        groups=groups,
        forms=forms,
        areas=area_options,
        next_url=next_url,
        first_url=_address(chosen) if after else None,
    )


@pages.get("/directory/services/<uuid:service_id>")
def service(service_id: UUID) -> str:
    """One support service and what is on."""
    with parts().engine.connect() as connection:
        page = service_page(connection, service_id, parts().clock.now())
    if page is None:
        raise NoSuchListing
    return render_template("public/service.html", page=page, listing=page.service.listing)


@pages.get("/directory/organizations/<uuid:organization_id>")
def organization(organization_id: UUID) -> str:
    """One organisation and what it offers."""
    with parts().engine.connect() as connection:
        page = organization_page(connection, organization_id)
    if page is None:
        raise NoSuchListing
    return render_template("public/organization.html", page=page)


@pages.get("/directory/about")
def about() -> str:
    """What is recorded, and what is not."""
    return render_template("public/about.html")


@cache
def _style_version() -> str:
    # a changed style sheet is a new address, so the old may be kept for ever
    return hashlib.sha256((STATIC / "directory.css").read_bytes()).hexdigest()[:12]


def _among(given: str | None, options: list[tuple[str, str]]) -> str | None:
    return given if given in {code for code, _ in options} else None


def _address(values: dict[str, Any]) -> str:
    return url_for("public.services", **values)
