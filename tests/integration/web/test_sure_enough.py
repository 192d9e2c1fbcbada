"""Who has not been identified surely enough is not let in, is told what is missing, and it is told by a code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from shared.kernel.actor import Role, UserRef
from tests.integration.web.relying_party import Lotsa, lotsa_behind
from tests.support.oidc.dishonest import Dishonest
from tests.support.serving import listening, serving
from tests.support.written_log import written_log

LEVEL2 = "http://id.elegnamnden.se/loa/1.0/loa2"


@pytest.fixture
def provider() -> Iterator[Dishonest]:
    """Says of whoever comes what a test has it say."""
    made = Dishonest()
    with serving(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def lotsa(provider: Dishonest, tmp_path: Path) -> Iterator[Lotsa]:
    """Lotsa, where editors at partners may come in with less."""
    more = {"SIGN_IN_ACR_PARTNER_EDITOR": "none", "SIGN_IN_AMR_REFERRER": "hwk"}
    with listening() as held, lotsa_behind(provider.issuer, tmp_path, held, **more) as made:
        yield made


@pytest.mark.holds("as-surely-as-the-role-demands-says-so")
@pytest.mark.parametrize(
    ("said", "reason", "sentence"),
    [
        ({"acr": LEVEL2}, "level", "behövs en säkrare inloggning"),
        ({"acr": None}, "level", "behövs en säkrare inloggning"),
        ({"amr": ["pwd"]}, "means", "behövs ett annat sätt att logga in"),
        ({"amr": None}, "means", "behövs ett annat sätt att logga in"),
        ({"auth_time": 1}, "age", "för länge sedan du legitimerade dig"),
        ({"auth_time": None}, "age", "för länge sedan du legitimerade dig"),
    ],
)
def test_what_is_missing_is_said(
    lotsa: Lotsa, provider: Dishonest, said: dict[str, Any], reason: str, sentence: str
) -> None:
    """On the page in Swedish, to the directory as a code; no session begins."""
    provider.claims.update(said)
    with requests.Session() as browser, written_log() as log:
        page = browser.get(f"{lotsa.address}/directory/login", timeout=10)
        assert page.status_code == 403
        assert sentence in page.text
        assert (
            browser.get(f"{lotsa.address}/directory/assignment", allow_redirects=False, timeout=10).status_code == 303
        )
    assert lotsa.hooks.told == [("refused", reason)]
    assert [line["reason"] for line in log.lines if line["event"] == "a sign-in failed"] == [reason]


@pytest.mark.parametrize("wrong", [{"auth_time": "yesterday"}, {"auth_time": 1e30}, {"amr": "hwk"}, {"amr": 7}])
def test_what_cannot_be_read_lets_nobody_in(lotsa: Lotsa, provider: Dishonest, wrong: dict[str, Any]) -> None:
    """And nothing breaks."""
    provider.claims.update(wrong)
    with requests.Session() as browser:
        assert browser.get(f"{lotsa.address}/directory/login", timeout=10).status_code == 403
    assert [kind for kind, _ in lotsa.hooks.told] == ["refused"]


def test_the_provider_is_asked_for_it(lotsa: Lotsa, provider: Dishonest) -> None:
    """With the levels that suffice, and how old a sign-in may be."""
    with requests.Session() as browser:
        assert browser.get(f"{lotsa.address}/directory/login?next=/directory/assignment", timeout=10).status_code == 200
    assert provider.asked["acr_values"].startswith("http://id.elegnamnden.se/loa/1.0/loa3 ")
    assert provider.asked["max_age"] == "43200"


def test_who_has_two_roles_comes_in_for_the_one_that_demands_less(lotsa: Lotsa, provider: Dishonest) -> None:
    """The other is refused when it is chosen, with what is missing; nothing is chosen by that."""
    partners = lotsa.staff.grant(UserRef(provider.issuer, "alva"), "Anhörigas Riksförbund", Role.PARTNER_EDITOR)
    referrers = lotsa.staff.held[UserRef(provider.issuer, "alva")][0]
    provider.claims.update(acr=LEVEL2)
    with requests.Session() as browser:
        page = browser.get(f"{lotsa.address}/directory/login", timeout=10)
        assert page.status_code == 200
        for chosen, where, said in (
            (referrers, "/directory/assignment", "behövs en säkrare inloggning"),
            (partners, "/directory/mine", "Du arbetar som redaktör för en förening"),
        ):
            token = re.findall(r'name="csrf_token" value="([^"]+)"', page.text)[0]
            form = {"csrf_token": token, "assignment": str(chosen.id), "next": "/"}
            answer = browser.post(f"{lotsa.address}/directory/assignment", data=form, allow_redirects=False, timeout=10)
            assert answer.headers["Location"] == where
            page = browser.get(f"{lotsa.address}/directory/assignment", timeout=10)
            assert said in page.text
