"""Every setting, read once from the environment. Only ``bootstrap.py`` files and entry points read them.

Secrets are named by file, never by value: an environment is printed too easily.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from shared.environment import PerRole, Reader, SettingsAreWrong
from shared.kernel.addresses import Networks
from shared.vocabulary.email_address import parse_email
from shared.vocabulary.telephone_text import parse_public

SERVICES = ("referral", "directory", "notifications", "audit")
PER_ROLE = ("SIGN_IN_ACR", "SIGN_IN_AMR", "SIGN_IN_MAX_AGE")
MODES = ("demo", "production", "test")
# the Swedish framework for e-identification, levels 3 and 4 (Sweden Connect, registry for identifiers, section 3.1.1)
SUBSTANTIAL = ("http://id.elegnamnden.se/loa/1.0/loa3", "http://id.elegnamnden.se/loa/1.0/loa4")
# a session's own twelve hours, since a sign-in that is older would begin one that is due
SHORTEST_SIGN_IN, LONGEST_SIGN_IN = 60, 12 * 3600
LONGEST_TOKEN_LIFE = 24 * 3600
# two of the directory's words may be lost; and with clocks that differ by five seconds it is a minute at most
SHORTEST_HEARING, LONGEST_HEARING = 25, 55


@dataclass(frozen=True)
class ServiceSettings:
    """What one service needs to reach its own database and broker user. URLs carry credentials: never log them."""

    name: str
    database_url: str = field(default="", repr=False)
    owner_database_url: str = field(default="", repr=False)
    broker_url: str = field(default="", repr=False)
    master_key_file: Path | None = None
    cookie_key_file: Path | None = None


@dataclass(frozen=True)
class Settings:
    """One process's settings; the names are those of the environment without ``LOTSA_``, in lower case."""

    mode: str
    public_url: str
    installation: str
    services: Mapping[str, ServiceSettings]
    var: Path
    session_signing_key_file: Path | None = None
    session_verifying_keys_file: Path | None = None
    audit_log_database_url: str = field(default="", repr=False)
    audit_signing_key_file: Path | None = None
    audit_verifying_key_file: Path | None = None
    audit_kept_checkpoint: Path | None = None
    admin_broker_url: str = field(default="", repr=False)
    admin_database_url: str = field(default="", repr=False)
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret_file: Path | None = None
    sign_in_acr: PerRole[tuple[str, ...]] = field(default_factory=lambda: PerRole(SUBSTANTIAL))
    sign_in_amr: PerRole[tuple[str, ...]] = field(default_factory=lambda: PerRole(()))
    sign_in_max_age: PerRole[int] = field(default_factory=lambda: PerRole(LONGEST_SIGN_IN))
    token_issuer: str = ""
    token_audience: str = "lotsa"
    token_jwks_file: Path | None = None
    token_longest_life: int = 3600
    smtp_url: str = field(default="", repr=False)
    operators_email: str = ""
    accessibility_email: str = ""
    accessibility_phone: str = ""
    heard_within: int = 45
    log_level: str = "INFO"
    # whose X-Forwarded-For is believed; nobody's unless told
    trusted_proxies: Networks = field(default_factory=lambda: Networks(()))
    # of what one caller may, what differs from shared/web/limits.py: kind → "so many/minute", or "none"
    limits: Mapping[str, str] = field(default_factory=dict)
    # turns are taken in order, so whoever is let in last waits for those before: 24 at the 50 to 100 a second that two
    # cores sustain is a quarter to half a second, and as much again is left for a busy machine before an answer takes
    # a second. Fewer would turn people away for a burst that is over before they come back
    web_in_flight: int = 24
    web_threads: int = 8
    pool_size: int = 8

    @property
    def demo(self) -> bool:
        """Whether the cast may sign in from a list."""
        return self.mode == "demo"

    @property
    def production(self) -> bool:
        """Whether real people's data may be here."""
        return self.mode == "production"

    @property
    def kept_checkpoint(self) -> Path | None:
        """Where the log's newest checkpoint is kept outside the database: as told, or beside the signing key."""
        if self.audit_kept_checkpoint is not None or self.audit_signing_key_file is None:
            return self.audit_kept_checkpoint
        return self.audit_signing_key_file.with_name("log-checkpoint")

    def service(self, name: str) -> ServiceSettings:
        """One service's settings. Raises SettingsAreWrong for an unknown name."""
        try:
            return self.services[name]
        except KeyError:
            raise SettingsAreWrong(f"no such service: {name}") from None

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> Settings:
        """Read ``LOTSA_…`` variables (from ``os.environ`` unless told otherwise). Raises SettingsAreWrong."""
        get = Reader(environ)
        mode = get.text("MODE", "production")
        if mode not in MODES:
            raise SettingsAreWrong(f"LOTSA_MODE is one of {', '.join(MODES)}")
        settings = cls(
            mode=mode,
            public_url=get.text("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
            installation=get.text("INSTALLATION", "lotsa"),
            services={name: _service(name, get) for name in SERVICES},
            var=Path(get.text("VAR", "var")),
            session_signing_key_file=get.path("SESSION_SIGNING_KEY_FILE"),
            session_verifying_keys_file=get.path("SESSION_VERIFYING_KEYS_FILE"),
            audit_log_database_url=get.text("AUDIT_LOG_DATABASE_URL"),
            audit_signing_key_file=get.path("AUDIT_SIGNING_KEY_FILE"),
            audit_verifying_key_file=get.path("AUDIT_VERIFYING_KEY_FILE"),
            audit_kept_checkpoint=get.path("AUDIT_KEPT_CHECKPOINT"),
            admin_broker_url=get.text("ADMIN_BROKER_URL"),
            admin_database_url=get.text("ADMIN_DATABASE_URL"),
            oidc_issuer=get.text("OIDC_ISSUER"),
            oidc_client_id=get.text("OIDC_CLIENT_ID"),
            oidc_client_secret_file=get.path("OIDC_CLIENT_SECRET_FILE"),
            sign_in_acr=get.per_role("SIGN_IN_ACR", lambda text: _words(text, SUBSTANTIAL)),
            sign_in_amr=get.per_role("SIGN_IN_AMR", lambda text: _words(text, ())),
            sign_in_max_age=get.per_role("SIGN_IN_MAX_AGE", lambda text: int(text or LONGEST_SIGN_IN)),
            token_issuer=get.text("TOKEN_ISSUER"),
            token_audience=get.text("TOKEN_AUDIENCE", "lotsa"),
            token_jwks_file=get.path("TOKEN_JWKS_FILE"),
            token_longest_life=get.number("TOKEN_LONGEST_LIFE", 3600),
            smtp_url=get.text("SMTP_URL"),
            operators_email=get.value("OPERATORS_EMAIL", parse_email),
            accessibility_email=get.value("ACCESSIBILITY_EMAIL", parse_email),
            accessibility_phone=get.value("ACCESSIBILITY_PHONE", parse_public),
            heard_within=get.number("HEARD_WITHIN", 45),
            log_level=get.text("LOG_LEVEL", "INFO"),
            trusted_proxies=get.networks("TRUSTED_PROXIES"),
            limits=get.pairs("LIMITS"),
            web_in_flight=get.number("WEB_IN_FLIGHT", 24),
            web_threads=get.number("WEB_THREADS", 8),
            pool_size=get.number("POOL_SIZE", 8),
        )
        settings.check()
        return settings

    def check(self) -> None:
        """Raise SettingsAreWrong where settings contradict each other."""
        ages = [self.sign_in_max_age.usual, *self.sign_in_max_age.apart.values()]
        if not all(SHORTEST_SIGN_IN <= age <= LONGEST_SIGN_IN for age in ages):
            raise SettingsAreWrong(f"LOTSA_SIGN_IN_MAX_AGE is {SHORTEST_SIGN_IN} to {LONGEST_SIGN_IN} seconds")
        if not 0 < self.token_longest_life <= LONGEST_TOKEN_LIFE:
            raise SettingsAreWrong(f"LOTSA_TOKEN_LONGEST_LIFE is at most {LONGEST_TOKEN_LIFE} seconds")
        if not SHORTEST_HEARING <= self.heard_within <= LONGEST_HEARING:
            raise SettingsAreWrong(
                f"LOTSA_HEARD_WITHIN is {SHORTEST_HEARING} to {LONGEST_HEARING} seconds: the directory speaks every ten"
            )
        if self.demo and self.oidc_issuer:
            raise SettingsAreWrong("LOTSA_MODE=demo cannot be combined with LOTSA_OIDC_ISSUER: demo lets anyone in")
        if self.demo and self.smtp_url:
            raise SettingsAreWrong("LOTSA_MODE=demo cannot be combined with LOTSA_SMTP_URL: demo sends no e-mail")
        self._check_address("LOTSA_PUBLIC_URL", self.public_url)
        if self.demo and not _is_loopback(urlsplit(self.public_url).hostname or ""):
            raise SettingsAreWrong("LOTSA_MODE=demo needs a LOTSA_PUBLIC_URL on this machine (127.0.0.1)")
        for name, issuer in (("LOTSA_OIDC_ISSUER", self.oidc_issuer), ("LOTSA_TOKEN_ISSUER", self.token_issuer)):
            if issuer:
                self._check_address(name, issuer)
        if self.production and self.token_jwks_file:
            raise SettingsAreWrong("LOTSA_TOKEN_JWKS_FILE is for demo and test only")

    def _check_address(self, name: str, address: str) -> None:
        """Whoever can read or change what goes over the line to it could sign in as anybody."""
        try:
            host = urlsplit(address).hostname or ""
        except ValueError:
            host = ""
        if address.startswith("https://") and host:
            return
        if self.production:
            raise SettingsAreWrong(f"{name} must be https:// in production")
        if not (address.startswith("http://") and _is_loopback(host)):
            raise SettingsAreWrong(f"{name} must be https://, or http:// on this machine's own address (127.0.0.1)")


def _words(text: str, default: tuple[str, ...]) -> tuple[str, ...]:
    """What is set, with spaces between; ``none`` asks for nothing."""
    return () if text == "none" else tuple(text.split()) or default


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _service(name: str, get: Reader) -> ServiceSettings:
    prefix = name.upper()
    return ServiceSettings(
        name=name,
        database_url=get.text(f"{prefix}_DATABASE_URL"),
        owner_database_url=get.text(f"{prefix}_OWNER_DATABASE_URL"),
        broker_url=get.text(f"{prefix}_BROKER_URL"),
        master_key_file=get.path(f"{prefix}_MASTER_KEY_FILE"),
        cookie_key_file=get.path(f"{prefix}_COOKIE_KEY_FILE"),
    )
