"""Somebody can always say who works where: nobody ends their own administration, nor the organisation's last one."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from services.directory.commands.end_assignment import EndAssignment, end_assignment
from services.directory.commands.grant_assignment import grant_assignment
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import AssignmentIsYourOwn, LastAdministrator, PeriodHasPassed
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from tests.support.builders.directory import a_grant
from tests.support.cast import ASSIGNMENT, DEMO_ISSUER, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City, token_in

ADMINISTRATION = UnitId(UNIT["administration-stockholm"])
HANNAS = AssignmentId(ASSIGNMENT["hanna"])


def granted(city: City, subject: str, unit: UUID, role: Role, **period: datetime) -> Actor:
    """Somebody new, given an assignment by an operator."""
    asked = a_grant(UserRef(DEMO_ISSUER, subject), unit_id=UnitId(unit), role=role, **period)
    with city.parts.work_of(OPERATOR) as work:
        grant_assignment(asked, OPERATOR, work)
        work.commit()
    return Actor(asked.user, asked.assignment_id, asked.unit_id, role)


def ended(city: City, editor: Editor, assignment: AssignmentId) -> bool:
    """Whether it was ended; undone afterwards."""
    with city.parts.work_of(editor) as work:
        return end_assignment(EndAssignment(assignment_id=assignment), editor, work).ended_at is not None


def holds(city: City, assignment: UUID) -> bool:
    """Whether it has not been ended."""
    return city.rows("select ended_at from assignments where id = :id", id=assignment)[0][0] is None


def test_by_api_she_does_not_end_her_own(city: City) -> None:
    """409 and a slug; it goes on."""
    granted(city, f"second-{uuid4().hex[:6]}", ADMINISTRATION, Role.MUNICIPALITY_ADMINISTRATOR)
    refused = city.ask("hanna", "DELETE", f"/assignments/{HANNAS}")
    assert (refused.status_code, refused.json["type"]) == (409, "urn:lotsa:problem:assignment-is-your-own")
    assert holds(city, HANNAS)


def test_on_the_page_she_is_told_before_she_is_asked(city: City) -> None:
    """Her unit's page offers it for others; the question is not put; the form, sent all the same, ends nothing."""
    hanna = city.signed_in("hanna")
    path = f"/directory/admin/assignments/{HANNAS}/end"
    other = granted(city, f"other-{uuid4().hex[:6]}", ADMINISTRATION, Role.MUNICIPALITY_ADMINISTRATOR)
    shown = hanna.get(f"/directory/admin/units/{ADMINISTRATION}").text
    assert path not in shown
    assert f"/directory/admin/assignments/{other.assignment_id}/end" in shown
    assert shown.count("Du arbetar själv under det här uppdraget") == 1
    asked = hanna.get(path, follow_redirects=True)
    assert "Du arbetar själv under det här uppdraget" in asked.text
    sent = hanna.post(path, data={"csrf_token": token_in(hanna.get("/directory/admin/units/new").text)})
    assert sent.status_code == 303
    assert "Du arbetar själv under det här uppdraget" in hanna.get(path, follow_redirects=True).text
    assert holds(city, HANNAS)


def test_the_last_administrator_stays_whoever_asks(city: City) -> None:
    """An operator is refused too; with somebody else there, they may."""
    region = _region(city)
    first = city.administrator_of(region, "0180")
    _leave_alone(city, region, first)
    with pytest.raises(LastAdministrator):
        ended(city, OPERATOR, first.assignment_id)
    granted(city, f"another-{uuid4().hex[:6]}", first.unit_id, Role.MUNICIPALITY_ADMINISTRATOR)
    assert ended(city, OPERATOR, first.assignment_id)


def test_one_whose_end_is_set_does_not_count(city: City) -> None:
    """A stand-in until Friday is no successor."""
    region = _region(city)
    first = city.administrator_of(region, "0180")
    _leave_alone(city, region, first)
    until = datetime.now(UTC) + timedelta(days=3)
    granted(city, f"until-{uuid4().hex[:6]}", first.unit_id, Role.MUNICIPALITY_ADMINISTRATOR, valid_to=until)
    with pytest.raises(LastAdministrator):
        ended(city, OPERATOR, first.assignment_id)


def test_two_who_end_each_other_at_once_leave_one(city: City) -> None:
    """In two transactions, each of which sees the other's administrator still there."""
    region = _region(city)
    first = city.administrator_of(region, "0180")
    second = granted(city, f"pair-{uuid4().hex[:6]}", first.unit_id, Role.MUNICIPALITY_ADMINISTRATOR)
    _leave_alone(city, region, first, second)
    both, results = threading.Barrier(2), list[str]()

    def end(by: Actor, whose: Actor) -> None:
        editor = city.parts.editor(by)
        with city.parts.work_of(editor) as work:
            both.wait(10)
            try:
                end_assignment(EndAssignment(assignment_id=whose.assignment_id), editor, work)
                work.commit()
                results.append("ended")
            except LastAdministrator:
                results.append("last")

    threads = [threading.Thread(target=end, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(results) == ["ended", "last"]
    assert len(_administrators(city, region)) == 1


def test_an_assignment_is_not_given_for_the_past(city: City) -> None:
    """By API with the field's name; an operator's installation as little."""
    body = {
        "unit_id": str(UNIT["advice-bromma"]),
        "subject": "late",
        "role": "adviser",
        "valid_from": "2020-01-01T00:00:00Z",
        "valid_to": "2021-01-01T00:00:00Z",
    }
    refused = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
    assert (refused.status_code, refused.json["type"]) == (422, "urn:lotsa:problem:period-has-passed")
    assert refused.json["errors"][0]["pointer"] == "#/valid_to"
    with pytest.raises(PeriodHasPassed):
        granted(
            city,
            "late",
            UNIT["advice-bromma"],
            Role.ADVISER,
            valid_from=datetime(2020, 1, 1, tzinfo=UTC),
            valid_to=datetime(2021, 1, 1, tzinfo=UTC),
        )


def test_her_own_is_hers_also_when_she_asks_by_command(city: City) -> None:
    """Whatever the door."""
    granted(city, f"third-{uuid4().hex[:6]}", ADMINISTRATION, Role.MUNICIPALITY_ADMINISTRATOR)
    with pytest.raises(AssignmentIsYourOwn):
        ended(city, city.editor("hanna"), HANNAS)


def _administrators(city: City, organization: UUID) -> set[UUID]:
    rows = city.rows(
        "select a.id from assignments a join units u on u.id = a.unit_id where u.organization_id = :organization "
        "and a.role = 'municipality-administrator' and a.ended_at is null and a.valid_to is null",
        organization=organization,
    )
    return {row.id for row in rows}


def _leave_alone(city: City, organization: UUID, *these: Actor) -> None:
    """End what all others administer."""
    with city.parts.work_of(OPERATOR) as work:
        for each in _administrators(city, organization) - {one.assignment_id for one in these}:
            end_assignment(EndAssignment(assignment_id=AssignmentId(each)), OPERATOR, work)
        work.commit()


def _region(city: City) -> UUID:
    return UUID(str(city.rows("select organization_id from units where id = :id", id=UNIT["health-centre-1"])[0][0]))
