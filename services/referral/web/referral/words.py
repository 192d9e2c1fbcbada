"""What a referral's page says of what lies ahead, is asked, and is closed."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from services.referral.web.words import Words

STAGES_AHEAD: Words = {
    "accepted": _("Answer from the receiving unit"),
    "first-contact": _("First contact"),
    "completed": _("To be closed with an outcome"),
    "closed": _("To be closed"),
}

# what is asked of the receiving side when a scope has been withdrawn
WITHDRAWAL_ASKS: Words = {
    "share-with-receiving-unit": _(
        "Make no further contact because of this referral, do not use what has been read already, and close it with an "
        "outcome. Whoever gives support is welcome to get in touch of their own accord."
    ),
    "tell-referrer-what-happened": _("Tell the referrer nothing more of what happens."),
    "tell-about-person-cared-for": _(
        "The fields about the person are sealed. Do not use what you have read already, nor what the rest of the text "
        "may say about the person. The referral goes on."
    ),
    "staff-may-contact-carer": _("Staff no longer have that person's yes to getting in touch."),
    "staff-may-tell-carer": _("Tell the one who gives support nothing about that person."),
}

WHY_CLOSED: Words = {
    "consent-not-given": _("There is no consent that covers it."),
    "consent-blocked": _("There is a block (spärr) that stops it."),
    "recipient-not-covered": _("The consent does not cover your unit."),
    "protected-identity": _("Protected identity: shown only to the adviser who has accepted."),
    "unreadable": _(
        "It is a fault in Lotsa: what is kept here cannot be read. Tell whoever looks after Lotsa where you work, and "
        "ask the other unit if it is urgent."
    ),
}

# of these it is said whose: that the carer withdrew closes what is told of the other person too
WHOSE_CONSENT: Mapping[tuple[str, str], LazyString] = {
    ("consent-withdrawn", "carer"): _("The one who gives support has withdrawn their consent."),
    ("consent-withdrawn", "person-cared-for"): _("The one who receives the support has withdrawn their consent."),
    ("consent-expired", "carer"): _("The consent of the one who gives support has expired."),
    ("consent-expired", "person-cared-for"): _("The consent of the one who receives the support has expired."),
}
