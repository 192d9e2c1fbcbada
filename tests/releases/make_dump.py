"""Makes the dump of a release: run once, in a checkout of that release, and kept for ever.

    make release-dump
    python -m tests.releases.make_dump [VERSION FILE]

Without words it is this checkout's version, beside this file; what is there already is not written over. The product
is started and given a small seeded year, and people leave things open (`left_open.py`); each service's database is
written as SQL, with the keys of that installation beside it, into one compressed archive. The people are invented, and
the installation is gone afterwards: its keys open nothing but this archive.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import tarfile
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import make_url

from demo import seed
from lotsa.code_version import product_version
from shared.settings import SERVICES
from tests.releases.left_open import leave_open
from tests.support.infrastructure import find_infrastructure, stop_infrastructure
from tests.support.running import Running, running_product

OVER_THE_YEAR = 24


def dump(product: Running, service: str) -> str:
    """One service's database as statements that any client can carry out. Raises CalledProcessError."""
    url = make_url(product.installation.servers.postgres_url)
    ours = url.set(drivername="postgresql", database=f"{product.installation.prefix}_{service}")
    done = subprocess.run(
        ["pg_dump", "--inserts", "--rows-per-insert=200", "--dbname", ours.render_as_string(hide_password=False)],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    # psql's own commands are no statements
    return "\n".join(line for line in done.stdout.splitlines() if not line.startswith("\\")) + "\n"


def _look_at_lists(product: Running) -> None:
    """Both sides look at their lists, more than once: what was shown is in the log, and who was shown it."""
    for who, direction in (("bo", "received"), ("alva", "sent"), ("bo", "received")):
        answer = product.ask(who, "GET", f"/api/referral/v1/referrals?direction={direction}&limit=25")
        answer.raise_for_status()


def main() -> None:
    """Seed, dump, pack."""
    version, file = sys.argv[1:] or (product_version(), "")
    kept = Path(file) if file else Path(__file__).with_name(f"{version}.tar.xz")
    if kept.exists():
        sys.exit(f"{kept} is there already. A release's dump is made once.")
    try:
        with running_product(find_infrastructure()) as product:
            seed.run(product.settings, over_the_year=OVER_THE_YEAR)
            _look_at_lists(product)
            left_open = leave_open(product)
            product.everything_has_arrived()
            made = {
                "version": version,
                "prefix": product.installation.prefix,
                "at": datetime.now(UTC).isoformat(),
                "left_open": left_open,
            }
            parts = {f"{service}.sql": dump(product, service) for service in SERVICES}
            parts["release.json"] = json.dumps(made, indent=2) + "\n"
            keys = product.folder / "keys"
            parts |= {f"keys/{each.name}": each.read_text() for each in sorted(keys.iterdir())}
    finally:
        stop_infrastructure()
    with tarfile.open(kept, "w:xz") as archive:
        for name, text in sorted(parts.items()):
            body = text.encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(body)
            archive.addfile(entry, io.BytesIO(body))
    sys.stdout.write(f"{kept}: {kept.stat().st_size} bytes\n")


if __name__ == "__main__":
    main()
