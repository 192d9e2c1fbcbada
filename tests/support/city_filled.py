"""The city (``cast.py``) in the databases: what fills it, and in whose name."""

from __future__ import annotations

from demo.seed import run as seed_a_year
from demo.seed.directory import OPERATOR, STOCKHOLM, seed_directory, seed_units
from demo.seed.directory_units import units
from demo.seed.people import LISTS

PEOPLE: frozenset[str] = frozenset(LISTS["first"]) | frozenset(LISTS["last"])
"""The first and last names of those whom a year of it is about."""

__all__ = ["OPERATOR", "PEOPLE", "STOCKHOLM", "seed_a_year", "seed_directory", "seed_units", "units"]
