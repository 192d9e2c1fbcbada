"""What the lists call things."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from services.referral.web.words import Words

SHOWS: Words = {
    "open": _("All open"),
    "waiting": _("Waiting for an answer"),
    "mine": _("Mine"),
    "late": _("Late ones"),
    "closed": _("Closed ones"),
}

# what a list says in place of a name
HIDDEN_NAMES: Words = {
    "consent-withdrawn": _("Hidden: the consent has been withdrawn"),
    "consent-expired": _("Hidden: the consent has expired"),
    "consent-blocked": _("Hidden: there is a block (spärr)"),
    "recipient-not-covered": _("Hidden: the consent does not cover your unit"),
    "protected-identity": _("Protected identity"),
    "unreadable": _("Cannot be read"),
}

WITHDRAWAL_ASKS_BRIEFLY: Words = {
    "share-with-receiving-unit": _("Make no further contact."),
    "tell-referrer-what-happened": _("Tell the referrer nothing more."),
    "tell-about-person-cared-for": _("Do not use what was told about the person."),
    "staff-may-contact-carer": "",
    "staff-may-tell-carer": _("Tell the one who gives support nothing about the person."),
}
