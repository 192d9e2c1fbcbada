"""A service's master key is changed while its processes run, or is given up when it is lost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from sqlalchemy import text

from operations.install.key_uses import asking, check_master_key, opens, samples
from operations.keys.key_files import alone, hand_out, put, record
from operations.keys.rewrap import left, rewrap
from operations.trouble import Trouble
from shared.environment import SettingsAreWrong
from shared.kernel.file_watch import LOOK_AGAIN_AFTER_SECONDS
from shared.settings import SERVICES, Settings
from shared.storage import key_register
from shared.storage.encryption import MasterKey
from shared.storage.master_keys import MasterKeys, read_master_keys

SUFFIX = "-master"
KINDS = tuple(f"{service}{SUFFIX}" for service in SERVICES)
PASSES = 3


def rotate(settings: Settings, kind: str, console: Console, *, wait: float = 2 * LOOK_AGAIN_AFTER_SECONDS) -> None:
    """Add a new master key, use it, and wrap everything anew under it; each step can be repeated after a crash.

    Every process has to know a key before anything is written under it, so it is added behind the one in use, and comes
    to the front `wait` seconds later. Raises Trouble, KeyTrouble.
    """
    service, path, owner_url = _asked(settings, kind)
    with asking(owner_url) as connection:
        check_master_key(service, path, connection)
    keys = read_master_keys(path)
    newest = max(keys, key=_number)
    adds = len(keys) == 1 or (newest.id == keys[0].id and not left(service, owner_url, MasterKeys(path)))
    if adds:
        newest = MasterKey.generate(_next_name(service, keys, owner_url))
    with asking(owner_url) as connection:
        if adds:
            put(path, _lines([*keys, newest]))
        # before anything is sealed under it, all that are there: one may have been added by hand, or by a change that
        # broke off just here, and of a key that is not registered nobody would say that it is missing
        key_register.note(connection, [*keys, newest])
    said = f"is added to {path}" if adds else "was added before: that is gone on with"
    console.print(f"  “{newest.id}” {said}", markup=False)
    hand_out()
    # no process tells that it has looked at its file again, so each is given the time in which it does
    time.sleep(wait)
    put(path, _lines([newest, *(key for key in read_master_keys(path) if key.id != newest.id)]))
    hand_out()
    # and that none still seals under the one before
    time.sleep(wait)
    console.print(f"  “{newest.id}” seals what is new", markup=False)
    current = MasterKeys(path)
    for _ in range(PASSES):
        counted = rewrap(service, owner_url, current)
        console.print(f"  {counted.done} keys wrapped anew, {counted.unreadable} that nothing opens")
        if not left(service, owner_url, current):
            break
    record(settings, service, "rotate-key", "master-key", "operators-rotate-keys")
    older = ", ".join(f"“{key.id}”" for key in read_master_keys(path)[1:])
    console.print(
        f"Done. {path} holds {older} too, for copies of the database that were made before: keep a copy of the file"
        " where the others are. The audit log says by whom.",
        markup=False,
    )


def give_up(settings: Settings, kind: str, console: Console, *, yes: bool) -> None:
    """Go on without master keys that are lost for ever. Raises Trouble when nothing is lost, or `yes` was not said."""
    with alone(settings):
        _give_up(settings, kind, console, yes=yes)


def _give_up(settings: Settings, kind: str, console: Console, *, yes: bool) -> None:
    service, path, owner_url = _asked(settings, kind)
    keys = read_master_keys(path) if path.exists() else ()
    with asking(owner_url) as connection:
        known = key_register.registered(connection)
        lost = [name for name in known if name not in {key.id for key in keys}]
        wrong = [key.id for key in keys if key.id in known and key_register.check_value(key) != known[key.id]]
        sealed = samples(service, connection)
    if wrong:
        raise Trouble(f"{path} holds another key called {wrong[0]}: take it out of the file first.")
    if not lost:
        raise Trouble(f"No key of {service} is lost: {path} holds {', '.join(key.id for key in keys) or 'none'}.")
    closed = sum(not opens(keys, key_id, wrapped) for key_id, wrapped in sealed)
    names = ", ".join(f"“{name}”" for name in lost)
    if not yes:
        raise Trouble(
            f"{names} of {service} would be given up. Of {len(sealed)} sealed things that were looked at, {closed} can"
            " then be read by nobody, for ever. Say --yes if no copy of the key is left anywhere."
        )
    with asking(owner_url) as connection:
        if not keys:
            keys = (MasterKey.generate(_next_name(service, keys, owner_url)),)
            put(path, _lines(keys))
        key_register.note(connection, keys)
        connection.execute(text("update master_keys set lost_at = clock_timestamp() where id = any(:l)"), {"l": lost})
    hand_out()
    record(settings, service, "give-up-key", "master-key", "operators-give-up-lost-keys")
    console.print(f"{names} given up. {path} holds {', '.join(key.id for key in keys)}.", markup=False)


def _asked(settings: Settings, kind: str) -> tuple[str, Path, str]:
    if kind not in KINDS:
        raise Trouble(f"There is no kind of key “{kind}” that this changes; there are {', '.join(KINDS)}.")
    own = settings.service(kind.removesuffix(SUFFIX))
    if own.master_key_file is None or not own.owner_database_url:
        name = own.name.upper()
        raise SettingsAreWrong(f"LOTSA_{name}_MASTER_KEY_FILE and LOTSA_{name}_OWNER_DATABASE_URL are needed")
    return own.name, own.master_key_file, own.owner_database_url


def _number(key: MasterKey) -> int:
    number = key.id.rpartition("-")[2]
    return int(number) if number.isdigit() else 0


def _next_name(service: str, keys: Sequence[MasterKey], owner_url: str) -> str:
    with asking(owner_url) as connection:
        # those given up too: a name is never used twice
        known = [MasterKey(name, b"") for (name,) in connection.execute(text("select id from master_keys"))]
    return f"{service}-{max(map(_number, [*keys, *known]), default=0) + 1}"


def _lines(keys: Sequence[MasterKey]) -> str:
    return "".join(f"{key.line()}\n" for key in keys)
