"""Forms of support that municipalities and civil society offer carers. One list: for listings, and to be asked for.

After a survey of family care advisers by Jönköping University.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from shared.kernel.translation import says

START = date(2025, 7, 1)


@dataclass(frozen=True)
class SupportForm:
    """One form. ``name`` is a key into the catalogue. ``valid_to``: the first day on which it may not be chosen."""

    code: str
    name: str
    valid_from: date = START
    valid_to: date | None = None


SUPPORT_FORMS: tuple[SupportForm, ...] = (
    SupportForm("guidance", says("Guidance, advice and information")),
    SupportForm("connecting", says("Connecting with other services")),
    SupportForm("individual-conversations", says("Individual conversations")),
    SupportForm("carers-groups", says("Carers' group")),
    SupportForm("respite", says("Respite")),
    SupportForm("lectures", says("Lecture")),
    SupportForm("courses", says("Course or study circle")),
    SupportForm("meeting-places", says("Meeting place or carers' café")),
    SupportForm("digital-support", says("Digital support")),
    SupportForm("well-being", says("Well-being activity")),
    SupportForm("walking-talks", says("Walking talk")),
    SupportForm("recreation-stays", says("Recreation stay")),
    SupportForm("parents-weekends", says("Parents' weekend")),
    SupportForm("health-advice", says("Health advice")),
    SupportForm("financial-support", says("Financial support")),
    SupportForm("bereavement-support", says("Bereavement support")),
)
