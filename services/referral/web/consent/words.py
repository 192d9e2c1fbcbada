"""What a withdrawal leads to, said before it is written down."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from services.referral.web.words import Words

SCOPE_EFFECTS: Words = {
    # promise: withdrawn-hides-all
    "share-with-receiving-unit": _("Everything is sealed. A referral that nobody has accepted is cancelled."),
    # promise: telling-withdrawn
    "tell-referrer-what-happened": _(
        "The referring unit then sees only that it was delivered, whether the answer is late, and when it is closed."
    ),
    "tell-about-person-cared-for": _(
        # promise: withdrawal-of-the-person-cared-for
        "What was told about the person is sealed. What the one who gives support has said in their own words, such as "
        "why they want contact, stays and can be read, and so do comments. The referral itself goes on."
    ),
    "staff-may-contact-carer": _("Nothing is sealed. Both units see that the answer is withdrawn."),
    "staff-may-tell-carer": _("Nothing is sealed. Both units see that the answer is withdrawn."),
}
