"""The commands on a real database: what they keep, what they tell, and what they refuse."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.commands.confirm_listing import ConfirmListing, confirm_listing
from services.directory.commands.end_assignment import EndAssignment, end_assignment
from services.directory.commands.grant_assignment import grant_assignment
from services.directory.commands.save_support_service import (
    AddSupportService,
    EditSupportService,
    add_support_service,
    edit_support_service,
)
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import (
    ListingIsNotYours,
    NameIsMissing,
    RoleMayNotEditThis,
    UnitCannotReceive,
    UnitIsADefault,
    UnitIsNotYours,
)
from services.directory.domain.support_service import Listing
from shared.kernel.actor import UserRef
from shared.kernel.identity import AssignmentId, OrganizationId, UnitId
from shared.kernel.refusals import VersionHasMoved
from shared.storage.unit_of_work import ChangedWhileReading, reading
from tests.support.builders.directory import a_grant
from tests.support.cast import ISSUER, ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR, seed_directory
from tests.support.directory_city import City

LYKTAN = OrganizationId(ORGANIZATION["partner-1"])
ANOTHER = OrganizationId(ORGANIZATION["partner-2"])


def add(city: City, editor: Editor, organization_id: OrganizationId, **changes: object) -> UUID:
    """List a support service; its id."""
    service_id = uuid4()
    listing = Listing(name="Pop-up-café", summary="Fika i parken.", **changes)  # type: ignore[arg-type]
    with city.parts.work_of(editor) as work:
        asked = AddSupportService(service_id=service_id, organization_id=organization_id, listing=listing)
        add_support_service(asked, editor, work)
        work.commit()
    return service_id


def edit(city: City, editor: Editor, service_id: UUID, version: int, name: str) -> None:
    """Save another listing, made from a version."""
    with city.parts.work_of(editor) as work:
        asked = EditSupportService(
            service_id=service_id, version=version, listing=Listing(name=name, summary="Fika i parken.")
        )
        edit_support_service(asked, editor, work)
        work.commit()


def name_of(city: City, service_id: UUID) -> str:
    """What a support service is called in the database."""
    return str(city.rows("select name from support_services where id = :id", id=service_id)[0].name)


def test_what_a_partner_saves_is_kept_and_told_by_identifiers_only(city: City) -> None:
    """The row and the event come from one commit; the event says who changed which listing, not what it says."""
    dani = city.editor("dani")
    service_id = add(city, dani, LYKTAN)
    edit(city, dani, service_id, 1, "Café i parken")
    told = [each for each in city.told("listing.changed.v1") if each["service_id"] == str(service_id)]
    assert [each["version"] for each in told] == [1, 2]
    assert {each["subject"] for each in told} == {"dani"}
    assert "Café" not in json.dumps(told, ensure_ascii=False)
    assert name_of(city, service_id) == "Café i parken"


@pytest.mark.parametrize("name", ["–", "…"])
def test_a_new_listing_has_a_name_to_read_whichever_door_it_comes_by(city: City, name: str) -> None:
    """The command has the last word: no sign passes for a name because it would stand in for one that is missing."""
    service_id = uuid4()
    listing = Listing(name=name, summary="Fika i parken.")
    dani = city.editor("dani")
    asked = AddSupportService(service_id=service_id, organization_id=LYKTAN, listing=listing)
    with city.parts.work_of(dani) as work, pytest.raises(NameIsMissing) as refused:
        add_support_service(asked, dani, work)
    assert list(refused.value.fields) == ["/name"]


def test_of_two_editors_the_second_is_told_and_nothing_is_lost(city: City) -> None:
    """Both read version 1; the first saves, the second is refused and what the first wrote stands."""
    dani = city.editor("dani")
    service_id = add(city, dani, LYKTAN)
    edit(city, dani, service_id, 1, "Först")
    with pytest.raises(VersionHasMoved):
        edit(city, dani, service_id, 1, "Sedan")
    assert name_of(city, service_id) == "Först"


def test_two_editors_in_the_same_moment_cannot_both_win(city: City) -> None:
    """Both have looked before either has saved: the row's version decides."""
    dani = city.editor("dani")
    service_id = add(city, dani, LYKTAN)
    with city.parts.work_of(dani) as slow:
        before = slow.services.find(service_id)
        assert before is not None
        edit(city, dani, service_id, 1, "Den snabba")
        listing = replace(before.listing, name="Den långsamma")
        changed, _ = before.edited(listing, by=dani, at=before.assured_at)
        with pytest.raises(VersionHasMoved):
            slow.services.save(changed)
        slow.rollback()
    assert name_of(city, service_id) == "Den snabba"


