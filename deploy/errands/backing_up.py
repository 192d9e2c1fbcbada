"""`lotsa backup` and `lotsa restore`, as an operator says them."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Sequence
from pathlib import Path

import psycopg
import pyrage
from rich.console import Console

from deploy.backup import sealed
from deploy.backup.making import forget_older, make_backup, open_backup
from deploy.backup.restoring import put_back, try_out
from deploy.errands import restored as coming_back_to_work
from deploy.errands.coming_back import known_service, rule_for
from deploy.onebox.trouble import Trouble
from shared.settings import SERVICES, Settings


def backup(
    settings: Settings, to: Path, recipients: Sequence[str], identity: Path | None, keep_days: int, console: Console
) -> Path:
    """Take a backup into a folder, try it out when the identity is here, and forget the old ones. Raises Trouble."""
    sealed_for = sealed.recipients_of(recipients)
    identities = sealed.identities_in(identity) if identity else []
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
    try_out(settings, open_backup(folder), sealed.identities_in(identity), console)
    console.print("Every database came back as it was written down, and the log in it holds.")


def restore(
    settings: Settings, folder: Path, identity: Path, services: Sequence[str], reason: str, console: Console
) -> None:
    """Put databases back and have the services go on. Raises Trouble, which says where it stands."""
    rule_for(reason)
    wanted = [known_service(each) for each in services] or list(SERVICES)
    found = open_backup(folder)
    put_back(settings, found, wanted, sealed.identities_in(identity), console)
    words = " ".join(wanted)
    console.print(
        f"Now what became of the time since; should that break off, “lotsa restored {words} --reason {reason}” "
        "takes it up again."
    )
    coming_back_to_work.restored(settings, wanted, reason, console)


def backup_keys(settings: Settings, file: Path, recipients: Sequence[str], console: Console) -> None:
    """Seal this installation's folder of keys into one file, to be kept apart from the databases' backups.

    Raises Trouble when the file is there already, or no keys are.
    """
    sealed_for = sealed.recipients_of(recipients)
    folder = settings.var / "keys"
    if not folder.is_dir():
        raise Trouble(f"There is no folder of keys at {folder}.")
    if file.exists():
        raise Trouble(f"{file} is there already; nothing was written.")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for each in sorted(folder.iterdir()):
            archive.add(each, arcname=f"keys/{each.name}")
    file.touch(mode=0o600)
    file.write_bytes(pyrage.encrypt(packed.getvalue(), sealed_for))
    console.print(f"{file}: every key of this installation, sealed. Keep it where no backup of the databases lies.")


def restore_keys(file: Path, identity: Path, to: Path, console: Console) -> None:
    """Open a file that `backup_keys` wrote into a folder that is not there yet. Raises Trouble."""
    identities = sealed.identities_in(identity)
    if to.exists() and any(to.iterdir()):
        raise Trouble(f"{to} is not empty: keys are not written over others. Nothing was written.")
    opened = io.BytesIO()
    sealed.unseal(file, opened, identities)
    opened.seek(0)
    to.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tarfile.open(fileobj=opened) as archive:
        for each in archive.getmembers():
            name = Path(each.name).name
            content = archive.extractfile(each)
            if content is not None:
                (to / name).touch(mode=0o600)
                (to / name).write_bytes(content.read())
    console.print(f"{to}: the keys are there again.")
