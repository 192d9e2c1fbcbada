"""Lists of codes as data, each code with the days it is in force. Titles are English keys into the catalogue.

Citations of law are data too, with validity dates: verify before relying on them; a municipality's lawyer has the last
word.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from services.referral.domain.refusals import CodeIsUnknown, CommentIsRequired
from shared.kernel.translation import says
from shared.vocabulary import support_forms, target_groups
from shared.vocabulary.readable_text import is_readable

START = date(2025, 7, 1)


@dataclass(frozen=True)
class Code:
    """One choice in a list. ``comment_required``: choosing it demands a few words. ``basis``: key into CITATIONS."""

    slug: str
    title: str
    comment_required: bool = False
    basis: str = ""
    valid_from: date = START
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the code may be chosen on a day."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class Citation:
    """A place in the law that a rule or a choice rests on."""

    slug: str
    text: str
    valid_from: date
    valid_to: date | None = None


CITATIONS: tuple[Citation, ...] = (
    Citation("support-to-carers", "Social Services Act (2025:400) 13:9", date(2025, 7, 1)),
    Citation("support-without-assessment", "Social Services Act (2025:400) 11:5", date(2025, 7, 1)),
    Citation("advice-without-identity", "Social Services Act (2025:400) 14:4-5", date(2025, 7, 1)),
    Citation(
        "consent-lifts-secrecy", "Public Access to Information and Secrecy Act (2009:400) 10:1, 12:2", date(2009, 6, 30)
    ),
    Citation(
        "secrecy-in-health-care", "Public Access to Information and Secrecy Act (2009:400) 25:1", date(2009, 6, 30)
    ),
    Citation(
        "secrecy-in-social-services", "Public Access to Information and Secrecy Act (2009:400) 26:1", date(2009, 6, 30)
    ),
    Citation("only-who-needs-it", "Patient Data Act (2008:355) 4:1", date(2008, 7, 1)),
    Citation("access-is-recorded", "HSLF-FS 2016:40 4:9", date(2017, 3, 1)),
    Citation("municipality-decides", "The municipality's own decision", date(2000, 1, 1)),
)

TARGET_GROUPS: tuple[Code, ...] = tuple(
    Code(each.code, each.about, basis=each.basis.citation, valid_from=each.valid_from, valid_to=each.valid_to)
    for each in target_groups.TARGET_GROUPS
)

SUPPORT_FORMS: tuple[Code, ...] = (
    *(
        Code(each.code, each.name, valid_from=each.valid_from, valid_to=each.valid_to)
        for each in support_forms.SUPPORT_FORMS
    ),
    Code("not-sure", says("The carer does not know yet")),
)

REJECT_REASONS: tuple[Code, ...] = (
    Code("outside-area", says("The carer lives in another area")),
    Code("not-our-target-group", says("Another unit is responsible for this target group")),
    Code("already-in-contact", says("The carer is already in contact with us")),
    Code("carer-declined", says("The carer does not want contact")),
    Code("too-little-information", says("There is too little to go on"), comment_required=True),
    Code("other", says("Another reason"), comment_required=True),
)

CANCEL_REASONS: tuple[Code, ...] = (
    Code("carer-changed-mind", says("The carer has changed their mind")),
    Code("sent-to-wrong-unit", says("It went to the wrong unit")),
    Code("sent-twice", says("It was sent twice")),
    Code("no-longer-needed", says("It is no longer needed")),
    Code("other", says("Another reason"), comment_required=True),
)

# given by the product itself, never chosen in a form
CONSENT_WITHDRAWN = "consent-withdrawn"
SYSTEM_REASONS: tuple[Code, ...] = (Code(CONSENT_WITHDRAWN, says("The consent was withdrawn")),)

OUTCOMES: tuple[Code, ...] = (
    Code("support-started", says("The carer has begun with support")),
    Code("conversation-held", says("A conversation was held; nothing more is wanted now")),
    Code("connected-with-others", says("The carer was connected with somebody else's support")),
    Code("information-given", says("The carer was given information")),
    Code("could-not-reach", says("The carer could not be reached")),
    Code("carer-declined", says("The carer did not want support")),
    Code("other", says("Another outcome"), comment_required=True),
)

UNMET_NEEDS: tuple[Code, ...] = (
    Code("form-of-support", says("The form of support is not offered")),
    Code("evenings-or-weekends", says("Not offered in the evening or at weekends")),
    Code("language", says("Not offered in the carer's language")),
    Code("diagnosis", says("Not offered for this diagnosis or situation")),
    Code("respite-to-attend", says("Nobody to take over while the carer attends")),
    Code("distance", says("Too far away")),
    Code("waiting-time", says("The wait is too long")),
)

LISTS: dict[str, tuple[Code, ...]] = {
    "target-groups": TARGET_GROUPS,
    "support-forms": SUPPORT_FORMS,
    "reject-reasons": REJECT_REASONS,
    "cancel-reasons": CANCEL_REASONS,
    "outcomes": OUTCOMES,
    "unmet-needs": UNMET_NEEDS,
}


def in_force(codes: Iterable[Code], day: date) -> tuple[Code, ...]:
    """The codes that may be chosen on a day."""
    return tuple(code for code in codes if code.in_force(day))


def check_chosen(codes: Iterable[Code], chosen: Iterable[str], day: date, pointer: str) -> None:
    """Raise CodeIsUnknown unless every chosen slug is in force on the day."""
    known = {code.slug for code in in_force(codes, day)}
    if not set(chosen) <= known:
        raise CodeIsUnknown(fields={pointer: CodeIsUnknown.title})


def check_reason(codes: Iterable[Code], slug: str, comment: str, day: date) -> None:
    """Raise CodeIsUnknown or CommentIsRequired for a coded reason and its comment."""
    reason = next((code for code in in_force(codes, day) if code.slug == slug), None)
    if reason is None:
        raise CodeIsUnknown(fields={"/reason": CodeIsUnknown.title})
    if reason.comment_required and not is_readable(comment):
        raise CommentIsRequired(fields={"/comment": CommentIsRequired.title})
