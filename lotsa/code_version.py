"""Which code runs: the product's version, and a fingerprint of the files that its processes are made of."""

from __future__ import annotations

import tomllib
from hashlib import sha256

from operations.checkout import CHECKOUT

ROOMS = ("services", "shared", "operations", "lotsa", "demo")
KINDS = (".py", ".html", ".txt", ".json", ".toml", ".po", ".css", ".js")


def product_version() -> str:
    """As pyproject.toml says."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def fingerprint() -> str:
    """Twelve hexadecimal digits that differ when any file of the product does, wherever the checkout lies."""
    digest = sha256()
    for room in ROOMS:
        for file in sorted((CHECKOUT / room).rglob("*")):
            if file.suffix in KINDS and file.is_file():
                digest.update(f"{file.relative_to(CHECKOUT)}\n".encode())
                digest.update(sha256(file.read_bytes()).digest())
    return digest.hexdigest()[:12]
