"""Fills an empty demonstration."""

from __future__ import annotations

from rich.console import Console

from demo.seed import run
from operations.trouble import Trouble
from shared.settings import Settings


def seed(settings: Settings, console: Console) -> None:
    """Run the seed. Raises Trouble where real people's data may be."""
    if settings.production:
        raise Trouble("The seed is invented people: it is not for LOTSA_MODE=production.")
    run(settings, lambda busy_with: console.print(f"  {busy_with}"))


def seed_large(settings: Settings, console: Console, referrals: int) -> None:
    """Run the large seed. Raises Trouble where real people's data may be, or anybody's are already."""
    from demo.seed import large
    from demo.seed.large.pour import NotAlone

    try:
        entries = large.run_large(settings, lambda busy_with: console.print(f"  {busy_with}"), referrals=referrals)
    except (large.NotEmpty, NotAlone) as refusal:
        raise Trouble(str(refusal)) from None
    console.print(f"  the log has {entries:,} entries")
