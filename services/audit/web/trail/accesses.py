"""What is said of an access: what somebody was shown, what was done, or what was tried and refused."""

from __future__ import annotations

from flask_babel import LazyString, gettext
from flask_babel import lazy_gettext as _

from services.audit.views.steps import Step

REVIEWING = "log-review"
ATTEMPT = "attempt."

# by the kind of record and the action: the log says what was shown, no more and no less
SHOWN: dict[tuple[str, str], LazyString] = {
    ("referral", "read"): _("The content was read"),
    ("referral", "list"): _("The referral was shown in a list"),
    ("referral-receipt", "read"): _("The receipt was opened"),
    # as it was recorded until 0.1: the receipt was all that was
    ("referral", "print"): _("The receipt was opened"),
    ("referral-form", "read"): _("The form for a step was opened; it shows no content"),
    ("referral-consents", "read"): _("The form for withdrawing consent was opened; it shows who has read"),
    ("referral-state", "read"): _("How far the referral has come was shown, without content"),
    ("draft", "read"): _("A draft was opened"),
    ("draft", "list"): _("A draft was shown in a list"),
    ("assignment", "list"): _("The assignment was shown in a list"),
    ("assignment", "read"): _("The assignment was opened"),
    ("assignment", "change"): _("Somebody gave or ended the assignment"),
    ("sessions", "change"): _("Somebody was signed out everywhere"),
    ("unit", "change"): _("Somebody registered or changed the unit"),
    ("routing-rules", "change"): _("Somebody changed the routing rules"),
    ("parked-message", "replay"): _("A parked message was sent back"),
    ("parked-message", "discard"): _("A parked message was thrown away"),
    ("master-key", "rotate-key"): _("A service's master key was changed"),
    ("master-key", "give-up-key"): _("A service's master key was given up as lost"),
    ("session-key", "rotate-key"): _("The key that signs sessions was changed"),
    ("cookie-key", "rotate-key"): _("The key of a service's own cookie was changed"),
    ("sent-events", "republish"): _("A service sent again what it had sent before"),
    ("directory", "announce"): _("The directory told all its units, assignments and rules again"),
}
REVIEWED: dict[tuple[str, str], LazyString] = {
    ("consent", "read"): _("The consent's log was read in a review"),
    ("referral", "read"): _("The referral's log was read in a review"),
    ("entry", "read"): _("The entry was read in a review"),
    ("consent", "list"): _("It was shown in a reviewer's list"),
    ("referral", "list"): _("It was shown in a reviewer's list"),
    ("entry", "list"): _("It was shown in a reviewer's list"),
    ("trail", "search"): _("It came up in a reviewer's search"),
    ("log", "export"): _("The log was exported without names"),
    ("log-with-names", "export"): _("The log was exported with names"),
    ("alarm", "change"): _("An alarm was looked at and closed"),
    # operators record as reviewers do
    ("opening-key", "erase"): _("Somebody's name was erased from the log"),
    ("log-index", "change"): _("What the entries are found by was made anew from the entries"),
}
OPENED_WITHOUT_CONTENT = _("The referral was opened, but not its content")
KINDS: dict[str, LazyString] = {
    "referral": _("a referral"),
    "draft": _("a draft"),
    "consent": _("a consent"),
    "lapsed-form": _("a form that was sent too late"),
    "unit": _("a unit"),
    "assignment": _("an assignment"),
    "sessions": _("somebody's sessions"),
    "organization": _("an organisation"),
    "support-service": _("a support service"),
    "activity": _("an activity"),
    "routing-rules": _("routing rules"),
    "directory": _("a page of the directory"),
    "referral-page": _("a page of the referral service"),
    "sent-events": _("what a service has told"),
    "entry": _("an entry of the log"),
    "alarm": _("an alarm"),
    "log": _("the log"),
}
"""What an attempt was at, as it stands in a sentence."""

LOOKED = ("open", "read")
TRIED: dict[str, LazyString] = {
    "list": _("to see a list"),
    "save-draft": _("to save a draft"),
    "discard-draft": _("to throw a draft away"),
    "send": _("to send a referral"),
    "accept": _("to accept a referral"),
    "first-contact": _("to note the first contact"),
    "reject": _("to decline a referral"),
    "complete": _("to close a referral"),
    "cancel": _("to call off a referral"),
    "withdraw-consent": _("to withdraw a consent"),
    "start": _("to begin work on a referral"),
    "hold": _("to put a referral on hold"),
    "resume": _("to take up a referral again"),
    "fail": _("to close a referral as failed"),
    "mark-as-entered-in-error": _("to mark a referral as sent by mistake"),
    "register-organization": _("to register an organisation"),
    "edit-listing": _("to change what an organisation offers"),
    "edit-unit": _("to register or change a unit"),
    "edit-assignment": _("to give or end an assignment"),
    "see-assignments": _("to see assignments"),
    "edit-routing": _("to change routing rules"),
    "see-routing": _("to see routing rules"),
}
"""What was tried, where the action alone says it; looking and changing are said with their kind."""


def told(step: Step) -> str | None:
    """What happened, in a few words; None for what this version has no words for."""
    if step.refused and step.action.startswith(ATTEMPT):
        return _attempt(step)
    if shows_nothing(step):
        return str(OPENED_WITHOUT_CONTENT)
    table = REVIEWED if step.purpose == REVIEWING else SHOWN
    found = table.get((step.record_kind or "", step.action))
    return None if found is None else str(found)


def shows_nothing(step: Step) -> bool:
    """Whether the referral's own page was opened relying on no consent: then all that one would cover was closed.

    Entries from before forms were told apart from that page may also be of a form, which shows nothing either.
    """
    return (step.record_kind, step.action) == ("referral", "read") and not step.consents and step.purpose != REVIEWING


def _attempt(step: Step) -> str:
    act, kind = step.action.removeprefix(ATTEMPT), KINDS.get(step.record_kind or "")
    if act in TRIED:
        return gettext("An attempt was refused: %(tried)s", tried=TRIED[act])
    if kind is not None and act in LOOKED:
        return gettext("An attempt was refused: to open %(kind)s", kind=kind)
    if kind is not None and act == "change":
        return gettext("An attempt was refused: to change %(kind)s", kind=kind)
    return gettext("An attempt was refused")
