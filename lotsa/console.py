"""Where a command prints, and what it says when it cannot do what it was asked."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console

from operations.trouble import Trouble
from shared.environment import SettingsAreWrong
from shared.storage.encryption import KeyTrouble

NOT_DONE = 2

console = Console(highlight=False, soft_wrap=True)


@contextmanager
def said() -> Iterator[None]:
    """Trouble is a sentence and an exit code, never a traceback; so is a database or a broker that is away."""
    try:
        yield
    except (Trouble, SettingsAreWrong, KeyTrouble) as trouble:
        _say(str(trouble))
        raise typer.Exit(getattr(trouble, "exit_code", NOT_DONE)) from None
    except KeyboardInterrupt:
        _say("Interrupted.")
        raise typer.Exit(130) from None
    except Exception as broken:
        if not _of_the_world(broken):
            raise
        # by its type alone: its own words may name addresses and users
        _say(f"It could not be done ({type(broken).__name__}): “lotsa doctor” looks for what is wrong.")
        raise typer.Exit(NOT_DONE) from None


def _say(sentence: str) -> None:
    # words that were given on the command line come back in it, whatever brackets they have
    Console(stderr=True, highlight=False, soft_wrap=True).print(sentence, style="red", markup=False)


def _of_the_world(broken: Exception) -> bool:
    # imported here: together they take longer to load than most commands need
    from amqp import AMQPError
    from sqlalchemy.exc import SQLAlchemyError

    return isinstance(broken, AMQPError | SQLAlchemyError | OSError)
