"""Puts Designsystemet's style sheets and the font where the pages find them.

They are installed at set-up and never committed; the pages fetch nothing from anybody else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from hashlib import sha256
from pathlib import Path

from operations.trouble import NoNetwork, Trouble

PACKAGE = Path("node_modules/@digdir/designsystemet-css")
FONT = Path("node_modules/@fontsource-variable/source-sans-3")
FONT_SHEET = "source-sans-3.css"
FONT_FILE = re.compile(r"url\(\./files/([a-z0-9-]+\.woff2)\)")
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
    _copy_font(checkout / FONT, vendor)


def _copy_font(package: Path, vendor: Path) -> None:
    """The upright weights, a file for each group of scripts: browsers fetch those that a page has letters of."""

    def put(found: re.Match[str]) -> str:
        content = (package / "files" / found[1]).read_bytes()
        (vendor / found[1]).write_bytes(content)
        # as navigation.py names what is served: a changed file is a new address, so the old may be kept for ever
        return f"url({found[1]}?v={sha256(content).hexdigest()[:12]})"

    sheet = (package / "wght.css").read_text(encoding="utf-8")
    (vendor / FONT_SHEET).write_text(FONT_FILE.sub(put, sheet), encoding="utf-8")
    shutil.copyfile(package / "LICENSE", vendor / "source-sans-3-LICENSE.txt")
