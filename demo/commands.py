"""The demonstration's commands: `lotsa run`, `stop`, `status`, `seed` and `demo-token`."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from lotsa.console import console, said
from lotsa.loopback import only_loopback, refuse_production_settings

app = typer.Typer()


class Scale(StrEnum):
    """How much is made up."""

    YEAR = "year"
    LARGE = "large"


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
        from demo.one_machine.check_up import parts_of
        from demo.one_machine.start import start
        from demo.one_machine.welcome import welcome
        from lotsa.code_version import fingerprint

        box = Box()
        with box.alone(lambda: console.print("Somebody else is starting it just now: waiting for that.")):
            parts = parts_of(box)
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
        from demo.one_machine import check_up
        from demo.one_machine.box import Box

        if not check_up.status(Box(), console):
            raise typer.Exit(1)


@app.command()
def seed(
    scale: Annotated[
        Scale, typer.Option(help="year: some 600 referrals in every state; large: a hundred thousand, for measuring.")
    ] = Scale.YEAR,
    referrals: Annotated[int, typer.Option(min=1, help="How many, of a large one.")] = 100_000,
) -> None:
    """Fill an empty demonstration with invented people, services and a year of referrals."""
    with said():
        from demo import fill
        from lotsa.settings import current_settings

        if scale is Scale.LARGE:
            fill.seed_large(current_settings(), console, referrals)
        else:
            fill.seed(current_settings(), console)


@app.command("demo-token")
def demo_token(
    role: Annotated[str, typer.Argument(help="A role, such as referrer, adviser or auditor, or a name: alva, bo, …")],
) -> None:
    """Print a bearer token for the API, for the one in the cast who has this role."""
    with said():
        from demo import tokens
        from lotsa.settings import current_settings

        print(tokens.token(current_settings(), role))


def add(to: typer.Typer) -> None:
    """Add these commands to the `lotsa` command."""
    to.add_typer(app)
