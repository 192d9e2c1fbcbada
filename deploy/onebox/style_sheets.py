"""Puts Designsystemet's style sheets where the pages find them; they are installed at set-up and never committed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

from deploy.onebox.trouble import NoNetwork, Trouble

PACKAGE = Path("node_modules/@digdir/designsystemet-css")
AUTHORITIES = Path("/etc/ssl/certs/ca-certificates.crt")
SHEETS = {
    "dist/src/index.css": "designsystemet.css",
    "dist/theme/designsystemet.css": "designsystemet-theme.css",
    "LICENSE": "designsystemet-LICENSE.txt",
}


def fetch_style_sheets(checkout: Path, programs: Path) -> None:
    """Install the packages of `package-lock.json` with the npm in `programs`, and copy what pages use.

    No script of any package is run. Raises NoNetwork, Trouble.
    """
    npm = programs / "npm"
    environment = {**os.environ, "PATH": os.pathsep.join([str(programs), os.environ.get("PATH", os.defpath)])}
    if AUTHORITIES.exists():
        # node brings its own list; an organisation's own authority is in the machine's
        environment.setdefault("NODE_EXTRA_CA_CERTS", str(AUTHORITIES))
    done = subprocess.run(
        [str(npm), "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        cwd=checkout,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
    )
    if done.returncode:
        if any(sign in done.stderr for sign in ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "network")):
            raise NoNetwork("The npm registry does not answer, and the style sheets have to be fetched once.")
        raise Trouble(f"npm could not install the style sheets: {done.stderr.strip()[-400:]}")
    vendor = checkout / "shared/web/static/vendor"
    vendor.mkdir(parents=True, exist_ok=True)
    for source, name in SHEETS.items():
        shutil.copyfile(checkout / PACKAGE / source, vendor / name)
