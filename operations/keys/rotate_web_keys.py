"""The key that signs sessions, and each service's cookie key, are changed while processes run.

Nobody is signed out, and no open page loses anything, unless the old key has leaked: then it counts no more at once.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console

from operations.keys.key_files import hand_out, put, record
from shared.environment import SettingsAreWrong
from shared.settings import Settings
from shared.storage.encryption import MasterKey, MasterKeyIsWrong
from shared.web.session.keys import new_session_key, public_half, reader_from, signer_from
from shared.web.session.own_cookie import keys_from
from shared.web.session.state import ABSOLUTE_LIMIT

SIGN_IN = "directory"
RULE = "operators-rotate-keys"
STILL_COUNTS_S = ABSOLUTE_LIMIT.total_seconds() + 600
"""For how long a public half counts that signs no more: no session is older, nor clocks so far apart."""


def rotate_session(
    settings: Settings, console: Console, *, wait: float, at_once: bool, clock: Callable[[], float] = time.time
) -> None:
    """A new key for sessions. Raises SettingsAreWrong.

    Every process knows the new public half before anything is signed by it. The old one counts until no session that it
    signed can be in force; ``at_once``: not a moment longer, so that everybody signs in again.
    """
    private, public = settings.session_signing_key_file, settings.session_verifying_keys_file
    if private is None or public is None:
        raise SettingsAreWrong("LOTSA_SESSION_SIGNING_KEY_FILE and LOTSA_SESSION_VERIFYING_KEYS_FILE are needed")
    # what one that broke off has made is gone on with; it signs nothing before all know it
    coming = private.with_name(f"{private.stem}-coming{private.suffix}")
    # what is there is written over, so it must be what it is taken for
    reader_from(public)
    for path in filter(Path.exists, (private, coming)):
        signer_from(path)
    if not coming.exists():
        put(coming, json.dumps(new_session_key()))
    new, now = public_half(_read(coming)), clock()
    kept = [key for key in _read(public)["keys"] if key["kid"] != new["kid"] and key.get("exp", now + 1) > now]
    _publish(public, [new, *kept])
    console.print(
        f"  {public} holds the new public half: waiting {wait:g} s for every process to look at it", markup=False
    )
    # no process tells that it has looked at its file again, so each is given the time in which it does
    time.sleep(wait)
    put(private, json.dumps(_read(coming)))
    hand_out()
    console.print(f"  The directory signs with the new key: waiting {wait:g} s for its processes to look at it")
    time.sleep(wait)
    until = int(clock() + STILL_COUNTS_S)
    _publish(public, [new, *([] if at_once else ({"exp": until, **key} for key in kept))])
    coming.unlink()
    record(settings, SIGN_IN, "rotate-key", "session-key", RULE)
    console.print(
        "Done. Everybody signs in again: no session from before counts any more."
        if at_once
        else "Done. Nobody is signed out: sessions that the old key has signed count until they are over."
    )


def rotate_cookie(settings: Settings, service: str, console: Console, *, wait: float, at_once: bool) -> None:
    """A new key for a service's own cookie. Raises SettingsAreWrong.

    The one before goes on verifying until the next change; ``at_once``: not a moment longer, so that pages which are
    open lose their messages, and lists their next page.
    """
    path = settings.service(service).cookie_key_file
    before = keys_from(path, service)
    if path is None:
        raise SettingsAreWrong(f"LOTSA_{service.upper()}_COOKIE_KEY_FILE is needed")
    if any(map(_is_of_another_kind, before)):
        raise SettingsAreWrong(f"{path} holds keys of another kind: it was not written over")
    new = secrets.token_urlsafe(48)
    for keys in ([before[0], new], [new] if at_once else [new, before[0]]):
        put(path, "".join(f"{key}\n" for key in keys))
        hand_out()
        # as with the keys of sessions
        time.sleep(wait)
    record(settings, service, "rotate-key", "cookie-key", RULE)
    console.print(f"Done. {path} holds a new key{'' if at_once else ', and the one before'}.", markup=False)


def _is_of_another_kind(line: str) -> bool:
    """Whether a line is a key that data or the log hang on: settings may name the wrong file."""
    try:
        MasterKey.from_line(line)
    except MasterKeyIsWrong:
        return line.startswith(("PRIVATE+KEY+", "{"))
    return True


def _publish(public: Path, keys: list[Any]) -> None:
    put(public, json.dumps({"keys": keys}))
    hand_out()


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found
