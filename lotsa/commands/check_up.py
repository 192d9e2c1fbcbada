"""What an operator asks of an installation: whether anything is wrong, and whether the log holds."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from lotsa.console import console, said

app = typer.Typer()


@app.command()
def doctor(
    metrics: Annotated[Path | None, typer.Option(help="A file in which Prometheus' node_exporter is told too.")] = None,
) -> None:
    """Look for what is wrong here, and say what to do about it. Exits with 1 when something is."""
    with said():
        from lotsa.demonstration import demonstration
        from lotsa.settings import current_settings, given_by_the_environment
        from operations.check_up.check_up import examine_installation

        here = None if given_by_the_environment() else demonstration()
        well = here.examine(console, metrics) if here else examine_installation(current_settings(), console, metrics)
        if not well:
            raise typer.Exit(1)


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
        from lotsa.settings import current_settings
        from operations.verify_log import verify

        raise typer.Exit(verify(export, key, console, known or [], installation=current_settings))
