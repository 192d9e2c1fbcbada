"""Which of an installation's settings each process is given: what it uses and no other."""

from __future__ import annotations

from collections.abc import Iterable

from shared.environment import ROLES
from shared.settings import PER_ROLE

# What only the migration step and the operator's commands use stands nowhere here: tables' owners, the broker's
# administrator
_EVERY_PROCESS = ("MODE", "PUBLIC_URL", "INSTALLATION", "VAR", "LOG_LEVEL", "POOL_SIZE")
_EVERY_WEB = (
    *("SESSION_VERIFYING_KEYS_FILE", "TOKEN_ISSUER", "TOKEN_AUDIENCE", "TOKEN_JWKS_FILE", "TOKEN_LONGEST_LIFE"),
    *("WEB_IN_FLIGHT", "WEB_THREADS", "HEARD_WITHIN", "ACCESSIBILITY_EMAIL", "ACCESSIBILITY_PHONE"),
    *("TRUSTED_PROXIES", "LIMITS"),
)
_EVERY_SERVICES = {
    "web": ("DATABASE_URL", "MASTER_KEY_FILE", "COOKIE_KEY_FILE"),
    "bus": ("DATABASE_URL", "BROKER_URL"),
    "relay": ("DATABASE_URL", "BROKER_URL"),
}
_MORE = {
    # sign-in is here, and with it the one key that makes sessions
    ("web", "directory"): (
        *("SESSION_SIGNING_KEY_FILE", "OIDC_ISSUER", "OIDC_CLIENT_ID", "OIDC_CLIENT_SECRET_FILE"),
        *PER_ROLE,
        *(f"{name}_{role.upper().replace('-', '_')}" for name in PER_ROLE for role in ROLES),
    ),
    ("bus", "referral"): ("REFERRAL_MASTER_KEY_FILE",),
    ("bus", "notifications"): ("SMTP_URL", "OPERATORS_EMAIL"),
    # the log is verified with the public half alone, from outside the database that it is about
    ("web", "audit"): ("AUDIT_VERIFYING_KEY_FILE",),
    ("bus", "audit"): (
        *("AUDIT_MASTER_KEY_FILE", "AUDIT_LOG_DATABASE_URL"),
        *("AUDIT_SIGNING_KEY_FILE", "AUDIT_VERIFYING_KEY_FILE", "AUDIT_KEPT_CHECKPOINT"),
    ),
}


def settings_used(process: str, services: Iterable[str]) -> frozenset[str]:
    """The `LOTSA_…` variables that a `web`, `bus` or `relay` process of these services uses."""
    names = [*_EVERY_PROCESS, *(_EVERY_WEB if process == "web" else ())]
    for service in services:
        names += [f"{service.upper()}_{name}" for name in _EVERY_SERVICES[process]]
        names += _MORE.get((process, service), ())
    return frozenset(f"LOTSA_{name}" for name in names)
