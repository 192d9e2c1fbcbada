"""Every lie that an identity provider, or somebody between, might tell is refused with one page and a told reason."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from flask import Flask
from joserfc.jwk import RSAKey

from tests.integration.web.relying_party import SECRET, Lotsa, lotsa_behind
from tests.support.oidc.dishonest import Dishonest, hmac_key
from tests.support.serving import listening, serving
from tests.support.written_log import written_log

Lie = Callable[[Dishonest], None]


@pytest.fixture
def provider() -> Iterator[Dishonest]:
    """Honest so far."""
    made = Dishonest()
    with serving(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def lotsa(provider: Dishonest, tmp_path: Path) -> Iterator[Lotsa]:
    """Lotsa, trusting that provider."""
    with listening() as held, lotsa_behind(provider.issuer, tmp_path, held) as made:
        yield made


def come_in(lotsa: Lotsa) -> requests.Response:
    """Begin at Lotsa and follow wherever it leads, but not into the services that are not here."""
    with requests.Session() as session:
        return session.get(f"{lotsa.address}/directory/login?next=/directory/assignment", timeout=10)


def set_claims(**claims: object) -> Lie:
    """Say something else in the ID token."""
    return lambda provider: provider.claims.update(claims)


def answer(**changes: str) -> Lie:
    """Send something else back with the browser."""
    return lambda provider: provider.answer.update(changes)


def test_an_honest_one_is_believed(lotsa: Lotsa) -> None:
    """Nothing changed: Alva is in. (Otherwise the tests below would pass for a wrong reason.)"""
    assert "Alva Andersson" in come_in(lotsa).text
    assert [kind for kind, _ in lotsa.hooks.told] == ["in"]


def test_several_audiences_are_fine_when_the_token_was_made_for_us(lotsa: Lotsa, provider: Dishonest) -> None:
    """OpenID Connect Core 3.1.3.7: with several, azp must be ours."""
    provider.claims.update(aud=["lotsa", "another"], azp="lotsa")
    assert come_in(lotsa).status_code == 200


LIES: dict[str, tuple[Lie, str]] = {
    "another-state": (answer(state="another"), "state"),
    "no-state": (answer(state=""), "state"),
    "no-code": (answer(code=""), "token"),
    "mixed-up-issuer": (answer(iss="https://other.example.org"), "state"),
    "an-error": (answer(error="login_required"), "provider"),
    "out-of-order": (answer(error="server_error"), "away"),
    "busy": (answer(error="temporarily_unavailable"), "away"),
    "cancelled": (answer(error="access_denied"), "cancelled"),
    "another-nonce": (set_claims(nonce="another"), "token"),
    "no-nonce": (set_claims(nonce=None), "token"),
    "another-audience": (set_claims(aud="another"), "token"),
    "no-audience": (set_claims(aud=None), "token"),
    "made-for-another-party": (set_claims(aud=["lotsa", "another"], azp="another"), "token"),
    "several-audiences-and-no-party": (set_claims(aud=["lotsa", "another"]), "token"),
    "another-issuer": (set_claims(iss="https://other.example.org"), "token"),
    "no-issuer": (set_claims(iss=None), "token"),
    "expired": (set_claims(exp=int(time.time()) - 3600), "token"),
    "no-expiry": (set_claims(exp=None), "token"),
    "from-the-future": (set_claims(iat=int(time.time()) + 7200), "token"),
    "no-subject": (set_claims(sub=None), "token"),
    "a-subject-that-cannot-be-kept": (set_claims(sub="alva\x00"), "token"),
    "unsigned": (lambda provider: setattr(provider, "algorithm", "none"), "token"),
    "signed-by-another": (lambda p: setattr(p, "signer", RSAKey.generate_key(2048, private=True)), "token"),
    "no-id-token": (lambda provider: setattr(provider, "leave_out", ("id_token",)), "token"),
    "metadata-of-another": (lambda p: p.metadata.update(issuer="https://other.example.org"), "provider"),
    "no-pkce": (lambda p: p.metadata.update(code_challenge_methods_supported=["plain"]), "provider"),
    "no-endpoint": (lambda p: p.metadata.update(authorization_endpoint=""), "provider"),
}


@pytest.mark.parametrize("name", LIES)
def test_a_lie_is_refused(lotsa: Lotsa, provider: Dishonest, name: str) -> None:
    """A page in Swedish, 403 (or 50x of the provider's own faults), no session; the directory is told a code only."""
    lie, reason = LIES[name]
    lie(provider)
    with written_log() as log:
        page = come_in(lotsa)
    assert page.status_code == {"provider": 502, "away": 503}.get(reason, 403)
    assert ("Retry-After" in page.headers) is (reason == "away")
    assert "Du blev inte inloggad" in page.text
    assert lotsa.hooks.told == [("refused", reason)]
    assert "Alva" not in page.text
    assert [line["reason"] for line in log.lines if line["event"] == "a sign-in failed"] == [reason]
    assert "Alva" not in log.text


def test_a_token_signed_with_the_client_secret_is_refused(lotsa: Lotsa, provider: Dishonest) -> None:
    """HS256 would let whoever reads our secret make anybody; it is not accepted even if offered."""
    provider.signer, provider.algorithm = hmac_key(SECRET), "HS256"
    assert come_in(lotsa).status_code == 403
    assert lotsa.hooks.told == [("refused", "token")]


def test_a_provider_that_is_away_is_said_to_be(lotsa: Lotsa, provider: Dishonest) -> None:
    """No traceback: 503 and when to try again; the page says that the sign-in service does not answer."""
    provider.metadata["token_endpoint"] = "http://127.0.0.1:9/token"
    with written_log() as log:
        page = come_in(lotsa)
    assert (page.status_code, page.headers["Retry-After"]) == (503, "10")
    assert "Inloggningstjänsten svarar inte just nu. Försök igen om en liten stund." in page.text
    assert lotsa.hooks.told == [("refused", "away")]
    (line,) = [each for each in log.lines if each["event"] == "a sign-in failed"]
    assert line["reference"] in page.text
    assert (line["error"], line["timestamp"][:2]) == ("ConnectionError", "20")
    assert "requests/adapters.py:" in line["at"]


@pytest.fixture(scope="module")
def out_of_order() -> Iterator[str]:
    """Where nobody answers as a provider does."""
    app = Flask("out of order")
    app.add_url_rule("/page/<path:asked>", "page", lambda asked: "<h1>Back soon</h1>", methods=["GET", "POST"])
    app.add_url_rule("/fault/<path:asked>", "fault", lambda asked: ("{}", 502), methods=["GET", "POST"])
    with serving(app) as address:
        yield address


@pytest.mark.parametrize("what", ["metadata", "token_endpoint", "jwks_uri"])
@pytest.mark.parametrize("how", ["away", "page", "fault"])
def test_whatever_of_the_provider_is_away_is_told_of_alike(
    lotsa: Lotsa, provider: Dishonest, out_of_order: str, tmp_path: Path, what: str, how: str
) -> None:
    """At the first step and at the later ones: nobody is told that they did something wrong, and when to try again."""
    there = "http://127.0.0.1:9" if how == "away" else f"{out_of_order}/{how}"
    if what == "metadata":
        with listening() as held, lotsa_behind(there, tmp_path, held) as alone:
            page, told = come_in(alone), alone.hooks.told
    else:
        provider.metadata[what] = f"{there}/{what}"
        page, told = come_in(lotsa), lotsa.hooks.told
    assert (page.status_code, page.headers.get("Retry-After")) == (503, "10"), page.text
    assert "Inloggningstjänsten svarar inte just nu" in page.text
    assert told == [("refused", "away")]


def test_an_existing_session_does_not_survive_a_refused_sign_in(lotsa: Lotsa, provider: Dishonest) -> None:
    """Whoever fails to sign in is nobody, not whoever sat there before."""
    with requests.Session() as session:
        session.get(f"{lotsa.address}/directory/login?next=/directory/assignment", timeout=10)
        provider.claims.update(nonce="another")
        assert session.get(f"{lotsa.address}/directory/login", timeout=10).status_code == 403
        away = session.get(f"{lotsa.address}/directory/assignment", allow_redirects=False, timeout=10)
        assert away.status_code == 303
