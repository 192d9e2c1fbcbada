"""What the directory says no to.

Invalid
├── AreaIsUnknown                       area-unknown
├── TermIsUnknown                       term-unknown
├── NameIsMissing                       name-missing
├── PlaceIsNotNamed                     place-not-named
├── AddressIsNoEmail                    address-no-email
├── NumberIsNoTelephone                 number-no-telephone
├── WebAddressIsWrong                   web-address-wrong
├── ReceivingUnitNeedsAnAddress         receiving-unit-needs-address
├── CivilSocietyReceivesNoReferrals     civil-society-receives-no-referrals
├── StandInIsTheUnitItself              stand-in-is-itself
├── RoleDoesNotFitTheUnit               role-does-not-fit-unit
├── PeriodEndsBeforeItBegins            period-ends-before-it-begins
├── LastDayIsMissing                    last-day-missing
├── PeriodHasPassed                     period-has-passed
├── AgesAreTurnedAround                 ages-turned-around
├── RuleIsOutsideTheMunicipality        rule-outside-municipality
├── RuleNeedsAReason                    rule-needs-reason
├── UnitCannotReceive                   unit-cannot-receive
├── OnlyReceiversHaveAStandIn           only-receivers-have-a-stand-in
├── ActivityEndsBeforeItBegins          activity-ends-before-it-begins
├── OpeningHoursAreNone                 opening-hours-are-none
└── UserHasNeverSignedIn                user-never-signed-in
Conflict
├── AlreadyRegistered                   already-registered
├── NameIsTaken                         name-taken
│   └── ClosedUnitHasTheName            name-taken-by-closed
├── UnitIsADefault                      unit-is-a-default
├── UnitIsYourOwn                       unit-is-your-own
├── AssignmentHasEnded                  assignment-has-ended
├── AssignmentIsYourOwn                 assignment-is-your-own
├── LastAdministrator                   last-administrator
├── ActivityIsCancelled                 activity-is-cancelled
└── ActivityIsNotCancelled              activity-is-not-cancelled
NotThere
├── NoSuchListing                       no-such-listing
└── NotYours                            not-yours
    ├── ListingIsNotYours               listing-not-yours
    ├── UnitIsNotYours                  unit-not-yours
    ├── AssignmentIsNotYours            assignment-not-yours
    └── RulesAreNotYours                rules-not-yours
NotAllowed
└── RoleMayNotEditThis                  role-may-not-edit
"""

from __future__ import annotations

from typing import ClassVar

from shared.kernel.refusals import Conflict, Invalid, NotAllowed, NotThere
from shared.kernel.translation import says


class AreaIsUnknown(Invalid):
    """The area code names no municipality or district."""

    slug = "area-unknown"
    title = says("There is no such municipality or district.")


class TermIsUnknown(Invalid):
    """A code is not in the list, or is not in force on that day."""

    slug = "term-unknown"
    title = says("One of the choices is not in the list.")


class NameIsMissing(Invalid):
    """Nothing is listed without a name."""

    slug = "name-missing"
    title = says("Give it a name.")


class PlaceIsNotNamed(Invalid):
    """Nobody finds a place of which neither name nor street is told."""

    slug = "place-not-named"
    title = says("Give the place a name or a street address.")


class AddressIsNoEmail(Invalid):
    """An e-mail address does not look like one."""

    slug = "address-no-email"
    title = says("The e-mail address is not complete.")


class NumberIsNoTelephone(Invalid):
    """A text of telephone numbers has none in it, or one that is wrong."""

    slug = "number-no-telephone"
    title = says("The telephone number is not right.")


class WebAddressIsWrong(Invalid):
    """A web address does not lead to a public page."""

    slug = "web-address-wrong"
    title = says("The web address is not right.")


class ReceivingUnitNeedsAnAddress(Invalid):
    """Whoever receives referrals must be reachable: a function address and a telephone."""

    slug = "receiving-unit-needs-address"
    title = says("A receiving unit needs a function address and a telephone number.")


class CivilSocietyReceivesNoReferrals(Invalid):
    """Civil society is outside the secrecy act: its units are partners, to which no referral is sent yet."""

    slug = "civil-society-receives-no-referrals"
    title = says("A civil-society organisation's unit is a partner; it cannot receive referrals.")


class StandInIsTheUnitItself(Invalid):
    """A unit cannot stand in for itself."""

    slug = "stand-in-is-itself"
    title = says("A unit cannot be its own stand-in.")


class RoleDoesNotFitTheUnit(Invalid):
    """The role is not one that a unit of this kind has."""

    slug = "role-does-not-fit-unit"
    title = says("This role does not exist in a unit of this kind.")


class PeriodEndsBeforeItBegins(Invalid):
    """A period's end comes before its beginning."""

    slug = "period-ends-before-it-begins"
    title = says("The period ends before it begins.")


class LastDayIsMissing(Invalid):
    """What comes again does so until some day, which is not told."""

    slug = "last-day-missing"
    title = says("Say on which day it comes for the last time.")


