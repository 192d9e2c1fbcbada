"""Register an organisation."""

from __future__ import annotations

from dataclasses import dataclass

from services.directory.commands.authorise import authorise
from services.directory.commands.written import email_at, name_at, telephone_at, web_address_at
from services.directory.domain.organization import Organization, OrganizationKind
from services.directory.domain.permissions import Act, Editor
from services.directory.domain.ports import DirectoryWork
from services.directory.domain.refusals import AlreadyRegistered
from shared.kernel.identity import OrganizationId


@dataclass(frozen=True, kw_only=True)
class RegisterOrganization:
    """A new organisation. ``municipality_code``: the municipality that answers for its listing being here."""

    organization_id: OrganizationId
    name: str
    kind: OrganizationKind
    municipality_code: str | None
    description: str = ""
    website: str = ""
    email: str = ""
    phone: str = ""
    identifier: str | None = None


def register_organization(work: DirectoryWork, editor: Editor, asked: RegisterOrganization) -> Organization:
    """Put an organisation into the directory. Raises AlreadyRegistered, or what ``written`` refuses."""
    relation = editor.relation_to(None, asked.municipality_code)
    authorise(work, editor, Act.REGISTER_ORGANIZATION, relation, about="organization", subject=asked.organization_id)
    if work.organizations.find(asked.organization_id) is not None:
        raise AlreadyRegistered
    organization = Organization(
        id=asked.organization_id,
        name=name_at("/name", asked.name),
        kind=asked.kind,
        municipality_code=asked.municipality_code,
        description=asked.description,
        website=web_address_at("/website", asked.website),
        email=email_at("/email", asked.email),
        phone=telephone_at("/phone", asked.phone),
        identifier=asked.identifier,
    )
    work.organizations.add(organization)
    work.happened(organization.registered(work.clock.now()))
    return organization
