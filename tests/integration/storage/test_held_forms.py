"""The one store of forms that have not gone through: whose they are, how long, how many, in whose transaction."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4, uuid5

import pytest
from sqlalchemy import Engine, TextClause, text

from operations.install.installation import Installation
from operations.install.key_uses import asking
from services.referral.adapters.unit_of_work import Opening
from services.referral.commands.hold_form import held_form
from services.referral.domain.lifecycle import Action
from shared.kernel.actor import Actor, Role, UserRef
from shared.kernel.clock import FixedClock
from shared.kernel.held_form import AT_MOST, LARGEST, LIFETIMES, FormIsTooLarge, HeldForm, Reason, Writer
from shared.kernel.identity import AssignmentId, ReferralId, UnitId
from shared.storage.engine import make_engine
from shared.storage.held_forms import FormStore, sweep
from shared.storage.master_keys import MasterKeys
from shared.storage.migrations import migrate
from shared.web.forms.form_page import Place
from tests.support import cast
from tests.support.infrastructure import Infrastructure, new_installation

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ALVA = cast.ALVA.user
WRITER = Writer(ALVA, UUID(int=1))
TYPED = {"comment": "Frans ångrade sig"}
# the services that hold forms, and their steps before they held them in one table
BEFORE = {"referral": "0016", "directory": "0016", "audit": "0019"}


@contextmanager
def store_of(installation: Installation, service: str) -> Iterator[FormStore]:
    """A service's store, as its own role."""
    engine = make_engine(installation.settings().service(service).database_url, pool_size=2)
    yield FormStore(engine, MasterKeys.from_file(installation.folder / "keys" / f"{service}-master"))
    engine.dispose()


@pytest.fixture(scope="module")
def migrated(infrastructure: Infrastructure) -> Iterator[Installation]:
    """The databases as they are today."""
    with new_installation(infrastructure) as made:
        for service in BEFORE:
            migrate(service, made.settings().service(service).owner_database_url)
        yield made


@pytest.fixture
def store(migrated: Installation) -> Iterator[FormStore]:
    """The referral service's, empty."""
    with asking(migrated.settings().service("referral").owner_database_url) as connection:
        connection.execute(text("delete from held_forms"))
    with store_of(migrated, "referral") as made:
        yield made


def hold(store: FormStore, reason: Reason, at: datetime = NOW, writer: Writer = WRITER) -> UUID:
    """One form of theirs: its id."""
    form = HeldForm.now(reason, TYPED, at)
    with store.of(writer) as forms:
        forms.hold(form, writer)
    return form.id


def found(store: FormStore, form_id: UUID, at: datetime = NOW, writer: Writer = WRITER) -> HeldForm | None:
    """What they find under an id."""
    with store.of(writer) as forms:
        return forms.find(form_id, at)


@pytest.mark.parametrize("reason", Reason)
def test_each_reason_has_its_time_and_its_number(store: FormStore, reason: Reason) -> None:
    """Until then it is found as it was typed, and then by nobody; the oldest of too many make room, of the same reason
    alone.
    """
    other = next(each for each in Reason if each is not reason)
    beside, first = hold(store, other), hold(store, reason)
    form = found(store, first, NOW + LIFETIMES[reason] - timedelta(seconds=1))
    assert form == HeldForm(id=first, reason=reason, typed=TYPED, held_at=NOW, expires_at=NOW + LIFETIMES[reason])
    assert found(store, first, NOW + LIFETIMES[reason]) is None
    most = AT_MOST[reason]
    ids = [first, *(hold(store, reason, NOW + timedelta(seconds=number)) for number in range(1, (most or 12) + 1))]
    assert [found(store, each) is not None for each in ids] == [most is None, *[True] * (most or 12)]
    assert found(store, beside)


