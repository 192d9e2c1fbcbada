"""The city (``cast.py``) in the directory's database: what fills it, and in whose name."""

from __future__ import annotations

from demo.seed.directory import OPERATOR, STOCKHOLM, seed_directory, seed_units
from demo.seed.directory_units import units

__all__ = ["OPERATOR", "STOCKHOLM", "seed_directory", "seed_units", "units"]
