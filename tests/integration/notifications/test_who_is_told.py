"""Who gets a notice for which step, once, whatever the order in which events come."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import uuid4

import pytest

from shared.contracts.contract import Contract
from tests.integration.notifications.channels import Scripted, deliver
from tests.integration.notifications.conftest import Journey, Room, a_request
from tests.support.builders.envelopes import an_envelope
from tests.support.cast import NOON

TELL = "tell-referrer-what-happened"
NEW = ("new-referral-waits", "queued", None)
HAPPENED = ("something-happened", "queued", None)
HELD = ("something-happened", "held", None)
SILENT = ("something-happened", "suppressed", "not-to-be-told")


@pytest.mark.holds("only-that-something-new-waits")
def test_the_receiving_unit_is_told_that_a_new_referral_waits(room: Room) -> None:
    """And the others hear of it when it has been sent, not before."""
    journey = room.a_journey()
    room.hear(journey.sent())
    assert room.notices(journey.receiving) == [NEW]
    assert room.notices(journey.referring) == []
    assert room.told() == []
    deliver(room, Scripted())
    [sent] = room.told("notice.sent.v1")
    assert (sent["template"], sent["unit_id"]) == ("new-referral-waits", str(journey.receiving))


def test_an_event_heard_twice_makes_one_notice(room: Room) -> None:
    """The broker delivers at least once."""
    journey = room.a_journey()
    event_id = room.hear(journey.sent())
    room.hear(journey.sent(), event_id=event_id)
    assert room.notices(journey.receiving) == [NEW]


def test_one_request_makes_one_notice_even_when_two_events_tell_of_it(room: Room) -> None:
    """A withdrawal that also cancels is one reason; so is an event replayed under another identifier."""
    journey, request = room.a_journey(), uuid4()
    room.hear(journey.cancelled(version=3), request=request)
    room.hear(journey.withdrawn(version=3), request=request)
    room.hear(journey.withdrawn(version=4, about="person-cared-for"), request=request)
    room.hear(journey.cancelled(version=3), request=request)
    assert room.notices(journey.receiving) == [HAPPENED]


def test_an_event_of_a_request_that_was_told_of_already_tells_nothing_more(room: Room) -> None:
    """Its notice was sent before the other event came; and it is sent once."""
    journey, request, channel = room.a_journey(), uuid4(), Scripted()
    room.hear(journey.cancelled(version=3), request=request)
    assert deliver(room, channel) == 1
    room.hear(journey.withdrawn(version=3), request=request)
    assert deliver(room, channel) == 0
    assert room.notices(journey.receiving) == [("something-happened", "sent", None)]


def test_two_events_of_one_request_that_come_together_make_one_notice(room: Room) -> None:
    """As a batch: it is written once."""
    journey, request = room.a_journey(), uuid4()
    together = [(an_envelope(journey.sent(), correlation_id=request), journey.sent()) for _ in range(2)]
    with room.service.unit_of_work() as uow:
        room.service.tell_the_receiving_unit(together, uow)
        uow.commit()
    assert room.notices(journey.receiving) == [NEW]


def test_another_request_about_the_same_referral_is_another_notice(room: Room) -> None:
    """Else a second step of the same kind would be told of to nobody."""
    journey = room.a_journey()
    room.hear(journey.rejected(version=2), request=uuid4())
    room.hear(journey.completed(version=3), request=uuid4())
    assert room.notices(journey.referring) == [HAPPENED, HAPPENED]


@pytest.mark.parametrize("step", ["opened", "accepted", "contacted"])
@pytest.mark.holds("the-referrer-is-told-each-step", "the-referrer-is-told-as-consented")
def test_the_referring_unit_is_told_of_a_step_when_the_carer_agreed(room: Room, step: str) -> None:
    """The carer's consent has a scope for it."""
    journey = room.a_journey()
    room.hear(journey.consented(TELL))
    room.hear(getattr(journey, step)())
    assert room.notices(journey.referring) == [HAPPENED]


def test_a_carers_yes_ends_when_the_consent_does(room: Room) -> None:
    """After that a step is no more the referrer's to know than without a yes."""
    journey = room.a_journey()
    room.hear(journey.consented(TELL))
    room.clock.move_to(NOON + timedelta(days=366))
    room.hear(journey.accepted())
    assert room.notices(journey.referring) == [SILENT]


