"""Which version a form was written from, and the page for whoever came second."""

from __future__ import annotations

from uuid import UUID

from flask import render_template, request

from shared.kernel.refusals import Refusal, VersionIsRequired


def asked_version() -> int:
    """The version that the form's reader saw. Raises VersionIsRequired."""
    given = request.form.get("version", "")
    if not given.isascii() or not given.isdigit() or len(given) > 9:
        raise VersionIsRequired
    return int(given)


def moved_page(referral_id: UUID, refusal: Refusal, comment: str = "") -> tuple[str, int]:
    """Somebody else was first. What was written is shown, so that it can be used again."""
    return render_template("referral/moved.html", referral_id=referral_id, comment=comment), refusal.status
