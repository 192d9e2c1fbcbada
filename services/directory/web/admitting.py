"""Whether what an address names is the caller's to change: asked before a body, a form or a version is judged.

Each raises ListingIsNotYours or RoleMayNotEditThis, with the attempt recorded.
"""

from __future__ import annotations

from uuid import UUID

from services.directory.commands.describe_organization import own_organization
from services.directory.commands.save_activity import own_activity
from services.directory.commands.save_support_service import own_service
from services.directory.domain.permissions import Act
from services.directory.web.administering import opened
from services.directory.web.parts import current_editor, parts
from services.directory.web.ruling import ruled
from shared.kernel.identity import OrganizationId


def to_an_organization(organization_id: UUID) -> None:
    """An organisation's own page."""
    editor = current_editor()
    with parts().work_of(editor) as work:
        own_organization(work, editor, OrganizationId(organization_id))


def to_a_service(service_id: UUID) -> None:
    """A support service."""
    editor = current_editor()
    with parts().work_of(editor) as work:
        own_service(work, editor, service_id)


def to_an_activity(activity_id: UUID) -> None:
    """An activity."""
    editor = current_editor()
    with parts().work_of(editor) as work:
        own_activity(work, editor, activity_id)


def to_a_unit(unit_id: UUID) -> None:
    """A unit."""
    with opened(unit_id):
        pass


def to_see_rules(municipality_code: str) -> None:
    """A municipality's routing rules, to be read or tried out."""
    with ruled(Act.SEE_ROUTING, municipality_code):
        pass


def to_change_rules(municipality_code: str, **_: object) -> None:
    """A municipality's routing rules."""
    with ruled(Act.EDIT_ROUTING, municipality_code):
        pass
