"""The invented people whom anybody may be in the demonstration."""

from __future__ import annotations

from flask_babel import gettext as _

from shared.kernel.actor import UserRef
from shared.web.sign_in.login import CastMember

DEMO_ISSUER = "https://demo.lotsa.invalid"
"""The issuer of everyone who signs in from the demonstration's list."""


def cast() -> list[CastMember]:
    """The list to sign in from."""
    return [
        _member("alva", "Alva Ahlm", _("Refers carers. Works at a health centre.")),
        _member("bo", "Bo Berg", _("Family care adviser on Södermalm. Receives and follows up.")),
        _member("cilla", "Cilla Ceder", _("Family care adviser in another district. Must not see Bo's referrals.")),
        _member("dani", "Dani Dahl", _("Looks after a carers' association's page in the directory.")),
        _member("ester", "Ester Ek", _("Audits who has read what, and that the log is whole.")),
        _member("hanna", "Hanna Holm", _("Coordinates the municipality's units, assignments and routing rules.")),
    ]


def _member(key: str, name: str, about: str) -> CastMember:
    return CastMember(key, UserRef(DEMO_ISSUER, key), name, about)
