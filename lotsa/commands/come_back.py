"""What is done after something was lost: what was sent is sent again, and what became of the rest is said."""

from __future__ import annotations

from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer()


@app.command()
def restored(
    service: Annotated[list[str], typer.Argument(help="Which was put back, or begun anew; may be several.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """After a database was put back: say what is lost, begin a new epoch, and have the others send what is missing."""
    with said():
        from lotsa.settings import begin_bus_anew, current_settings
        from operations.come_back import after_restore

        after_restore.restored(current_settings(), service, reason, console, begin_bus_anew=begin_bus_anew)


@app.command()
def republish(
    service: Annotated[str, typer.Argument(help="Whose events: referral, directory, notifications or audit.")],
    since: Annotated[str, typer.Option(help="2026-11-29T20:00, or 90m, 6h, 3d ago; sent events are kept 30 days.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """Send again what a service has sent, for those who have lost it. Who has had it already does nothing."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back.republish import republish as republish_events

        republish_events(current_settings(), service, since, reason, console)


@app.command()
def announce(
    service: Annotated[str, typer.Argument(help="Whose: directory, the one that others keep copies of.")],
    reason: Annotated[str, typer.Option(help="Why, as a code; it is told which there are.")] = "",
) -> None:
    """Tell all units, assignments, routing rules and ended sessions again, so that every copy is whole."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back.announce import announce as announce_again

        announce_again(current_settings(), service, reason, console)


@app.command("rebuild-index")
def rebuild_index(
    reason: Annotated[str, typer.Option(help="Why, as a code: differs or restored.")] = "",
) -> None:
    """Make anew what the audit log's entries are found by, from the entries themselves, once they are verified."""
    with said():
        from lotsa.settings import current_settings
        from operations.come_back import rebuild_index as index

        index.rebuild_index(current_settings(), reason, console)
