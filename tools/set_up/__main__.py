"""Makes the Python environment and what is made from the checkout's files. Runs on the system's Python alone.

    python3 -m tools.set_up run     what `make run` needs
    python3 -m tools.set_up test    what `make check` and `make test` need

Every step leaves a stamp, so that the second time takes no time. Only the standard library may be imported here.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from hashlib import sha256
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from demo.one_machine.places import data_folder
from operations.checkout import CHECKOUT
from operations.trouble import NoRoom, Trouble
from tools.set_up.chromium import fetch_chromium
from tools.set_up.python_packages import install_packages
from tools.set_up.style_sheets import fetch_style_sheets

VENV = CHECKOUT / ".venv"
PROGRAMS = VENV / "bin"
ROOM = {"run": 900, "test": 2000}  # megabytes: environment, servers' programs, style sheets; with a browser
REQUIREMENTS = {"run": "onebox.txt", "unit": "dev.txt", "test": "dev.txt"}


def set_up(purpose: str) -> None:
    """Do the steps that are not done yet. Raises Trouble and its kinds."""
    requirements = CHECKOUT / "requirements" / REQUIREMENTS[purpose]
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    if not (VENV / "bin" / "python").exists():
        _room_for(purpose)
        _step("Python environment", _make_environment)
    if not _stamped("packages", [requirements, CHECKOUT / "tools/set_up/__main__.py"], python):
        _room_for(purpose)
        _step(f"Python packages ({requirements.name})", lambda: _install(requirements))
        _stamp("packages", [requirements, CHECKOUT / "tools/set_up/__main__.py"], python)
    sheets = [CHECKOUT / "package-lock.json", CHECKOUT / "tools/set_up/style_sheets.py"]
    if not _stamped("style-sheets", sheets) or not (CHECKOUT / "shared/web/static/vendor").is_dir():
        _step("Style sheets and font", lambda: fetch_style_sheets(CHECKOUT, PROGRAMS))
        _stamp("style-sheets", sheets)
    catalogues = sorted(CHECKOUT.glob("*/**/translations/*/LC_MESSAGES/messages.po"))
    made = all(catalogue.with_suffix(".mo").exists() for catalogue in catalogues)
    if not made or not _stamped("translations", catalogues):
        _step("Translations", _compile_translations)
        _stamp("translations", catalogues)
    if purpose == "test":
        fetch_chromium(DebianFolder(data_folder() / "debian"), _step)


def _room_for(purpose: str) -> None:
    wanted = ROOM.get(purpose, ROOM["run"])
    free = shutil.disk_usage(CHECKOUT).free // 2**20
    if free < wanted:
        raise NoRoom(f"{CHECKOUT} has {free} MB left on its disk; {wanted} MB are needed. Nothing was started.")


def _make_environment() -> None:
    # without pip: Debian keeps that part of venv in a package of its own, which may not be here
    done = subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", "--clear", str(VENV)],
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise Trouble(f"Python could not make an environment in {VENV}: {done.stderr.strip()[-300:]}")


def _install(requirements: Path) -> None:
    debian = DebianFolder(data_folder() / "debian")
    install_packages(PROGRAMS / "python", requirements, debian)
    library = next((VENV / "lib").glob("python3*")) / "site-packages"
    # the checkout itself is imported from where it lies
    (library / "lotsa-checkout.pth").write_text(f"{CHECKOUT}\n")
    command = PROGRAMS / "lotsa"
    # by the shell: a first line that names a program must have no space in it
    command.write_text('#!/bin/sh\nexec "$(dirname "$0")/python" -m lotsa.cli "$@"\n')
    command.chmod(0o755)


def _compile_translations() -> None:
    done = subprocess.run(
        [str(PROGRAMS / "python"), "-m", "tools.translations", "compile"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    if done.returncode:
        raise Trouble(f"The translations could not be compiled: {(done.stdout + done.stderr).strip()[-400:]}")


def _fingerprint(files: Iterable[Path], *more: str) -> str:
    digest = sha256("\n".join(more).encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _stamped(step: str, files: Iterable[Path], *more: str) -> bool:
    stamp = VENV / f"{step}.stamp"
    return stamp.exists() and stamp.read_text() == _fingerprint(files, *more)


def _stamp(step: str, files: Iterable[Path], *more: str) -> None:
    (VENV / f"{step}.stamp").write_text(_fingerprint(files, *more))


def _step(name: str, act: Callable[[], None]) -> None:
    print(f"  {name} …", end="", flush=True)
    began = time.monotonic()
    try:
        act()
    except BaseException:
        print(" failed", flush=True)
        raise
    print(f" done ({time.monotonic() - began:.0f} s)", flush=True)


def main() -> None:
    """Set up for the purpose named on the command line; exits with a sentence when something is not as needed."""
    purpose = sys.argv[1] if len(sys.argv) == 2 and sys.argv[1] in REQUIREMENTS else ""
    if not purpose:
        sys.exit(f"Say what for: {', '.join(REQUIREMENTS)}.")
    if sys.version_info < (3, 11):  # noqa: UP036 - this file is run by whatever python3 is on the machine
        sys.exit(f"Python 3.11 or newer is needed; {sys.executable} is {sys.version.split()[0]}.")
    os.umask(0o022)
    with (CHECKOUT / "pyproject.toml").open() as held:
        # two commands at once would install into one environment
        fcntl.flock(held, fcntl.LOCK_EX)
        try:
            set_up(purpose)
        except Trouble as trouble:
            print(trouble, file=sys.stderr)
            sys.exit(trouble.exit_code)
        except OSError as problem:
            print(f"{problem.filename or CHECKOUT}: {problem.strerror}.", file=sys.stderr)
            sys.exit(NoRoom.exit_code)


if __name__ == "__main__":
    main()
