"""Where a checkout keeps what it makes: `var/`, which for root leads to a folder that the service user can enter."""

from __future__ import annotations

import os
from hashlib import sha256
from pathlib import Path

from demo.one_machine.service_user import service_user
from operations.checkout import CHECKOUT, var_folder
from operations.trouble import NoRoom, Trouble


def data_folder() -> Path:
    """The folder for data, fetched programs and logs, made when it is missing. Raises Trouble, NoRoom.

    A checkout of root's usually lies where nobody else can enter, and the database must not run as root:
    its data lies in `/var/lib/lotsa-…` then, and `var/` is a link to it. `LOTSA_VAR` names another place.
    """
    var = var_folder()
    try:
        return _made(var, linked=not os.environ.get("LOTSA_VAR"))
    except PermissionError as problem:
        raise Trouble(
            f"{var} cannot be written by you. Was it made by root? Then “make reset” as root removes it."
        ) from problem
    except OSError as problem:
        raise NoRoom(f"{var} cannot be written: {problem.strerror}. Nothing was started.") from problem


def _made(var: Path, *, linked: bool) -> Path:
    user = service_user()
    if linked and user.uid is not None and not var.exists():
        target = Path("/var/lib") / f"lotsa-{sha256(str(CHECKOUT).encode()).hexdigest()[:10]}"
        target.mkdir(mode=0o755, parents=True, exist_ok=True)
        var.unlink(missing_ok=True)
        var.symlink_to(target)
    var.mkdir(parents=True, exist_ok=True)
    folder = var.resolve()
    if not os.access(folder, os.W_OK):
        raise PermissionError
    if not user.may_enter(folder):
        raise Trouble(
            f"{folder} cannot be entered by the user “lotsa”, whom the database runs as: remove it, or chmod it."
        )
    return folder
