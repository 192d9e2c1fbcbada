"""The `lotsa` command: runs the demonstration on one machine, and serves an operator's errands."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from lotsa.in_a_sentence import said
from lotsa.loopback import only_loopback, refuse_production_settings

# Each command imports what it needs when it is called: all of it together takes seconds to load.

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
parked = typer.Typer(no_args_is_help=True, help="Messages that could not be carried out.")
app.add_typer(parked, name="parked")
keys = typer.Typer(no_args_is_help=True, help="The keys that data are sealed under.")
app.add_typer(keys, name="keys")
console = Console(highlight=False, soft_wrap=True)


class Scale(StrEnum):
    """How much is made up."""

    YEAR = "year"
    LARGE = "large"


def _tell_version(wanted: bool) -> None:
    if wanted:
        from lotsa.code_version import fingerprint, product_version

        console.print(f"Lotsa {product_version()}, code {fingerprint()}")
        raise typer.Exit


@app.callback()
def every_command(
    version: Annotated[
        bool, typer.Option("--version", callback=_tell_version, is_eager=True, help="Which code this is.")
    ] = False,
) -> None:
    """What comes before any command."""


@app.command()
def run(
    port: Annotated[int, typer.Option(help="The port to serve on.", min=1, max=65535)] = 8000,
    bind: Annotated[str, typer.Option(help="The address to serve on; in demo mode this machine's own.")] = "127.0.0.1",
) -> None:
    """Start everything on this machine, as a demonstration with invented people."""
    with said():
        refuse_production_settings()
        only_loopback(bind)
        from demo.one_machine.box import Box
        from demo.one_machine.start import start
        from demo.one_machine.welcome import welcome
        from lotsa.code_version import fingerprint
        from operations.check_up import check_up as doctoring

        box = Box()
        with box.alone(lambda: console.print("Somebody else is starting it just now: waiting for that.")):
            parts = doctoring.parts_of(box)
            newest = box.code == fingerprint()
            if box.port and newest and all(part.ready for part in parts):
                console.print(f"It runs already, on port {box.port}.")
                port = box.port
            else:
                if any(part.runs for part in parts):
                    why = "Part of it runs" if newest else "Other code than what is here now runs"
                    console.print(f"{why}: that is stopped first, and all of it started anew.")
                    box.stop()
                console.print("Starting Lotsa:")
                start(box, port, console)
        welcome(port, console)


@app.command()
def stop(
    remove_data: Annotated[bool, typer.Option(help="Remove all data too: the next start begins anew.")] = False,
) -> None:
    """Stop everything that `lotsa run` started."""
    with said():
        from demo.one_machine.box import Box

        box = Box()
        box.stop()
        if remove_data:
            box.remove_data()
        console.print("Stopped, and all data removed." if remove_data else "Stopped.")


@app.command()
def status() -> None:
    """Tell what runs. Exits with 1 when something does not."""
    with said():
        from demo.one_machine.box import Box
        from operations.check_up import check_up as doctoring

        if not doctoring.status(Box(), console):
            raise typer.Exit(1)


@app.command()
def doctor(
    metrics: Annotated[Path | None, typer.Option(help="A file in which Prometheus' node_exporter is told too.")] = None,
) -> None:
    """Look for what is wrong here, and say what to do about it. Exits with 1 when something is."""
    with said():
        from demo.one_machine.box import Box
        from lotsa.settings import current_settings, given_by_the_environment
        from operations.check_up import check_up as doctoring

        well = (
            doctoring.examine_installation(current_settings(), console, metrics)
            if given_by_the_environment()
            else doctoring.examine(Box(), console, metrics)
        )
        if not well:
            raise typer.Exit(1)


@app.command()
def migrate() -> None:
    """Bring databases, exchanges and queues to this version."""
    with said():
        from lotsa.settings import current_settings
        from operations.install.migrate import declare_topology, migrate_databases

        settings = current_settings()
        migrate_databases(settings, lambda service: console.print(f"  tables of {service}"))
        for publisher, kind in declare_topology(settings):
            console.print(f"  nobody listens to {kind} from {publisher}")
        console.print("Databases and broker are up to date.")


@app.command()
def seed(
    scale: Annotated[
        Scale, typer.Option(help="year: some 600 referrals in every state; large: a hundred thousand, for measuring.")
    ] = Scale.YEAR,
    referrals: Annotated[int, typer.Option(min=1, help="How many, of a large one.")] = 100_000,
) -> None:
    """Fill an empty demonstration with invented people, services and a year of referrals."""
    with said():
        from demo import fill as seeding
        from lotsa.settings import current_settings

        if scale is Scale.LARGE:
            seeding.seed_large(current_settings(), console, referrals)
        else:
            seeding.seed(current_settings(), console)


@app.command("verify-audit")
def verify_audit(
    export: Annotated[Path | None, typer.Argument(help="An export of the log; made anew when none is given.")] = None,
    key: Annotated[str, typer.Option(help="The log's public key (NAME+ID+BASE64), or a file that holds it.")] = "",
    known: Annotated[
        list[Path] | None, typer.Option(help="A checkpoint kept from before (a file); may be repeated.")
    ] = None,
) -> None:
    """Check that nothing in the audit log was changed or removed, trusting nothing but one public key."""
    with said():
        from operations import verify_log as verifying

        raise typer.Exit(verifying.verify(export, key, console, known or []))


@app.command("demo-token")
def demo_token(
    role: Annotated[str, typer.Argument(help="A role, such as referrer, adviser or auditor, or a name: alva, bo, …")],
) -> None:
    """Print a bearer token for the API, for the one in the cast who has this role."""
    with said():
        from demo import tokens as demo_tokens
        from lotsa.settings import current_settings

        print(demo_tokens.token(current_settings(), role))


@app.command()
def republish(
    service: Annotated[str, typer.Argument(help="Whose events: referral, directory, notifications or audit.")],
    since: Annotated[str, typer.Option(help="2026-11-29T20:00, or 90m, 6h, 3d ago; sent events are kept 30 days.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """Send again what a service has sent, for those who have lost it. Who has had it already does nothing."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back import republish as republishing

        republishing.republish(current_settings(), service, since, reason, console)


