"""The `lotsa` command: what an operator does, and the demonstration on one machine where that is installed."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from lotsa.commands import backups, check_up, come_back, installation, keys, parked_messages
from lotsa.console import console
from lotsa.demonstration import demonstration

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)


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


_demonstration = demonstration()
if _demonstration is not None:
    _demonstration.add_commands(app)
for _subject in (check_up, installation, come_back, backups):
    app.add_typer(_subject.app)
app.add_typer(parked_messages.app, name="parked")
app.add_typer(keys.app, name="keys")


def main() -> None:
    """What the command `lotsa` runs."""
    app()


if __name__ == "__main__":
    sys.exit(app())
