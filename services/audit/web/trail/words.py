"""What is said of an entry: its heading, who it was, how things stand. Why it was allowed is said by ``reasons.py``."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from services.audit.views.fold import READING
from services.audit.views.states import ConsentStands, ReferralStands
from services.audit.views.steps import Step
from services.audit.web.trail import accesses
from shared.kernel.actor import Role
from shared.web.i18n.other_language import put_into, with_lang
from shared.web.navigation import ROLE_NAMES

HEADINGS: dict[str, LazyString] = {
    "consent.given.v1": _("Consent was given"),
    "consent.withdrawn.v1": _("Consent was withdrawn"),
    "referral.sent.v1": _("The referral was sent"),
    "referral.opened.v1": _("The referral was opened for the first time"),
    "referral.accepted.v1": _("The referral was accepted"),
    "referral.first-contact-made.v1": _("The first contact was made"),
    "referral.rejected.v1": _("The referral was declined"),
    "referral.completed.v1": _("The referral was closed with an outcome"),
    "referral.cancelled.v1": _("The referral was cancelled"),
    "notice.queued.v1": _("A notice without content was written"),
    "notice.sent.v1": _("A notice without content was sent"),
    "notice.failed.v1": _("A notice could not be delivered"),
    "session.signed-in.v1": _("Somebody signed in"),
    "session.ended.v1": _("Somebody signed out"),
    "session.end-told-again.v1": _("That somebody had signed out was told again"),
    "session.refused.v1": _("A sign-in failed"),
    "unit.changed.v1": _("A unit was changed"),
    "unit.told-again.v1": _("How a unit stands was told again"),
    "assignment.granted.v1": _("An assignment was given"),
    "assignment.told-again.v1": _("How an assignment stands was told again"),
    "assignment.ended.v1": _("An assignment was ended"),
    "routing-rules.changed.v1": _("Routing rules were changed"),
    "routing-rules.told-again.v1": _("How routing rules stand was told again"),
    "service.restored.v1": _("A service's database was put back"),
    "listing.changed.v1": _("A support service was changed"),
    "activity.changed.v1": _("An activity was changed"),
    "alarm.opened.v1": _("An alarm about the log was opened"),
    "alarm.closed.v1": _("An alarm about the log was closed"),
    "log-key.changed.v1": _("The log's signing key was changed"),
}
SOMETHING = _("Something else happened")
ABOUT: dict[str, LazyString] = {
    "carer": _("carer (who gives support)"),
    "person-cared-for": _("person cared for (who receives support)"),
}
SCOPES: dict[str, LazyString] = {
    "share-with-receiving-unit": _("share with the receiving unit"),
    "tell-referrer-what-happened": _("tell the referrer what happened"),
    "tell-about-person-cared-for": _("tell about the person cared for"),
    "staff-may-contact-carer": _("staff may contact the carer"),
    "staff-may-tell-carer": _("staff may tell the carer"),
}
CONSENT_STATES: dict[str, tuple[LazyString, str]] = {
    ConsentStands.GIVEN: (_("In force"), "success"),
    # the log does not tell which of its parts
    ConsentStands.WITHDRAWN: (_("Withdrawn, wholly or in part"), "warning"),
    ConsentStands.EXPIRED: (_("Expired"), "neutral"),
}
"""How a consent stands, and the colour of that."""

REFERRAL_STATES: dict[str, tuple[LazyString, str]] = {
    ReferralStands.SENT: (_("Sent, not opened"), "info"),
    ReferralStands.OPENED: (_("Opened"), "info"),
    ReferralStands.ACCEPTED: (_("Accepted"), "success"),
    ReferralStands.FIRST_CONTACT_MADE: (_("First contact made"), "success"),
    ReferralStands.REJECTED: (_("Declined"), "warning"),
    ReferralStands.COMPLETED: (_("Closed with an outcome"), "neutral"),
    ReferralStands.CANCELLED: (_("Called off"), "warning"),
}
"""How a referral stands, and the colour of that."""

# steps that nobody in particular is known to have taken; the person and unit that they name are those they are about
ABOUT_A_UNIT = (
    "unit.changed.v1",
    "unit.told-again.v1",
    "assignment.granted.v1",
    "assignment.told-again.v1",
    "notice.queued.v1",
    "notice.sent.v1",
    "notice.failed.v1",
)
PUBLISHERS: dict[str, LazyString] = {
    "referral": _("Referrals"),
    "directory": _("The directory"),
    "notifications": _("Notices"),
    "audit": _("The log itself"),
}


BESIDE: dict[str, LazyString] = {
    "event_id": _("the event's id"),
    "type": _("the kind of event"),
    "occurred_at": _("when it happened"),
    "recorded_at": _("when the log took it in"),
    "units": _("the units concerned"),
    "leaf_hash": _("the hash"),
    "user": _("the user's name"),
    "shown": _("what the list showed"),
}
"""What stands beside an entry, where it is not what the entry itself says."""


def differing(steps: Iterable[Step]) -> str:
    """Which of these entries have something else beside them than they say; empty when none has."""
    told = []
    for step in steps:
        if step.differs:
            what = ", ".join(str(BESIDE[each]) for each in step.differs)
            told.append(gettext("entry %(number)s: %(what)s", number=step.index, what=what))
    return "; ".join(told)


def heading(step: Step) -> str:
    """What happened, in a few words."""
    if step.type == READING:
        return accesses.told(step) or str(SOMETHING)
    return str(HEADINGS.get(step.type, SOMETHING))


def who(step: Step) -> str:
    """By whom: the user's id at the identity provider, role and unit; or, where nobody acted, whom it concerns."""
    if step.type in ABOUT_A_UNIT:
        return _concerns(step)
    role = str(ROLE_NAMES[Role(step.role)]) if step.role in {each.value for each in Role} else ""
    unit = with_lang(step.unit_name) or (str(step.unit_id)[:8] if step.unit_id else "")
    if step.erased and unit:
        return put_into(gettext("By somebody whose name has been erased, %(unit)s."), unit=unit)
    if step.erased:
        return gettext("By somebody whose name has been erased.")
    if step.user is None and unit:
        return put_into(gettext("By the unit %(unit)s."), unit=unit)
    if step.user is None:
        return gettext("By somebody whose unit is not known.") if step.assignment else ""
    if role and unit:
        return put_into(gettext("By the user %(user)s, %(role)s, %(unit)s."), user=step.user, role=role, unit=unit)
    if unit:
        return put_into(gettext("By the user %(user)s, %(unit)s."), user=step.user, unit=unit)
    if step.assignment:
        return gettext("By the user %(user)s, unit not known.", user=step.user)
    return gettext("By the user %(user)s.", user=step.user)


def _concerns(step: Step) -> str:
    unit = with_lang(step.concerns or "")
    if step.erased:
        return put_into(gettext("Concerns somebody whose name has been erased, %(unit)s."), unit=unit)
    if step.user is None:
        return put_into(gettext("Concerns the unit %(unit)s."), unit=unit)
    return put_into(gettext("Concerns the user %(user)s, %(unit)s."), user=step.user, unit=unit)


def state(step: Step) -> str:
    """How the step is drawn in a track."""
    return "stopped" if step.refused or step.type == "consent.withdrawn.v1" else "done"
