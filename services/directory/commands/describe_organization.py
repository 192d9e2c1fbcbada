"""Let an organisation present itself anew."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.written import email_at, name_at, telephone_at, web_address_at
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


def describe_organization(work: DirectoryWork, editor: Editor, asked: DescribeOrganization) -> Organization:
    """Change an organisation's own page.

    Raises VersionHasMoved when somebody else changed it meanwhile; or what ``written`` refuses.
    """
    organization = own_organization(work, editor, asked.organization_id)
    if organization.version != asked.version:
        raise VersionHasMoved
    changed, event = organization.described(
        work.clock.now(),
        name=name_at("/name", asked.name, organization.name),
        description=asked.description,
        website=web_address_at("/website", asked.website, organization.website),
        email=email_at("/email", asked.email, organization.email),
        phone=telephone_at("/phone", asked.phone, organization.phone),
    )
    work.organizations.save(changed)
    work.happened(event)
    return changed


def own_organization(work: DirectoryWork, editor: Editor, organization_id: OrganizationId) -> Organization:
    """An organisation that this person may present; otherwise the attempt is recorded and ListingIsNotYours raised."""
    organization = work.organizations.find(organization_id)
    relation = editor.relation_to(organization.id if organization else None, None)
    authorise(work, editor, Act.EDIT_LISTING, relation, about="organization", subject=organization_id)
    if organization is None:
        raise ListingIsNotYours
    return organization
