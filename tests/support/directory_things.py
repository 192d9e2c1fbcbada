"""Each kind of thing that both of the directory's doors write: how it is written, read and changed by either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from marshmallow import Schema

from services.directory.adapters.activities import ActivityRows
from services.directory.web.listing_schemas import ActivityIn, ActivityOut, OrganizationIn, ServiceIn
from services.directory.web.public.api import activity_members, service_out
from services.directory.web.routing.schemas import RuleIn
from services.directory.web.units.schemas import UnitIn
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.directory_city import City
from tests.support.directory_fields import (
    ACTIVITY_FIELDS,
    ORGANISATION_FIELDS,
    RULE_FIELDS,
    SERVICE_FIELDS,
    UNIT_FIELDS,
)


@dataclass(frozen=True)
class Thing:
    """A kind of thing that both doors write. ``edits``: page field → what is typed there, and the API's members that
    may then be others. ``written``: by API, its id. ``read``: as its API shows it to its owner. ``page``: where it is
    changed.
    """

    schema: type[Schema]
    fields: dict[str, st.SearchStrategy[Any]]
    who: str
    edits: dict[str, tuple[str | list[str], set[str]]]
    written: Callable[[City, dict[str, Any]], str]
    read: Callable[[City, str], dict[str, Any]]
    page: Callable[[str], str]
    put: Callable[[City, str, dict[str, Any]], Any]


def asked(city: City, who: str, method: str, path: str, body: Any, version: int | None = None) -> Any:
    """The answer to one request to the API, which has to be a good one; of this version, where one is told."""
    headers = {} if version is None else {"If_Match": f'"{version}"'}
    answer = city.ask(who, method, path, body, **headers)
    assert answer.status_code in (200, 201), (answer.json, body)
    return answer


def write_service(city: City, body: dict[str, Any]) -> str:
    """Have Dani's system list something; its id."""
    return str(asked(city, "dani", "POST", "/services", body).json["id"])


def read_service(city: City, service_id: str) -> dict[str, Any]:
    """What the API shows of it, also of one that is closed and shown to nobody else."""
    with city.parts.work_of(city.editor("dani")) as work:
        service = work.services.find(UUID(service_id))
    assert service is not None
    shown: dict[str, Any] = service_out(service)
    if shown["status"] == "active":
        assert city.ask("dani", "GET", f"/services/{service_id}").json == shown
    return shown


def _write_organization(city: City, body: dict[str, Any]) -> str:
    own = str(city.editor("dani").organization_id)
    version = city.ask("dani", "GET", f"/organizations/{own}").json["version"]
    asked(city, "dani", "PUT", f"/organizations/{own}", body, version)
    return own


def _write_activity(city: City, body: dict[str, Any]) -> str:
    own = city.editor("dani").organization_id
    [row] = city.rows("select id from support_services where organization_id = :own order by id limit 1", own=own)
    told = {**body, "starts_at": body["starts_at"].isoformat()}
    told["ends_at"] = (body["starts_at"] + body["ends_at"]).isoformat()
    if body["repeats"] == "once":
        told["repeats_until"] = None
    return str(asked(city, "dani", "POST", f"/services/{row.id}/activities", told).json["id"])


def _read_activity(city: City, activity_id: str) -> dict[str, Any]:
    with city.parts.engine.connect() as connection:
        activity = ActivityRows(connection).find(UUID(activity_id))
    shown: dict[str, Any] = ActivityOut().dump(activity_members(activity))
    return shown


def _write_unit(city: City, body: dict[str, Any]) -> str:
    new = {name: body[name] for name in body if name != "active"}
    new |= {"kind": "receiving", "organization_id": str(ORGANIZATION["city-stockholm"]), "area": "0180-bromma"}
    unit = asked(city, "hanna", "POST", "/units", new).json
    changed = {name: body[name] for name in UnitIn().fields}
    asked(city, "hanna", "PUT", f"/units/{unit['id']}", changed, 1)
    return str(unit["id"])


def _version_of_rules(city: City) -> int:
    return int(city.rules().version)


def _write_rule(city: City, body: dict[str, Any]) -> str:
    return str(asked(city, "hanna", "POST", "/routing-rules/0180/rules", body, _version_of_rules(city)).json["id"])


