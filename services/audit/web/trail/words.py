"""What is said of an entry: its heading, and in one sentence why it was allowed or refused."""

from __future__ import annotations

from collections.abc import Iterable

from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _

from services.audit.domain.beside import COVERING
from services.audit.views.fold import READING
from services.audit.views.states import ConsentStands, ReferralStands
from services.audit.views.steps import Step
from services.audit.web.trail import accesses
from shared.kernel.actor import Role
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
WHY: dict[str, LazyString] = {
    "receiving-unit": _("Allowed, because the referral was sent to the reader's unit and a consent covered it."),
    "referring-unit": _("Allowed, because the reader's unit sent the referral."),
    "stand-in-of-receiving-unit": _(
        "Allowed, because the reader's unit stands in for the receiving unit, which the consent covers."
    ),
    "own-unit": _("Allowed, because the list shows only what the reader's own unit sent or received."),
    "author": _("Allowed, because the reader wrote the draft."),
    "own-organization": _("Allowed, because the reader administers the organisation that it belongs to."),
    "own-municipality": _("Allowed, because the reader administers the municipality."),
    "elsewhere": _("Allowed, because operators may administer everything."),
    "auditor-reviews-within-mandate": _("Allowed, because reviewing the log is the reader's assignment."),
    "operators-replay-parked-messages": _("Allowed, because operators send back what was put aside."),
    "operators-discard-unreadable": _("Allowed, because operators may throw away what nobody can read."),
    "operators-discard-never-possible": _("Allowed, because operators may throw away what can never be carried out."),
    "operators-discard-done-otherwise": _("Allowed, because what the message asked for was done in another way."),
    "operators-discard-not-ours": _("Allowed, because the message was not sent by this installation."),
    "operators-rotate-keys": _("Allowed, because operators change keys."),
    "operators-give-up-lost-keys": _("Allowed, because operators go on without a key that is lost."),
    "operators-verify-the-log": _("Allowed, because operators verify the log."),
    "operators-erase-a-name": _("Allowed, because operators erase names in the log."),
    "operators-rebuild-differs": _("Allowed, because the verification had found that it differed."),
    "operators-rebuild-restored": _("Allowed, because the log's database had been put back from a copy."),
    "operators-come-back-database-lost": _("Allowed, because a database had been lost."),
    "operators-come-back-database-put-back": _("Allowed, because a database had been put back from a copy."),
    "operators-come-back-broker-lost": _("Allowed, because the messages on their way had been lost."),
    "operators-come-back-copy-not-whole": _("Allowed, because a service's copy of others' data was not whole."),
    "operators-come-back-exercise": _("Allowed, because operators were practising."),
    "reviewers-close-put-right": _("Allowed, because reviewers close alarms. Why: the cause was put right."),
    "reviewers-close-intended": _("Allowed, because reviewers close alarms. Why: it was intended."),
    "reviewers-close-lost-for-good": _("Allowed, because reviewers close alarms. Why: it cannot be had back."),
    "reviewers-close-investigated": _("Allowed, because reviewers close alarms. Why: it is being investigated."),
    "no-relation-to-referral": _(
        "Refused, because the unit has no part in the referral. The answer was the same as for an unknown number."
    ),
    "not-the-sender": _("Refused, because somebody else sent the form, or it is kept no longer."),
    "not-the-author": _("Refused, because somebody else wrote the draft, or there is no such draft any more."),
    "role-may-not": _("Refused, because the role does not allow this step."),
    "role-or-unit-may-not": _("Refused, because this step is for another role or unit."),
    "role-not-allowed": _("Refused, because the role does not allow this step."),
    "role-may-not-edit": _("Refused, because the role does not allow this step."),
    **dict.fromkeys(
        ("listing-not-yours", "unit-not-yours", "assignment-not-yours", "rules-not-yours"),
        _("Refused, because another organisation or municipality has it, or there is no such thing."),
    ),
    "trail-unknown": _("Refused, because the mandate does not cover it, or there is no such thing."),
}
# a form, a receipt or how far it has come: nobody's consent was relied on
WHY_WITHOUT_CONSENT: dict[str, LazyString] = {
    "receiving-unit": _(
        "Allowed, because the referral was sent to the reader's unit. Nothing that needs a consent was shown."
    ),
    "stand-in-of-receiving-unit": _(
        "Allowed, because the reader's unit stands in for the receiving unit. Nothing that needs a consent was shown."
    ),
}
WITHOUT_CONTENT = _(
    "Allowed, but nothing that a consent covers was shown: the content was sealed, or the page only asked about a step."
)
STEPS_WHY: dict[str, LazyString] = {
    # promise: hidden-at-the-next-reading
    "consent.withdrawn.v1": _("What was withdrawn is hidden from the next reading on."),
    "referral.opened.v1": _("Noted at the first reading by the receiving unit."),
    "referral.accepted.v1": _("Allowed, because the referral was sent to the unit."),
    "referral.first-contact-made.v1": _("Allowed, because the unit had accepted the referral."),
    "referral.rejected.v1": _("Allowed, because the referral was sent to the unit."),
    "referral.completed.v1": _("Allowed, because the referral was sent to the unit."),
    "referral.cancelled.v1": _("Allowed for the sending unit, or because consent was withdrawn."),
}
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


