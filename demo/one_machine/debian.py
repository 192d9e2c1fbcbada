"""Programs from Debian's archive without installing anything: fetched, checked by apt, unpacked into a folder of ours.

An ordinary user may do this as well as root: apt gets lists and a cache of its own, takes what is already installed
into account, and says what is missing. Signatures and hashes are apt's business throughout.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

from operations.programs import UnpackedPackages
from operations.trouble import NoNetwork, NoRoom, Trouble


class DebianFolder(UnpackedPackages):
    """A folder into which Debian packages are fetched and unpacked."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._lists = folder / "lists"
        self._cache = folder / "cache"

    def has(self, mark: str) -> bool:
        """Whether `get(…, mark=mark)` was completed before."""
        return (self.folder / f"{mark}.done").exists()

    def get(self, packages: list[str], *, mark: str) -> None:
        """Fetch and unpack the packages and what they need beyond what the machine has.

        Raises NoNetwork, NoRoom, Trouble.
        """
        if self.has(mark):
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            # somebody else may have fetched it while we waited
            if not self.has(mark):
                self._get(packages, mark)

    def _get(self, packages: list[str], mark: str) -> None:
        if shutil.which("apt-get") is None or shutil.which("dpkg") is None:
            wanted = " and ".join(packages)
            raise Trouble(
                f"{wanted} not found, and this machine has no apt-get to fetch them with: install them first."
            )
        for needed in (self._lists / "partial", self._cache / "archives" / "partial", self.root):
            needed.mkdir(parents=True, exist_ok=True)
        self._update()
        missing = self._missing(packages)
        self._unpack(self._download(missing))
        (self.folder / f"{mark}.done").write_text("\n".join(missing) + "\n")

    def _apt(self, *arguments: str, cwd: Path | None = None) -> str:
        command = [
            "apt-get", "-q", "-y",
            "-o", f"Dir::State::lists={self._lists}",
            "-o", f"Dir::Cache={self._cache}",
            "-o", "APT::Sandbox::User=root",
            "-o", "Debug::NoLocking=1",
            "-o", "Acquire::Retries=3",
            "-o", "Acquire::http::Timeout=30",
            *arguments,
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=900,
            env={**os.environ, "LC_ALL": "C.UTF-8"},
        )
        if done.returncode:
            self._explain(arguments[0], done.stdout + done.stderr)
        return done.stdout

    def _explain(self, step: str, said: str) -> None:
        if "No space left" in said or "enough free space" in said:
            raise NoRoom(f"The disk that holds {self.folder} is full.")
        if any(
            sign in said for sign in ("Could not resolve", "Failed to fetch", "Could not connect", "Unable to connect")
        ):
            raise NoNetwork("Debian's package archive does not answer: is there a network? Nothing was started.")
        lines = [line for line in said.splitlines() if line.startswith(("E:", "W:"))]
        raise Trouble(f"apt-get {step} failed: {' '.join(lines) or said.strip()[-400:]}")

    def _update(self) -> None:
        # apt-get update ends well even when every address failed: an empty folder of lists tells
        said = self._apt("update")
        if not any("_Packages" in found.name for found in self._lists.iterdir()):
            self._explain("update", said + "Failed to fetch")

    def _missing(self, packages: list[str]) -> list[str]:
        plan = self._apt("install", "--simulate", "--no-install-recommends", *packages)
        wanted = [line.split()[1] for line in plan.splitlines() if line.startswith("Inst ")]
        # a package installed already is still wanted here when it was asked for by name
        return list(dict.fromkeys([*wanted, *packages]))

    def _download(self, packages: list[str]) -> list[Path]:
        place = self.folder / "packages"
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        self._apt("download", *packages, cwd=place)
        return sorted(place.glob("*.deb"))

    def _unpack(self, archives: list[Path]) -> None:
        for archive in archives:
            done = subprocess.run(
                ["dpkg", "-x", str(archive), str(self.root)], capture_output=True, text=True, timeout=300
            )
            if done.returncode:
                self._explain("unpacking", done.stderr)
            archive.unlink()