@pytest.mark.parametrize("step", ["opened", "accepted", "contacted"])
@pytest.mark.holds("the-referrer-is-told-of-the-end-alone", "the-referrer-is-told-as-consented")
def test_without_the_carers_yes_no_notice_gives_a_step_away(room: Room, step: str) -> None:
    """Its arrival alone would tell the referrer that something happened; it is recorded as suppressed."""
    journey = room.a_journey()
    room.hear(journey.consented())
    room.hear(getattr(journey, step)())
    assert room.notices(journey.referring) == [SILENT]
    assert room.told() == []


@pytest.mark.parametrize("step", ["rejected", "completed"])
@pytest.mark.parametrize("scopes", [(), (TELL,)])
@pytest.mark.holds("the-referrer-is-told-of-the-end-alone")
def test_that_it_is_closed_is_always_told(room: Room, step: str, scopes: tuple[str, ...]) -> None:
    """The referrer learns that the referral was delivered and closed, whatever the carer chose."""
    journey = room.a_journey()
    room.hear(journey.consented(*scopes))
    room.hear(getattr(journey, step)())
    assert room.notices(journey.referring) == [HAPPENED]


def test_a_step_heard_before_the_consent_waits_for_it(room: Room) -> None:
    """No order is promised on the bus; the notice is held, not sent on a guess."""
    agreed, declined = room.a_journey(), room.a_journey()
    for journey in (agreed, declined):
        room.hear(journey.opened())
        assert room.notices(journey.referring) == [HELD]
    room.hear(agreed.consented(TELL))
    room.hear(declined.consented())
    assert room.notices(agreed.referring) == [HAPPENED]
    assert room.notices(declined.referring) == [SILENT]


@pytest.mark.parametrize("together", [True, False])
@pytest.mark.parametrize(("answers", "outcome"), [(((), (TELL,)), SILENT), (((TELL,), ()), HAPPENED)])
def test_of_two_answers_the_first_holds_heard_together_or_not(
    room: Room, together: bool, answers: tuple[tuple[str, ...], ...], outcome: tuple[str, str, str | None]
) -> None:
    """What a carer answered does not depend on how many events the bus handed over at once."""
    journey = room.a_journey()
    room.hear(journey.opened())
    given = [journey.consented(*scopes) for scopes in answers]
    batches = [given] if together else [[each] for each in given]
    for batch in batches:
        heard = [(an_envelope(each, correlation_id=a_request()), each) for each in batch]
        with room.service.unit_of_work(heard[0][0]) as uow:
            room.service.note_what_may_be_told(heard, uow)
            uow.commit()
    room.hear(journey.accepted())
    assert room.notices(journey.referring) == [outcome, outcome]


@pytest.mark.parametrize(("scopes", "outcome"), [((TELL,), HAPPENED), ((), SILENT)])
@pytest.mark.parametrize("step_first", [True, False])
def test_a_step_and_the_consent_heard_in_the_same_moment_do_not_miss_each_other(
    room: Room, step_first: bool, scopes: tuple[str, ...], outcome: tuple[str, str, str | None]
) -> None:
    """Neither transaction sees what the other has not committed, so one waits for the other; no sweep is needed."""
    journey = room.a_journey()
    in_order = [journey.opened(), journey.consented(*scopes)]
    hear_at_once(room, *(in_order if step_first else reversed(in_order)))
    assert room.notices(journey.referring) == [outcome]


@pytest.mark.parametrize("step_first", [True, False])
def test_no_step_is_told_on_an_answer_that_is_being_withdrawn(room: Room, step_first: bool) -> None:
    """Once the withdrawal has been heard; a step that was heard before it has been told."""
    journey = room.a_journey()
    room.hear(journey.consented(TELL))
    in_order = [journey.opened(), journey.withdrawn()]
    hear_at_once(room, *(in_order if step_first else reversed(in_order)))
    assert room.notices(journey.referring) == [HAPPENED if step_first else SILENT]


def hear_at_once(room: Room, one: Contract, other: Contract) -> None:
    """Hear one event, and the other in a transaction that begins before the first is committed."""
    envelope = an_envelope(one, correlation_id=a_request())
    with ThreadPoolExecutor(1) as elsewhere, room.service.unit_of_work(envelope) as uow:
        room.react(envelope, one, uow)
        heard = elsewhere.submit(room.hear, other)
        # without the lock it is done by now, and has not seen the first
        wait([heard], timeout=0.5)
        assert not heard.done()
        uow.commit()
        heard.result(timeout=30)