THINGS = {
    "support service": Thing(
        schema=ServiceIn,
        fields=SERVICE_FIELDS,
        who="dani",
        edits={
            "name": ("Ett annat namn", {"name"}),
            "summary": ("En annan mening.", {"summary"}),
            "description": ("Rad ett\r\nRad två", {"description"}),
            "forms": (["respite"], {"forms"}),
            "target_groups": ([], {"target_groups"}),
            "areas": (["0180-bromma"], {"areas"}),
            "languages": (["fi"], {"languages"}),
            "eligibility": ("Alla är välkomna.", {"eligibility"}),
            "cost": ("Kostar inget", {"cost"}),
            "attend": ("booking", {"attend"}),
            "email": ("annan@example.se", {"email"}),
            "phone": ("08-465 004 99", {"phone"}),
            "url": ("https://example.se/annat", {"url"}),
            "status": ("inactive", {"status"}),
            "place_name": ("Lokalen", {"location"}),
            "place_city": ("Farsta", {"location"}),
        },
        written=write_service,
        read=read_service,
        page=lambda service_id: f"/directory/mine/services/{service_id}",
        put=lambda city, service_id, body: asked(
            city, "dani", "PUT", f"/services/{service_id}", body, read_service(city, service_id)["version"]
        ),
    ),
    "organisation": Thing(
        schema=OrganizationIn,
        fields=ORGANISATION_FIELDS,
        who="dani",
        edits={
            "name": ("Föreningen", {"name"}),
            "description": ("Vi finns.", {"description"}),
            "website": ("https://example.se/vi", {"website"}),
            "email": ("vi@example.se", {"email"}),
            "phone": ("08-465 004 99", {"phone"}),
        },
        written=_write_organization,
        read=lambda city, own: dict(city.ask("dani", "GET", f"/organizations/{own}").json),
        page=lambda own: "/directory/mine/organization",
        put=lambda city, own, body: _write_organization(city, body),
    ),
    "activity": Thing(
        schema=ActivityIn,
        fields=ACTIVITY_FIELDS,
        who="dani",
        edits={
            "title": ("En annan kväll", {"title"}),
            "description": ("Rad ett\r\nRad två", {"description"}),
            "place": ("Lokalen", {"place"}),
            "places": ("12", {"places"}),
            "sign_up": ("Ring oss", {"sign_up"}),
            "cost": ("20 kronor", {"cost"}),
            "begins": ("00:00", {"starts_at", "ends_at"}),
        },
        written=_write_activity,
        read=_read_activity,
        page=lambda activity_id: f"/directory/mine/activities/{activity_id}",
        put=lambda city, activity_id, body: asked(
            city, "dani", "PUT", f"/activities/{activity_id}", body, _read_activity(city, activity_id)["version"]
        ),
    ),
    "unit": Thing(
        schema=UnitIn,
        fields=UNIT_FIELDS,
        who="hanna",
        edits={
            "function_address": ("annan@example.se", {"function_address"}),
            "phone": ("08-465 004 99", {"phone"}),
            "stand_in_unit_id": (str(UNIT["advice-sodermalm"]), {"stand_in_unit_id"}),
            "address_withheld": ("true", {"address_withheld"}),
            "closed": ("true", {"active"}),
        },
        written=_write_unit,
        read=lambda city, unit_id: dict(city.ask("hanna", "GET", f"/units/{unit_id}").json),
        page=lambda unit_id: f"/directory/admin/units/{unit_id}",
        put=lambda city, unit_id, body: asked(
            city,
            "hanna",
            "PUT",
            f"/units/{unit_id}",
            body,
            int(city.ask("hanna", "GET", f"/units/{unit_id}").headers["ETag"].strip('"')),
        ),
    ),
    "rule": Thing(
        schema=RuleIn,
        fields=RULE_FIELDS,
        who="hanna",
        edits={
            "area": ("0180-bromma", {"area"}),
            "target_groups": (["mental-illness"], {"target_groups"}),
            "age_to": ("59", {"age_to", "bands_cut"}),
            "stand_in_unit_id": (str(UNIT["advice-hasselby-vallingby"]), {"stand_in_unit_id"}),
            "reason_sv": ("Så är det bestämt.", {"reason_sv"}),
            "last_day": ("2029-05-31", {"valid_to"}),
        },
        written=_write_rule,
        read=lambda city, rule_id: dict(city.ask("hanna", "GET", f"/routing-rules/0180/rules/{rule_id}").json),
        page=lambda rule_id: f"/directory/admin/routing/rules/{rule_id}",
        put=lambda city, rule_id, body: asked(
            city, "hanna", "PUT", f"/routing-rules/0180/rules/{rule_id}", body, _version_of_rules(city)
        ),
    ),
}
