"""A real installation's first directory, from one JSON file: organisations, units, routing rules and who works where.

    docker compose exec -T directory-web python -m lotsa.container first-directory < our-municipality.json

Safe to repeat with more in the file: what is there already is left as it is, and what is no longer in the file stays.
All of it is taken in or nothing. Things are called by short names of the file's own (`slug`); people by the subject
that the OpenID provider knows them by. Days are Swedish. An example is beside this: example-directory.json.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from itertools import chain
from typing import Any
from uuid import UUID, uuid5

from marshmallow import ValidationError

from operations.install.first_directory_file import FirstDirectory
from operations.trouble import Trouble
from services.directory import bootstrap
from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.grant_assignment import GrantAssignment, grant_assignment
from services.directory.commands.register_organization import RegisterOrganization, register_organization
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.organization import OrganizationKind
from services.directory.domain.permissions import Editor
from services.directory.domain.routing import RoutingRules
from services.directory.domain.routing_rule import RoutingRule
from services.directory.domain.unit import Unit, UnitKind
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import SWEDEN, Clock, swedish_day
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from shared.kernel.refusals import Refusal
from shared.settings import Settings
from shared.vocabulary.routing import AgeOf
from shared.web.normal_form import as_received

NAMESPACE = UUID("0c6d1e58-6f0b-5c55-9f3e-6a2f5f0d5b11")
OPERATOR = UserRef("urn:lotsa:operator", "first-directory")


def load(
    settings: Settings, written: str, clock: Clock | None = None, say: Callable[[str], None] = lambda _: None
) -> dict[str, int]:
    """Take in the file's text; how many of each kind are new. Raises Trouble, which names the entry that is wrong.

    ``say`` is told the id of each assignment in the file, new or not: a system's access tokens have to carry it.
    """
    try:
        file: dict[str, Any] = FirstDirectory().load(as_received(json.loads(written)))
    except ValidationError as wrong:
        raise Trouble(f"The file is not as it should be: {wrong.messages}. Nothing was taken in.") from None
    except ValueError:
        raise Trouble("The file is no JSON. Nothing was taken in.") from None
    parts = bootstrap.for_web(settings, clock)
    loading = _Loading(parts, settings, file)
    try:
        with parts.work_of(loading.editor) as work:
            loading.into(work)
            work.commit()
    except (Refusal, KeyError) as wrong:
        raise Trouble(f"{loading.at}: {_said(wrong)} Nothing was taken in.") from None
    finally:
        parts.engine.dispose()
    for told in loading.assignments:
        say(told)
    return loading.new


def _said(wrong: Refusal | KeyError) -> str:
    if isinstance(wrong, KeyError):
        return f"there is no “{wrong.args[0]}” in the file."
    each = [(said,) if isinstance(said, str) else said for said in wrong.fields.values()]
    return " ".join(dict.fromkeys((str(wrong), *chain.from_iterable(each))))


class _Loading:
    def __init__(self, parts: bootstrap.Parts, settings: Settings, file: Mapping[str, Any]) -> None:
        self.at = "The file"
        self.new = {"organizations": 0, "units": 0, "rules": 0, "assignments": 0}
        self.assignments: list[str] = []
        self._parts, self._file, self._municipality = parts, file, str(file["municipality"])
        self._issuer = file.get("issuer") or settings.oidc_issuer
        self._organizations = {each["slug"]: self._id("organization", each["slug"]) for each in file["organizations"]}
        self._units = {each["slug"]: UnitId(self._id("unit", each["slug"])) for each in file["units"]}
        actor = Actor(OPERATOR, AssignmentId(self._id("operator", "")), UnitId(self._id("operator", "")), Role.OPERATOR)
        self.editor = Editor.of(actor, None, self._municipality)

    def into(self, work: DirectoryUnitOfWork) -> None:
        for organization in self._file["organizations"]:
            self.at = f"Organisation “{organization['slug']}”"
            self._organization(work, organization)
        for unit in self._file["units"]:
            self.at = f"Unit “{unit['slug']}”"
            self._unit(work, unit)
        self.at = "The routing rules"
        if work.rules.of(self._municipality) is None:
            self._rules(work)
        for assignment in self._file["assignments"]:
            self.at = f"Assignment of “{assignment['subject']}”"
            self._assignment(work, assignment)

    def _organization(self, work: DirectoryUnitOfWork, asked: Mapping[str, Any]) -> None:
        organization_id = OrganizationId(self._organizations[asked["slug"]])
        if work.organizations.find(organization_id) is None:
            told = {name: value for name, value in asked.items() if name not in ("slug", "kind")}
            kind = OrganizationKind(asked["kind"])
            # a region sits in no municipality
            code = None if kind is OrganizationKind.REGION else self._municipality
            new = RegisterOrganization(organization_id=organization_id, kind=kind, municipality_code=code, **told)
            register_organization(new, self.editor, work)
            self.new["organizations"] += 1

    def _unit(self, work: DirectoryUnitOfWork, asked: Mapping[str, Any]) -> None:
        unit = Unit(
            id=self._units[asked["slug"]],
            organization_id=self._organizations[asked["organization"]],
            name=asked["name"],
            kind=UnitKind(asked["kind"]),
            area=asked["area"] or self._municipality,
            function_address=asked["function_address"],
            phone=asked["phone"],
            stand_in_unit_id=self._units[asked["stand_in"]] if asked["stand_in"] else None,
            address_withheld=asked["address_withheld"],
        )
        if work.units.find(unit.id) is None:
            register_unit(RegisterUnit(unit=unit), self.editor, work)
            self.new["units"] += 1

    def _rules(self, work: DirectoryUnitOfWork) -> None:
        rules = [self._rule(number, asked) for number, asked in enumerate(self._file["rules"])]
        whole = RoutingRules(self._municipality, self._units[self._file["default_unit"]], tuple(rules))
        set_routing_rules(SetRoutingRules(rules=whole), self.editor, work)
        self.new["rules"] = len(rules)

    def _rule(self, number: int, asked: Mapping[str, Any]) -> RoutingRule:
        self.at = f"Routing rule {number + 1}"
        ages = asked["carer_age"]
        return RoutingRule(
            id=self._id("routing-rule", str(number)),
            area=asked["area"] or self._municipality,
            unit_id=self._units[asked["unit"]],
            reason_sv=asked["reason"],
            target_groups=frozenset(asked["target_groups"]),
            age_of=AgeOf.CARER if ages else AgeOf.ANY,
            age_from=ages[0] if ages else None,
            age_to=ages[1] if ages else None,
            stand_in_unit_id=self._units[asked["stand_in"]] if asked["stand_in"] else None,
            valid_from=asked["from"] or swedish_day(self._parts.clock.now()),
        )

    def _assignment(self, work: DirectoryUnitOfWork, asked: Mapping[str, Any]) -> None:
        since: date | None = asked["from"]
        # whoever comes back is given a new assignment by a new day
        told = f"{self._issuer} {asked['subject']} {asked['unit']} {asked['role']} {since or ''}"
        assignment_id = AssignmentId(self._id("assignment", told))
        self.assignments.append(f"assignment {assignment_id}: {asked['subject']}, {asked['role']} in {asked['unit']}")
        if work.assignments.find(assignment_id) is None:
            new = GrantAssignment(
                assignment_id=assignment_id,
                user=UserRef(self._issuer, asked["subject"]),
                unit_id=self._units[asked["unit"]],
                role=Role(asked["role"]),
                valid_from=datetime.combine(since, time(), SWEDEN) if since else None,
            )
            grant_assignment(new, self.editor, work)
            self.new["assignments"] += 1

    def _id(self, kind: str, name: str) -> UUID:
        return uuid5(NAMESPACE, f"{self._municipality}/{kind}/{name}")
