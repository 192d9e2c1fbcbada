"""Lists of codes with a period in which each may be chosen: target groups and forms of support."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.directory.domain.refusals import TermIsUnknown


@dataclass(frozen=True)
class Term:
    """One code. ``basis``: the statute or decision that it rests on; ``situation``: the same in a carer's own words.

    ``name`` and ``situation`` are keys into the catalogue.
    """

    code: str
    name: str
    valid_from: date
    valid_to: date | None = None
    basis: str = ""
    situation: str = ""

    def in_force(self, on: date) -> bool:
        """Whether the code may be chosen on a day; ``valid_to`` is the first day on which it may not."""
        return self.valid_from <= on and (self.valid_to is None or on < self.valid_to)


@dataclass(frozen=True)
class Taxonomy:
    """One list of codes."""

    name: str
    terms: Mapping[str, Term]

    def in_force(self, on: date) -> list[Term]:
        """The codes that may be chosen on a day, in the list's own order."""
        return [term for term in self.terms.values() if term.in_force(on)]

    def require(self, codes: Iterable[str], on: date) -> tuple[str, ...]:
        """The codes in the list's order, each once. Raises TermIsUnknown when one may not be chosen on that day."""
        wanted = set(codes)
        chosen = tuple(term.code for term in self.in_force(on) if term.code in wanted)
        if len(chosen) != len(wanted):
            raise TermIsUnknown(fields={f"/{self.name}": TermIsUnknown.title})
        return chosen

    def label(self, code: str) -> str:
        """What a code is called, also after it has gone out of force; the code itself when unknown."""
        term = self.terms.get(code)
        return term.name if term else code


@dataclass(frozen=True)
class Taxonomies:
    """The lists that the directory uses."""

    target_groups: Taxonomy
    forms: Taxonomy
