"""An app that shows every macro, for the tests that look at them, and a staff directory that needs no database."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

from flask import Blueprint, Flask, render_template
from markupsafe import Markup

from shared.kernel.actor import Role, UserRef
from shared.kernel.clock import Clock
from shared.kernel.identity import AssignmentId, UnitId
from shared.settings import SERVICES, Settings
from shared.storage.staff import Assignment, Unit
from shared.web.app import make_app
from shared.web.session.keys import make_session_keys
from shared.web.sign_in.login import CastMember, login_blueprint
from tests.support import cast

ALVA, BO = cast.ALVA.user, cast.BO.user


class StaffInMemory:
    """Who may what, as a test says."""

    def __init__(self) -> None:
        self.held: dict[UserRef, list[Assignment]] = {}
        self.ended: set[UUID] = set()

    def grant(self, user: UserRef, unit_name: str, role: Role) -> Assignment:
        """Give somebody an assignment in a new unit."""
        made = Assignment(AssignmentId(uuid4()), UnitId(uuid4()), unit_name, role)
        self.held.setdefault(user, []).append(made)
        return made

    def assignments_of(self, user: UserRef, at: datetime) -> list[Assignment]:
        """As granted, whatever the moment."""
        return list(self.held.get(user, []))

    def session_ended(self, session_id: UUID) -> bool:
        """Whether the test ended it."""
        return session_id in self.ended

    def unit(self, unit_id: UUID) -> Unit | None:
        """No unit is known by itself."""
        return None


class RememberingHooks:
    """Writes down what the directory would have told."""

    def __init__(self, staff: StaffInMemory | None = None) -> None:
        self.told: list[tuple[str, object]] = []
        self._staff = staff

    def on_signed_in(self, user: UserRef, session_id: UUID) -> None:
        """Somebody signed in."""
        self.told.append(("in", session_id))

    def on_refused(self, reason: str, user: UserRef | None = None) -> None:
        """A sign-in failed."""
        self.told.append(("refused", reason))

    def on_signed_out(self, session_id: UUID, expires_at: datetime) -> None:
        """A session ended, everywhere."""
        self.told.append(("out", session_id))
        if self._staff:
            self._staff.ended.add(session_id)


def settings_in(folder: Path, **more: str) -> Settings:
    """Settings with the keys of sessions and cookies in a folder; ``more`` are variables without ``LOTSA_``."""
    private, public = folder / "session-private.json", folder / "session-jwks.json"
    cookies = {f"{service.upper()}_COOKIE_KEY_FILE": folder / f"{service}-cookie" for service in SERVICES}
    for name, key in cookies.items():
        key.write_text(f"a-signing-key-that-only-tests-use-0123456789-{name}", encoding="ascii")
    if not private.exists():
        make_session_keys(private, public)
    given = {
        "MODE": "test",
        **{name: str(key) for name, key in cookies.items()},
        "SESSION_SIGNING_KEY_FILE": str(private),
        "SESSION_VERIFYING_KEYS_FILE": str(public),
        **more,
    }
    return Settings.from_environment({f"LOTSA_{name}": value for name, value in given.items()})


_REFERS = "Distriktssköterska på Vårdcentralen Ekliden. Skickar en lotsning."
CAST = [
    CastMember("alva", ALVA, cast.FULL_NAME["alva"], _REFERS),
    CastMember("bo", BO, cast.FULL_NAME["bo"], "Anhörigkonsulent på Södermalm. Tar emot och följer upp."),
]


def gallery(folder: Path, *, staff: StaffInMemory | None = None, clock: Clock | None = None) -> Flask:
    """The app: ``/directory/gallery`` with everything, and the sign-in pages."""
    staff = staff or StaffInMemory()
    if not staff.held:
        staff.grant(ALVA, "Vårdcentralen Ekliden", Role.REFERRER)
        staff.grant(BO, "Anhörigstöd Södermalm", Role.ADVISER)
        staff.grant(BO, "Anhörigstöd Skärholmen", Role.ADVISER)
    settings = settings_in(folder, MODE="demo")
    pages = Blueprint("gallery", __name__, template_folder="gallery_templates")

    @pages.get("/directory/gallery")
    def everything() -> str:
        return render_template("gallery.html", **_content())

    login = login_blueprint(settings, RememberingHooks(staff), cast=lambda: CAST)
    return make_app(
        "directory", "tests.support", settings=settings, staff=staff, blueprints=[pages, login], clock=clock
    )


def _content() -> dict[str, object]:
    when = datetime(2026, 3, 31, 8, 15, tzinfo=UTC)
    link = Markup('<a class="ds-link" href="#">{}</a>')
    new = Markup('<span class="ds-tag" data-color="info">Ny</span>')
    late = Markup('<span class="ds-tag" data-color="danger">Försenad</span>')
    going = Markup('<span class="ds-tag" data-color="success">Pågår</span>')
    return {
        "when": when,
        "errors": {
            "name": "Skriv vad personen heter.",
            "reach": "Välj hur vi får höra av oss.",
            "why": "Beskriv kort varför.",
        },
        "rows": [
            [link.format("LO-2026-0412"), new, "Vårdcentralen Ekliden", "Senast 2 april"],
            [
                link.format("LO-2026-0398"),
                late,
                "Psykiatriska öppenvårdsmottagningen Västra Götalandsregionen",
                "31 mars",
            ],
            [link.format("LO-2026-0371"), going, "Vårdcentralen Ekliden", "14 april"],
        ],
        "steps": [
            {"title": "Skickad", "at": when, "text": "Till Anhörigstöd Södermalm.", "state": "done"},
            {"title": "Öppnad av mottagaren", "at": when, "text": None, "state": "done"},
            {
                "title": "Accepterad",
                "at": when,
                "text": "Anhörigkonsulenten hör av sig inom fem arbetsdagar.",
                "state": "now",
            },
            {"title": "Avslutad", "at": None, "text": None, "state": "ahead"},
        ],
    }
