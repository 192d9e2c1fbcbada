"""The keys of sessions and cookies are changed while everything goes on; where one has leaked, it ends at once."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from rich.console import Console
from typer.testing import CliRunner

from lotsa import cli
from operations.install.make_keys import make_web_keys
from operations.keys import rotate_web_keys as changing_web_keys
from operations.trouble import Trouble
from shared.kernel import file_watch as watched
from shared.settings import SERVICES, Settings
from shared.web.api.answers import page_cursor
from shared.web.app import make_app
from shared.web.session import session_cookie
from shared.web.session import state as session_state
from shared.web.session.keys import make_session_keys, reader_from, signer_from
from tests.support.breaking import Breaking
from tests.support.sessions import session_of
from tests.support.web_gallery import BO
from tests.unit.web.conftest import START, World

QUIET = Console(quiet=True)
PRIVATE, PUBLIC = "session-private.json", "session-jwks.json"
IN, OUT = 200, 303


@pytest.fixture(autouse=True)
def looking(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Files are looked at each time, and what the log is told is written down here."""
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(watched, "LOOK_AGAIN_AFTER_SECONDS", 0.0)
    monkeypatch.setattr(changing_web_keys, "record", lambda _, service, *said: told.append((service, said[1])))
    return told


@pytest.fixture
def other(world: World) -> Flask:
    """Another service's app, in a process of its own for all that it knows."""
    app = make_app("referral", "tests.support", settings=world.settings, staff=world.staff, clock=world.clock)
    app.add_url_rule(
        "/referral/me", view_func=lambda: ("in", IN) if session_cookie.read(world.clock.now()) else ("out", OUT)
    )
    return app


def signed_by(world: World) -> str:
    """A session of Bo's, as the directory would sign it at this moment."""
    return session_of(world.settings, session_state.begun(BO, "Bo", START, assignment_id=world.bos.id))


def opened(world: World, other: Flask, token: str) -> tuple[int, int]:
    """What a browser with this session is answered by the directory and by the other service."""
    here, there = world.app.test_client(), other.test_client()
    for client in (here, there):
        client.set_cookie("lotsa_session", token)
    return here.get("/directory/boats").status_code, there.get("/referral/me").status_code


def rotate(world: World, *, leaked: bool = False, clock: Callable[[], float] = time.time) -> None:
    """As `lotsa keys rotate session`."""
    changing_web_keys.rotate_session(world.settings, QUIET, wait=0, at_once=leaked, clock=clock)


def kids(folder: Path) -> list[str]:
    """The names of the public halves, the newest first."""
    return [key["kid"] for key in json.loads((folder / PUBLIC).read_text())["keys"]]


@pytest.mark.holds("new-session-keys-sign-nobody-out")
def test_nobody_is_signed_out_when_the_key_of_sessions_changes(
    world: World, other: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, looking: list[tuple[str, str]]
) -> None:
    """Before, at each step and afterwards; new sessions are the new key's; no process is started anew."""
    before = signed_by(world)
    assert opened(world, other, before) == (IN, IN)
    [old] = kids(tmp_path)
    meanwhile: list[tuple[int, int]] = []

    def work_goes_on(_: float) -> None:
        meanwhile.extend(opened(world, other, each) for each in (before, signed_by(world)))

    monkeypatch.setattr(changing_web_keys.time, "sleep", work_goes_on)
    rotate(world)
    assert meanwhile == [(IN, IN)] * 4
    new, *kept = kids(tmp_path)
    assert kept == [old]
    assert signer_from(tmp_path / PRIVATE).kid == new
    # the directory itself signs with it: what it has in its hands, not what a test reads from the file
    assert world.app.extensions["lotsa"].signer.kid == new
    assert opened(world, other, before) == opened(world, other, signed_by(world)) == (IN, IN)
    assert '"d"' not in (tmp_path / PUBLIC).read_text()
    assert looking == [("directory", "session-key")]


def test_the_old_key_counts_until_its_last_session_is_over(world: World, tmp_path: Path) -> None:
    """Twelve hours and a little; then not, though its public half still stands in the file; the next change sweeps."""
    now = [1_000_000.0]
    reader = reader_from(tmp_path / PUBLIC, clock=lambda: now[0])
    token = signer_from(tmp_path / PRIVATE).sign({"sid": "1"})
    assert reader.read(token) == {"sid": "1"}
    rotate(world, clock=lambda: now[0])
    [_, old] = kids(tmp_path)
    now[0] += 12 * 3600
    assert reader.read(token) == {"sid": "1"}
    now[0] += 601
    assert reader.read(token) is None, "remembered or not"
    assert reader_from(tmp_path / PUBLIC, clock=lambda: now[0]).read(token) is None
    assert old in kids(tmp_path)
    assert old not in reader.kids
    rotate(world, clock=lambda: now[0])
    assert old not in kids(tmp_path)
    assert len(kids(tmp_path)) == 2


@pytest.mark.holds("a-leaked-session-key-opens-nothing")
def test_a_leaked_key_opens_nothing_from_then_on(world: World, other: Flask, tmp_path: Path) -> None:
    """In no service, whether it had remembered the session or not; everybody signs in again."""
    seen, unseen = signed_by(world), signed_by(world)
    assert opened(world, other, seen) == (IN, IN)
    rotate(world, leaked=True)
    assert opened(world, other, seen) == opened(world, other, unseen) == (OUT, OUT)
    assert opened(world, other, signed_by(world)) == (IN, IN)
    assert len(kids(tmp_path)) == 1