def test_nobody_else_finds_it(store: FormStore) -> None:
    """Neither another user nor the same one under another assignment, to see, take, or let go of."""
    held = hold(store, Reason.EXPIRED_SESSION)
    for stranger in (Writer(UserRef(ALVA.issuer, "bo"), WRITER.under), Writer(ALVA, UUID(int=2))):
        with store.of(stranger) as forms:
            assert forms.find(held, NOW) is None
            assert forms.take(held, NOW) is None
            assert forms.readable(Reason, NOW) == []
            assert not forms.let_go(held)
    assert found(store, held)


def test_nothing_is_said_in_the_clear_of_what_was_typed(store: FormStore) -> None:
    """Whose it is, why it is held, and when."""
    hold(store, Reason.LEFT)
    with store.engine.begin() as connection:
        connection.execute(text("select set_config('lotsa.actor', 'system', true)"))
        row = connection.execute(text("select * from held_forms")).mappings().one()
    assert b"Frans" not in b"".join(bytes(row[name]) for name in ("form", "wrapped_key"))
    clear = {name: value for name, value in row.items() if name not in ("form", "wrapped_key", "id", "key_id")}
    assert clear == {
        "reason": "left",
        "author": WRITER.author,
        "written_under": WRITER.under,
        "held_at": NOW,
        "expires_at": NOW + timedelta(hours=1),
        "taken_at": None,
    }


def test_too_much_is_refused_and_what_was_held_stays(store: FormStore) -> None:
    """Under the same id too."""
    held = hold(store, Reason.MISTAKE)
    with pytest.raises(FormIsTooLarge), store.of(WRITER) as forms:
        forms.hold(HeldForm.now(Reason.MISTAKE, {"comment": "x" * LARGEST}, NOW, held), WRITER)
    form = found(store, held)
    assert form is not None
    assert form.typed == TYPED


def test_the_sweep_removes_what_is_over_and_no_more(store: FormStore) -> None:
    """Whoever's it is."""
    hold(store, Reason.MISTAKE)
    hold(store, Reason.MISTAKE, writer=Writer(ALVA, UUID(int=2)))
    late = hold(store, Reason.EXPIRED_SESSION)
    with store.engine.begin() as connection:
        assert sweep(connection, NOW + timedelta(hours=1)) == 2
    assert found(store, late)


def opening(store: FormStore) -> Opening:
    """Transactions of the referral service over the same database."""
    return Opening(store.engine, store.master, FixedClock(NOW))


def alva_in(unit: UUID) -> Actor:
    """Alva at work."""
    return Actor(ALVA, AssignmentId(WRITER.under), UnitId(unit), Role.REFERRER)


def test_in_a_transaction_of_the_services_own_it_goes_with_that(store: FormStore) -> None:
    """What a step that was undone had let go of is still there; what was held beside it is not."""
    unit = uuid4()
    mine, actor = Writer(ALVA, unit), alva_in(unit)
    held, other = (HeldForm.now(Reason.LEFT, TYPED, NOW) for _ in range(2))
    with opening(store).by(actor) as uow:
        uow.held_forms.hold(held, mine)
        uow.commit()
    with opening(store).by(actor) as uow:
        assert uow.held_forms.let_go(held.id)
        uow.held_forms.hold(other, mine)
    assert found(store, held.id, writer=mine)
    assert not found(store, other.id, writer=mine)
    with opening(store).by(alva_in(uuid4())) as uow:
        assert uow.held_forms.find(held.id, NOW) is None, "the same person in another unit"


def as_sealed_then(store: FormStore, row: UUID, place: tuple[str, str], typed: object) -> dict[str, object]:
    """A row's columns as the version before wrote them."""
    key, wrapped = store.master.new_data_key()
    sealed = key.seal(*place, row, json.dumps(typed, ensure_ascii=False))
    return {"id": row, "author": WRITER.author, "key": key.id, "wrapped": wrapped, "sealed": sealed, "at": NOW}


