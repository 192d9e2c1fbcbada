"""A notice: the slug of a template, and a link. There is no third thing that it could carry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from shared.kernel.identity import NoticeId, ReferralId, UnitId, uuid8_of
from shared.vocabulary.page_addresses import page_at


class Template(StrEnum):
    """Every sentence that a notice can be. Which step a referral took is for those who sign in to see."""

    NEW_REFERRAL_WAITS = "new-referral-waits"
    SOMETHING_HAPPENED = "something-happened"
    LOG_ALARM = "log-alarm"
    NOTHING_IS_HEARD = "nothing-is-heard"


TO_THE_LOG = frozenset({Template.LOG_ALARM, Template.NOTHING_IS_HEARD})
"""What is about no referral, and leads to the state of the log."""


class Status(StrEnum):
    """Where a notice is on its way."""

    HELD = "held"  # waits to hear whether the carer agreed to the referrer being told
    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    SUPPRESSED = "suppressed"


class Reason(StrEnum):
    """Why a notice was not sent."""

    HISTORY = "history"
    NOT_TO_BE_TOLD = "not-to-be-told"
    NO_FUNCTION_ADDRESS = "no-function-address"
    REFUSED_BY_RECIPIENT = "refused-by-recipient"
    COULD_NOT_BE_WRITTEN = "could-not-be-written"
    GAVE_UP = "gave-up"


@dataclass(frozen=True, slots=True)
class Link:
    """A link to one referral, behind a login. Made of a random identifier, so it says nothing to others."""

    referral_id: ReferralId

    def __post_init__(self) -> None:
        # exactly UUID: a subclass could print itself as anything
        if type(self.referral_id) is not UUID:
            raise TypeError("a link is made of a referral's identifier alone")

    @property
    def path(self) -> str:
        """The path on the installation's own origin."""
        return page_at("referral", referral_id=self.referral_id)


@dataclass(frozen=True, slots=True)
class LogLink:
    """The link to the log's state, behind a login. It leads everybody to the same page: which alarm it was about (of a
    silence: which look found it) is kept, and not said."""

    alarm_id: UUID

    def __post_init__(self) -> None:
        if type(self.alarm_id) is not UUID:
            raise TypeError("a link to the log is made of an alarm's identifier alone")

    @property
    def path(self) -> str:
        """The path on the installation's own origin."""
        return page_at("log-state")


@dataclass(frozen=True, slots=True)
class Notice:
    """What is told. Cannot hold personal data: one of a few slugs, and a link made of an identifier."""

    template: Template
    link: Link | LogLink

    def __post_init__(self) -> None:
        fits = LogLink if self.template in TO_THE_LOG else Link
        if type(self.template) is not Template or type(self.link) is not fits:
            raise TypeError("a notice is a template's slug and a link, and nothing else")


def id_of(notice: Notice, unit_id: UnitId, request: UUID) -> NoticeId:
    """The id of a unit's notice: made of what it says, to whom, and the request that it followed from.

    A unit has one notice of a kind for one request (``request``: its correlation), however often and by however many
    events it is told (a withdrawn consent that also cancels is two): another has the same id. A UUID of version 8
    (RFC 9562, 5.8): the first 48 bits are of the request, so that ids sort as requests do; the others are of SHA-256.
    """
    link = notice.link
    made_of = link.alarm_id if isinstance(link, LogLink) else link.referral_id
    said = b"".join((notice.template.value.encode(), made_of.bytes, unit_id.bytes, request.bytes))
    return NoticeId(uuid8_of(request.bytes[:6] + sha256(said).digest()[:10]))


@dataclass(frozen=True, slots=True)
class Parcel:
    """A notice that is due, with what a channel needs to hand it over.

    ``address`` is the unit's function address at this moment: None when the unit has none, or is not known yet
    (``unit_known`` is False). ``attempts`` counts this one too.
    """

    id: NoticeId
    notice: Notice
    unit_id: UnitId
    unit_known: bool
    address: str | None
    queued_at: datetime
    attempts: int
