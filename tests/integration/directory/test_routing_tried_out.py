"""What an administrator is told beforehand is what a referral will meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime

from deploy.seed.ids import UNIT
from services.directory.commands.change_unit import ChangeUnit, change_unit
from services.directory.domain.unit import Unit
from services.directory.web import pages_admin
from shared.kernel.clock import FixedClock
from shared.kernel.identity import UnitId
from tests.integration.directory.test_sign_in_and_counts import sign_in
from tests.support.directory_city import City

SKARPNACK = UnitId(UNIT["advice-skarpnack"])


def set_active(city: City, active: bool, unit_id: UnitId = SKARPNACK) -> Unit:
    """Open or close a unit, Skarpnäck's unless told otherwise."""
    hanna = city.editor("hanna")
    with city.parts.work_of(hanna) as work:
        unit = work.units.find(unit_id)
        assert unit is not None
        kept = {
            name: getattr(unit, name)
            for name in ("name", "area", "function_address", "phone", "stand_in_unit_id", "address_withheld")
        }
        asked = ChangeUnit(unit_id=unit_id, version=unit.version, active=active, **kept)
        changed = change_unit(work, hanna, asked, city.parts.areas)
        work.commit()
        return changed


@contextmanager
def closed(city: City, unit_id: UnitId = SKARPNACK) -> Iterator[Unit]:
    """A unit, Skarpnäck's unless told otherwise, is closed until the block ends."""
    try:
        yield set_active(city, False, unit_id)
    finally:
        set_active(city, True, unit_id)


def tried(city: City) -> str:
    """The page, after Hanna has asked about a carer of eighty in Skarpnäck."""
    client = city.client()
    sign_in(client, "hanna")
    return client.get("/directory/admin/routing?area=0180-skarpnack&carer_age=80").text


def proposed(page: str) -> str:
    """The name in the answer."""
    return page.split('role="status"')[1].split("</h3>")[0].rpartition(">")[2]


def test_a_closed_unit_is_passed_over_and_marked(city: City) -> None:
    """Open, Skarpnäck gets the carer; closed, somebody else does, and the rules say why; open again, as before."""
    assert "Skarpnäck" in proposed(tried(city))
    with closed(city):
        page = tried(city)
        assert "Skarpnäck" not in proposed(page)
        assert "Stängd: hoppas över" in page
    page = tried(city)
    assert "Skarpnäck" in proposed(page)
    assert "Stängd: hoppas över" not in page


def test_a_closed_stand_in_is_passed_over_too(city: City) -> None:
    """Skarpnäck stands in where Farsta gets its younger carers; closed, as when a referral is sent, it does not."""
    client = city.client()
    sign_in(client, "hanna")
    asked = "/directory/admin/routing?area=0180-skarpnack&carer_age=40"
    page = client.get(asked).text
    assert "Farsta" in proposed(page)
    assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" in page
    with closed(city):
        page = client.get(asked).text
        assert "Farsta" in proposed(page)
        assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" not in page
    assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" in client.get(asked).text


def test_rules_begin_and_end_on_swedish_days() -> None:
    """Half an hour before midnight by the world's clock it is already the first of December in Sweden."""
    assert pages_admin.today(FixedClock(datetime(2026, 11, 30, 23, 30, tzinfo=UTC))) == date(2026, 12, 1)
    assert pages_admin.today(FixedClock(datetime(2026, 11, 30, 22, 30, tzinfo=UTC))) == date(2026, 11, 30)
