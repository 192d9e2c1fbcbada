"""The city in which tests take place: its units, organisations, people and assignments by name.

It is the one that the demonstration is filled with (``city_filled.py`` fills it). Tests of a service ask for it here,
and import nothing else of the demonstration (``tests/architecture/test_tests_and_the_demonstration.py``).
"""

from __future__ import annotations

from demo.seed.ids import ASSIGNMENT, CAST, DEMO_ISSUER, ORGANIZATION, UNIT, stable

__all__ = ["ASSIGNMENT", "CAST", "DEMO_ISSUER", "ORGANIZATION", "UNIT", "stable"]
