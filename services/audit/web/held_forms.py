"""How audit holds forms: what one is about that came after its session, and who is refused it."""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from services.audit.bootstrap import SERVICE, Parts
from services.audit.web.door import note_attempt
from shared.environment import SettingsAreWrong
from shared.kernel.actor import Actor
from shared.kernel.translation import says
from shared.storage.held_forms import FormStore
from shared.storage.master_keys import MasterKeys
from shared.web.forms.store import FormIsNotKept, Keeping
from shared.web.who import Tried

HELD_FORM = Tried("read", "lapsed-form")

KINDS = {
    "trail.search": says("The form searches the log."),
    "log_status.verify": says("The form verifies the log."),
    "log_status.seen": says("The form closes an alarm."),
    "log_status.export": says("The form downloads the log."),
}


def keeping(parts: Parts) -> Keeping:
    """Sealed under the service's own master key. Raises SettingsAreWrong without one."""
    path = parts.settings.service(SERVICE).master_key_file
    if path is None:
        raise SettingsAreWrong("LOTSA_AUDIT_MASTER_KEY_FILE is needed")

    def refused(actor: Actor, form_id: UUID, refusal: FormIsNotKept) -> NoReturn:
        note_attempt(parts, actor, HELD_FORM, [form_id], refusal)
        raise refusal

    return Keeping(FormStore(parts.engine, MasterKeys.from_file(path)), KINDS, refused)
