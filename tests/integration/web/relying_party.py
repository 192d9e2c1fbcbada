"""Lotsa's side of a sign-in, served for tests against a provider."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.actor import Role, UserRef
from shared.web.app import make_app
from shared.web.sign_in.login import login_blueprint
from tests.support.serving import address_of, serving
from tests.support.web_gallery import RememberingHooks, StaffInMemory, settings_in

SECRET = "a-client-secret-of-tests-only"  # pragma: allowlist secret


@dataclass
class Lotsa:
    """Where it is, and what it told."""

    address: str
    hooks: RememberingHooks
    staff: StaffInMemory


@contextmanager
def lotsa_behind(issuer: str, folder: Path, at: socket.socket, **more: str) -> Iterator[Lotsa]:
    """An app on a held port that signs in at this issuer; its user ``alva`` has one assignment.

    ``more``: further variables without ``LOTSA_``.
    """
    secret = folder / "client-secret"
    secret.write_text(SECRET, encoding="ascii")
    settings = settings_in(
        folder,
        PUBLIC_URL=address_of(at),
        OIDC_ISSUER=issuer,
        OIDC_CLIENT_ID="lotsa",
        OIDC_CLIENT_SECRET_FILE=str(secret),
        **more,
    )
    staff = StaffInMemory()
    staff.grant(UserRef(issuer, "alva"), "Vårdcentralen Ekliden", Role.REFERRER)
    hooks = RememberingHooks(staff)
    app = make_app(
        "directory", "tests.support", settings=settings, staff=staff, blueprints=[login_blueprint(settings, hooks)]
    )
    with serving(app, at) as address:
        yield Lotsa(address, hooks, staff)
