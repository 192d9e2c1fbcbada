"""The rooms that are the product, as pyproject.toml names them to the checks of imports."""

from __future__ import annotations

import tomllib

from operations.checkout import CHECKOUT

PRODUCT: tuple[str, ...] = tuple(
    tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"]
)
