"""Makes one service's Flask app, with everything that the four have in common already in place."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, request
from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined

from shared.environment import SettingsAreWrong
from shared.kernel.clock import Clock, SystemClock
from shared.kernel.translation import says
from shared.observability.episodes import Episode
from shared.observability.logs import logger
from shared.settings import Settings
from shared.storage.heartbeat import Hearing
from shared.storage.master_keys import MasterKeys
from shared.storage.schema import DatabaseIsOfAnotherVersion, OneVersion
from shared.web import form_token, headers, health, limits, links, problem, statement
from shared.web.errors import OfAnotherVersion, TooLarge
from shared.web.forms import form_page, store, waiting_form
from shared.web.guard import OnlyHere
from shared.web.i18n import catalogues, negotiation
from shared.web.navigation import add_layout
from shared.web.normal_form import ReceivedRequest
from shared.web.session import keys as session_keys
from shared.web.session import own_cookie, session_cookie, tokens
from shared.web.who import RoleNotAllowed, StaffDirectory, Web, is_api, signed_in, web

HERE = Path(__file__).parent
LARGEST_BODY = 1_000_000  # bytes
SIGN_IN = "directory"

_log = logger("web.app")


def make_app(
    service: str,
    import_name: str,
    *,
    settings: Settings,
    staff: StaffDirectory,
    blueprints: Sequence[Blueprint] = (),
    checks: Mapping[str, Callable[[], object]] | None = None,
    clock: Clock | None = None,
    secrets: Callable[[], Sequence[bytes]] | None = None,
    keeping: store.Keeping | None = None,
    hearing: Hearing | None = None,
    version: OneVersion | None = None,
) -> Flask:
    """The app of one service.

    ``import_name`` is the service's web package: its subjects' ``templates`` folders and its own, and its
    ``translations``, are used before the shared ones.
    ``checks``: name → callable for ``/<service>/health/ready``; one that raises says "not ready".
    ``secrets``: gives the keys of idempotency fingerprints, derived from the service's master keys unless given.
    ``keeping``: where forms wait that have not gone through; without it none is, and each is answered directly.
    ``hearing``: tells whether the directory is heard; contents close while it is not. Only the directory does without.
    ``version``: tells whether the database is of this code's version; while it is not nothing is answered but that.
    Raises SettingsAreWrong when a key of sessions, or of the service's own cookie, is missing.
    """
    keys = own_cookie.watched_keys(settings.service(service).cookie_key_file, service)
    app = Flask(import_name, static_folder=str(HERE / "static"), static_url_path="/static")
    app.request_class = ReceivedRequest
    app.config.update(
        SESSION_COOKIE_NAME=session_cookie.cookie_name(settings.public_url, f"lotsa_{service}"),
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
    own_cookie.use(app, keys.known)
    app.extensions["lotsa"] = Web(
        service=service,
        settings=settings,
        staff=staff,
        clock=clock or SystemClock(),
        tokens=tokens.from_settings(settings),
        secrets=secrets or _secrets(settings, service),
        sessions=session_keys.reader_from(settings.session_verifying_keys_file),
        signer=_signer(settings, service),
        hearing=hearing,
    )
    own_cookie.register(app, keys)
    session_cookie.register(app)
    _add_templates(app)
    _add_translations(app)
    health.measure(app, service)
    negotiation.register(app)
    if version is not None:
        # before the limits, which ask the database whose assignment holds
        _only_of_this_version(app, version)
    limits.register(app, settings)
    _add_limit(app)
    headers.register(app, settings)
    _ask_who_first(app)
    form_token.register(app)
    links.register(app)
    problem.register(app)
    add_layout(app)
    form_page.register(app)
    for blueprint in blueprints:
        app.register_blueprint(blueprint)
    if keeping is not None:
        app.register_blueprint(waiting_form.blueprint(service))
        app.extensions[store.EXTENSION] = keeping
    also = {} if version is None else {"version": version.look}
    app.register_blueprint(health.blueprint(service, {**(checks or {}), **also}))
    app.register_blueprint(statement.blueprint())
    if settings.demo:
        app.wsgi_app = OnlyHere(app.wsgi_app)  # type: ignore[method-assign]  # Flask's own way to wrap it
    return app


def _secrets(settings: Settings, service: str) -> Callable[[], Sequence[bytes]]:
    path = settings.service(service).master_key_file
    if path is None:
        # without a master key there is nothing worth protecting yet: only bare test apps come here
        only = own_cookie.keys_from(settings.service(service).cookie_key_file, service)[0].encode()
        return lambda: [only]
    keys = MasterKeys.from_file(path)
    return lambda: keys.derive("idempotency")


def _signer(settings: Settings, service: str) -> session_keys.SessionSigner | None:
    """The private key, where sign-in is. The others get none, whatever their settings name."""
    if service != SIGN_IN:
        return None
    signer = session_keys.signer_from(settings.session_signing_key_file)
    if signer.kid not in session_keys.reader_from(settings.session_verifying_keys_file).kids:
        raise SettingsAreWrong(
            "LOTSA_SESSION_SIGNING_KEY_FILE holds a key that is not in LOTSA_SESSION_VERIFYING_KEYS_FILE: nobody "
            "would be let in"
        )
    return signer


def _add_templates(app: Flask) -> None:
    # "draft/carer.html" is templates/carer.html of the subject draft; what stands in no subject is every subject's
    web = Path(app.root_path)
    subjects = {folder.parent.name: FileSystemLoader(folder) for folder in sorted(web.glob("*/templates"))}
    every = [FileSystemLoader(web / "templates"), FileSystemLoader(HERE / "templates")]
    app.jinja_loader = ChoiceLoader([PrefixLoader(subjects), *every])
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.undefined = StrictUndefined


def _add_translations(app: Flask) -> None:
    folders = [HERE / "translations", Path(app.root_path) / "translations"]
    catalogues.Languages(app, [folder for folder in folders if folder.is_dir()])


def _only_of_this_version(app: Flask, version: OneVersion) -> None:
    episode = Episode(_log, "database and web are of one version again")

    @app.before_request
    def refuse_another_version() -> None:
        if request.endpoint in limits.NOT_COUNTED:
            return
        try:
            version.check()
        except DatabaseIsOfAnotherVersion as trouble:
            # its words are ours: a service's name, two steps, and what to do
            episode.trouble("web is of another version than its database", why=str(trouble), error=trouble)
            raise OfAnotherVersion from None
        episode.well()


def _add_limit(app: Flask) -> None:
    @app.before_request
    def refuse_what_is_too_large() -> None:
        # before anybody asks for it: the server holds nothing of it, see lotsa/server/bodies.py
        if (request.content_length or 0) > LARGEST_BODY:
            raise TooLarge(
                says(
                    "Nothing was saved. At most one megabyte is received: go back, shorten the text, and send it again."
                )
            )


def _ask_who_first(app: Flask) -> None:
    @app.before_request
    def refuse_other_roles() -> None:
        # before the form, its token and what it says are looked at; whoever is not signed in is asked by the view
        view = app.view_functions.get(request.endpoint or "")
        roles: tuple[str, ...] = getattr(view, "lotsa_needs", ())
        state = session_cookie.said() if roles and not is_api() else None
        # a session that is over is ended where it is asked for, after its form's token
        if state is not None and web().clock.now() < state.expires_at:
            who = signed_in()
            if who is not None and who.actor is not None and who.actor.role not in roles:
                raise RoleNotAllowed