@app.command("rebuild-index")
def rebuild_index(
    reason: Annotated[str, typer.Option(help="Why, as a code: differs or restored.")] = "",
) -> None:
    """Make anew what the audit log's entries are found by, from the entries themselves, once they are verified."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back import rebuild_index as rebuilding

        rebuilding.rebuild_index(current_settings(), reason, console)


@app.command()
def announce(
    service: Annotated[str, typer.Argument(help="Whose: directory, the one that others keep copies of.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """Tell all units, assignments, routing rules and ended sessions again, so that every copy is whole."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back import announce as announcing

        announcing.announce(current_settings(), service, reason, console)


@keys.command("rotate")
def keys_rotate(
    kind: Annotated[str, typer.Argument(help="referral-master, session, referral-cookie, …")],
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Others have it: what it signed counts no more at once.")
    ] = False,
    wait: Annotated[
        float, typer.Option(help="Seconds until every process has the new files; more where they are copied by hand.")
    ] = 2.0,
) -> None:
    """Change a key while everything goes on. What was sealed under the old one opens, what it signed holds."""
    with said():
        from lotsa.settings import current_settings
        from operations.keys import rotate as rotating

        rotating.rotate(current_settings(), kind, console, leaked=leaked, wait=max(wait, rotating.WAIT_S))


@keys.command("make")
def keys_make() -> None:
    """Make the keys of sessions and cookies, where the settings name them, that are not there. None is written over."""
    with said():
        import os

        from operations.keys import rotate as rotating

        rotating.make(os.environ, console)


