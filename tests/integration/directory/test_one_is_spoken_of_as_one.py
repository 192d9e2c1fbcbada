"""A single rule is not "these rules", wherever a page names rules beside a sentence about them."""

from __future__ import annotations

import re

from tests.support.directory_city import City

BESIDE = re.compile(r"(Den|De) här (?:fördelnings)?regel(n|rna)\b[^<]*</p>\s*<(ul|p)\b[^>]*>(.*?)</\3>", re.DOTALL)
NAMED = re.compile(r"Regel \d+")


def test_as_many_rules_are_spoken_of_as_are_named(city: City) -> None:
    """On every unit's page that names any; the seeded ones have some with one."""
    hanna = city.signed_in("hanna")
    pages = [hanna.get(f"/directory/admin/units/{row.id}").text for row in city.rows("select id from units")]
    found = [match for page in pages for match in BESIDE.findall(page)]
    counts = {len(NAMED.findall(named)) for *_, named in found}
    assert 1 in counts
    for which, ending, _, named in found:
        one = len(NAMED.findall(named)) == 1
        assert (which, ending) == (("Den", "n") if one else ("De", "rna")), named
