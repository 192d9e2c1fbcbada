"""Backups of the databases and of the keys, and putting them back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer()


@app.command()
def backup(
    to: Annotated[Path, typer.Argument(help="The folder that backups are laid into, each in a folder of its own.")],
    recipient: Annotated[
        list[str] | None, typer.Option(help="For whom it is sealed (age1…); LOTSA_BACKUP_RECIPIENTS; may be repeated.")
    ] = None,
    identity: Annotated[Path | None, typer.Option(help="The secret half, to try the backup out at once.")] = None,
    keep: Annotated[int, typer.Option(help="Forget backups that are older than so many days; 0 keeps all.")] = 0,
) -> None:
    """Take a sealed copy of all four databases as of one moment, while everything goes on."""
    with said():
        from lotsa.settings import current_settings
        from operations.backup import commands
        from operations.backup.seal import default_recipients

        commands.backup(current_settings(), to, recipient or default_recipients(), identity, keep, console)


@app.command("backup-identity")
def backup_identity(
    file: Annotated[Path, typer.Argument(help="Where the secret half is written; keep it elsewhere.")],
) -> None:
    """Make a pair for backups: the secret half in a file, and the recipient, which is printed."""
    with said():
        from operations.backup.seal import make_identity

        print(make_identity(file))


@app.command("backup-keys")
def backup_keys(
    file: Annotated[Path, typer.Argument(help="The file that is written; keep it apart from the databases' backups.")],
    recipient: Annotated[list[str] | None, typer.Option(help="For whom it is sealed, as for “lotsa backup”.")] = None,
) -> None:
    """Seal this installation's keys into one file."""
    with said():
        from lotsa.settings import current_settings
        from operations.backup import key_backup
        from operations.backup.seal import default_recipients

        key_backup.backup_keys(current_settings(), file, recipient or default_recipients(), console)


@app.command("restore-keys")
def restore_keys(
    file: Annotated[Path, typer.Argument(help="As “lotsa backup-keys” wrote it.")],
    identity: Annotated[Path, typer.Option(help="The secret half.")],
    to: Annotated[Path, typer.Option(help="The folder of keys; it must not hold any yet.")],
) -> None:
    """Open the file of keys into a folder."""
    with said():
        from operations.backup import key_backup

        key_backup.restore_keys(file, identity, to, console)


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="A backup: a folder that “lotsa backup” made.")],
    identity: Annotated[Path, typer.Option(help="The secret half of whom it is sealed for.")],
    service: Annotated[list[str] | None, typer.Option(help="Only this one's database; may be repeated.")] = None,
    check: Annotated[bool, typer.Option(help="Only try it out beside what runs, and drop it again.")] = False,
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """Put databases back from a backup, say what is lost, and go on. The databases that were there are kept."""
    with said():
        from lotsa.settings import begin_bus_anew, current_settings
        from operations.backup import commands

        settings = current_settings()
        if check:
            commands.check(settings, folder, identity, console)
        else:
            commands.restore(settings, folder, identity, service or [], reason, console, begin_bus_anew=begin_bus_anew)
