"""Calls the two people by name where the page shows it already, so that their roles need not be said over and over."""

from __future__ import annotations

from dataclasses import dataclass

from flask_babel import gettext as _

from services.referral.domain.consent.scopes import Scope
from services.referral.domain.people import Subject
from services.referral.views.referral_page import ReferralPage
from services.referral.web import words as words


@dataclass(frozen=True)
class Called:
    """What the page calls each of them; empty where the name is not shown to this reader, or must not be printed."""

    carer: str = ""
    person: str = ""

    def heading(self, about: Subject) -> str:
        """Whose consent it is: the name with the role, or the role alone."""
        if about is Subject.CARER and self.carer:
            return _("%(name)s, who gives support", name=self.carer)
        if about is Subject.PERSON_CARED_FOR and self.person:
            return _("%(name)s, who receives support", name=self.person)
        return str(words.ABOUT[about.value])

    def scope(self, scope: Scope) -> str:
        """What was asked, with the name of whom it is about."""
        if scope is Scope.STAFF_MAY_CONTACT_CARER and self.carer:
            return _("Staff may get in touch with %(name)s", name=self.carer)
        if scope is Scope.STAFF_MAY_TELL_CARER and self.carer:
            return _("Staff may tell %(name)s about the person", name=self.carer)
        if scope is Scope.TELL_ABOUT_PERSON_CARED_FOR and self.person:
            return _("Tell about %(name)s", name=self.person)
        return str(words.SCOPES[scope.value])


def called_on(page: ReferralPage) -> Called:
    """The names on a referral's page. A protected identity is shown on the screen alone, so nobody is named there."""
    if page.opened.referral.protected_identity:
        return Called()
    content = page.opened.content
    carer = content.carer.name if content.carer else ""
    person = content.person_cared_for.name if content.person_cared_for else ""
    return Called(carer, person)
