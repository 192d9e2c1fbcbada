"""What every system may read without a token: support services, organisations, activities, units, lists of codes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from flask import Response
from flask_babel import force_locale, gettext

from services.directory.domain.refusals import NoSuchListing
from services.directory.domain.taxonomy import Taxonomy
from services.directory.views.occurrences import running_activities
from services.directory.views.organization_page import organization_page, organizations_list
from services.directory.views.search_services import Wanted, search_services
from services.directory.views.service_page import service_page
from services.directory.views.units import public_units
from services.directory.web import listing_schemas, schemas_units, words
from services.directory.web.page import parts
from services.directory.web.representation import activity_members, service_out
from shared.vocabulary.languages import ENGLISH, SWEDISH
from shared.web.api.answers import dumped, etag, ok, page_cursor, read_cursor
from shared.web.api.openapi import Operations
from shared.web.api.paging import Paging, page_as_before
from shared.web.limits import SEARCHES, costs

api = Operations()


@api.get("/services", public=True, query=listing_schemas.ServiceSearch, answers={200: listing_schemas.ServicePageOut})
@costs(SEARCHES)
def list_services(query: dict[str, Any]) -> Response:
    """Active support services that fit, those confirmed lately first."""
    wanted = Wanted(query.get("target_group"), query.get("form"), query.get("area"), query.get("q"))
    after = read_cursor("api-services", query.get("cursor"))
    with parts().engine.connect() as connection:
        page = search_services(connection, wanted, parts().clock.now(), after=after, limit=query["limit"])
    found = [
        {**each.__dict__, "next_occurrence_at": each.next.starts_at if each.next else None} for each in page.services
    ]
    body = {**_page("services", found, "api-services", page.after), "total": page.total}
    return ok(dumped(listing_schemas.ServicePageOut, body))


@api.get("/services/<uuid:service_id>", public=True, answers={200: listing_schemas.ServiceOut}, etag=True)
def read_service(service_id: UUID) -> Response:
    """One support service."""
    with parts().engine.connect() as connection:
        page = service_page(connection, service_id, parts().clock.now())
    if page is None:
        raise NoSuchListing
    return ok(service_out(page.service), etag=etag(page.service.version))


@api.get("/services/<uuid:service_id>/activities", public=True, answers={200: listing_schemas.ActivitiesOut})
def list_activities(service_id: UUID) -> Response:
    """One support service's activities that are on, or still to come; cancelled ones are marked."""
    with parts().engine.connect() as connection:
        if service_page(connection, service_id, parts().clock.now()) is None:
            raise NoSuchListing
        activities = running_activities(connection, service_id, parts().clock.now())
    shown = [activity_members(each) for each in activities]
    return ok(dumped(listing_schemas.ActivitiesOut, page_as_before("activities", shown, None)))


@api.get("/organizations", public=True, query=Paging, answers={200: listing_schemas.OrganizationPageOut})
def list_organizations(query: dict[str, Any]) -> Response:
    """Active organisations."""
    after = read_cursor("organizations", query.get("cursor"))
    with parts().engine.connect() as connection:
        found, last = organizations_list(connection, after=UUID(after[0]) if after else None, limit=query["limit"])
    body = _page("organizations", found, "organizations", [str(last)] if last else None)
    return ok(dumped(listing_schemas.OrganizationPageOut, body))


@api.get(
    "/organizations/<uuid:organization_id>", public=True, answers={200: listing_schemas.OrganizationOut}, etag=True
)
def read_organization(organization_id: UUID) -> Response:
    """One organisation."""
    with parts().engine.connect() as connection:
        page = organization_page(connection, organization_id)
    if page is None:
        raise NoSuchListing
    return ok(dumped(listing_schemas.OrganizationOut, page.organization), etag=etag(page.organization.version))


@api.get("/units", public=True, query=schemas_units.UnitSearch, answers={200: schemas_units.UnitPageOut})
@costs(SEARCHES)
def list_units(query: dict[str, Any]) -> Response:
    """Active units. Addresses that are withheld are left out."""
    after = read_cursor("units", query.get("cursor"))
    kind = query.get("kind")
    with parts().engine.connect() as connection:
        found, last = public_units(
            connection,
            kind=kind.value if kind else None,
            after=UUID(after[0]) if after else None,
            limit=query["limit"],
        )
    body = _page("units", found, "units", [str(last)] if last else None)
    return ok(dumped(schemas_units.UnitPageOut, body))


@api.get("/target-groups", public=True, answers={200: listing_schemas.TermsOut})
def list_target_groups() -> Response:
    """The target groups that may be chosen today."""
    return _terms(parts().taxonomies.target_groups)


@api.get("/forms-of-support", public=True, answers={200: listing_schemas.TermsOut})
def list_forms_of_support() -> Response:
    """The forms of support that may be chosen today."""
    return _terms(parts().taxonomies.forms)


def _terms(taxonomy: Taxonomy) -> Response:
    terms = [
        {
            "code": term.code,
            "name_sv": _in(SWEDISH, term.name),
            "name_en": _in(ENGLISH, term.name),
            "basis": term.basis,
            "valid_from": term.valid_from,
            "valid_to": term.valid_to,
        }
        for term in words.in_force(taxonomy)
    ]
    return ok(dumped(listing_schemas.TermsOut, page_as_before("terms", terms, None)))


def _page(name: str, items: Sequence[Any], purpose: str, after: list[Any] | None) -> dict[str, Any]:
    return page_as_before(name, items, page_cursor(purpose, after) if after else None)


def _in(language: str, message: str) -> str:
    """A message in one language, whoever asks."""
    with force_locale(language):
        return gettext(message)
