"""What a carer wants to speak, by its one tag and its name."""

from __future__ import annotations

from html import unescape

import pytest

from tests.integration.referral.conftest import Cast, at_the_pages
from tests.support.builders.bodies import a_referral


@pytest.mark.parametrize(
    ("said", "kept", "name"),
    [
        ("sgn-SE", "swl", "Svenskt teckenspråk"),
        ("ara", "ar", "Arabiska"),
        ("ti", "ti", "Tigrinska"),
        ("de", "de", "Tyska"),
        ("sr-latn", "sr-Latn", "Serbiska (latinska)"),
        ("xyz", "xyz", "xyz"),
    ],
)
def test_a_language_that_a_system_tells_is_kept_by_its_tag_and_shown_by_its_name(
    alva: Cast, bo: Cast, said: str, kept: str, name: str
) -> None:
    """Also one that the form does not offer."""
    body = a_referral()
    body["carer"]["language"] = said
    referral_id = alva.send(body).json["id"]
    assert bo.open(referral_id).json["carer"]["language"] == kept
    page = unescape(at_the_pages(bo).get(f"/referral/referrals/{referral_id}").text)
    assert f">{name}<" in page or f">{name}, " in page
