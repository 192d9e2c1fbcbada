"""The states and ways of the domain page, and a random walk that never leaves them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from services.referral.domain.clocks import Promise, next_deadline
from services.referral.domain.consent.scopes import Scope
from services.referral.domain.content import Part
from services.referral.domain.lifecycle import CLOSED, OFFERED, TRANSITIONS, Action, State
from services.referral.domain.people import Subject
from services.referral.domain.reading import offered_to, reading_of
from services.referral.domain.refusals import (
    ConsentIsAlreadyWithdrawn,
    ContactIsNotWanted,
    FirstContactIsMade,
    NotInThisState,
)
from tests.support.builders.referrals import SHARE, a_referral
from tests.support.cast import ALVA, BO, CILLA, NOON, STANDING_IN

# the domain page, as it stands: "draft → requested; requested → accepted | rejected | cancelled; …"
DOMAIN_PAGE = {
    State.DRAFT: {State.REQUESTED},
    State.REQUESTED: {State.ACCEPTED, State.REJECTED, State.CANCELLED},
    State.ACCEPTED: {State.IN_PROGRESS, State.ON_HOLD, State.CANCELLED, State.COMPLETED, State.FAILED},
    State.IN_PROGRESS: {State.ON_HOLD, State.CANCELLED, State.COMPLETED, State.FAILED},
    State.ON_HOLD: {State.IN_PROGRESS, State.CANCELLED, State.COMPLETED, State.FAILED},
}


@pytest.mark.parametrize("before", list(State))
def test_the_ways_are_those_of_the_domain_page(before: State) -> None:
    """Every state leads where the domain page says, and any may be found entered in error."""
    after = {step.after for step in TRANSITIONS if step.before is before}
    error = {State.ENTERED_IN_ERROR} - {before}
    assert after == DOMAIN_PAGE.get(before, set()) | error


def test_what_is_left_for_later_is_known_but_not_offered() -> None:
    """Being on hold, failed or entered in error cannot be reached yet."""
    assert set(OFFERED.values()) == {
        State.REQUESTED,
        State.ACCEPTED,
        State.IN_PROGRESS,
        State.REJECTED,
        State.CANCELLED,
        State.COMPLETED,
    }


class OneReferral(RuleBasedStateMachine):
    """Whatever people ask for, in any order, a referral keeps its promises."""

    @initialize(both=st.booleans(), tells=st.booleans())
    def sent(self, both: bool, tells: bool) -> None:
        """Alva sends it."""
        scopes = None if tells else frozenset({SHARE})
        self.referral = a_referral(scopes=scopes, about_both=both)
        self.now = NOON
        self.seen = [self.referral.version]

    def _ask(self, action: Action, take: object) -> None:
        self.now += timedelta(minutes=1)
        before, version = self.referral.state, self.referral.version
        expected = OFFERED.get((action, before))
        if expected is None:
            with pytest.raises(NotInThisState):
                take()  # type: ignore[operator]
            assert (self.referral.state, self.referral.version) == (before, version)
        else:
            take()  # type: ignore[operator]
            assert self.referral.state is expected
            self.seen.append(self.referral.version)

    @rule()
    def accept(self) -> None:
        """Bo accepts."""
        self._ask(Action.ACCEPT, lambda: self.referral.accept(BO, self.now))

    @rule()
    def start(self) -> None:
        """Bo has talked to Frans: once, while it is accepted and Frans has not withdrawn."""
        self.now += timedelta(minutes=1)
        state, version = self.referral.state, self.referral.version
        if not self.referral.awaits_first_contact:
            with pytest.raises((NotInThisState, FirstContactIsMade, ContactIsNotWanted)):
                self.referral.start(BO, self.now)
            assert self.referral.version == version
            return
        assert state is State.ACCEPTED
        self.referral.start(BO, self.now)
        self.seen.append(self.referral.version)
        assert (self.referral.state, self.referral.first_contact_at) == (State.IN_PROGRESS, self.now)

    @rule()
    def reject(self) -> None:
        """Bo declines."""
        self._ask(Action.REJECT, lambda: self.referral.reject("outside-area", "", BO, self.now))

    @rule()
    def complete(self) -> None:
        """Bo closes it."""
        self._ask(Action.COMPLETE, lambda: self.referral.complete("support-started", "", (), BO, self.now))

    @rule()
    def cancel(self) -> None:
        """Alva takes it back."""
        self._ask(Action.CANCEL, lambda: self.referral.cancel("sent-twice", "", ALVA, self.now))

    @rule()
    def open(self) -> None:
        """Bo reads it: the version stays."""
        before = self.referral.version
        self.referral.open(BO, self.now)
        assert self.referral.version == before

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        """Alva or Bo writes down a withdrawal, of all or of some."""
        consent = data.draw(st.sampled_from(self.referral.consents))
        scopes = data.draw(st.frozensets(st.sampled_from(sorted(consent.scopes)), max_size=2))
        before = self.referral.state
        if (scopes or consent.scopes).isdisjoint(consent.standing()):
            with pytest.raises(ConsentIsAlreadyWithdrawn):
                self.referral.withdraw(consent.id, scopes, ALVA, self.now)
            return
        self.referral.withdraw(consent.id, scopes, ALVA, self.now)
        self.seen.append(self.referral.version)
        sharing = consent.about is Subject.CARER and SHARE in (scopes or consent.scopes) & consent.standing()
        if sharing and before is State.REQUESTED:
            assert self.referral.state is State.CANCELLED
        else:
            assert self.referral.state is before

    @invariant()
    def exactly_one_owner_and_deadline_while_open(self) -> None:
        """An open referral has one of each; a closed one none."""
        if self.referral.state in CLOSED:
            assert self.referral.deadline is None
            assert self.referral.closed_at is not None
        else:
            assert self.referral.deadline is not None
            assert self.referral.deadline.owner == self.referral.receiving_unit_id

    @invariant()
    def what_bo_is_offered_he_may_do(self) -> None:
        """Starting is offered exactly when it can be done."""
        assert (Action.START in offered_to(self.referral, BO)) is self.referral.awaits_first_contact

    @invariant()
    def the_promise_on_paper_is_next_until_it_is_met(self) -> None:
        """Accepted and not contacted: the first contact, or a withdrawal to be seen; nothing else, and not before."""
        deadline = self.referral.deadline
        waits = self.referral.awaits_first_contact
        assert (deadline is not None and deadline.promise is Promise.FIRST_CONTACT) is waits

    @invariant()
    def a_silent_referral_tells_only_of_the_unit(self) -> None:
        """Whom the carer does not let know sees that there is no answer in time, and no other deadline, ever."""
        if self.referral.tells_referrer(self.now):
            return
        for later in (self.now, self.now + timedelta(days=60)):
            reading = reading_of(self.referral, ALVA, later)
            unanswered = self.referral.state is State.REQUESTED and later >= self.referral.promises.acknowledge_by
            assert reading.late is unanswered
            assert (reading.deadline is not None) is unanswered

    @invariant()
    def versions_only_rise_by_one(self) -> None:
        """Every change is counted once."""
        assert self.seen == list(range(1, len(self.seen) + 1))
        assert [step.version for step in self.referral.new_steps] == self.seen

    @invariant()
    def cilla_sees_nothing(self) -> None:
        """Nothing that happens gives another district a way in."""
        reading = reading_of(self.referral, CILLA, self.now)
        assert reading.open_parts == frozenset()
        assert offered_to(self.referral, CILLA) == ()

    @invariant()
    @precondition(lambda self: SHARE not in self.referral.consents[0].standing())
    def without_the_carers_yes_all_is_closed(self) -> None:
        """Not even the referrer, or the stand-in, reads anything then."""
        for reader in (ALVA, BO, STANDING_IN):
            assert reading_of(self.referral, reader, self.now).open_parts == frozenset()
        assert self.referral.sealed == frozenset(Part)

    @invariant()
    def without_telling_the_referrer_knows_two_versions(self) -> None:
        """Version and state say no more than delivered and closed."""
        if not self.referral.tells_referrer(self.now):
            reading = reading_of(self.referral, ALVA, self.now)
            closed = self.referral.state in CLOSED
            assert (reading.shown_state, reading.version) == (("closed", 2) if closed else ("delivered", 1))


TestOneReferral = OneReferral.TestCase
# the machine may be busy with other tests
TestOneReferral.settings = settings(deadline=None)


def test_drafts_and_closed_ones_have_no_deadline() -> None:
    """Only what is open is promised anything."""
    referral = a_referral()
    for state in {State.DRAFT, *CLOSED}:
        assert next_deadline(state, referral.promises, referral.receiving_unit_id) is None


def test_a_scope_belongs_to_one_of_the_two_people() -> None:
    """Each scope is asked of one person only."""
    from services.referral.domain.consent.scopes import SCOPES_OF

    assert set().union(*SCOPES_OF.values()) == set(Scope)
    assert SCOPES_OF[Subject.CARER].isdisjoint(SCOPES_OF[Subject.PERSON_CARED_FOR])
