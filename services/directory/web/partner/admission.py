"""Whether what an address names is the caller's to change: asked before a body, a form or a version is judged.

Each raises ListingIsNotYours or RoleMayNotEditThis, with the attempt recorded.
"""

from __future__ import annotations

from uuid import UUID

from services.directory.commands.describe_organization import own_organization
from services.directory.commands.save_activity import own_activity
from services.directory.commands.save_support_service import own_service
from services.directory.web.page import current_editor, reading
from shared.kernel.identity import OrganizationId


def to_an_organization(organization_id: UUID) -> None:
    """An organisation's own page."""
    editor = current_editor()
    with reading(editor) as uow:
        own_organization(OrganizationId(organization_id), editor, uow)


def to_a_service(service_id: UUID) -> None:
    """A support service."""
    editor = current_editor()
    with reading(editor) as uow:
        own_service(service_id, editor, uow)


def to_an_activity(activity_id: UUID) -> None:
    """An activity."""
    editor = current_editor()
    with reading(editor) as uow:
        own_activity(activity_id, editor, uow)
