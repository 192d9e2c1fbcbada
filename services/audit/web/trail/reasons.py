"""What is said of an entry in one sentence: why it was allowed, or refused."""

from __future__ import annotations

from flask_babel import LazyString, gettext, ngettext
from flask_babel import lazy_gettext as _

from services.audit.domain.beside import COVERING
from services.audit.views.steps import Step
from services.audit.web.trail import accesses, words

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
        said = [str(words.SCOPES.get(each, each)) for each in step.data.get("scopes", ())]
        about = str(words.ABOUT.get(step.data.get("about", ""), step.data.get("about", "")))
        return gettext("Given for the %(about)s. Said yes to: %(scopes)s.", about=about, scopes=", ".join(said) or "–")
    if step.type == "consent.withdrawn.v1" and (scopes := step.data.get("scopes")):
        what = ", ".join(str(words.SCOPES.get(each, each)) for each in scopes)
        hidden = str(STEPS_WHY[step.type]) if COVERING.intersection(scopes) else ""
        told = gettext("Withdrawn: %(scopes)s.", scopes=what)
        return f"{told} {hidden}".strip()
    return str(STEPS_WHY.get(step.type, ""))
