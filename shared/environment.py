"""How a setting is read from the environment: what kinds of values there are, and how one that is wrong is said.

Which settings there are says ``settings.py``, which alone reads them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Generic, TypeVar

from environs import Env

from shared.kernel.actor import Role
from shared.kernel.addresses import Networks
from shared.vocabulary.misread import Misread

ROLES = tuple(role.value for role in Role)

Value = TypeVar("Value")


class SettingsAreWrong(ValueError):
    """A setting is missing or contradicts another. The message names it, never its value."""


@dataclass(frozen=True)
class PerRole(Generic[Value]):
    """A setting for all roles, and what it is for those that it is set apart for, by the role's code."""

    usual: Value
    apart: Mapping[str, Value] = field(default_factory=dict)

    def of(self, role: str) -> Value:
        """What it is for a role."""
        return self.apart.get(role, self.usual)


class Reader:
    """Reads ``LOTSA_…`` variables, each by its name without that. Names what is wrong, and never quotes it.

    From ``os.environ``, unless a mapping is given. Raises SettingsAreWrong.
    """

    def __init__(self, environ: Mapping[str, str] | None) -> None:
        self._given = environ
        self._env = Env()

    def text(self, name: str, default: str = "") -> str:
        """A text as it stands."""
        if self._given is not None:
            return self._given.get(f"LOTSA_{name}", default)
        return str(self._env.str(f"LOTSA_{name}", default))

    def value(self, name: str, parse: Callable[[str], str]) -> str:
        """A value of the vocabulary, in its one written form."""
        text = self.text(name).strip()
        try:
            return parse(text) if text else ""
        except Misread as wrong:
            raise SettingsAreWrong(f"LOTSA_{name}: {wrong.title}") from None

    def per_role(self, name: str, read: Callable[[str], Value]) -> PerRole[Value]:
        """A setting that may be set apart for a role: ``NAME``, and ``NAME_<ROLE>``."""
        set_apart = {role: self.text(f"{name}_{_in_a_name(role)}").strip() for role in ROLES}
        try:
            apart = {role: read(text) for role, text in set_apart.items() if text}
            return PerRole(read(self.text(name).strip()), apart)
        except ValueError:
            raise SettingsAreWrong(f"LOTSA_{name} must be a whole number, for each role too") from None

    def path(self, name: str) -> Path | None:
        """A file's name; None where it is not set."""
        text = self.text(name)
        return Path(text) if text else None

    def networks(self, name: str) -> Networks:
        """Addresses and networks with commas between."""
        try:
            return Networks.parse(self.text(name))
        except ValueError:
            raise SettingsAreWrong(f"LOTSA_{name} must be addresses or networks with commas between") from None

    def pairs(self, name: str) -> Mapping[str, str]:
        """``name=value`` with commas between."""
        given = [each.strip() for each in self.text(name).split(",") if each.strip()]
        if not all("=" in each for each in given):
            raise SettingsAreWrong(f"LOTSA_{name} must be name=value with commas between")
        return {key.strip(): value.strip() for key, _, value in (each.partition("=") for each in given)}

    def number(self, name: str, default: int) -> int:
        """A whole number."""
        text = self.text(name)
        try:
            return int(text) if text else default
        except ValueError:
            raise SettingsAreWrong(f"LOTSA_{name} must be a whole number") from None


def _in_a_name(role: str) -> str:
    return role.upper().replace("-", "_")
