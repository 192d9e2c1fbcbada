"""What codes are called on pages."""

from __future__ import annotations

from flask_babel import lazy_gettext as _

from services.notifications.domain.notice import Reason, Status, Template

TEMPLATES = {
    Template.NEW_REFERRAL_WAITS: _("A new referral waits"),
    Template.SOMETHING_HAPPENED: _("Something has happened in a referral"),
    Template.LOG_ALARM: _("The log has an open alarm"),
    Template.NOTHING_IS_HEARD: _("The parts of Lotsa do not reach one another"),
}
# what is held, or not to be told, is never shown: see views/notices.py
STATUSES = {
    Status.QUEUED: _("Waiting to be sent"),
    Status.SENT: _("Sent"),
    Status.FAILED: _("Could not be sent"),
    Status.SUPPRESSED: _("Not sent"),
}
COLORS = {
    Status.QUEUED: "info",
    Status.SENT: "success",
    Status.FAILED: "danger",
    Status.SUPPRESSED: "neutral",
}
REASONS = {
    Reason.HISTORY: _("It told of something that was written down afterwards."),
    Reason.NO_FUNCTION_ADDRESS: _(
        "Your unit has no function address. Ask the municipality's administrator to add one."
    ),
    Reason.REFUSED_BY_RECIPIENT: _("The mail server says that the address does not take e-mail. Have it checked."),
    Reason.COULD_NOT_BE_WRITTEN: _(
        "No e-mail could be written to the function address. Ask the municipality's administrator to check it."
    ),
    # promise: tried-for-four-days
    Reason.GAVE_UP: _("It was tried for four days without success."),
}
