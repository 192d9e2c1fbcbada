"""Other people's programs, where they are already: on the machine, or in a folder of packages unpacked for us."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

OLDEST_POSTGRES = 14


@dataclass(frozen=True)
class Programs:
    """A folder of programs and the environment they need."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return str(self.folder / name)


class UnpackedPackages:
    """A folder that holds packages unpacked, one beside the other, as they would lie under `/`; it need not be there.

    Packages are laid there by whoever fetches them: the demonstration on one machine does.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = folder / "root"

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


def newest_postgres(under: Path, wanted: Sequence[str]) -> Path | None:
    """The folder, as Debian lays it, of the newest PostgreSQL that has the wanted programs and is not too old."""
    found = [
        (int(place.parent.name), place)
        for place in under.glob("usr/lib/postgresql/*/bin")
        if place.parent.name.isdigit() and all((place / name).exists() for name in wanted)
    ]
    newest = max(found, default=None)
    return newest[1] if newest and newest[0] >= OLDEST_POSTGRES else None
