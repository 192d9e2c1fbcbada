"""Listings and their freshness; the lists of areas and codes; identifiers that stay the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from demo.seed import ids
from demo.seed.directory_listings import PARTNERS, activities_of
from demo.seed.directory_units import organizations, units
from services.directory.adapters.reference_data import areas
from services.directory.domain.refusals import (
    AreaIsUnknown,
    NameIsMissing,
    TermIsUnknown,
)
from services.directory.domain.support_service import FRESH_FOR, Listing, SupportService
from services.directory.domain.taxonomy import Taxonomy, Term
from services.directory.web.sign_in.cast import DEMO_ISSUER
from shared.kernel.identity import OrganizationId
from shared.vocabulary.area import covers, municipality_of
from tests.support.cast import DANI

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


def test_a_listing_is_fresh_for_three_months_and_again_once_confirmed() -> None:
    """Ninety-two days; confirming changes nothing but the date and the version."""
    listing = Listing(name="Café", summary="Fika.")
    service, _ = SupportService.offered(uuid4(), OrganizationId(uuid4()), listing, by=DANI, at=NOW)
    assert service.is_fresh(NOW + FRESH_FOR)
    later = NOW + FRESH_FOR + timedelta(seconds=1)
    assert not service.is_fresh(later)
    confirmed, _ = service.confirmed(by=DANI, at=later)
    assert confirmed.is_fresh(later)
    assert (confirmed.listing, confirmed.version) == (listing, 2)


def test_a_listing_names_itself_in_a_sentence() -> None:
    """Name and summary are needed."""
    with pytest.raises(NameIsMissing) as refused:
        Listing(name="", summary=" ")
    assert set(refused.value.fields) == {"/name", "/summary"}


def test_all_municipalities_and_regions_are_there() -> None:
    """290 and 21, with the codes that Statistics Sweden gives them, and Stockholm's eleven districts."""
    known = areas()
    assert (len(known.municipalities), len(known.regions), len(known.districts)) == (290, 21, 11)
    assert (known.name("0180"), known.name("1480"), known.name("2584")) == ("Stockholm", "Göteborg", "Kiruna")
    assert known.name("01") == "Region Stockholm"
    assert {code[:2] for code in known.municipalities} == set(known.regions)
    assert set(known.districts_of("0180")) == {f"0180-{district}" for district in ids.DISTRICTS}


def test_areas_hold_their_districts_and_nothing_that_only_looks_alike() -> None:
    """0180 covers 0180-farsta; 018 covers nothing; unknown codes are refused."""
    assert municipality_of("0180-farsta") == "0180"
    assert covers("0180", "0180-farsta")
    assert not covers("0180-farsta", "0180")
    assert not covers("018", "0180")
    assert not covers("0180-enskede", "0180-enskede-arsta-vantor")
    for wrong in ("0181-farsta", "9999", "01", ""):
        with pytest.raises(AreaIsUnknown):
            areas().require(wrong)
    with pytest.raises(AreaIsUnknown):
        areas().require_municipality("0180-farsta")


def test_a_code_may_be_chosen_while_it_is_in_force() -> None:
    """First day in, last day out; afterwards it keeps its name."""
    old = Term("old", "Gammal", date(2025, 1, 1), date(2026, 1, 1))
    new = Term("new", "Ny", date(2026, 1, 1))
    listed = Taxonomy("target_groups", {"old": old, "new": new})
    assert [term.code for term in listed.in_force(date(2025, 12, 31))] == ["old"]
    assert listed.require(["new", "new"], date(2026, 1, 1)) == ("new",)
    with pytest.raises(TermIsUnknown):
        listed.require(["old"], date(2026, 1, 1))
    assert (listed.label("old"), listed.label("lost")) == ("Gammal", "lost")


def test_seeded_identifiers_never_change() -> None:
    """Others remember them: two are written down here."""
    assert ids.UNIT["health-centre-1"] == UUID("0d4ca4ae-1ff0-5ccf-8f39-6747d17ffa00")
    assert ids.UNIT["advice-sodermalm"] == UUID("e1fa5c73-95fa-5b0a-b171-13e58486510c")
    assert ids.DEMO_ISSUER == DEMO_ISSUER


def test_the_seeded_city_is_as_large_as_it_should_be() -> None:
    """Twenty partners, a hundred activities in the months to come, and a unit for every slug."""
    planned = [each for partner in PARTNERS for each in activities_of(partner, NOW)]
    assert (len(PARTNERS), len(planned)) == (20, 100)
    first = min(session.starts_at for _, session in planned)
    last = max(session.starts_at for _, session in planned)
    assert NOW < first <= last < NOW + timedelta(days=90)
    assert {unit.id for unit in units()} == set(ids.UNIT.values())
    assert {each.organization_id for each in organizations()} == set(ids.ORGANIZATION.values())


def test_nobody_stands_in_for_the_unit_that_must_not_see_its_list() -> None:
    """Cilla's unit stands in for nobody, so that what Bo gets is not hers to see."""
    assert all(unit.stand_in_unit_id != ids.UNIT["advice-rinkeby"] for unit in units())