def test_another_organisations_listing_is_not_there_and_the_attempt_is_recorded(city: City) -> None:
    """Dani gets the answer for an unknown id; nothing changes; audit hears who tried what."""
    theirs = add(city, OPERATOR, ANOTHER)
    with pytest.raises(ListingIsNotYours):
        edit(city, city.editor("dani"), theirs, 1, "Kapat")
    assert name_of(city, theirs) == "Pop-up-café"
    attempt = city.told("access.recorded.v1")[-1]
    assert attempt["action"] == "attempt.edit-listing"
    assert (attempt["outcome"], attempt["subject"], attempt["subjects"]) == ("refused", "dani", [str(theirs)])


def test_a_role_that_never_edits_is_told_so(city: City) -> None:
    """An adviser is no editor anywhere: 403, and recorded."""
    before = len(city.told("access.recorded.v1"))
    with pytest.raises(RoleMayNotEditThis):
        add(city, city.editor("bo"), LYKTAN)
    assert len(city.told("access.recorded.v1")) == before + 1


def test_confirming_makes_a_stale_listing_fresh(city: City) -> None:
    """The partner with an old listing confirms it, and its date moves."""
    dani = city.editor("dani")
    service_id = add(city, dani, LYKTAN)
    with city.parts.work_of(dani) as work:
        confirmed = confirm_listing(ConfirmListing(service_id=service_id, version=1), dani, work)
        work.commit()
    assert confirmed.version == 2
    with city.parts.work_of(dani) as work, pytest.raises(VersionHasMoved):
        confirm_listing(ConfirmListing(service_id=service_id, version=1), dani, work)


def test_the_database_itself_refuses_to_write_for_another_organisation(city: City) -> None:
    """The second net: even a command that forgot to ask cannot change another's rows, or plant one."""
    theirs = add(city, OPERATOR, ANOTHER)
    with city.parts.work_of(city.editor("dani")) as work:
        changed = work.connection.execute(
            text("update support_services set name = 'Kapat' where id = :id"), {"id": theirs}
        )
        assert changed.rowcount == 0
        with pytest.raises(DBAPIError):
            work.connection.execute(
                text(
                    "insert into locations (id, organization_id, name, address, postal_code, city, accessibility) "
                    "values (gen_random_uuid(), :owner, 'x', '', '', '', '')"
                ),
                {"owner": ANOTHER},
            )
        work.rollback()
    assert name_of(city, theirs) == "Pop-up-café"


@pytest.mark.parametrize("table", ["units", "assignments", "routing", "routing_rules", "organizations"])
def test_nobody_but_administrators_writes_who_works_where(city: City, table: str) -> None:
    """For an adviser the administration's rows cannot be changed at all."""
    with city.parts.work_of(city.editor("bo")) as work:
        column = "municipality_code" if table.startswith("routing") else "id"
        statement = text(f"update {table} set {column} = {column}")
        assert work.connection.execute(statement).rowcount == 0


def test_assignments_are_seen_by_administrators_only(city: City) -> None:
    """Who works where is personal data: for others the table looks empty."""
    counts = {}
    for name in ("bo", "dani", "hanna"):
        with city.parts.work_of(city.editor(name)) as work:
            counts[name] = work.connection.execute(text("select count(*) from assignments")).scalar_one()
    assert (counts["bo"], counts["dani"]) == (0, 0)
    assert counts["hanna"] >= 5


@pytest.fixture
def renamed(city: City) -> Iterator[Callable[[str], None]]:
    """Have Hanna call Bromma's unit something; afterwards it is called what it was."""
    hanna, unit_id = city.editor("hanna"), UnitId(UNIT["advice-bromma"])

    def rename(name: str) -> None:
        with city.parts.work_of(hanna) as work:
            unit = work.units.find(unit_id)
            assert unit is not None
            asked = ChangeUnit(
                unit_id=unit_id,
                version=unit.version,
                name=name,
                area=unit.area,
                function_address=unit.function_address,
                phone=unit.phone,
                stand_in_unit_id=unit.stand_in_unit_id,
            )
            change_unit(asked, hanna, work)
            work.commit()

    before = city.parts.staff.unit(unit_id)
    assert before is not None
    yield rename
    rename(before.name)


def test_a_changed_unit_is_told_and_known_at_once(city: City, renamed: Callable[[str], None]) -> None:
    """The event, the row and the directory's own staff copy come from one commit."""
    renamed("Anhörigstödet i Bromma")
    known = city.parts.staff.unit(UnitId(UNIT["advice-bromma"]))
    assert known is not None
    assert known.name == "Anhörigstödet i Bromma"
    assert city.told("unit.changed.v1")[-1]["name"] == "Anhörigstödet i Bromma"


def test_the_default_unit_is_not_closed_while_it_is_the_default(city: City) -> None:
    """Otherwise a carer whom no rule fits would reach nobody."""
    hanna = city.editor("hanna")
    with city.parts.work_of(hanna) as work:
        rules = work.rules.of("0180")
        assert rules is not None
        unit = work.units.find(rules.default_unit_id)
        assert unit is not None
        closed = ChangeUnit(
            unit_id=unit.id,
            version=unit.version,
            name=unit.name,
            area=unit.area,
            function_address=unit.function_address,
            phone=unit.phone,
            active=False,
        )
        with pytest.raises(UnitIsADefault):
            change_unit(closed, hanna, work)


