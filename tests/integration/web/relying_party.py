"""Lotsa's side of a sign-in, served for tests against a provider."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from shared.kernel.actor import Role, UserRef
from shared.web.app import make_app
from shared.web.login import login_blueprint
from tests.support.oidc.dishonest import serving
from tests.support.web_gallery import RememberingHooks, StaffInMemory, settings_in

SECRET = "a-client-secret-of-tests-only"  # pragma: allowlist secret


@dataclass
class Lotsa:
    """Where it is, and what it told."""

    address: str
    hooks: RememberingHooks
    staff: StaffInMemory


@contextmanager
def lotsa_behind(issuer: str, folder: Path, port: int) -> Iterator[Lotsa]:
    """An app that signs in at this issuer; its user ``alva`` has one assignment."""
    secret = folder / "client-secret"
    secret.write_text(SECRET, encoding="ascii")
    settings = settings_in(
        folder,
        PUBLIC_URL=f"http://127.0.0.1:{port}",
        OIDC_ISSUER=issuer,
        OIDC_CLIENT_ID="lotsa",
        OIDC_CLIENT_SECRET_FILE=str(secret),
    )
    staff = StaffInMemory()
    staff.grant(UserRef(issuer, "alva"), "Vårdcentralen Ekliden", Role.REFERRER)
    hooks = RememberingHooks(staff)
    app = make_app(
        "directory", "tests.support", settings=settings, staff=staff, blueprints=[login_blueprint(settings, hooks)]
    )
    with serving(app, port) as address:
        yield Lotsa(address, hooks, staff)
