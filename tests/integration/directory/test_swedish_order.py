"""Names with å, ä and ö stand where a Swedish reader looks for them: after z, in that order, capitals or not."""

from __future__ import annotations

import re
from dataclasses import replace
from uuid import uuid4

import pytest

from services.directory.commands.register_organization import register_organization
from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.views.administration import organizations_of, unit_lines
from shared.kernel.identity import UnitId
from shared.kernel.swedish_order import swedish_order
from tests.support.builders.directory import an_organization
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR, STOCKHOLM, units
from tests.support.directory_city import API, City
from tests.support.forms import pages_from
from tests.support.infrastructure import Infrastructure

# by code point it would be Aspen, Zebran, aspen, Ängen, Åsen, Öppet, ängen
IN_ORDER = [
    "Aspens trädgård",
    "aspens vänner",
    "Zebran",
    "Åsens café",
    "Ängens kör",
    "ängens vänner",
    "Öppet",
]
MIXED = [IN_ORDER[place] for place in (6, 3, 5, 0, 4, 2, 1)]


@pytest.fixture
def _sorts_swedish(infrastructure: Infrastructure) -> None:
    """Only a cluster with ICU knows Swedish order."""
    if not infrastructure.has_icu:
        pytest.skip("this PostgreSQL was built without ICU (the wheel's is): it sorts å, ä and ö by code point")


def ours(names: list[str]) -> list[str]:
    """Those of a list's names that a test here has put into it, as they stand there."""
    return [name for name in names if name in IN_ORDER]


@pytest.fixture(scope="module")
def listed(city: City) -> None:
    """Dani lists a support service under each name."""
    for name in MIXED:
        listing = {"name": name, "summary": "Prata en stund.", "forms": ["guidance"], "areas": ["0180-sodermalm"]}
        assert city.ask("dani", "POST", "/services", listing, Idempotency_Key=uuid4().hex).status_code == 201


@pytest.mark.usefixtures("_sorts_swedish")
def test_the_public_list_is_in_swedish_order(city: City, listed: None) -> None:
    """As one list, and turned page by page, which goes on from a name in the same order."""
    whole = city.client().get(f"{API}/services?limit=100").json
    assert whole is not None
    assert ours([each["name"] for each in whole["services"]]) == IN_ORDER
    turned: list[str] = []
    cursor = ""
    while cursor is not None:
        page = city.client().get(f"{API}/services?limit=1{cursor}").json
        assert page is not None
        turned += [each["name"] for each in page["services"]]
        cursor = f"&cursor={page['next']}" if "next" in page else None
    assert ours(turned) == IN_ORDER


@pytest.mark.usefixtures("_sorts_swedish")
def test_the_public_page_is_too(city: City, listed: None) -> None:
    """What people see, on one page after another."""
    shown: list[str] = []
    address: str | None = "/directory/services"
    while address:
        page = city.client().get(address).text
        shown += [name for name in re.findall(r">\s*([^<>]+?)\s*</a>", page) if name in IN_ORDER]
        following = re.search(r'href="([^"]*cursor=[^"]*)" rel="next"', page)
        address = following[1].replace("&amp;", "&") if following else None
    assert shown == IN_ORDER


def test_what_one_organisation_offers_is_too(city: City, listed: None) -> None:
    """Which the database need not know how to sort."""
    page = city.client().get(f"/directory/organizations/{ORGANIZATION['partner-1']}").text
    assert ours(re.findall(r">\s*([^<>]+?)\s*</a>", page)) == IN_ORDER


@pytest.mark.usefixtures("_sorts_swedish")
def test_organisations_and_units_are_too(city: City) -> None:
    """Those that an administrator chooses among and answers for; nothing of this is kept."""
    like = next(unit for unit in units() if unit.id == UNIT["advice-bromma"])
    own = ORGANIZATION["city-stockholm"]
    with city.parts.work_of(OPERATOR) as work:
        for name in MIXED:
            asked = an_organization(name=name, municipality_code=STOCKHOLM)
            register_organization(asked, OPERATOR, work)
            unit = replace(like, id=UnitId(uuid4()), name=name, stand_in_unit_id=None)
            register_unit(RegisterUnit(unit=unit), OPERATOR, work)
        organizations = [name for _, name in organizations_of(work.connection, own, STOCKHOLM)]
        lines = [line.unit.name for line in unit_lines(work.connection, own, STOCKHOLM, city.parts.clock.now())]
    assert ours(organizations) == IN_ORDER
    assert ours(lines) == IN_ORDER


PLACE = re.compile(r'value="0180-[a-z-]+"[^>]*>\s*(?:<label[^>]*>)?([^<]+)')


@pytest.mark.parametrize("who", [None, "dani", "hanna"])
def test_districts_stand_in_swedish_order_wherever_one_chooses_among_them(city: City, who: str | None) -> None:
    """By name and not by code, which has no å, ä and ö: Skarpnäck before Skärholmen, Älvsjö near the end."""
    client = city.signed_in(who) if who else city.client()
    starts = ("/directory/services", "/directory/mine", "/directory/admin", "/directory/admin/routing/rules")
    lists = 0
    for path, page in pages_from(client, "directory", *starts):
        for choice in re.split(r"<select|<fieldset", page):
            names = [name.strip() for name in PLACE.findall(choice)]
            assert names == sorted(names, key=swedish_order), path
            lists += len(names) > 1
    assert lists