class PeriodHasPassed(Invalid):
    """A period that is over already gives nobody anything."""

    slug = "period-has-passed"
    title = says("The period is already over.")


class AgesAreTurnedAround(Invalid):
    """An age range's end comes before its beginning, or an age is impossible."""

    slug = "ages-turned-around"
    title = says("The ages are not a range.")


class RuleIsOutsideTheMunicipality(Invalid):
    """A municipality makes rules for its own area only."""

    slug = "rule-outside-municipality"
    title = says("A routing rule must be about the municipality's own area.")


class RuleNeedsAReason(Invalid):
    """Every rule says in a sentence why it sends a carer where it does."""

    slug = "rule-needs-reason"
    title = says("Say in a sentence why the rule names this unit.")


class UnitCannotReceive(Invalid):
    """A rule must name an active receiving unit."""

    slug = "unit-cannot-receive"
    title = says("The unit does not receive referrals.")


class OnlyReceiversHaveAStandIn(Invalid):
    """Nobody stands in where nothing is received."""

    slug = "only-receivers-have-a-stand-in"
    title = says("Only a unit that receives carers has a stand-in.")


class ActivityEndsBeforeItBegins(Invalid):
    """An activity's end comes before its beginning."""

    slug = "activity-ends-before-it-begins"
    title = says("The activity ends before it begins.")


class OpeningHoursAreNone(Invalid):
    """Opening hours that end when they begin, or have a time zone."""

    slug = "opening-hours-are-none"
    title = says("The opening hours are not right.")


class UserHasNeverSignedIn(Invalid):
    """Nobody with this id has signed in here: it may be mistyped. A question, since a new colleague has not either."""

    slug = "user-never-signed-in"
    title = says("Nobody with this id has signed in here. Check that it is right, and say so below.")

    def __init__(self) -> None:
        super().__init__(fields={"/subject": self.title})


class AlreadyRegistered(Conflict):
    """Something is already registered under this identifier."""

    slug = "already-registered"
    title = says("This is already registered.")


class NameIsTaken(Conflict):
    """Two units of one organisation cannot be told apart when they have one name."""

    slug = "name-taken"
    title = says("The organisation already has a unit with this name. Choose another name, or change the one there is.")


class ClosedUnitHasTheName(NameIsTaken):
    """The unit with that name is closed; it can be opened again, with all that it has."""

    slug = "name-taken-by-closed"
    title = says("The organisation has a closed unit with this name. Open that one again, or choose another name.")


class UnitIsADefault(Conflict):
    """A municipality's rules leave to this unit whatever no rule takes, so it cannot be closed."""

    slug = "unit-is-a-default"
    title = says("The unit receives whatever no routing rule takes. Choose another default unit first.")


class UnitIsYourOwn(Conflict):
    """Nobody closes the unit under which they are closing it."""

    slug = "unit-is-your-own"
    title = says("You work in this unit yourself, so somebody else has to close it.")


class AssignmentHasEnded(Conflict):
    """The assignment ended before."""

    slug = "assignment-has-ended"
    title = says("The assignment has already ended.")


class AssignmentIsYourOwn(Conflict):
    """Nobody ends the assignment under which they are ending it."""

    slug = "assignment-is-your-own"
    title = says("You are working under this assignment yourself, so somebody else has to end it.")


class LastAdministrator(Conflict):
    """Without it nobody could say any more who works where."""

    slug = "last-administrator"
    title = says("This is the organisation's last administrator. Give somebody else that assignment first.")


class ActivityIsCancelled(Conflict):
    """A cancelled activity cannot be changed; first it has to take place after all."""

    slug = "activity-is-cancelled"
    title = says("The activity is cancelled. It can be changed when it takes place after all.")


class ActivityIsNotCancelled(Conflict):
    """What takes place anyway cannot be taken up again."""

    slug = "activity-is-not-cancelled"
    title = says("The activity is not cancelled.")


class NoSuchListing(NotThere):
    """A support service, an activity or an organisation that everybody may see is not there, or no longer."""

    slug = "no-such-listing"
    former_slug = "listing-not-yours"


class NotYours(NotThere):
    """It belongs to another organisation or municipality, or there is no such thing: the answer does not tell which."""

    slug = "not-yours"
    # what all of them were answered as until 0.2; told beside the slug until 0.3
    former_slug: ClassVar[str | None] = "listing-not-yours"


class ListingIsNotYours(NotYours):
    """An organisation's own page, a support service or an activity."""

    slug = "listing-not-yours"
    former_slug = None


class UnitIsNotYours(NotYours):
    """A unit."""

    slug = "unit-not-yours"


class AssignmentIsNotYours(NotYours):
    """An assignment, and what hangs on it: somebody's sessions."""

    slug = "assignment-not-yours"


class RulesAreNotYours(NotYours):
    """A municipality's routing rules, or one of them."""

    slug = "rules-not-yours"


class RoleMayNotEditThis(NotAllowed):
    """No assignment with this role edits such things."""

    slug = "role-may-not-edit"
    title = says("Your assignment does not let you change this.")
