"""Drafts whose time is over are removed with their keys; nobody has to ask for it."""

from __future__ import annotations

from services.referral.domain.ports import Work


def sweep_expired_drafts(uow: Work) -> int:
    """Remove them; how many."""
    return uow.drafts.discard_expired(uow.clock.now())
