"""Codes of areas, which pages, API and all services read alike."""

from __future__ import annotations

import pytest
from marshmallow import ValidationError

from services.directory.adapters import reference_data
from services.directory.web import schemas as directory_schemas
from services.referral.web import schemas as referral_schemas
from services.referral.web.draft.consent_form import named_from
from shared.vocabulary.area import AREA_LIMIT, is_area_code

LONGEST = "0180-" + "a" * 40


def test_every_area_that_the_directory_knows_has_the_shape() -> None:
    """The list of municipalities and districts itself."""
    areas = reference_data.areas()
    known = [*areas.municipalities, *(each for code in areas.municipalities for each in areas.districts_of(code))]
    assert len(known) > 290
    assert [code for code in known if not is_area_code(code)] == []


@pytest.mark.parametrize("code", ["0180", "0180-sodermalm", LONGEST])
def test_both_services_take_the_same_codes(code: str) -> None:
    """What one tells, the other takes, up to the longest."""
    assert len(code) <= AREA_LIMIT
    assert directory_schemas.AREA(code) == referral_schemas.AREA(code) == code
    named = named_from(code)
    assert named is not None
    assert named.area == code


@pytest.mark.parametrize("text", ["", "180", "0180-", "0180-Söder", "0180\n", " 0180", LONGEST + "a", "01800"])
def test_both_services_refuse_the_same(text: str) -> None:
    """A line break at the end too; and a page takes it for nobody's name."""
    assert not is_area_code(text)
    for field in (directory_schemas.AREA, referral_schemas.AREA):
        with pytest.raises(ValidationError):
            field(text)
    if text:
        with pytest.raises(ValidationError):
            named_from(text)
