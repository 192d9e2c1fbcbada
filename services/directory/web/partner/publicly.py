"""What an organisation's own pages say of the public ones: no more than what anybody can see there now."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from flask_babel import gettext as _

from services.directory.domain.activity import Session
from services.directory.domain.support_service import Listing, ListingStatus
from services.directory.views.occurrences import AHEAD
from services.directory.web import words
from shared.kernel.clock import swedish_day

EVER = datetime(2200, 1, 1, tzinfo=UTC)


class Where(StrEnum):
    """Where an activity stands for everybody else."""

    SHOWN = "shown"
    HIDDEN = "hidden"  # with its support service
    OVER = "over"
    LATER = "later"  # its first time is further ahead than the public page looks


def where(listing: Listing, session: Session, now: datetime) -> Where:
    """Whether everybody sees an activity of that support service, and why not."""
    if listing.status is not ListingStatus.ACTIVE:
        return Where.HIDDEN
    if session.occurrences(now, now + AHEAD):
        return Where.SHOWN
    return Where.LATER if session.occurrences(now, EVER) else Where.OVER


def first_shown(session: Session) -> str:
    """The first whole day on which everybody sees an activity that is shown later, in words."""
    return words.date_in_words(swedish_day(session.starts_at - AHEAD) + timedelta(days=1))


def listing_saved(listing: Listing, done: str) -> str:
    """What a page says once a listing is saved. ``done``: when everybody sees it."""
    if listing.status is ListingStatus.ACTIVE:
        return done
    # promise: hidden-is-seen-by-nobody-else
    return _("Saved. The support service is hidden: nobody else sees it until you have it shown.")


def activity_saved(stands: Where, session: Session, done: str) -> str:
    """What a page says once an activity is saved. ``done``: when everybody sees it."""
    if stands is Where.HIDDEN:
        # promise: a-hidden-ones-activity
        return _("Saved. The support service is hidden, so nobody else sees the activity.")
    if stands is Where.OVER:
        return _("Saved. The activity has been, so the public page does not show it.")
    if stands is Where.LATER:
        # promise: shown-from-a-day-on
        return _("Saved. The public page shows the activity from %(day)s on.", day=first_shown(session))
    return done
