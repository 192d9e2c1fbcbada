"""Signing in at a real OpenID provider from a package: the whole code flow with PKCE, as a person would."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from tests.integration.web.relying_party import Lotsa, lotsa_behind
from tests.support.oidc.person import send_form
from tests.support.oidc.real_provider import RealProvider, real_provider
from tests.support.serving import address_of, listening

pytestmark = pytest.mark.timeout(420)


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Lotsa, RealProvider]]:
    """Lotsa and Canaille, knowing one another."""
    folder: Path = tmp_path_factory.mktemp("real-provider")
    with (
        listening() as held,
        real_provider(f"{address_of(held)}/directory/login/callback", folder / "canaille.log") as provider,
        lotsa_behind(provider.issuer, folder, held) as lotsa,
    ):
        yield lotsa, provider


def sign_in(both: tuple[Lotsa, RealProvider], session: requests.Session, target: str = "") -> requests.Response:
    """Go to Lotsa, be sent to the provider, give name and password, come back."""
    lotsa, provider = both
    page = session.get(f"{lotsa.address}/directory/login{target}", timeout=10)
    assert page.url.startswith(provider.issuer)
    page = send_form(session, page, login=provider.user)
    return send_form(session, page, password=provider.password)


def test_somebody_signs_in_and_comes_to_the_page_asked_for(both: tuple[Lotsa, RealProvider]) -> None:
    """Discovery, code, PKCE with S256, state and nonce are sent; the header shows who came back."""
    with requests.Session() as session:
        page = sign_in(both, session, "?next=/directory/assignment")
        assert page.status_code == 200
        assert urlsplit(page.url).path == "/directory/assignment"
        assert "Alva Andersson" in page.text
        asked = next(parse_qs(urlsplit(each.url).query) for each in page.history if "/oauth/authorize" in each.url)
        assert asked["code_challenge_method"] == ["S256"]
        assert {"state", "nonce", "code_challenge"} <= set(asked)
        assert both[0].hooks.told[-1][0] == "in"


def test_of_two_windows_the_one_opened_first_may_be_finished_first(both: tuple[Lotsa, RealProvider]) -> None:
    """The second, at the provider all the while, comes in after it, at the page that it was opened for."""
    lotsa, provider = both
    with requests.Session() as browser:
        first = browser.get(f"{lotsa.address}/directory/login?next=/directory/assignment", timeout=10)
        away = browser.get(
            f"{lotsa.address}/directory/login?next=/directory/assignment?window=2", allow_redirects=False, timeout=10
        )
        page = send_form(browser, first, login=provider.user)
        page = send_form(browser, page, password=provider.password)
        assert (page.status_code, urlsplit(page.url).path) == (200, "/directory/assignment")
        second = browser.get(away.headers["Location"], timeout=10)
        assert (second.status_code, urlsplit(second.url).query) == (200, "window=2")
        assert "Alva Andersson" in second.text


def test_a_code_opens_nothing_a_second_time(both: tuple[Lotsa, RealProvider]) -> None:
    """The same answer sent again is refused: its state has been used."""
    with requests.Session() as session:
        page = sign_in(both, session)
        callback = _callback_of(page)
        again = session.get(callback, allow_redirects=False, timeout=10)
        assert (again.status_code, again.headers["Location"]) == (303, "/"), "and signs nobody out"
        assert both[0].hooks.told[-1] == ("refused", "state")


def test_an_answer_meant_for_another_browser_is_refused(both: tuple[Lotsa, RealProvider]) -> None:
    """Sign-in forgery: somebody else's unused code, sent to a browser that never asked for it."""
    lotsa, provider = both
    with requests.Session() as attacker, requests.Session() as victim:
        page = attacker.get(f"{lotsa.address}/directory/login", timeout=10)
        page = send_form(attacker, page, login=provider.user)
        lotsa.staff.held, kept = {}, lotsa.staff.held
        try:
            page = send_form(attacker, page, password=provider.password)
        finally:
            lotsa.staff.held = kept
        callback = _callback_of(page)
        assert victim.get(callback, timeout=10).status_code == 403
        assert lotsa.hooks.told[-1] == ("refused", "state")
        assert victim.get(f"{lotsa.address}/directory/assignment", allow_redirects=False, timeout=10).status_code == 303


def test_signing_out_offers_to_leave_the_provider_too(both: tuple[Lotsa, RealProvider]) -> None:
    """After sign-out, the cookie is worth nothing, and the page links to the provider's own sign-out."""
    lotsa, provider = both
    with requests.Session() as session:
        sign_in(both, session)
        page = session.get(f"{lotsa.address}/directory/assignment", timeout=10)
        page = send_form(session, page, csrf_token=_token_of(page))
        assert urlsplit(page.url).path == "/directory/signed-out"
        assert f"{provider.issuer}/oauth/end_session" in page.text
        away = session.get(f"{lotsa.address}/directory/assignment", allow_redirects=False, timeout=10)
        assert away.status_code == 303


def _token_of(page: requests.Response) -> str:
    return page.text.split('name="csrf_token" value="')[1].split('"')[0]


def _callback_of(page: requests.Response) -> str:
    """The address, with code and state, that the provider sent the browser back to."""
    return next(each.url for each in [*page.history, page] if urlsplit(each.url).path.endswith("/login/callback"))