@pytest.mark.parametrize("breaks", ["first wait", "second wait", "telling the log"])
def test_a_change_that_broke_off_is_gone_on_with(
    world: World, other: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, breaks: str
) -> None:
    """At any step everybody is let in, and the next one ends with one that signs."""
    before = signed_by(world)
    breaking = Breaking(breaks)
    with monkeypatch.context() as planted:
        planted.setattr(changing_web_keys.time, "sleep", breaking.sleep)
        planted.setattr(changing_web_keys, "record", breaking.step("telling the log"))
        with pytest.raises(KeyboardInterrupt):
            rotate(world)
    meanwhile = signed_by(world)
    assert opened(world, other, before) == opened(world, other, meanwhile) == (IN, IN)
    rotate(world)
    assert opened(world, other, before) == opened(world, other, meanwhile) == (IN, IN)
    assert signer_from(tmp_path / PRIVATE).kid == kids(tmp_path)[0]
    assert {each.name for each in tmp_path.glob("session-*")} == {PRIVATE, PUBLIC}


def with_a_message(app: Flask) -> FlaskClient:
    """A browser that carries a message of this service's, for its next page."""
    client = app.test_client()
    with client.session_transaction() as own:
        own["said"] = "before"
    return client


def said_to(client: FlaskClient) -> object:
    """What of it the service still reads."""
    client.get("/referral/me")
    with client.session_transaction() as own:
        return own.get("said")


@pytest.mark.parametrize("leaked", [False, True])
def test_a_services_cookie_key_changes(
    world: World, other: Flask, looking: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch, leaked: bool
) -> None:
    """Messages, and places in lists, from before are read, but for those of a key that has leaked."""
    with world.app.test_request_context():
        place = page_cursor("fleet", [7])
    fleet = f"/directory/fleet?cursor={place}"
    browser = with_a_message(other)
    assert world.app.test_client().get(fleet).text == "[7]"
    meanwhile: list[object] = []
    monkeypatch.setattr(changing_web_keys.time, "sleep", lambda _: meanwhile.append(said_to(browser)))
    for service in ("referral", "directory"):
        changing_web_keys.rotate_cookie(world.settings, service, QUIET, wait=0, at_once=leaked)
    assert meanwhile[0] == "before"
    assert said_to(browser) == (None if leaked else "before")
    assert (world.app.test_client().get(fleet).text == "[7]") is not leaked
    assert said_to(with_a_message(other)) == "before"
    assert looking == [("referral", "cookie-key"), ("directory", "cookie-key")]


def named_in(folder: Path) -> Settings:
    """Settings that name keys of sessions and cookies in a folder, as an installation by hand does."""
    names = {f"LOTSA_{each.upper()}_COOKIE_KEY_FILE": str(folder / f"{each}-cookie") for each in SERVICES}
    pair = {
        "LOTSA_SESSION_SIGNING_KEY_FILE": str(folder / PRIVATE),
        "LOTSA_SESSION_VERIFYING_KEYS_FILE": str(folder / PUBLIC),
    }
    return Settings.from_environment({"LOTSA_MODE": "test", **names, **pair})


def test_keys_are_made_where_settings_name_them_and_never_written_over(tmp_path: Path) -> None:
    """All that are missing, each readable by its owner alone; one that is there stays, to the byte."""
    settings = named_in(tmp_path)
    kept = "k" * 40
    (tmp_path / "audit-cookie").write_text(kept)
    made = make_web_keys(settings)
    assert {each.name for each in made} == {
        PRIVATE,
        PUBLIC,
        *(f"{each}-cookie" for each in SERVICES if each != "audit"),
    }
    assert (tmp_path / "audit-cookie").read_text() == kept
    secret = [each for each in made if each.name != PUBLIC]
    assert {each.stat().st_mode & 0o777 for each in secret} == {0o600}
    token = signer_from(tmp_path / PRIVATE).sign({"sid": "1"})
    assert reader_from(tmp_path / PUBLIC).read(token) == {"sid": "1"}
    before = {each.name: each.read_bytes() for each in tmp_path.iterdir()}
    assert make_web_keys(settings) == []
    assert {each.name: each.read_bytes() for each in tmp_path.iterdir()} == before


def test_public_halves_without_their_private_key_are_not_written_over(tmp_path: Path) -> None:
    """The private key may lie on the directory's machine: a new pair would sign everybody out."""
    make_session_keys(tmp_path / PRIVATE, tmp_path / PUBLIC)
    (tmp_path / PRIVATE).unlink()
    before = (tmp_path / PUBLIC).read_bytes()
    with pytest.raises(Trouble, match="is elsewhere, or lost"):
        make_web_keys(named_in(tmp_path))
    assert [each.name for each in tmp_path.iterdir()] == [PUBLIC]
    assert (tmp_path / PUBLIC).read_bytes() == before


def test_the_command_needs_no_other_setting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody says it who sets up a machine by hand: in production, before there is anything else."""
    for service in SERVICES:
        monkeypatch.setenv(f"LOTSA_{service.upper()}_COOKIE_KEY_FILE", str(tmp_path / f"{service}-cookie"))
    monkeypatch.setenv("LOTSA_SESSION_SIGNING_KEY_FILE", str(tmp_path / PRIVATE))
    monkeypatch.setenv("LOTSA_SESSION_VERIFYING_KEYS_FILE", str(tmp_path / PUBLIC))
    monkeypatch.delenv("LOTSA_MODE", raising=False)
    done = CliRunner().invoke(cli.app, ["keys", "make"])
    assert done.exit_code == 0, done.output
    assert len(list(tmp_path.iterdir())) == len(SERVICES) + 2
    again = CliRunner().invoke(cli.app, ["keys", "make"])
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_without_a_word_of_where_nothing_is_made() -> None:
    """The sentence names the settings."""
    with pytest.raises(Trouble, match="LOTSA_SESSION_SIGNING_KEY_FILE"):
        make_web_keys(Settings.from_environment({"LOTSA_MODE": "test"}))