def test_a_withdrawal_stops_further_steps_being_told_even_when_heard_first(room: Room) -> None:
    """A withdrawal has the last word over the consent it withdraws."""
    journey = room.a_journey()
    room.hear(journey.opened(version=2))
    room.hear(journey.withdrawn(version=4))
    room.hear(journey.consented(TELL))
    room.hear(journey.accepted(version=3))
    assert room.notices(journey.referring) == [SILENT, SILENT]


@pytest.mark.holds("the-receiver-is-told-of-the-end", "the-receiver-is-told")
def test_the_unit_that_acted_is_not_told_of_its_own_act(room: Room) -> None:
    """A cancelled referral or a withdrawal is told to whichever unit did not do it."""
    by_alva, by_bo = room.a_journey(), room.a_journey()
    room.hear(by_alva.cancelled())
    request = uuid4()
    room.hear(by_bo.withdrawn(by=by_bo.bos), request=request)
    room.hear(by_bo.cancelled(by=by_bo.bos), request=request)
    assert (room.notices(by_alva.referring), room.notices(by_alva.receiving)) == ([], [HAPPENED])
    assert (room.notices(by_bo.referring), room.notices(by_bo.receiving)) == ([HAPPENED], [])


def test_a_withdrawal_at_the_receiving_unit_is_not_given_away_to_the_referrer(room: Room) -> None:
    """It was the carer's consent, also to their being told; unless it closes the referral, they see nothing of it."""
    journey = room.a_journey()
    room.hear(journey.consented(TELL))
    room.hear(journey.withdrawn(by=journey.bos))
    assert room.notices(journey.referring) == []


@pytest.mark.parametrize(("scopes", "told"), [((TELL,), HAPPENED), ((), SILENT)])
def test_the_other_persons_withdrawal_is_told_as_far_as_the_carer_agreed(
    room: Room, scopes: tuple[str, ...], told: tuple[str, str, str | None]
) -> None:
    """What the person cared for withdraws does not change what the carer lets the referrer know."""
    journey = room.a_journey()
    room.hear(journey.consented(*scopes))
    room.hear(journey.withdrawn(by=journey.bos, about="person-cared-for"))
    assert room.notices(journey.referring) == [told]


def test_being_opened_is_a_step_of_its_own_though_the_version_stays(room: Room) -> None:
    """It is told beside another step of the same version."""
    journey = room.a_journey()
    room.hear(journey.consented(TELL))
    room.hear(journey.withdrawn(version=2, by=journey.bos, about="person-cared-for"))
    room.hear(journey.opened(version=2))
    assert room.notices(journey.referring) == [HAPPENED, HAPPENED]


def test_a_cancellation_by_somebody_not_heard_of_is_told_to_the_receiving_unit(room: Room) -> None:
    """The directory's news of the assignment may be late."""
    journey = room.a_journey()
    room.hear(journey.cancelled(by=uuid4()))
    assert room.notices(journey.receiving) == [HAPPENED]


def test_what_is_long_past_is_recorded_and_sent_to_nobody(room: Room) -> None:
    """Seeding and imports notify nobody, and nobody hears of it."""
    journey = room.a_journey()
    for event in (journey.sent(), journey.consented(TELL), journey.opened(), journey.accepted(), journey.completed()):
        room.hear(event, history=True)
    assert room.notices(journey.receiving) == [("new-referral-waits", "suppressed", "history")]
    assert room.notices(journey.referring) == [("something-happened", "suppressed", "history")] * 3
    assert room.told() == []


def _everything(journey: Journey) -> list[object]:
    return [journey.consented(TELL), journey.sent(), journey.opened(), journey.accepted(), journey.completed()]


@pytest.mark.parametrize("order", list(itertools.permutations(range(5)))[::7])
def test_any_order_gives_the_same_notices(room: Room, order: tuple[int, ...]) -> None:
    """Shuffled, and each heard twice."""
    journey = room.a_journey()
    events = _everything(journey)
    for index in order:
        event_id = room.hear(events[index])  # type: ignore[arg-type]
        room.hear(events[index], event_id=event_id)  # type: ignore[arg-type]
    assert room.notices(journey.receiving) == [NEW]
    assert room.notices(journey.referring) == [HAPPENED] * 3
