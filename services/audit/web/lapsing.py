"""How audit keeps forms that came after their sender's session: what they are about, and who is refused."""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from services.audit.bootstrap import SERVICE
from services.audit.web.reviewing import Reviewing
from shared.kernel.actor import Actor
from shared.kernel.translation import says
from shared.settings import SettingsAreWrong
from shared.storage.held_forms import HeldForms
from shared.storage.lapsed_forms import LapsedForms
from shared.storage.master_keys import MasterKeys
from shared.web.lapsed_forms import FormIsNotKept, Keeping

KINDS = {
    "audit.search": says("The form searches the log."),
    "audit.verify": says("The form verifies the log."),
    "audit.seen": says("The form closes an alarm."),
    "audit.export": says("The form downloads the log."),
}


def keeping(reviewing: Reviewing) -> Keeping:
    """Sealed under the service's own master key. Raises SettingsAreWrong without one."""
    parts = reviewing.parts
    path = parts.settings.service(SERVICE).master_key_file
    if path is None:
        raise SettingsAreWrong("LOTSA_AUDIT_MASTER_KEY_FILE is needed")

    def refused(actor: Actor, form_id: UUID, refusal: FormIsNotKept) -> NoReturn:
        reviewing.record_attempt(actor, "lapsed-form", [form_id], refusal.slug)
        raise refusal

    master = MasterKeys.from_file(path)
    return Keeping(LapsedForms(parts.engine, master), HeldForms(parts.engine, master), KINDS, refused)
