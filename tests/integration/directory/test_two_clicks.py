"""Two clicks on one button, or two administrators, in the very same moment: one thing comes into being."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Event
from uuid import uuid4

import pytest

from services.directory.adapters.unit_of_work import DirectoryUnitOfWork
from services.directory.commands.grant_assignment import grant_assignment
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.commands.save_activity import PlanActivity, plan_activity
from services.directory.domain.permissions import Editor
from services.directory.domain.refusals import AlreadyRegistered, NameIsTaken
from services.directory.domain.unit import Unit, UnitKind
from services.directory.web.administration import user
from shared.kernel.identity import UnitId
from shared.kernel.refusals import Refusal
from tests.support.builders.directory import a_grant, a_unit
from tests.support.directory_city import City

Act = Callable[[DirectoryUnitOfWork], object]


def second_of_two(city: City, editor: Editor, first: Act, second: Act, refused: type[Refusal]) -> None:
    """Have the second begin before the first has committed: it waits, sees what the first did, and is refused."""
    begun = Event()

    def meanwhile() -> None:
        with city.parts.work_of(editor) as work:
            begun.set()
            second(work)
            work.commit()

    with city.parts.work_of(editor) as work, ThreadPoolExecutor(1) as other:
        first(work)
        waiting = other.submit(meanwhile)
        assert begun.wait(30), "the second one began"
        with pytest.raises(TimeoutError):
            waiting.result(0.2)
        work.commit()
        with pytest.raises(refused):
            waiting.result(30)


@pytest.mark.parametrize("same", ["id", "name"])
def test_one_unit_is_registered(city: City, same: str) -> None:
    """Sent twice, or by two: there is one unit of that id, and one of that name."""
    hanna = city.editor("hanna")
    unit = a_unit(UnitKind.ADMINISTRATION, name=f"Samordningen {uuid4().hex[:8]}")
    other = replace(unit, name=f"{unit.name} också") if same == "id" else replace(unit, id=UnitId(uuid4()))

    def registering(each: Unit) -> Act:
        return lambda work: register_unit(RegisterUnit(unit=each), hanna, work)

    refused = AlreadyRegistered if same == "id" else NameIsTaken
    second_of_two(city, hanna, registering(unit), registering(other), refused)
    assert len(city.rows("select 1 from units where id in (:one, :other)", one=unit.id, other=other.id)) == 1


def test_one_assignment_is_granted(city: City) -> None:
    """The second click finds it granted."""
    hanna = city.editor("hanna")
    with city.app.app_context():
        asked = a_grant(user(f"two-clicks-{uuid4().hex[:8]}"))

    def granting(work: DirectoryUnitOfWork) -> object:
        return grant_assignment(asked, hanna, work)

    second_of_two(city, hanna, granting, granting, AlreadyRegistered)


def test_one_activity_is_planned(city: City) -> None:
    """A partner's second click finds it planned."""
    dani = city.editor("dani")
    [row] = city.rows("select id from activities where organization_id = :own limit 1", own=dani.organization_id)
    with city.parts.work_of(dani) as work:
        like = work.activities.find(row.id)
    assert like is not None
    asked = PlanActivity(activity_id=uuid4(), service_id=like.service_id, session=like.session)

    def planning(work: DirectoryUnitOfWork) -> object:
        return plan_activity(asked, dani, work)

    second_of_two(city, dani, planning, planning, AlreadyRegistered)
