"""A colleague who came and was not let in: no list says that they never tried, and strangers leave nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask.testing import FlaskClient
from sqlalchemy import text

from services.directory import web
from services.directory.adapters.sign_ins import KEEP_REFUSALS, forget_old_refusals
from services.directory.commands.end_assignment import EndAssignment, end_assignment
from services.directory.commands.grant_assignment import grant_assignment
from services.directory.web.sign_in.hooks import MOST_TOLD, WITHOUT_ASSIGNMENT, Hooks
from shared.kernel.actor import Actor, UserRef
from shared.kernel.identity import AssignmentId, UnitId
from shared.storage.policies import POLICIES
from shared.web.sign_in import login
from shared.web.sign_in.assurance import Lack
from shared.web.sign_in.login import CastMember
from tests.support.builders.directory import a_grant
from tests.support.cast import DEMO_ISSUER, ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City, token_in

UNIT_PAGE = f"/directory/admin/units/{UNIT['advice-bromma']}"
LISTS = (UNIT_PAGE, "/directory/admin?show=assignments")
NEVER = "Har aldrig loggat in"
TRIED = re.compile(r"Försökte logga in <time[^>]*>([^<]+)</time>, men hade inget uppdrag som gällde då")
NOTED = "select count(*) from refused_sign_ins where subject = :subject"


@pytest.fixture
def newcomer(city: City, monkeypatch: pytest.MonkeyPatch) -> Iterator[Newcomer]:
    """Somebody of no consequence to the other tests, whom the sign-in knows."""
    made = Newcomer(city, monkeypatch)
    yield made
    made.app.extensions["lotsa.directory"].engine.dispose()


class Newcomer:
    """Their assignments in Bromma, and their browser."""

    def __init__(self, city: City, monkeypatch: pytest.MonkeyPatch) -> None:
        self.user = UserRef(DEMO_ISSUER, f"ny-{uuid4().hex[:8]}")
        self._city = city
        monkeypatch.setattr(web, "cast", lambda: [CastMember("ny", self.user, "Ny", "en kollega")])
        self.app = web.create_app(city.settings)

    def comes(self) -> int:
        """They try to sign in; the status of the answer."""
        client = self.app.test_client()
        page = client.get("/directory/login").text
        return client.post("/directory/login/demo", data={"csrf_token": token_in(page), "who": "ny"}).status_code

    def gets(self, valid_from: datetime | None = None) -> AssignmentId:
        """Hanna gives them an assignment."""
        hanna, id_ = self._city.editor("hanna"), AssignmentId(uuid4())
        asked = a_grant(self.user, assignment_id=id_, unit_id=UnitId(UNIT["advice-bromma"]), valid_from=valid_from)
        with self._city.parts.work_of(hanna) as work:
            grant_assignment(asked, hanna, work)
            work.commit()
        return id_

    def loses(self, assignment_id: AssignmentId) -> None:
        """Hanna ends it."""
        hanna = self._city.editor("hanna")
        with self._city.parts.work_of(hanna) as work:
            end_assignment(EndAssignment(assignment_id=assignment_id), hanna, work)
            work.commit()

    def noted(self) -> int:
        """How many rows they have left."""
        return int(self._city.rows(NOTED, subject=self.user.subject)[0][0])

    def row_in(self, page: str) -> str:
        """Where a list names them."""
        return next(each for each in page.split("<tr") if re.search(rf"{self.user.subject}[ <]", each))


@pytest.fixture
def hanna(city: City) -> FlaskClient:
    """The administrator's browser."""
    return city.signed_in("hanna")