LATE = {"path": "/referral/new", "query": "", "fields": [["name", "Frans"]], "answered": False}
OLD_ROW = text(
    "insert into lapsed_forms (id, author, assignment_id, key_id, wrapped_key, form, sent_at, expires_at) "
    "values (:id, :author, :under, :key, :wrapped, :sealed, :at, :until)"
)
OLD_DRAFT = text(
    "insert into drafts "
    "(id, author, unit_id, version, key_id, wrapped_key, answers, created_at, updated_at, expires_at) "
    "values (:id, :author, :under, 1, :key, :wrapped, :sealed, :at, :at, :until)"
)


def plant(engine: Engine, statement: TextClause, under: UUID, row: dict[str, object], lasts: timedelta) -> None:
    """As the application did, under the row policy of the time."""
    with engine.begin() as connection:
        connection.execute(
            text(
                "select set_config('lotsa.user', :user, true), set_config('lotsa.assignment_id', :under, true), "
                "set_config('lotsa.unit_id', :under, true)"
            ),
            {"user": WRITER.author, "under": str(under)},
        )
        connection.execute(statement, {**row, "under": under, "until": NOW + lasts})


@pytest.mark.parametrize("service", BEFORE)
def test_what_waited_before_the_upgrade_opens_after_it(infrastructure: Infrastructure, service: str) -> None:
    """What came late, and what was typed with a mistake in it, under the ids that they are asked for by."""
    with new_installation(infrastructure) as made:
        owner = made.settings().service(service).owner_database_url
        migrate(service, owner, BEFORE[service])
        place = Place(WRITER, "a session", "/directory/mine/organization", uuid4())
        wrong = {"path": place.path, "name": str(place.name), "written": TYPED, "errors": {}, "told": {}}
        late = uuid4()
        with store_of(made, service) as store:
            for row, typed, lasts in ((late, LATE, 12), (place.form_id, wrong, 1)):
                sealed = as_sealed_then(store, row, ("lapsed_forms", "form"), typed)
                plant(store.engine, OLD_ROW, WRITER.under, sealed, timedelta(hours=lasts))
            migrate(service, owner)
            waits, again = found(store, late), found(store, place.form_id)
    assert waits is not None
    assert (waits.reason, dict(waits.typed)) == (Reason.EXPIRED_SESSION, LATE)
    assert again is not None
    assert (again.reason, dict(again.typed)) == (Reason.MISTAKE, wrong)


def test_a_steps_form_that_lay_among_the_drafts_is_held_and_the_drafts_stay(infrastructure: Infrastructure) -> None:
    """Found by its writer at its page, as it was typed; and every draft is left, whatever its id is made of."""
    unit, referral = uuid4(), ReferralId(uuid4())
    asked = f"{Action.CANCEL} {referral} {unit} {ALVA.issuer} {ALVA.subject}"
    row = uuid5(UUID("6f1d3c52-6f0e-5c5c-9d51-3a9f4f1f6d11"), asked)
    drafts = [uuid4(), uuid5(row, "an id that somebody has made themselves")]
    kept = {"refused-form": {"values": TYPED, "errors": {"comment": "…"}, "version": 3}}
    with new_installation(infrastructure) as made:
        owner = made.settings().service("referral").owner_database_url
        migrate("referral", owner, BEFORE["referral"])
        with store_of(made, "referral") as store:
            sealed = as_sealed_then(store, row, ("drafts", "answers"), kept)
            plant(store.engine, OLD_DRAFT, unit, sealed, timedelta(hours=1))
            for each in drafts:
                sealed = as_sealed_then(store, each, ("drafts", "answers"), {})
                plant(store.engine, OLD_DRAFT, unit, sealed, timedelta(days=7))
            migrate("referral", owner)
            actor = alva_in(unit)
            with opening(store).by(actor) as uow:
                form = held_form(Action.CANCEL, referral, actor, uow, consents=())
                left = set(uow.connection.execute(text("select id from drafts")).scalars())
    assert form is not None
    assert (form.values, form.errors, form.version) == (TYPED, {"comment": "…"}, 3)
    assert left == set(drafts)
