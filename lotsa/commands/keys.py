"""The keys that data are sealed under, changed and given up."""

from __future__ import annotations

from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer(no_args_is_help=True, help="The keys that data are sealed under.")


@app.command("rotate")
def keys_rotate(
    kind: Annotated[str, typer.Argument(help="referral-master, session, referral-cookie, …")],
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Others have it: what it signed counts no more at once.")
    ] = False,
    wait: Annotated[
        float,
        typer.Option(
            help="Seconds in which every process looks at its files again; more where they are copied by hand."
        ),
    ] = 2.0,
) -> None:
    """Change a key while everything goes on. What was sealed under the old one opens, what it signed holds."""
    with said():
        from lotsa.settings import current_settings
        from operations.keys import rotate

        rotate.rotate(current_settings(), kind, console, leaked=leaked, wait=max(wait, rotate.WAIT_S))


@app.command("make")
def keys_make() -> None:
    """Make the keys of sessions and cookies, where the settings name them, that are not there. None is written over."""
    with said():
        import os

        from operations.keys import rotate

        rotate.make(os.environ, console)


@app.command("lost")
def keys_lost(
    kind: Annotated[str, typer.Argument(help="referral-master, directory-master, …")],
    yes: Annotated[bool, typer.Option("--yes", help="Yes: no copy of it is left.")] = False,
) -> None:
    """Go on without a master key that is lost for ever: what only it opens can be read by nobody."""
    with said():
        from lotsa.settings import current_settings
        from operations.keys import rotate_master_key

        rotate_master_key.give_up(current_settings(), kind, console, yes=yes)
