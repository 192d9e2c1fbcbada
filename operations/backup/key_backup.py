"""`lotsa backup-keys` and `lotsa restore-keys`: the installation's keys in one sealed file, apart from the databases.

They are the installation's own folder, and every file that a setting names elsewhere (`LOTSA_…_FILE`): a container's
secret, a key that an installation made by hand keeps where it likes. Half of the keys would be taken for all of them,
so one that is named and cannot be read is trouble.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator, Sequence
from dataclasses import fields
from pathlib import Path

import pyrage
from rich.console import Console

from operations.backup import seal
from operations.trouble import Trouble
from shared.settings import ServiceSettings, Settings

FOLDER, ELSEWHERE, WHERE = "keys", "elsewhere", "where.json"


def backup_keys(settings: Settings, file: Path, recipients: Sequence[str], console: Console) -> None:
    """Seal every key of this installation into one file, to be kept apart from the databases' backups.

    Raises Trouble when the file is there already, or no keys are, or one that a setting names cannot be read.
    """
    sealed_for = seal.recipients_of(recipients)
    folder = settings.var / "keys"
    own = sorted(folder.iterdir()) if folder.is_dir() else []
    elsewhere = {name: path for name, path in named(settings) if path.resolve().parent != folder.resolve()}
    if not own and not elsewhere:
        raise Trouble(f"There is no folder of keys at {folder}, and no setting names a key. Nothing was written.")
    if file.exists():
        raise Trouble(f"{file} is there already; nothing was written.")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for each in own:
            archive.add(each, arcname=f"{FOLDER}/{each.name}")
        for name, path in elsewhere.items():
            _add(archive, f"{ELSEWHERE}/{name}", _read(name, path))
        _add(archive, WHERE, json.dumps({name: str(path) for name, path in elsewhere.items()}).encode())
    file.touch(mode=0o600)
    file.write_bytes(pyrage.encrypt(packed.getvalue(), sealed_for))
    console.print(f"{file}: every key of this installation, sealed. Keep it where no backup of the databases lies.")
    for name, path in elsewhere.items():
        console.print(f"  with {path}, which {name} names")


def named(settings: Settings) -> Iterator[tuple[str, Path]]:
    """The files that settings name, each with its setting: they hold keys and secrets, and nothing else is named so."""
    for service, its in settings.services.items():
        for each in fields(ServiceSettings):
            path = getattr(its, each.name)
            if each.name.endswith("_file") and path is not None:
                yield f"LOTSA_{service.upper()}_{each.name.upper()}", path
    for each in fields(Settings):
        path = getattr(settings, each.name)
        if each.name.endswith("_file") and path is not None:
            yield f"LOTSA_{each.name.upper()}", path


def restore_keys(file: Path, identity: Path, to: Path, console: Console) -> None:
    """Open a file that `backup_keys` wrote into a folder that is not there yet. Raises Trouble.

    What lay elsewhere is laid into it under the name of its setting, and told: where it belongs hangs on the machine.
    """
    identities = seal.identities_in(identity)
    if to.exists() and any(to.iterdir()):
        raise Trouble(f"{to} is not empty: keys are not written over others. Nothing was written.")
    opened = io.BytesIO()
    seal.unseal(file, opened, identities)
    opened.seek(0)
    try:
        to.mkdir(mode=0o700, parents=True, exist_ok=True)
        elsewhere = _unpack(opened, to)
    except OSError as broken:
        raise Trouble(f"The keys could not be written to {to}: {broken.strerror}.") from None
    console.print(f"{to}: the keys are there again.")
    for name, path in elsewhere.items():
        console.print(
            f"  {to / name} was {path}: put it back there, or where {name} is to name it, and remove it here."
        )


def _unpack(opened: io.BytesIO, to: Path) -> dict[str, str]:
    elsewhere: dict[str, str] = {}
    with tarfile.open(fileobj=opened) as archive:
        for each in archive.getmembers():
            content = archive.extractfile(each)
            if content is None:
                continue
            if each.name == WHERE:
                elsewhere = json.loads(content.read())
                continue
            written = to / Path(each.name).name
            written.touch(mode=0o600)
            written.write_bytes(content.read())
    return elsewhere


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(content), 0o600
    archive.addfile(entry, io.BytesIO(content))


def _read(name: str, path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as broken:
        raise Trouble(f"{name} names {path}, which cannot be read ({broken.strerror}): nothing was written.") from None
