"""Messages that could not be carried out."""

from __future__ import annotations

from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer(no_args_is_help=True, help="Messages that could not be carried out.")


@app.command("list")
def parked_list() -> None:
    """How many messages are parked, by queue. Exits with 1 when there are any."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        if parked_messages.show_counts(current_settings(), console):
            raise typer.Exit(1)


@app.command("show")
def parked_show(queue: Annotated[str, typer.Argument(help="As “lotsa parked list” names it.")]) -> None:
    """A queue's parked messages: what they are and why they lie there, never what is in them."""
    with said():
        from lotsa.settings import current_settings
        from operations import parked_messages

        parked_messages.show(current_settings(), queue, console)


@app.command("replay")
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


@app.command("discard")
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
