"""What was typed in a form that could not be carried out: kept for its writer alone, sealed, for an hour.

A page that answers a form directly leaves all that was typed in the browser's session files on disk. So the answer is a
redirect, and what was typed waits here until the form goes through or its time is over. It lies among the drafts, under
a key of its own and behind the same row policy, and is none: no list shows it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid5

from services.referral.domain.consent.consent import Consent
from services.referral.domain.lifecycle import Action
from services.referral.domain.ports import Draft, Work
from services.referral.domain.refusals import DraftIsUnreadable
from shared.kernel.actor import Actor
from shared.kernel.identity import ReferralId

LIFETIME = timedelta(hours=1)
MARK = "refused-form"
# what no form of ours comes near; what is longer is not kept
LARGEST = 64 * 1024
_NAMESPACE = UUID("6f1d3c52-6f0e-5c5c-9d51-3a9f4f1f6d11")


@dataclass(frozen=True, kw_only=True)
class KeptForm:
    """A form's values as typed, what was wrong with them, and the version they were written from.

    ``version`` None: the referral has changed since, so whoever goes on does so from how it stands then.
    """

    values: Mapping[str, Any] = field(default_factory=dict, repr=False)
    errors: Mapping[str, str] = field(default_factory=dict, repr=False)
    version: int | None = None


def keep_form(action: Action, referral_id: ReferralId, form: KeptForm, actor: Actor, uow: Work) -> None:
    """Keep it. Only for somebody who has been let through to the referral."""
    now = uow.clock.now()
    values = dict(form.values)
    if len(json.dumps(values)) > LARGEST:
        values = {}
    kept = {"values": values, "errors": dict(form.errors), "version": form.version}
    draft = Draft(
        id=_place(action, referral_id, actor),
        answers={MARK: kept},
        version=1,
        created_at=now,
        updated_at=now,
        expires_at=now + LIFETIME,
    )
    uow.drafts.save(draft, actor)


def kept_form(
    action: Action, referral_id: ReferralId, actor: Actor, uow: Work, *, consents: Iterable[Consent]
) -> KeptForm | None:
    """What the actor had typed, if it is still kept. What was typed before a consent was withdrawn is not: it may say
    what may no longer be read.
    """
    try:
        draft = uow.drafts.get(_place(action, referral_id, actor))
    except DraftIsUnreadable:
        # the form is shown empty, as if nothing had been kept
        return None
    withdrawn = [consent.withdrawn_at for consent in consents if consent.withdrawn_at is not None]
    if draft is None or any(at >= draft.updated_at for at in withdrawn):
        return None
    return KeptForm(**draft.answers[MARK])


def let_go_of_form(action: Action, referral_id: ReferralId, actor: Actor, uow: Work) -> None:
    """Remove it and its key: the form went through."""
    uow.drafts.discard(_place(action, referral_id, actor))


def is_kept_form(draft: Draft) -> bool:
    """Whether this lies among the drafts without being one: as a draft it is not there."""
    return MARK in draft.answers


def _place(action: Action, referral_id: ReferralId, actor: Actor) -> UUID:
    """One for each form, writer and unit; what it is made of cannot be read from it."""
    user = actor.user
    return uuid5(_NAMESPACE, f"{action} {referral_id} {actor.unit_id} {user.issuer} {user.subject}")
