"""`lotsa backup` and `lotsa restore`, as an operator says them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import psycopg
from rich.console import Console

from operations.backup import seal
from operations.backup.make import forget_older, make_backup, open_backup
from operations.backup.restore import put_back, try_out
from operations.come_back import after_restore
from operations.operator_act import known_service, rule_for
from operations.trouble import Trouble
from shared.settings import SERVICES, Settings


def backup(
    settings: Settings, to: Path, recipients: Sequence[str], identity: Path | None, keep_days: int, console: Console
) -> Path:
    """Take a backup into a folder, try it out when the identity is here, and forget the old ones. Raises Trouble."""
    sealed_for = seal.recipients_of(recipients)
    identities = seal.identities_in(identity) if identity else []
    try:
        made = make_backup(settings, to, sealed_for, console)
        console.print(f"{made.folder}: all four databases as of one moment, sealed. No key is in it.")
        if identities:
            try_out(settings, made, identities, console)
            console.print("It was tried out: every database came back, and the log in it holds.")
        else:
            console.print(
                f"It was not tried out, since whoever makes it cannot read it: “lotsa restore {made.folder} --check "
                "--identity FILE” does, wherever the identity may be."
            )
    except psycopg.Error as broken:
        raise Trouble(f"A database does not answer as it should ({type(broken).__name__}).") from None
    except OSError as broken:
        raise Trouble(f"The backup could not be written: {broken.strerror or type(broken).__name__}.") from None
    if keep_days:
        forget_older(to, keep_days, console)
    return made.folder


def check(settings: Settings, folder: Path, identity: Path, console: Console) -> None:
    """Try a backup out beside what runs. Raises Trouble when it is not whole."""
    try_out(settings, open_backup(folder), seal.identities_in(identity), console)
    console.print("Every database came back as it was written down, and the log in it holds.")


def restore(
    settings: Settings,
    folder: Path,
    identity: Path,
    services: Sequence[str],
    reason: str,
    console: Console,
    *,
    begin_bus_anew: Callable[[], None] | None = None,
) -> None:
    """Put databases back and have the services go on. Raises Trouble, which says where it stands.

    ``begin_bus_anew``: as `restored` is given it.
    """
    rule_for(reason)
    wanted = [known_service(each) for each in services] or list(SERVICES)
    found = open_backup(folder)
    put_back(settings, found, wanted, seal.identities_in(identity), console)
    words = " ".join(wanted)
    console.print(
        f"Now what became of the time since; should that break off, “lotsa restored {words} --reason {reason}” "
        "takes it up again."
    )
    after_restore.restored(settings, wanted, reason, console, begin_bus_anew=begin_bus_anew)
