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

from operations.trouble import NoNetwork, NoRoom, Trouble


class DebianFolder:
    """A folder that holds Debian packages unpacked, one beside the other, as they would lie under `/`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"
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

    def environment(self) -> dict[str, str]:
        """What a program from this folder needs to find its libraries and its fellows."""
        libraries = [str(path) for path in self._library_folders()]
        programs = [str(self.root / path) for path in ("usr/bin", "usr/sbin", "bin", "sbin")]
        return {
            "LD_LIBRARY_PATH": os.pathsep.join([*libraries, os.environ.get("LD_LIBRARY_PATH", "")]).strip(os.pathsep),
            "PATH": os.pathsep.join([*programs, os.environ.get("PATH", os.defpath)]),
        }

    def _library_folders(self) -> list[Path]:
        places = [*self.root.glob("usr/lib/*-linux-gnu*"), *self.root.glob("lib/*-linux-gnu*")]
        # some packages keep libraries for their own use one folder down, under a path written into them
        private = sorted({library.parent for place in places for library in place.glob("*/lib*.so*")})
        return [place for place in [*places, *private, self.root / "usr/lib", self.root / "lib"] if place.is_dir()]

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