def test_one_who_came_too_early_is_said_to_have_tried(hanna: FlaskClient, newcomer: Newcomer) -> None:
    """Both lists say it, and on which day; once they are let in, neither does."""
    early = newcomer.gets(datetime.now(UTC) + timedelta(days=1))
    assert all(NEVER in newcomer.row_in(hanna.get(path).text) for path in LISTS)
    assert newcomer.comes() == 403
    for path in LISTS:
        row = newcomer.row_in(hanna.get(path).text)
        assert TRIED.search(row), row
        assert NEVER not in row
    newcomer.loses(early)
    newcomer.gets()
    assert newcomer.comes() == 303
    for path in LISTS:
        row = newcomer.row_in(hanna.get(path).text)
        assert not TRIED.search(row)
        assert NEVER not in row


def test_one_whose_assignment_had_ended_is_said_to_have_tried(
    city: City, hanna: FlaskClient, newcomer: Newcomer
) -> None:
    """Also who has signed in before; and the next assignment is not asked about, since the id is somebody's."""
    first = newcomer.gets()
    assert newcomer.comes() == 303
    newcomer.loses(first)
    assert newcomer.comes() == 403
    newcomer.gets()
    assert all(TRIED.search(newcomer.row_in(hanna.get(path).text)) for path in LISTS)


def test_whoever_was_refused_is_nobody_mistyped(city: City, hanna: FlaskClient, newcomer: Newcomer) -> None:
    """By page the assignment is given at once; by API the answer says both that they never came in, and tried."""
    newcomer.loses(newcomer.gets())
    assert newcomer.comes() == 403
    page = f"{UNIT_PAGE}/assignments/new"
    given = city.send(hanna, page, subject=newcomer.user.subject, role="adviser", last_day="", confirmed="").headers[
        "Location"
    ]
    assert given.endswith(UNIT_PAGE)
    body = {"unit_id": str(UNIT["advice-farsta"]), "subject": newcomer.user.subject, "role": "adviser"}
    answer = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
    assert answer.status_code == 201
    assert answer.json["never_signed_in"] is True
    refused_at = datetime.fromisoformat(answer.json["refused_sign_in_at"])
    assert abs(datetime.now(UTC) - refused_at) < timedelta(minutes=5)
    assert answer.json["refused_sign_in_reason"] == "no-assignment"


@pytest.mark.parametrize(
    ("lack", "said"),
    [
        (Lack.LEVEL, "men på ett sätt som inte är säkert nog för arbetet"),
        (Lack.MEANS, "men på ett sätt som inte är säkert nog för arbetet"),
        (Lack.AGE, "men hade legitimerat sig för länge sedan"),
    ],
)
def test_one_whose_sign_in_was_not_sure_enough_is_said_to_have_tried(
    city: City, hanna: FlaskClient, newcomer: Newcomer, monkeypatch: pytest.MonkeyPatch, lack: Lack, said: str
) -> None:
    """They have an assignment that holds: both lists say how they came, and none that they never did."""
    newcomer.gets()
    monkeypatch.setattr(login, "lack_of", lambda *_: lack)
    assert newcomer.comes() == 403
    monkeypatch.undo()
    for path in LISTS:
        row = newcomer.row_in(hanna.get(path).text)
        assert said in row
        assert NEVER not in row
        assert "inget uppdrag som gällde" not in row
    with city.parts.work_about(newcomer.user) as work:
        _, reason = work.sign_ins.refused(newcomer.user) or (None, "")
    assert reason == lack


def test_what_was_refused_a_season_ago_is_forgotten(city: City, newcomer: Newcomer) -> None:
    """By the service's own sweep, whoever it is about; what is newer stays."""
    newcomer.loses(newcomer.gets())
    assert newcomer.comes() == 403
    now = city.parts.clock.now()
    with city.parts.work() as work:
        forget_old_refusals(work.connection, now + KEEP_REFUSALS - timedelta(minutes=1))
        work.commit()
    assert newcomer.noted() == 1
    with city.parts.work() as work:
        assert work.connection.execute(text("delete from refused_sign_ins")).rowcount == 0, "only the sweep may"
        assert forget_old_refusals(work.connection, now + KEEP_REFUSALS + timedelta(minutes=1)) >= 1
        work.commit()
    assert newcomer.noted() == 0


