"""Let an organisation present itself anew."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.readable_fields import email_at, name_at, telephone_at, web_address_at
from services.directory.domain.organization import Organization
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import ListingIsNotYours
from shared.kernel.identity import OrganizationId
from shared.kernel.refusals import VersionHasMoved


@dataclass(frozen=True, kw_only=True)
class DescribeOrganization:
    """How an organisation presents itself from now on, made from ``version``."""

    organization_id: OrganizationId
    version: int
    name: str
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""


def describe_organization(command: DescribeOrganization, actor: Editor, uow: DirectoryWork) -> Organization:
    """Change an organisation's own page.

    Raises VersionHasMoved when somebody else changed it meanwhile; or what ``written`` refuses.
    """
    organization = own_organization(command.organization_id, actor, uow)
    if organization.version != command.version:
        raise VersionHasMoved
    changed, event = organization.described(
        uow.clock.now(),
        name=name_at("/name", command.name, organization.name),
        description=command.description,
        website=web_address_at("/website", command.website, organization.website),
        email=email_at("/email", command.email, organization.email),
        phone=telephone_at("/phone", command.phone, organization.phone),
    )
    uow.organizations.save(changed)
    uow.record(event)
    return changed


def own_organization(organization_id: OrganizationId, actor: Editor, uow: DirectoryWork) -> Organization:
    """An organisation that this person may present; otherwise the attempt is recorded and ListingIsNotYours raised."""
    organization = uow.organizations.find(organization_id)
    relation = actor.relation_to(organization.id if organization else None, None)
    authorise(Act.EDIT_LISTING, relation, actor, uow, about="organization", subject=organization_id)
    if organization is None:
        raise ListingIsNotYours
    return organization
