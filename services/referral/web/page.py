"""What every subject's pages need: the service's parts, which version a form was written from, codes in force."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import cast

from flask import current_app, request
from flask_babel import gettext
from werkzeug.wrappers import Response

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.bootstrap import Parts
from services.referral.domain import codes
from shared.kernel.actor import Actor, Role
from shared.kernel.clock import swedish_day
from shared.kernel.refusals import VersionIsRequired
from shared.storage import unit_of_work

EXTENSION = "lotsa-referral"
# who works with referrals: those who send and those who receive
STAFF = (Role.REFERRER, Role.ADVISER)
# what a page answers with
Page = str | Response | tuple[str, int]


def parts() -> Parts:
    """The parts that ``create_app`` was given."""
    return cast(Parts, current_app.extensions[EXTENSION])


def changing(actor: Actor) -> AbstractContextManager[ReferralUnitOfWork]:
    """A transaction of the actor's that changes something; see ``shared.storage.unit_of_work.changing``."""
    return unit_of_work.changing(parts().opening.by(actor))


def reading(actor: Actor) -> AbstractContextManager[ReferralUnitOfWork]:
    """A transaction that shows the actor something; see ``shared.storage.unit_of_work.reading``."""
    return unit_of_work.reading(parts().opening.by(actor))


def asked_version() -> int:
    """The version that the form's reader saw. Raises VersionIsRequired."""
    given = request.form.get("version", "")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise VersionIsRequired
    return int(given)


def code_choices(of: tuple[codes.Code, ...], uow: ReferralUnitOfWork) -> list[tuple[str, str]]:
    """The codes in force today with their titles."""
    return [(code.slug, gettext(code.title)) for code in codes.in_force(of, swedish_day(uow.clock.now()))]