@keys.command("lost")
def keys_lost(
    kind: Annotated[str, typer.Argument(help="referral-master, directory-master, …")],
    yes: Annotated[bool, typer.Option("--yes", help="Yes: no copy of it is left.")] = False,
) -> None:
    """Go on without a master key that is lost for ever: what only it opens can be read by nobody."""
    with said():
        from lotsa.settings import current_settings
        from operations.keys import rotate_master_key as changing_keys

        changing_keys.give_up(current_settings(), kind, console, yes=yes)


@app.command()
def restored(
    service: Annotated[list[str], typer.Argument(help="Which was put back, or begun anew; may be several.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """After a database was put back: say what is lost, begin a new epoch, and have the others send what is missing."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back import after_restore as errand

        errand.restored(current_settings(), service, reason, console)


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
        from lotsa.settings import backup_recipients, current_settings
        from operations.backup import commands as backing_up

        backing_up.backup(current_settings(), to, recipient or backup_recipients(), identity, keep, console)


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
        from lotsa.settings import backup_recipients, current_settings
        from operations.backup import key_backup as keys_apart

        keys_apart.backup_keys(current_settings(), file, recipient or backup_recipients(), console)


@app.command("restore-keys")
def restore_keys(
    file: Annotated[Path, typer.Argument(help="As “lotsa backup-keys” wrote it.")],
    identity: Annotated[Path, typer.Option(help="The secret half.")],
    to: Annotated[Path, typer.Option(help="The folder of keys; it must not hold any yet.")],
) -> None:
    """Open the file of keys into a folder."""
    with said():
        from operations.backup import key_backup as keys_apart

        keys_apart.restore_keys(file, identity, to, console)


@app.command()
def certificate(
    chain: Annotated[Path, typer.Argument(help="The certificate, with those between it and the authority's (PEM).")],
    key: Annotated[Path, typer.Argument(help="Its private key (PEM).")],
    to: Annotated[Path, typer.Option(help="The folder from which the proxy reads them.")] = Path("/tls"),
) -> None:
    """Put a certificate that everybody trusts before the services, once it is found right."""
    with said():
        from lotsa.settings import current_settings
        from operations import put_certificate as new_certificate

        new_certificate.put_certificate(current_settings(), chain, key, to, console)


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
        from lotsa.settings import current_settings
        from operations.backup import commands as backing_up

        settings = current_settings()
        if check:
            backing_up.check(settings, folder, identity, console)
        else:
            backing_up.restore(settings, folder, identity, service or [], reason, console)


@parked.command("list")
def parked_list() -> None:
    """How many messages are parked, by queue. Exits with 1 when there are any."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        if parked_messages.show_counts(current_settings(), console):
            raise typer.Exit(1)


@parked.command("show")
def parked_show(queue: Annotated[str, typer.Argument(help="As “lotsa parked list” names it.")]) -> None:
    """A queue's parked messages: what they are and why they lie there, never what is in them."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        parked_messages.show(current_settings(), queue, console)


@parked.command("replay")
def parked_replay(
    queue: Annotated[str, typer.Argument(help="As “lotsa parked list” names it.")],
    event: Annotated[list[str] | None, typer.Option(help="As “lotsa parked show” prints it; may be repeated.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All of them.")] = False,
) -> None:
    """Send parked messages back to their queue once the cause is mended. Exits with 1 when one comes back at once."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        parked_messages.replay(current_settings(), queue, None if every else event or [], console)


@parked.command("discard")
def parked_discard(
    event: Annotated[str, typer.Argument(help="As “lotsa parked show” prints it.")],
    reason: Annotated[
        str, typer.Option(help="Why, as a code: unreadable, never-possible, done-otherwise or not-ours.")
    ] = "",
    queue: Annotated[str, typer.Option(help="From which queue, where it is parked from several.")] = "",
) -> None:
    """Throw one parked message away for good. The audit log says by whom, and why."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        parked_messages.discard(current_settings(), event, reason, queue, console)


def main() -> None:
    """What the command `lotsa` runs."""
    app()


if __name__ == "__main__":
    sys.exit(app())
