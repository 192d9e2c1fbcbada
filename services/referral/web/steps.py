"""The steps of a referral that has been sent, as people and systems meet them: the table of its life, with its words.

Each is a page's button or form and an operation of the API (``step``), offered on the referral's page (``referral``),
kept when it comes too late (``held_forms``) and shown on the track (``standing``).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _
from flask_babel.speaklater import LazyString

from services.referral.adapters.unit_of_work import ReferralUnitOfWork
from services.referral.commands.accept_referral import AcceptReferral, accept_referral
from services.referral.commands.cancel_referral import CancelReferral, cancel_referral
from services.referral.commands.complete_referral import CompleteReferral, complete_referral
from services.referral.commands.reject_referral import RejectReferral, reject_referral
from services.referral.commands.start_referral import StartReferral, start_referral
from services.referral.domain.lifecycle import Action
from services.referral.domain.referral import Referral
from shared.kernel.actor import Actor
from shared.kernel.translation import says


@dataclass(frozen=True, kw_only=True)
class Offer:
    """One step: its command, and its words.

    ``command`` takes ``referral_id``, ``expected_version`` and, where the table gives reasons, what the form says.
    ``button``: what it is called where it is offered; ``hint``: said beside a button that does it at once; ``done``:
    said when it is done; ``late``: what its form is about, where it waits for its sender; ``passed``: what the track
    calls it afterwards; ``described``: the operation's description for systems.
    """

    command: type[Any]
    carry_out: Callable[[Any, Actor, ReferralUnitOfWork], Referral]
    button: LazyString
    hint: LazyString | None = None
    done: LazyString
    late: str
    passed: LazyString
    described: str


OFFERS: dict[Action, Offer] = {
    Action.ACCEPT: Offer(
        command=AcceptReferral,
        carry_out=accept_referral,
        button=_("Accept"),
        # promise: the-referrer-is-told-as-consented
        done=_("You have accepted the referral. The referrer is told, as far as consent goes."),
        late=says("The form accepts a referral."),
        passed=_("Accepted"),
        described="Take a referral on.",
    ),
    Action.START: Offer(
        command=StartReferral,
        carry_out=start_referral,
        button=_("The first contact is made"),
        # promise: the-moment-of-the-click-is-kept
        hint=_("Press when you have been in touch. The time that is kept is when you press."),
        done=_("The first contact is noted. The referrer is told, as far as consent goes."),
        late=says("The form notes the first contact."),
        passed=_("First contact made"),
        described="""Begin: note that the first contact with the carer has been made.

    The promise of contact is then kept, and the next deadline is the answer. The moment kept is that of the noting.
    """,
    ),
    Action.REJECT: Offer(
        command=RejectReferral,
        carry_out=reject_referral,
        button=_("Decline with a reason"),
        done=_("You have declined the referral. The referrer is told, as far as consent goes."),
        late=says("The form declines a referral."),
        passed=_("Declined"),
        described="Decline a referral with a coded reason.",
    ),
    Action.COMPLETE: Offer(
        command=CompleteReferral,
        carry_out=complete_referral,
        button=_("Close with an outcome"),
        done=_("The referral is closed. The referrer is told, as far as consent goes."),
        late=says("The form closes a referral."),
        passed=_("Closed with an outcome"),
        described="Close a referral with an outcome, and say which needs could not be met.",
    ),
    Action.CANCEL: Offer(
        command=CancelReferral,
        carry_out=cancel_referral,
        button=_("Cancel the referral"),
        # promise: the-receiver-is-told
        done=_("The referral is cancelled. The receiving unit is told."),
        late=says("The form takes a referral back."),
        passed=_("Cancelled"),
        described="Take back a referral that your unit sent.",
    ),
}


def view_of(step: str) -> str:
    """What a step's view is called: its page is ``step.<this>``."""
    return step.replace("-", "_")
