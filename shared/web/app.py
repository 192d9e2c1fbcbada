"""Makes one service's Flask app, with everything that the four have in common already in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from flask_wtf.csrf import CSRFProtect
from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined

from shared.kernel.clock import Clock, SystemClock
from shared.settings import Settings
from shared.storage.encryption import MasterKey
from shared.web import (
    catalogues,
    headers,
    health,
    held_forms,
    lapsed_forms,
    linked,
    problem,
    session,
    statement,
    tokens,
)
from shared.web.errors import TooLarge, says
from shared.web.guard import OnlyHere
from shared.web.navigation import add_layout
from shared.web.received import ReceivedRequest
from shared.web.who import StaffDirectory, Web

HERE = Path(__file__).parent
LARGEST_BODY = 1_000_000  # bytes


def make_app(
    service: str,
    import_name: str,
    *,
    settings: Settings,
    staff: StaffDirectory,
    blueprints: Sequence[Blueprint] = (),
    checks: Mapping[str, Callable[[], object]] | None = None,
    clock: Clock | None = None,
    secret: bytes | None = None,
    keeping: lapsed_forms.Keeping | None = None,
) -> Flask:
    """The app of one service.

    ``import_name`` is the service's web package: its ``templates`` and ``translations`` folders are used before the
    shared ones. ``checks``: name → callable for ``/<service>/health/ready``; one that raises says "not ready".
    ``secret``: the key of idempotency fingerprints, derived from the service's master key unless given.
    ``keeping``: where forms wait that came after their sender's idle half hour; without it they are not kept.
    Raises SettingsAreWrong when the session key is missing.
    """
    keys = session.keys_from(settings.session_key_file)
    app = Flask(import_name, static_folder=str(HERE / "static"), static_url_path="/static")
    app.request_class = ReceivedRequest
    app.config.update(
        SECRET_KEY=keys[0],
        SECRET_KEY_FALLBACKS=keys[1:],
        SESSION_COOKIE_NAME=session.cookie_name(settings.public_url),
        SESSION_COOKIE_PATH="/",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        MAX_CONTENT_LENGTH=LARGEST_BODY,
        WTF_CSRF_CHECK_DEFAULT=False,
        WTF_CSRF_TIME_LIMIT=None,  # the session's own limits are the form's
        WTF_CSRF_SSL_STRICT=False,  # we send no referrer to compare with; headers.py looks at Sec-Fetch-Site
        BABEL_DEFAULT_LOCALE="sv",
        BABEL_DEFAULT_TIMEZONE="Europe/Stockholm",
        TRUSTED_HOSTS=[urlsplit(settings.public_url).hostname or "", "localhost", "127.0.0.1"],
    )
    app.session_interface = session.SignedCookie()
    app.extensions["lotsa"] = Web(
        service=service,
        settings=settings,
        staff=staff,
        clock=clock or SystemClock(),
        tokens=tokens.from_settings(settings),
        secret=secret or _secret(settings, service),
    )
    _add_templates(app)
    _add_translations(app)
    _add_limit(app)
    _add_csrf(app)
    headers.register(app, settings)
    linked.register(app)
    problem.register(app)
    add_layout(app)
    held_forms.register(app, keeping.held if keeping else None)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    if keeping is not None:
        app.register_blueprint(lapsed_forms.blueprint(service))
        app.extensions[lapsed_forms.EXTENSION] = keeping
    app.register_blueprint(health.blueprint(service, dict(checks or {})))
    app.register_blueprint(statement.blueprint())
    health.measure(app, service)
    if settings.demo:
        app.wsgi_app = OnlyHere(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _secret(settings: Settings, service: str) -> bytes:
    path = settings.service(service).master_key_file
    if path is None:
        # without a master key there is nothing worth protecting yet: only bare test apps come here
        return session.keys_from(settings.session_key_file)[0].encode()
    return MasterKey.from_file(path).derive("idempotency")


def _add_templates(app: Flask) -> None:
    own = app.jinja_loader
    shared = FileSystemLoader(HERE / "templates")
    app.jinja_loader = ChoiceLoader([own, shared] if own else [shared])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined


def _add_translations(app: Flask) -> None:
    folders = [HERE / "translations", Path(app.root_path) / "translations"]
    catalogues.Languages(app, [folder for folder in folders if folder.is_dir()])


def _add_limit(app: Flask) -> None:
    @app.before_request
    def refuse_what_is_too_large() -> None:
        # before anybody asks for it: the server holds nothing of it, see deploy/bodies.py
        if (request.content_length or 0) > LARGEST_BODY:
            raise TooLarge(
                says(
                    "Nothing was saved. At most one megabyte is received: go back, shorten the text, and send it again."
                )
            )


def _add_csrf(app: Flask) -> None:
    csrf = CSRFProtect(app)

    @app.before_request
    def protect_forms() -> None:
        # the systems' door takes no cookie, so there is nothing there to forge
        # and an unknown door answers 404 or 405 whatever was sent to it
        if not request.path.startswith("/api/") and request.routing_exception is None:
            csrf.protect()
