"""Where the time goes: each process sampled by py-spy while it is under load."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path

RATE_PER_S = 150
ROOMS = 10
PLACES = ("services/", "shared/", "lotsa/", "operations/", "demo/", "tools/")


class Profiles:
    """Samples several processes at once."""

    def __init__(self, pids: dict[str, int], seconds: int) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="lotsa-profile-"))
        self._running = {name: self._record(name, pid, seconds) for name, pid in pids.items()}

    def _record(self, name: str, pid: int, seconds: int) -> subprocess.Popen[str]:
        program = Path(sys.executable).with_name("py-spy")
        command = [
            str(program), "record", "--pid", str(pid), "--duration", str(seconds), "--rate", str(RATE_PER_S),
            "--format", "raw", "--gil", "--nonblocking", "--output", str(self._folder / name),
        ]  # fmt: skip
        return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)

    def tables(self) -> dict[str, list[str]]:
        """For each process, the places that took most of its samples, or the reason why there are none."""
        found = {}
        for name, process in self._running.items():
            _, said = process.communicate(timeout=120)
            file = self._folder / name
            found[name] = table(file.read_text()) if file.exists() else [f"no profile: {said.strip()[-160:]}"]
        return found


def table(raw: str) -> list[str]:
    """Lines "share  place" from py-spy's raw stacks: each sample counted once for the deepest room it was in."""
    own: Counter[str] = Counter()
    total = 0
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = stack.split(";")
        total += int(count)
        own[_place(frames)] += int(count)
    if not total:
        return ["no samples"]
    return [f"{count / total:6.1%}  {place}" for place, count in own.most_common(ROOMS)]


def _place(frames: list[str]) -> str:
    """The deepest library below the deepest frame of ours: "our function → library"."""
    ours, library = "", ""
    for frame in reversed(frames):
        name, _, where = frame.partition(" (")
        if any(place in where for place in PLACES) and "site-packages" not in where:
            ours = f"{where.partition(':')[0].rstrip(')')} {name}"
            break
        if not library and "site-packages/" in where:
            library = where.partition("site-packages/")[2].partition("/")[0]
    if not ours:
        return library or frames[-1].partition(" (")[0]
    return f"{ours} → {library}" if library else ours
