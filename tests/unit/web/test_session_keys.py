"""Who can make a session, and who cannot: only the directory's key opens anything (fault 51)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from flask import flash, get_flashed_messages
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey

from operations.checkout import CHECKOUT
from operations.install.make_keys import make_keys
from operations.install.process_settings import settings_used
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Role
from shared.settings import SERVICES
from shared.web.app import SIGN_IN, make_app
from shared.web.session import session_cookie
from shared.web.session import state as session_state
from shared.web.session.keys import TYPE, make_session_keys, reader_from, signer_from
from tests.support.four_apps import four_apps
from tests.support.sessions import session_of
from tests.support.web_gallery import ALVA, BO, StaffInMemory, settings_in
from tests.unit.web.conftest import START, World

# The two that may hold every key, since they hand keys out: `prepare` makes them and gives each process its own, and
# `operator`, started by hand, gives them out anew when one was changed (“keys rotate”) or put back. Neither stays up.
HANDS_OUT_KEYS = {"prepare", "operator"}
PRIVATE, PUBLIC = "session-private.json", "session-jwks.json"
Forge = Callable[[dict[str, Any], Path], str]


def _plain(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def _kid(folder: Path) -> str:
    return str(json.loads((folder / PUBLIC).read_text())["keys"][0]["kid"])


def _with_another_key(claims: dict[str, Any], folder: Path) -> str:
    key = OKPKey.generate_key("Ed25519", {"kid": _kid(folder)}, private=True)
    return jwt.encode({"alg": "Ed25519", "typ": TYPE, "kid": key.kid}, claims, key, algorithms=["Ed25519"])


def _with_another_curve(claims: dict[str, Any], folder: Path) -> str:
    key = ECKey.generate_key("P-256", {"kid": _kid(folder)}, private=True)
    return jwt.encode({"alg": "ES256", "typ": TYPE, "kid": key.kid}, claims, key, algorithms=["ES256"])


def _with_the_public_half_as_a_secret(claims: dict[str, Any], folder: Path) -> str:
    key = OctKey.import_key((folder / PUBLIC).read_bytes())
    return jwt.encode({"alg": "HS256", "typ": TYPE, "kid": _kid(folder)}, claims, key, algorithms=["HS256"])


def _unsigned(claims: dict[str, Any], folder: Path) -> str:
    return f"{_plain({'alg': 'none', 'typ': TYPE, 'kid': _kid(folder)})}.{_plain(claims)}."


def _by_a_services_own_cookie_key(claims: dict[str, Any], folder: Path) -> str:
    key = (folder / "referral-cookie").read_text()
    return str(URLSafeTimedSerializer(key, salt="lotsa-own-cookie").dumps(claims))


def _as_another_kind_of_token(claims: dict[str, Any], folder: Path) -> str:
    key = OKPKey.import_key(json.loads((folder / PRIVATE).read_text()))
    return jwt.encode({"alg": "Ed25519", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=["Ed25519"])


def _signed_for_other_claims(claims: dict[str, Any], folder: Path) -> str:
    head, _, signature = signer_from(folder / PRIVATE).sign({**claims, "sid": str(uuid4())}).split(".")
    return f"{head}.{_plain(claims)}.{signature}"


FORGERIES: list[Forge] = [
    _with_another_key,
    _with_another_curve,
    _with_the_public_half_as_a_secret,
    _unsigned,
    _by_a_services_own_cookie_key,
    _as_another_kind_of_token,
    _signed_for_other_claims,
]


@pytest.mark.holds("only-sign-in-makes-sessions")
@pytest.mark.parametrize("forge", FORGERIES, ids=lambda forge: forge.__name__.strip("_"))
def test_a_forged_session_opens_nothing(world: World, client: FlaskClient, tmp_path: Path, forge: Forge) -> None:
    """A random session id that nobody has ended, and an assignment that holds: only the signature is wrong."""
    state = session_state.begun(BO, "Bo", START, assignment_id=world.bos.id)
    client.set_cookie("lotsa_session", session_of(world.settings, state))
    assert client.get("/directory/boats").status_code == 200, "the true one opens"
    client.set_cookie("lotsa_session", forge(session_state.claims_of(state), tmp_path))
    assert client.get("/directory/boats").headers["Location"].startswith("/directory/login")


@pytest.mark.parametrize("cookie", ["", "x", "a.b.c", "ä.ö.å", "." * 3000, "e30." * 900, f"{_plain([])}.{_plain(1)}."])
def test_what_is_no_session_is_none(client: FlaskClient, cookie: str) -> None:
    """However it looks: nobody is signed in, and nothing breaks."""
    client.set_cookie("lotsa_session", cookie)
    assert client.get("/directory/boats").status_code == 303


def test_keys_change_without_signing_anybody_out(tmp_path: Path) -> None:
    """While both public halves are known, sessions of the old key and of the new are read; afterwards only the new."""
    made = []
    for name in ("old", "new"):
        folder = tmp_path / name
        folder.mkdir()
        make_session_keys(folder / PRIVATE, folder / PUBLIC)
        made.append((folder, json.loads((folder / PUBLIC).read_text())["keys"]))
    (old, olds), (new, news) = made
    by_old, by_new = (signer_from(folder / PRIVATE).sign({"sid": "1"}) for folder in (old, new))
    both = tmp_path / "both.json"
    both.write_text(json.dumps({"keys": [*olds, *news]}))
    reader = reader_from(both)
    assert [reader.read(each) for each in (by_old, by_new, by_old)] == [{"sid": "1"}] * 3
    after = reader_from(new / PUBLIC)
    assert [after.read(each) for each in (by_old, by_new)] == [None, {"sid": "1"}]


def test_a_public_half_that_is_lost_is_made_anew(tmp_path: Path) -> None:
    """Of the private key, which stays as it is: nobody is signed out."""
    make_keys(tmp_path, "nowhere")
    token = signer_from(tmp_path / PRIVATE).sign({"sid": "1"})
    before = (tmp_path / PRIVATE).read_text()
    (tmp_path / PUBLIC).unlink()
    make_keys(tmp_path, "nowhere")
    assert reader_from(tmp_path / PUBLIC).read(token) == {"sid": "1"}
    assert (tmp_path / PRIVATE).read_text() == before
    assert '"d"' not in (tmp_path / PUBLIC).read_text()


def test_key_files_that_are_wrong_stop_the_start(tmp_path: Path) -> None:
    """A private key among the public ones, a key of another kind, none at all, and a pair that does not fit."""
    settings = settings_in(tmp_path, MODE="demo")
    private, public = tmp_path / PRIVATE, tmp_path / PUBLIC
    held = json.loads(private.read_text())
    wrong = tmp_path / "wrong.json"
    wrong.write_text(json.dumps({"keys": [held]}))
    with pytest.raises(SettingsAreWrong, match="private key"):
        reader_from(wrong)
    for content in ("", "{}", '{"keys": []}', json.dumps({"keys": [ECKey.generate_key("P-256").as_dict()]})):
        wrong.write_text(content)
        with pytest.raises(SettingsAreWrong):
            reader_from(wrong)
    with pytest.raises(SettingsAreWrong, match="VERIFYING"):
        reader_from(None)
    for path in (None, wrong, tmp_path / "nowhere"):
        with pytest.raises(SettingsAreWrong, match="SIGNING"):
            signer_from(path)
    wrong.write_text(json.dumps(json.loads(public.read_text())["keys"][0]))
    with pytest.raises(SettingsAreWrong, match="private"):
        signer_from(wrong)
    private.unlink()
    make_session_keys(private, tmp_path / "elsewhere.json")
    with pytest.raises(SettingsAreWrong, match="nobody would be let in"):
        make_app(SIGN_IN, "tests.support", settings=settings, staff=StaffInMemory())


@pytest.mark.holds("only-sign-in-makes-sessions")
def test_only_the_directory_is_given_the_private_key(tmp_path: Path) -> None:
    """In settings, in the apps of one process, and in containers: each that serves is given its own folder only."""
    given = {
        (process, service)
        for process in ("web", "bus", "relay")
        for service in SERVICES
        if "LOTSA_SESSION_SIGNING_KEY_FILE" in settings_used(process, [service])
    }
    assert given == {("web", SIGN_IN)}
    for service in SERVICES:
        cookies = {name for name in settings_used("web", [service]) if name.endswith("_COOKIE_KEY_FILE")}
        assert cookies == {f"LOTSA_{service.upper()}_COOKIE_KEY_FILE"}
    apps = {app.extensions["lotsa"].service: app for app in four_apps(tmp_path / "keys")}
    assert {service for service, app in apps.items() if app.extensions["lotsa"].signer is not None} == {SIGN_IN}
    assert len({app.secret_key for app in apps.values()}) == len(SERVICES), "no two services share a key"
    for name, service in _containers():
        mounted = [each.partition(":")[0] for each in service.get("volumes", ())]
        folders = [each for each in mounted if each.startswith("given-")]
        if name in HANDS_OUT_KEYS:
            assert {"ports", "restart"}.isdisjoint(service), f"{name} does what it is asked, and ends"
            continue
        assert folders in ([], [f"given-{name}"]), f"{name} is given another's folder"
        assert "installation" not in mounted, f"{name} is given every key"


def test_a_service_can_prolong_a_session_for_itself_alone(tmp_path: Path) -> None:
    """Its own cookie says when the person was last seen there; the session itself stays as the directory signed it."""
    world = World(tmp_path)
    app = make_app("referral", "tests.support", settings=world.settings, staff=world.staff, clock=world.clock)
    app.add_url_rule("/referral/me", view_func=lambda: "in" if session_cookie.read(world.clock.now()) else "out")
    client = app.test_client()
    token = session_of(world.settings, session_state.begun(BO, "Bo", START))
    client.set_cookie("lotsa_session", token)
    for _ in range(4):
        world.clock.move_to(world.clock.now() + 20 * (session_cookie.SEEN_STEP))
        assert client.get("/referral/me").text == "in"
    kept = client.get_cookie("lotsa_session")
    assert kept is not None
    assert kept.value == token
    own = client.get_cookie("lotsa_referral")
    assert own is not None
    other = app.test_client()
    other.set_cookie("lotsa_referral", own.value)
    other.set_cookie("lotsa_session", session_of(world.settings, session_state.begun(BO, "Bo", START)))
    assert other.get("/referral/me").text == "out", "another session of the same person is not prolonged by it"
    world.clock.move_to(START + session_state.ABSOLUTE_LIMIT)
    assert client.get("/referral/me").text == "out"


def test_messages_are_for_whom_they_were_written(tmp_path: Path) -> None:
    """A service's own cookie is emptied when the browser carries another person's session, or none."""
    world = World(tmp_path)
    world.staff.grant(BO, "Anhörigstöd", Role.ADVISER)
    app = make_app("referral", "tests.support", settings=world.settings, staff=world.staff, clock=world.clock)
    app.add_url_rule("/referral/say", "say", view_func=lambda: flash("Sparat.") or "")
    app.add_url_rule("/referral/said", "said", view_func=lambda: "".join(get_flashed_messages()))
    alva = session_state.begun(ALVA, "Alva", START)
    for then, said in ((alva, "Sparat."), (session_state.begun(BO, "Bo", START), ""), (None, "")):
        client = app.test_client()
        client.set_cookie("lotsa_session", session_of(world.settings, alva))
        client.get("/referral/say")
        client.delete_cookie("lotsa_session")
        if then is not None:
            client.set_cookie("lotsa_session", session_of(world.settings, then))
        assert client.get("/referral/said").text == said


def test_one_form_token_holds_in_every_service_for_its_own_session(tmp_path: Path) -> None:
    """So the form that signs out, which stands on every page, can be sent to the directory; nobody else's can."""
    world = World(tmp_path)
    app = make_app("referral", "tests.support", settings=world.settings, staff=world.staff, clock=world.clock)
    app.add_url_rule("/referral/token", view_func=app.jinja_env.globals["csrf_token"])  # type: ignore[arg-type]
    bo, other = (session_state.begun(BO, "Bo", START) for _ in range(2))
    referral, directory = app.test_client(), world.app.test_client()
    tokens = []
    for state in (bo, other):
        referral.set_cookie("lotsa_session", session_of(world.settings, state))
        tokens += [referral.get("/referral/token").text for _ in range(2)]
    assert len(set(tokens)) == 4, "no two are alike"
    directory.set_cookie("lotsa_session", session_of(world.settings, bo))
    assert directory.post("/directory/logout", data={"csrf_token": tokens[2]}).status_code == 400
    assert directory.post("/directory/logout", data={"csrf_token": tokens[0]}).status_code == 303
    assert [told for kind, told in world.hooks.told if kind == "out"] == [bo.session_id]


def _containers() -> Iterator[tuple[str, dict[str, Any]]]:
    read = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text(encoding="utf-8"))
    yield from read["services"].items()
