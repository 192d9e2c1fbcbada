"""Small files that are there whole or not at all: a process may be killed while it writes."""

from __future__ import annotations

from pathlib import Path


def write_whole(path: Path, text: str, *, mode: int = 0o600) -> None:
    """Write a file beside it and put that in its place."""
    draft = path.with_name(f"{path.name}.draft")
    draft.touch(mode=mode)
    draft.write_text(text)
    draft.replace(path)
