"""Promises in working days, with Swedish holidays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.referral.adapters.holidays import swedish_calendar
from services.referral.domain.clocks import LIMITS, Deadline, Priority, Promise, next_deadline, promises
from services.referral.domain.lifecycle import State
from shared.kernel.clock import swedish_day
from tests.support.builders.referrals import CALENDAR, a_referral
from tests.support.cast import ALVA, BO, NOON, SODERMALM


def local(moment: datetime) -> date:
    """The last day on which a promise ending at this moment still holds."""
    return swedish_day(moment - timedelta(seconds=1))


def test_weekends_do_not_count() -> None:
    """Sent on a Friday with one working day: until the end of Monday."""
    friday = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
    assert local(CALENDAR.after(friday, 1)) == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        (datetime(2026, 12, 22, 9, 0, tzinfo=UTC), date(2026, 12, 23)),  # the day before Christmas Eve
        (
            datetime(2026, 12, 23, 9, 0, tzinfo=UTC),
            date(2026, 12, 28),
        ),  # Christmas Eve, both days of Christmas, a Sunday
        (datetime(2026, 6, 18, 9, 0, tzinfo=UTC), date(2026, 6, 22)),  # Midsummer's Eve is free in fact
        (datetime(2026, 5, 13, 9, 0, tzinfo=UTC), date(2026, 5, 15)),  # Ascension Day
        (datetime(2026, 12, 30, 9, 0, tzinfo=UTC), date(2027, 1, 4)),  # New Year's Eve and Day, a weekend
    ],
)
def test_swedish_holidays_do_not_count(sent: datetime, until: date) -> None:
    """One working day after the sending, as a Swede would reckon."""
    assert local(swedish_calendar().after(sent, 1)) == until


def test_the_day_is_swedens_not_utcs() -> None:
    """At 23:30 UTC on a Thursday it is already Friday in Sweden."""
    late = datetime(2026, 11, 19, 23, 30, tzinfo=UTC)
    assert local(CALENDAR.after(late, 1)) == date(2026, 11, 23)


def test_a_promise_ends_at_midnight_in_summer_time_too() -> None:
    """Across the change of clocks the end is still the end of the day in Sweden."""
    saturday = datetime(2026, 3, 28, 12, 0, tzinfo=UTC)
    assert CALENDAR.after(saturday, 1) == datetime(2026, 3, 30, 22, 0, tzinfo=UTC)


@settings(deadline=None)
@given(st.integers(0, 10 * 365 * 24 * 60), st.sampled_from(Priority))
def test_promises_come_in_order_and_end_on_working_days(minutes: int, priority: Priority) -> None:
    """Acknowledged before contact, contact before answer; never on a holiday."""
    calendar = swedish_calendar()
    sent_at = datetime(2025, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    given_to = promises(priority, sent_at, calendar)
    assert given_to.first_contact_by is not None
    assert sent_at < given_to.acknowledge_by <= given_to.first_contact_by <= given_to.answer_by
    for end in (given_to.acknowledge_by, given_to.first_contact_by, given_to.answer_by):
        assert calendar.works(local(end))


def test_the_more_urgent_the_sooner() -> None:
    """No limit of a higher priority is longer than that of a lower."""
    order = [LIMITS[Priority.ASAP], LIMITS[Priority.URGENT], LIMITS[Priority.ROUTINE]]
    for sooner, later in pairwise(order):
        assert sooner.acknowledge <= later.acknowledge
        assert sooner.first_contact <= later.first_contact
        assert sooner.answer <= later.answer


def test_the_next_deadline_follows_the_state() -> None:
    """Requested: to be acknowledged. Accepted: the first contact, which stands on paper. Then: to be answered."""
    referral = a_referral()
    assert referral.deadline == Deadline(Promise.ACKNOWLEDGE, referral.promises.acknowledge_by, SODERMALM)
    referral.accept(BO, NOON)
    assert referral.deadline == Deadline(Promise.FIRST_CONTACT, referral.promises.first_contact_by, SODERMALM)
    referral.start(BO, NOON)
    assert referral.deadline == Deadline(Promise.ANSWER, referral.promises.answer_by, SODERMALM)
    referral.complete("could-not-be-reached", "", (), BO, NOON)
    assert referral.deadline is None


def test_where_nobody_is_to_reach_out_no_contact_is_promised() -> None:
    """Then no list and no page tells an adviser to call: after acceptance the answer is the next deadline."""
    given = promises(Priority.ROUTINE, NOON, CALENDAR, reaches_out=False)
    assert given.first_contact_by is None
    deadline = next_deadline(State.ACCEPTED, given, SODERMALM)
    assert deadline is not None
    assert deadline.promise is Promise.ANSWER


@pytest.mark.parametrize("contacted", [False, True])
def test_a_sealed_referral_waits_for_an_acknowledgement_and_is_never_late(contacted: bool) -> None:
    """The old promise is nobody's to keep any more; closing it is what acknowledges it."""
    referral = a_referral()
    referral.accept(BO, NOON)
    if contacted:
        referral.start(BO, NOON)
    withdrawn_at = NOON + timedelta(days=2)
    referral.withdraw(referral.consents[0].id, frozenset(), ALVA, withdrawn_at)
    deadline = referral.deadline
    assert deadline == Deadline(Promise.ACKNOWLEDGE_WITHDRAWAL, None, SODERMALM, withdrawn_at)
    assert not deadline.late(NOON + timedelta(days=400))
    assert deadline.place == withdrawn_at


def test_the_other_persons_withdrawal_leaves_the_promises_to_the_carer() -> None:
    """Gun's no says nothing about when Frans is to be contacted."""
    referral = a_referral(about_both=True)
    referral.accept(BO, NOON)
    before = referral.deadline
    referral.withdraw(referral.consents[1].id, frozenset(), ALVA, NOON)
    assert referral.deadline == before


def test_late_begins_when_the_promise_ends() -> None:
    """Not a second before."""
    deadline = a_referral().deadline
    assert deadline is not None
    assert deadline.due_at is not None
    assert not deadline.late(deadline.due_at - timedelta(seconds=1))
    assert deadline.late(deadline.due_at)