def test_of_others_the_api_says_that_they_have_not_tried(city: City, newcomer: Newcomer) -> None:
    """Nothing is made up of an id that nobody came with."""
    body = {"unit_id": str(UNIT["advice-bromma"]), "subject": newcomer.user.subject, "role": "adviser"}
    answer = city.ask("hanna", "POST", "/assignments", body, Idempotency_Key=str(uuid4()))
    assert (answer.json["never_signed_in"], answer.json["refused_sign_in_at"]) == (True, None)


def test_a_stranger_leaves_no_row(newcomer: Newcomer) -> None:
    """Whom the provider knows, and who never had an assignment: however often they come."""
    assert [newcomer.comes() for _ in range(3)] == [403] * 3
    assert newcomer.noted() == 0


def test_a_colleague_leaves_one_row_however_many_come(city: City, newcomer: Newcomer) -> None:
    """The latest is kept, and noted beyond the number that the log is told of."""
    newcomer.loses(newcomer.gets())
    hooks = Hooks(city.parts)
    for _ in range(MOST_TOLD.times + 1):
        hooks.on_refused(WITHOUT_ASSIGNMENT, UserRef(DEMO_ISSUER, "okand"))
    told = len(city.told("session.refused.v1"))
    hooks.on_refused(WITHOUT_ASSIGNMENT, newcomer.user)
    first = city.rows("select last_at from refused_sign_ins where subject = :id", id=newcomer.user.subject)[0][0]
    hooks.on_refused(WITHOUT_ASSIGNMENT, newcomer.user)
    last = city.rows("select last_at from refused_sign_ins where subject = :id", id=newcomer.user.subject)[0][0]
    assert last > first
    assert newcomer.noted() == 1
    assert len(city.told("session.refused.v1")) == told


def seen_by(city: City, actor: Actor, subject: str) -> tuple[int, int]:
    """Rows about somebody that an administrator is shown: sign-ins, refused ones."""
    with city.parts.work_of(city.parts.editor(actor)) as work:
        counts = [
            int(
                work.connection.scalar(
                    text(f"select count(*) from {table} where subject = :subject"), {"subject": subject}
                )
                or 0
            )
            for table in ("sign_ins", "refused_sign_ins")
        ]
    return counts[0], counts[1]


def test_an_administrator_sees_those_of_their_own_place(city: City, newcomer: Newcomer) -> None:
    """Who signed in and who was refused, by the database's own policy; elsewhere, and to any other role, nothing."""
    first = newcomer.gets()
    assert newcomer.comes() == 303
    newcomer.loses(first)
    assert newcomer.comes() == 403
    subject = newcomer.user.subject
    elsewhere = city.administrator_of(ORGANIZATION["region-stockholm"], "0180")
    assert seen_by(city, city.actor("hanna"), subject) == (1, 1)
    assert seen_by(city, elsewhere, subject) == (0, 0)
    assert seen_by(city, city.actor("bo"), subject) == (0, 0)
    assert seen_by(city, OPERATOR, subject) == (1, 1)
    with city.parts.work() as work:
        assert work.sign_ins.refused(newcomer.user) is None
    with city.parts.work_about(UserRef(DEMO_ISSUER, "bo")) as work:
        work.sign_ins.forget_refusal(newcomer.user)
        work.commit()
    assert newcomer.noted() == 1


def test_no_policy_shows_administrators_what_is_not_their_place(city: City) -> None:
    """Wherever one names them, it names where they stand, or what says so."""
    with city.parts.work() as work:
        policies = work.connection.execute(POLICIES).all()
    named = [each for each in policies if "municipality-administrator" in f"{each.qual} {each.with_check}"]
    assert {"assignments", "sign_ins", "refused_sign_ins"} <= {each.tablename for each in named}
    place = re.compile(r"lotsa\.(municipality_code|organization_id)|FROM assignments")
    for each in named:
        for condition in (each.qual, each.with_check):
            assert condition is None or place.search(condition), (each.tablename, each.policyname)
