"""What an administrator is told beforehand is what a referral will meet."""

from __future__ import annotations

from shared.kernel.identity import UnitId
from tests.support.cast import UNIT
from tests.support.directory_city import City

SKARPNACK = UnitId(UNIT["advice-skarpnack"])


def tried(city: City) -> str:
    """The page, after Hanna has asked about a carer of eighty in Skarpnäck."""
    client = city.signed_in("hanna")
    return client.get("/directory/admin/routing?area=0180-skarpnack&carer_age=80").text


def proposed(page: str) -> str:
    """The name in the answer."""
    return page.split('role="status"')[1].split("</h3>")[0].rpartition(">")[2]


def test_a_closed_unit_is_passed_over_and_marked(city: City) -> None:
    """Open, Skarpnäck gets the carer; closed, somebody else does, and the rules say why; open again, as before."""
    assert "Skarpnäck" in proposed(tried(city))
    with city.closed(SKARPNACK):
        page = tried(city)
        assert "Skarpnäck" not in proposed(page)
        assert "Stängd: hoppas över" in page
    page = tried(city)
    assert "Skarpnäck" in proposed(page)
    assert "Stängd: hoppas över" not in page


def test_a_closed_stand_in_is_passed_over_too(city: City) -> None:
    """Skarpnäck stands in where Farsta gets its younger carers; closed, as when a referral is sent, it does not."""
    client = city.signed_in("hanna")
    asked = "/directory/admin/routing?area=0180-skarpnack&carer_age=40"
    page = client.get(asked).text
    assert "Farsta" in proposed(page)
    assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" in page
    with city.closed(SKARPNACK):
        page = client.get(asked).text
        assert "Farsta" in proposed(page)
        assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" not in page
    assert "Ersättare: Anhörigkonsulenterna, Skarpnäck" in client.get(asked).text


def test_trying_without_a_place_says_what_is_missing(city: City) -> None:
    """The button alone does not do nothing; whoever only opens the page is told of no mistake."""
    client = city.signed_in("hanna")
    page = client.get("/directory/admin/routing?area=&carer_age=").text
    assert "error-summary" in page
    assert 'href="#f-area"' in page
    assert "Välj ett av alternativen." in page
    assert "error-summary" not in client.get("/directory/admin/routing").text


def test_what_is_said_of_the_default_unit_is_so_when_the_named_one_has_closed(city: City) -> None:
    """A rule fits there, and leads to a closed unit: the reason does not say that none does."""
    rules = city.signed_in("hanna")
    with city.closed(SKARPNACK):
        page = rules.get("/directory/admin/routing?area=0180-skarpnack&carer_age=80").text
        reason = page.split('role="status"')[1].split("</div>")[0]
        assert "Ingen regel" not in reason