def why(step: Step) -> str:
    """Why it was allowed, or refused, in one sentence; empty where there was nothing to allow."""
    if step.rule is not None:
        covered = step.rule not in WHY_WITHOUT_CONSENT or step.consents
        unsaid = WITHOUT_CONTENT if accesses.shows_nothing(step) else WHY_WITHOUT_CONSENT.get(step.rule)
        known = WHY.get(step.rule) if covered else unsaid
        if known is not None:
            return str(known)
        if step.refused:
            return gettext("Refused by the rule “%(rule)s”.", rule=step.rule)
        return gettext("Allowed by the rule “%(rule)s”.", rule=step.rule)
    if step.type == "referral.sent.v1":
        return ngettext(
            "Allowed, because %(num)d consent was recorded before it was sent.",
            "Allowed, because %(num)d consents were recorded before it was sent.",
            len(step.consents),
        )
    if step.type == "service.restored.v1":
        reason = WHY.get(f"operators-come-back-{step.data.get('reason', '')}", "")
        lost = ngettext(
            "%(num)d event that the log holds is no longer in the service.",
            "%(num)d events that the log holds are no longer in the service.",
            step.data.get("lost_events", 0),
        )
        return f"{reason} {lost}".strip()
    if step.type == "consent.given.v1":
        said = [str(SCOPES.get(each, each)) for each in step.data.get("scopes", ())]
        about = str(ABOUT.get(step.data.get("about", ""), step.data.get("about", "")))
        return gettext("Given for the %(about)s. Said yes to: %(scopes)s.", about=about, scopes=", ".join(said) or "–")
    if step.type == "consent.withdrawn.v1" and (scopes := step.data.get("scopes")):
        what = ", ".join(str(SCOPES.get(each, each)) for each in scopes)
        hidden = str(STEPS_WHY[step.type]) if COVERING.intersection(scopes) else ""
        told = gettext("Withdrawn: %(scopes)s.", scopes=what)
        return f"{told} {hidden}".strip()
    return str(STEPS_WHY.get(step.type, ""))


def who(step: Step) -> str:
    """By whom: the user's id at the identity provider, role and unit; or, where nobody acted, whom it concerns."""
    if step.type in ABOUT_A_UNIT:
        return _concerns(step)
    role = str(ROLE_NAMES[Role(step.role)]) if step.role in {each.value for each in Role} else ""
    unit = step.unit_name or (str(step.unit_id)[:8] if step.unit_id else "")
    if step.erased and unit:
        return gettext("By somebody whose name has been erased, %(unit)s.", unit=unit)
    if step.erased:
        return gettext("By somebody whose name has been erased.")
    if step.user is None and unit:
        return gettext("By the unit %(unit)s.", unit=unit)
    if step.user is None:
        return gettext("By somebody whose unit is not known.") if step.assignment else ""
    if role and unit:
        return gettext("By the user %(user)s, %(role)s, %(unit)s.", user=step.user, role=role, unit=unit)
    if unit:
        return gettext("By the user %(user)s, %(unit)s.", user=step.user, unit=unit)
    if step.assignment:
        return gettext("By the user %(user)s, unit not known.", user=step.user)
    return gettext("By the user %(user)s.", user=step.user)


def _concerns(step: Step) -> str:
    unit = step.concerns or ""
    if step.erased:
        return gettext("Concerns somebody whose name has been erased, %(unit)s.", unit=unit)
    if step.user is None:
        return gettext("Concerns the unit %(unit)s.", unit=unit)
    return gettext("Concerns the user %(user)s, %(unit)s.", user=step.user, unit=unit)


def state(step: Step) -> str:
    """How the step is drawn in a track."""
    return "stopped" if step.refused or step.type == "consent.withdrawn.v1" else "done"
