"""Sealing to a recipient by age (https://age-encryption.org/v1): whoever makes a backup cannot read it.

The secret half (the identity) is made once and kept elsewhere; the machine has the public half (the recipient) alone.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyrage

from operations.trouble import Trouble


def default_recipients() -> list[str]:
    """For whom backups are sealed, when the command does not say: LOTSA_BACKUP_RECIPIENTS, separated by spaces."""
    return os.environ.get("LOTSA_BACKUP_RECIPIENTS", "").split()


def recipients_of(given: Sequence[str]) -> list[pyrage.x25519.Recipient]:
    """Those for whom it is sealed. Raises Trouble when there is none, or one is none."""
    if not given:
        raise Trouble(
            "Say for whom it is sealed: --recipient age1…, or LOTSA_BACKUP_RECIPIENTS. “lotsa backup-identity FILE” "
            "makes a pair: keep the file elsewhere, and give the recipient that it prints."
        )
    try:
        return [pyrage.x25519.Recipient.from_str(each) for each in given]
    except pyrage.RecipientError:
        raise Trouble("A recipient is not one of age's: it begins with age1.") from None


def identities_in(file: Path) -> list[pyrage.x25519.Identity]:
    """The secret halves in a file, one a line; lines that begin with # are not. Raises Trouble."""
    try:
        lines = [line.strip() for line in file.read_text("ascii").splitlines()]
        found = [pyrage.x25519.Identity.from_str(line) for line in lines if line and not line.startswith("#")]
    except (pyrage.IdentityError, UnicodeDecodeError):
        raise Trouble(f"{file} holds something that is no identity of age's (AGE-SECRET-KEY-1…).") from None
    if not found:
        raise Trouble(f"{file} holds no identity.")
    return found


def make_identity(file: Path) -> str:
    """Write a new secret half into a file that nobody else may read; returns the recipient. Raises Trouble."""
    identity = pyrage.x25519.Identity.generate()
    recipient = str(identity.to_public())
    try:
        file.touch(mode=0o600, exist_ok=False)
    except FileExistsError:
        raise Trouble(f"{file} is there already; nothing was written.") from None
    file.write_text(f"# public key: {recipient}\n{identity}\n")
    return recipient


def seal(reader: IO[bytes], writer: IO[bytes], recipients: Sequence[pyrage.x25519.Recipient]) -> None:
    """Seal everything that is read, as it comes. Raises Trouble when it cannot be written, as on a full disk."""
    try:
        pyrage.encrypt_io(reader, writer, list(recipients))
    except pyrage.EncryptError as broken:
        raise Trouble(f"What was sealed could not be written: {broken}.") from None


@contextlib.contextmanager
def told_apart(file: Path) -> Iterator[None]:
    """What breaks while a sealed file is opened, in a sentence."""
    try:
        yield
    except (pyrage.DecryptError, OSError) as broken:
        if isinstance(broken, OSError) and broken.errno is not None:
            raise
        raise Trouble(f"{file} cannot be opened: it is sealed for another identity, or it was changed.") from None


def unseal(file: Path, writer: IO[bytes], identities: Sequence[pyrage.x25519.Identity]) -> None:
    """Open a sealed file and write what is in it, as it comes. Raises Trouble when it cannot be opened."""
    with file.open("rb") as reader, told_apart(file):
        pyrage.decrypt_io(reader, writer, list(identities))
