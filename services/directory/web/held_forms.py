"""How the directory holds forms: what one is about that came after its session, and who is refused it."""

from __future__ import annotations

from typing import NoReturn
from uuid import UUID

from services.directory.bootstrap import SERVICE, Parts
from services.directory.domain.access import attempt
from shared.access.record import refuse
from shared.kernel.actor import Actor
from shared.kernel.translation import says
from shared.storage.held_forms import FormStore
from shared.storage.master_keys import MasterKeys
from shared.web.forms.store import FormIsNotKept, Keeping

KINDS = {
    "partner.save_organization": says("The form is about your organisation."),
    **dict.fromkeys(
        (f"partner.{each}" for each in ("add_activity", "save_activity", "cancel", "take_up")),
        says("The form is about an activity."),
    ),
    "partner": says("The form is about a support service."),
    "units.add_unit": says("The form registers a unit."),
    "units": says("The form is about a unit."),
    "assignments": says("The form is about an assignment."),
    "routing.save_default": says("The form is about the unit that receives what no rule takes."),
    "routing": says("The form is about a routing rule."),
}


def keeping(parts: Parts) -> Keeping | None:
    """Sealed under the service's own master key, which else only fingerprints need: without it no form is held."""
    path = parts.settings.service(SERVICE).master_key_file
    if path is None:
        return None

    def refused(actor: Actor, form_id: UUID, refusal: FormIsNotKept) -> NoReturn:
        with parts.work_of(parts.editor(actor)) as uow:
            refuse(attempt("read", "lapsed-form", form_id, refusal), actor, uow)

    return Keeping(FormStore(parts.engine, MasterKeys.from_file(path)), KINDS, refused)