def test_another_authoritys_referring_unit_is_not_the_citys_to_change(city: City) -> None:
    """A health centre in the city belongs to the region: for the city's administrator it is not there."""
    hanna = city.editor("hanna")
    asked = ChangeUnit(unit_id=UnitId(UNIT["health-centre-1"]), version=1, name="Kapad", area="0180")
    with city.parts.work_of(hanna) as work, pytest.raises(UnitIsNotYours):
        change_unit(asked, hanna, work)


@pytest.mark.holds("an-ended-assignment-opens-nothing", "access-ends-when-heard", "an-assignment-holds-from-now")
def test_an_ended_assignment_gives_nothing_from_that_moment(city: City) -> None:
    """Granted, it is there at once; ended, it is gone at once, and both are told."""
    hanna = city.editor("hanna")
    user, assignment_id = UserRef(ISSUER, "new"), AssignmentId(uuid4())
    asked = a_grant(user, assignment_id=assignment_id)
    with city.parts.work_of(hanna) as work:
        grant_assignment(asked, hanna, work)
        work.commit()
    now = datetime.now(UTC)
    assert [each.id for each in city.parts.staff.assignments_of(user, now)] == [assignment_id]
    with city.parts.work_of(hanna) as work:
        end_assignment(EndAssignment(assignment_id=assignment_id), hanna, work)
        work.commit()
    assert city.parts.staff.assignments_of(user, datetime.now(UTC)) == []
    assert city.told("assignment.ended.v1")[-1]["assignment_id"] == str(assignment_id)


def test_rules_are_replaced_whole_and_name_only_units_that_receive(city: City) -> None:
    """A rule to a health centre is refused; a new set gets the next version; an old version is refused."""
    hanna = city.editor("hanna")
    parts = city.parts
    with parts.work_of(hanna) as work:
        rules = work.rules.of("0180")
        assert rules is not None
        next_rules = replace(rules, version=rules.version + 1)
        wrong = replace(next_rules, default_unit_id=UnitId(UNIT["health-centre-1"]))
        with pytest.raises(UnitCannotReceive):
            set_routing_rules(SetRoutingRules(rules=wrong), hanna, work)
        set_routing_rules(SetRoutingRules(rules=next_rules), hanna, work)
        work.commit()
    told = city.told("routing-rules.changed.v1")[-1]
    assert told["version"] == next_rules.version
    assert len(json.loads(told["rules"])) == len(rules.rules)
    with parts.work_of(hanna) as work, pytest.raises(VersionHasMoved):
        set_routing_rules(SetRoutingRules(rules=next_rules), hanna, work)


def test_seeding_twice_changes_nothing(city: City) -> None:
    """What exists is left as it is, and nothing is told again."""
    count = "select count(*) as n from outbox"
    before = city.rows(count)[0].n
    seed_directory(city.settings)
    assert city.rows(count)[0].n == before
    with city.parts.work_of(OPERATOR) as work:
        assert work.rules.of("0180") is not None


@pytest.mark.holds("no-names-of-staff")
def test_the_directory_has_no_room_for_the_names_of_staff(city: City) -> None:
    """Who works where is kept by the user's id at the sign-in service: no column of an assignment holds a name."""
    columns = city.rows("select column_name from information_schema.columns where table_name = 'assignments'")
    kept = {str(row[0]) for row in columns}
    assert {"subject", "issuer", "role", "unit_id"} <= kept
    assert not [column for column in kept if "name" in column]


def test_what_a_command_tells_is_known_before_it_is_kept(city: City) -> None:
    """So that whoever opened a transaction to show something cannot change something in it; and undone is untold."""
    hanna = city.editor("hanna")
    with city.parts.work_of(hanna) as uow:
        unit = uow.units.find(UnitId(UNIT["advice-farsta"]))
        assert unit is not None
        asked = ChangeUnit(
            unit_id=unit.id,
            version=unit.version,
            name="Anhörigstöd Farsta centrum",
            area=unit.area,
            function_address=unit.function_address,
            phone=unit.phone,
            stand_in_unit_id=unit.stand_in_unit_id,
        )
        change_unit(asked, hanna, uow)
        assert [each.event_type for each in uow.told] == ["unit.changed.v1"]
        uow.rollback()
        assert list(uow.told) == []
    with pytest.raises(ChangedWhileReading), reading(city.parts.work_of(hanna)) as uow:
        change_unit(asked, hanna, uow)
    with city.parts.work_of(hanna) as uow:
        assert uow.units.find(unit.id) == unit
