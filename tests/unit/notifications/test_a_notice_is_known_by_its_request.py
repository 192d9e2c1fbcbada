"""A notice's id is made of what it says, to whom, and the request that it followed from: another such has the same."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.notifications.domain.notice import Link, LogLink, Notice, Template, id_of
from shared.kernel.identity import ReferralId, UnitId, uuid7

REFERRAL, OTHER, UNIT, OTHER_UNIT = (UUID(int=number) for number in (1, 2, 3, 4))
REQUEST, NEXT = UUID("01890a5d-ac96-774b-bcce-b302099a8057"), UUID("01890a5d-ac97-774b-bcce-b302099a8057")


def happened(referral: UUID = REFERRAL) -> Notice:
    return Notice(Template.SOMETHING_HAPPENED, Link(ReferralId(referral)))


def test_it_is_the_same_in_every_process_and_version() -> None:
    """Held to the bit: what is heard again after an update is known again."""
    assert id_of(happened(), UnitId(UNIT), REQUEST) == UUID("01890a5d-ac96-8d68-a07b-63e17e7e3c67")
    made = id_of(happened(), UnitId(UNIT), REQUEST)
    assert (made.version, made.variant) == (8, "specified in RFC 4122")


@pytest.mark.parametrize(
    ("notice", "unit", "request_id"),
    [
        (happened(OTHER), UNIT, REQUEST),
        (happened(), OTHER_UNIT, REQUEST),
        (happened(), UNIT, NEXT),
        (Notice(Template.NEW_REFERRAL_WAITS, Link(ReferralId(REFERRAL))), UNIT, REQUEST),
        (Notice(Template.LOG_ALARM, LogLink(REFERRAL)), UNIT, REQUEST),
        (Notice(Template.NOTHING_IS_HEARD, LogLink(REFERRAL)), UNIT, REQUEST),
    ],
)
def test_another_referral_unit_request_or_sentence_is_another_notice(
    notice: Notice, unit: UUID, request_id: UUID
) -> None:
    """Each of the four by itself."""
    assert id_of(notice, UnitId(unit), request_id) != id_of(happened(), UnitId(UNIT), REQUEST)


def test_ids_sort_as_the_requests_do() -> None:
    """By the request's moment, which is the first 48 bits of its id."""
    assert id_of(happened(), UnitId(UNIT), REQUEST).bytes[:6] == REQUEST.bytes[:6]
    assert id_of(happened(), UnitId(UNIT), REQUEST) < id_of(happened(), UnitId(UNIT), NEXT)
    assert id_of(happened(), UnitId(UNIT), uuid7()).version == 8
