"""The browser for tests: the machine's, or Debian's unpacked into a folder of ours."""

from __future__ import annotations

import os
import shlex
from collections.abc import Callable
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from operations.trouble import Trouble

INSTALLED = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")

# Debian's own file names absolute folders; a browser unpacked elsewhere has to be told where letters are
FONTS = """\
<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "urn:fontconfig:fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>{root}/usr/share/fonts</dir>
  <cachedir>{folder}/font-cache</cachedir>
</fontconfig>
"""


def chromium(debian: DebianFolder) -> Path | None:
    """The browser's path: named by `LOTSA_CHROMIUM`, installed, or fetched; None when it is none of these."""
    named = os.environ.get("LOTSA_CHROMIUM")
    found = [Path(path) for path in ([named] if named else [*INSTALLED, str(_starter(debian))])]
    return next((path for path in found if os.access(path, os.X_OK)), None)


def fetch_chromium(debian: DebianFolder, step: Callable[[str, Callable[[], None]], None]) -> None:
    """Fetch the browser when there is none, as one `step` with a name. Raises NoNetwork, NoRoom, Trouble."""
    if chromium(debian) is None:
        step("Browser for the tests", lambda: _fetch(debian))


def _starter(debian: DebianFolder) -> Path:
    return debian.folder / "chromium"


def _fetch(debian: DebianFolder) -> None:
    debian.get(["chromium", "fonts-dejavu-core"], mark="chromium")
    program = debian.root / "usr/lib/chromium/chromium"
    if not program.exists():
        raise Trouble(f"Debian's chromium was fetched to {debian.root}, but holds no browser.")
    fonts = debian.folder / "fonts.conf"
    fonts.write_text(FONTS.format(root=debian.root, folder=debian.folder))
    environment = {**debian.environment(), "FONTCONFIG_FILE": str(fonts)}
    given = " ".join(f"{name}={shlex.quote(environment[name])}" for name in ("LD_LIBRARY_PATH", "FONTCONFIG_FILE"))
    starter = _starter(debian)
    starter.write_text(f'#!/bin/sh\nexec env {given} {shlex.quote(str(program))} "$@"\n')
    starter.chmod(0o755)
