"""`lotsa keys rotate KIND` and `lotsa keys make`: every kind of key that there is, and what changes it."""

from __future__ import annotations

from collections.abc import Mapping

from rich.console import Console

from operations.install.make_keys import make_web_keys
from operations.keys import rotate_log_key, rotate_master_key, rotate_web_keys
from operations.keys.key_files import alone
from operations.trouble import Trouble
from shared.kernel.file_watch import LOOK_AGAIN_AFTER_SECONDS
from shared.settings import SERVICES, Settings

SESSION = "session"
COOKIES = {f"{service}-cookie": service for service in SERVICES}
KINDS = (*rotate_master_key.KINDS, SESSION, *COOKIES, rotate_log_key.KIND)
OF_WEB = ("_COOKIE_KEY_FILE", "_SESSION_SIGNING_KEY_FILE", "_SESSION_VERIFYING_KEYS_FILE")
WAIT_S = 2 * LOOK_AGAIN_AFTER_SECONDS
"""Until every process has looked at its files again."""


def rotate(settings: Settings, kind: str, console: Console, *, leaked: bool = False, wait: float = WAIT_S) -> None:
    """Change the key of this kind; everything goes on meanwhile. Raises Trouble, KeyTrouble, SettingsAreWrong.

    ``leaked``: what the old key has signed counts no more at once.
    """
    with alone(settings):
        _rotate(settings, kind, console, leaked=leaked, wait=wait)


def _rotate(settings: Settings, kind: str, console: Console, *, leaked: bool, wait: float) -> None:
    if kind == SESSION:
        rotate_web_keys.rotate_session(settings, console, wait=wait, at_once=leaked)
    elif kind in COOKIES:
        rotate_web_keys.rotate_cookie(settings, COOKIES[kind], console, wait=wait, at_once=leaked)
    elif kind not in KINDS:
        raise Trouble(f"There is no kind of key “{kind}”; there are {', '.join(KINDS)}.")
    elif kind == rotate_log_key.KIND:
        # what an old key signed after its last checkpoint counts as nobody's, leaked or not
        rotate_log_key.rotate(settings, console, wait=wait)
    elif leaked:
        raise Trouble(
            f"Whoever has an old {kind} key and a copy of the database can read that copy for ever. Change the key"
            " without --leaked: from then on it opens nothing that is sealed here."
        )
    else:
        rotate_master_key.rotate(settings, kind, console, wait=wait)


def make(environment: Mapping[str, str], console: Console) -> None:
    """Make the keys of sessions and cookies where the settings name them, and only those that are not there.

    Nothing else of the settings is asked for: keys are made before the rest is there. Raises Trouble when all are there
    already, or none is named.
    """
    named = {name: value for name, value in environment.items() if name.startswith("LOTSA_") and name.endswith(OF_WEB)}
    settings = Settings.from_environment({"LOTSA_MODE": "test", **named})
    with alone(settings):
        made = make_web_keys(settings)
    if not made:
        raise Trouble("Every key of sessions and cookies that the settings name is there already; nothing was written.")
    for path in made:
        console.print(f"  {path}", markup=False)
    console.print(
        "Made. Give each web process its own cookie key and the public halves; the private key of sessions is for the"
        " directory's web alone."
    )
