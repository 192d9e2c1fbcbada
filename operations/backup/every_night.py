"""A backup every night, in a container of its own that is given the database's password and no key at all."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import quote

from rich.console import Console

from operations.backup.commands import backup
from operations.backup.seal import default_recipients
from operations.install.prepare import PREFIX
from operations.trouble import Trouble
from shared.kernel.clock import SWEDEN, Clock, SystemClock
from shared.settings import SERVICES, Settings

BACKUPS = Path("/backups")
HOUR, MINUTE = 2, 30
ASK_AGAIN_SECONDS = 60.0
AGAIN_AFTER_TROUBLE_SECONDS = 900.0


def back_up_every_night(
    *, clock: Clock | None = None, sleep: Callable[[float], None] = time.sleep, to: Path = BACKUPS
) -> None:
    """One at once, and then one each night. Does not return. Raises Trouble when nobody is named to seal it for."""
    recipients, clock = default_recipients(), clock or SystemClock()
    if not recipients:
        raise Trouble("LOTSA_BACKUP_RECIPIENTS names nobody: no backup is made. See “Backups” in docs/operating.md.")
    keep = int(os.environ.get("LOTSA_BACKUP_KEEP_DAYS", "0"))
    # what is written here is read by `docker compose logs backup`
    console = Console(soft_wrap=True, highlight=False)
    due = clock.now()
    while True:
        if clock.now() >= due:
            try:
                backup(settings(), to, recipients, None, keep, console)
                due = next_night(clock.now())
            except Trouble as trouble:
                console.print(f"No backup was made: {trouble}", markup=False)
                due = clock.now() + timedelta(seconds=AGAIN_AFTER_TROUBLE_SECONDS)
        # short naps: a machine that slept, or a clock that was set, makes it late by a minute and not by a day
        sleep(ASK_AGAIN_SECONDS)


def next_night(now: datetime) -> datetime:
    """The next half past two in Sweden."""
    here = now.astimezone(SWEDEN)
    tonight = here.replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0)
    if tonight <= here:
        tonight = (here + timedelta(days=1)).replace(hour=HOUR, minute=MINUTE, second=0, microsecond=0)
    return tonight


def settings() -> Settings:
    """What a backup needs to know: where the databases are, as PostgreSQL's superuser."""
    password = quote(Path(os.environ["LOTSA_POSTGRES_PASSWORD_FILE"]).read_text().strip(), safe="")
    superuser = f"postgresql+psycopg://postgres:{password}@postgres:5432"
    databases = {f"LOTSA_{each.upper()}_DATABASE_URL": f"{superuser}/{PREFIX}_{each}" for each in SERVICES}
    told = {
        "LOTSA_MODE": "production",
        "LOTSA_PUBLIC_URL": "https://backup.invalid",
        "LOTSA_INSTALLATION": PREFIX,
        "LOTSA_ADMIN_DATABASE_URL": f"{superuser}/postgres",
    }
    return Settings.from_environment({**told, **databases})
