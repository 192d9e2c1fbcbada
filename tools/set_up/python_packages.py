"""Installs locked Python packages, on a machine that may have no pip: Debian ships it as a wheel in a package."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from demo.one_machine.debian import DebianFolder
from operations.trouble import NoNetwork, NoRoom, Trouble

WHEEL = "usr/share/python-wheels/pip-*.whl"
AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt"
UNREACHABLE = (
    "NewConnectionError",
    "NameResolutionError",
    "Temporary failure in name resolution",
    "ConnectTimeoutError",
    "Network is unreachable",
    "Max retries exceeded",
)


def install_packages(python: Path, requirements: Path, debian: DebianFolder) -> None:
    """Install what `requirements` lists, each checked against its hash, into the environment of `python`.

    Only wheels: nothing is built, so neither compiler nor headers are needed. Raises NoNetwork, NoRoom, Trouble.
    """
    environment = dict(os.environ)
    pip = _pip(python, debian)
    environment.setdefault("PIP_CERT", str(_authorities(debian)))
    done = subprocess.run(
        [
            *pip, "install", "--quiet", "--no-input", "--disable-pip-version-check", "--no-warn-script-location",
            "--only-binary", ":all:", "--require-hashes", "--requirement", str(requirements),
        ],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=1800,
        env=environment,
    )  # fmt: skip
    if done.returncode == 0:
        return
    said = done.stdout + done.stderr
    if "No space left" in said:
        raise NoRoom("The disk is full: the Python packages could not be installed.")
    if any(sign in said for sign in UNREACHABLE):
        raise NoNetwork("The Python package index does not answer: is there a network? Nothing was started.")
    lines = [line for line in said.splitlines() if line.startswith("ERROR")]
    raise Trouble(f"The Python packages could not be installed: {' '.join(lines) or said.strip()[-400:]}")


def _pip(python: Path, debian: DebianFolder) -> list[str]:
    """How to call pip for that Python: its own, one that Python brings, or the wheel from Debian."""
    if _works([str(python), "-m", "pip", "--version"]):
        return [str(python), "-m", "pip"]
    if _works([str(python), "-m", "ensurepip", "--default-pip"]):
        return [str(python), "-m", "pip"]
    wheel = next(Path("/").glob(WHEEL), None)
    if wheel is None:
        debian.get(["python3-pip-whl"], mark="pip")
        wheel = next(debian.root.glob(WHEEL), None)
    if wheel is None:
        raise Trouble("There is no pip: install Debian's python3-pip, or python3-venv.")
    return [str(python), str(wheel / "pip")]


def _works(command: list[str]) -> bool:
    return subprocess.run(command, capture_output=True, timeout=300).returncode == 0


def _authorities(debian: DebianFolder) -> Path:
    """The certificate authorities that this machine trusts; where none are installed, those that Debian trusts."""
    if Path(AUTHORITIES).exists():
        return Path(AUTHORITIES)
    bundle = debian.folder / "ca-certificates.crt"
    if not bundle.exists():
        debian.get(["ca-certificates"], mark="ca-certificates")
        parts = sorted(debian.root.glob("usr/share/ca-certificates/mozilla/*.crt"))
        bundle.write_text("".join(part.read_text() for part in parts))
    return bundle
