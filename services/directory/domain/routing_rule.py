"""One routing rule, as the municipality writes it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.directory.domain.refusals import AgesAreTurnedAround, PeriodEndsBeforeItBegins, RuleNeedsAReason
from shared.vocabulary.routing import Rule

OLDEST = 130


@dataclass(frozen=True, kw_only=True)
class RoutingRule(Rule):
    """Whom it takes, as the vocabulary says; its identity; and in a sentence why. It always has a first day."""

    id: UUID
    reason_sv: str
    valid_from: date = date(2025, 1, 1)

    def __post_init__(self) -> None:
        if not self.reason_sv.strip():
            raise RuleNeedsAReason(fields={"/reason_sv": RuleNeedsAReason.title})
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise PeriodEndsBeforeItBegins(fields={"/valid_to": PeriodEndsBeforeItBegins.title})
        if not 0 <= (self.age_from or 0) <= (OLDEST if self.age_to is None else self.age_to) <= OLDEST:
            raise AgesAreTurnedAround(fields={"/age_to": AgesAreTurnedAround.title})
