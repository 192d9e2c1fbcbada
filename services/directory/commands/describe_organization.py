"""Let an organisation present itself anew."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.addresses import require_address
from services.directory.commands.authorise import authorise
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

    Raises VersionHasMoved when somebody else changed it meanwhile; AddressIsNoEmail.
    """
    organization = work.organizations.find(asked.organization_id)
    owner = organization.id if organization else None
    authorise(
        work,
        editor,
        Act.EDIT_LISTING,
        editor.relation_to(owner, None),
        about="organization",
        subject=asked.organization_id,
    )
    if organization is None:
        raise ListingIsNotYours
    if organization.version != asked.version:
        raise VersionHasMoved
    require_address(asked.email, "/email")
    changed, event = organization.described(
        work.clock.now(),
        name=asked.name,
        description=asked.description,
        website=asked.website,
        email=asked.email,
        phone=asked.phone,
    )
    work.organizations.save(changed)
    work.happened(event)
    return changed
