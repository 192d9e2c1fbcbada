"""What the referral service says no to. Each has a name, a slug and a place in the tree.

Refusal
├── Invalid
│   ├── ConsentIsMissing                    consent-is-missing
│   ├── ConsentDoesNotHold                  consent-does-not-hold
│   ├── RecipientWasNotNamed                recipient-was-not-named
│   ├── PersonCaredForHasNotConsented       person-cared-for-has-not-consented
│   ├── TargetGroupIsNotCarersOwnStatement  target-group-is-not-carers-own-statement
│   ├── CarerCannotBeReached                carer-cannot-be-reached
│   ├── SafeContactContradictsItself        safe-contact-contradicts-itself
│   ├── AgesDisagree                        ages-disagree
│   ├── CodeIsUnknown                       code-is-unknown
│   ├── CommentIsRequired                   comment-is-required
│   ├── CommentCannotBeKept                 comment-cannot-be-kept
│   ├── NoReceiverIsKnown                   no-receiver-is-known
│   ├── UnitCannotReceive                   unit-cannot-receive
│   ├── ReceiverIsCivilSociety              receiver-is-civil-society
│   └── DraftIsTooLarge                     draft-is-too-large
├── NotThere  (kernel: unknown, or not for you to know of; the attempt is recorded)
├── NotAllowed
│   └── ActionIsNotYours                    action-is-not-yours
├── Conflict
│   ├── NotInThisState                      not-in-this-state
│   ├── FirstContactIsMade                  first-contact-is-made
│   ├── ContactIsNotWanted                  contact-is-not-wanted
│   ├── ConsentIsAlreadyWithdrawn           consent-is-already-withdrawn
│   ├── DraftIsUnreadable                   draft-is-unreadable
│   └── DraftIsGone                         draft-is-gone
└── VersionHasMoved (kernel)
"""

from __future__ import annotations

from shared.kernel.refusals import Conflict, Invalid, NotAllowed
from shared.kernel.translation import says


class ConsentIsMissing(Invalid):
    """Without the carer's consent nothing that identifies the carer can be sent."""

    slug = "consent-is-missing"
    title = says("The carer has not consented to sharing this with the receiving unit.")


class ConsentDoesNotHold(Invalid):
    """The consent as recorded is not one that can be relied on: its time, text or form is wrong."""

    slug = "consent-does-not-hold"
    title = says("The consent as written down cannot be relied on.")


class RecipientWasNotNamed(Invalid):
    """The unit that would receive it is not one that the text named when it was read out: a new yes is needed."""

    slug = "recipient-was-not-named"
    title = says("The text that was read out named another recipient than the unit that would receive this.")
    remedy = says("Read the text out again with the name of the receiving unit, and say here that it named that unit.")


class PersonCaredForHasNotConsented(Invalid):
    """Fields about the person cared for were filled in without that person's consent; ``fields`` names them all."""

    slug = "person-cared-for-has-not-consented"
    title = says("The person cared for has not consented, so nothing about that person may be sent.")


class TargetGroupIsNotCarersOwnStatement(Invalid):
    """In a carer-only referral a target group may be sent only as the carer's own statement, if the carer chose so."""

    slug = "target-group-is-not-carers-own-statement"
    title = says("Without the other person's consent, the target group may only be sent as the carer's own words.")


class CarerCannotBeReached(Invalid):
    """Name, or a safe way to reach the carer, is missing."""

    slug = "carer-cannot-be-reached"
    title = says("Say who the carer is and how it is safe to reach them.")


class SafeContactContradictsItself(Invalid):
    """Two answers about safe contact cannot both hold."""

    slug = "safe-contact-contradicts-itself"
    title = says("The answers about safe contact contradict each other.")


class AgesDisagree(Invalid):
    """The identity number, the year of birth and the age band cannot all be true of one person."""

    slug = "ages-disagree"
    title = says("What was told of the carer's age does not agree.")


class CodeIsUnknown(Invalid):
    """A code is not in its list, or not in force today."""

    slug = "code-is-unknown"
    title = says("That choice is not in the list.")


class CommentIsRequired(Invalid):
    """The chosen reason needs a comment."""

    slug = "comment-is-required"
    title = says("The reason you chose needs a comment.")


class CommentCannotBeKept(Invalid):
    """The key that the referral's comments are sealed under is there, and nobody can read it."""

    slug = "comment-cannot-be-kept"
    title = says("The comment cannot be saved, since what it would be encrypted with cannot be read.")


class NoReceiverIsKnown(Invalid):
    """The carer's municipality has told no routing rules and no default unit."""

    slug = "no-receiver-is-known"
    title = says("No receiving unit is known for that municipality.")


class UnitCannotReceive(Invalid):
    """The chosen unit is unknown, closed, or does not receive referrals."""

    slug = "unit-cannot-receive"
    title = says("The chosen unit does not receive referrals.")


class ReceiverIsCivilSociety(Invalid):
    """Civil society is outside the secrecy act, and the consent text must say so: there is none yet that does."""

    slug = "receiver-is-civil-society"
    title = says("The chosen unit belongs to civil society, which the consent that was given does not cover.")


class DraftIsTooLarge(Invalid):
    """A draft holds a form's answers, not files."""

    slug = "draft-is-too-large"
    title = says("The draft is too large to be kept.")


class ActionIsNotYours(NotAllowed):
    """The referral is known to the asker, but this step is for another role."""

    slug = "action-is-not-yours"
    title = says("That step is for another role than yours.")


class NotInThisState(Conflict):
    """The step is possible at another point of the referral's way, not now."""

    slug = "not-in-this-state"
    title = says("The referral has come further, so this step is no longer possible.")


class FirstContactIsMade(Conflict):
    """The first contact can be made once."""

    slug = "first-contact-is-made"
    title = says("The first contact has already been made.")


class ContactIsNotWanted(Conflict):
    """The carer has withdrawn the consent that contact rested on."""

    slug = "contact-is-not-wanted"
    title = says("The consent has been withdrawn, so no contact is to be made because of this referral.")


class ConsentIsAlreadyWithdrawn(Conflict):
    """There is nothing left of the consent to withdraw."""

    slug = "consent-is-already-withdrawn"
    title = says("The consent has already been withdrawn.")


class DraftIsUnreadable(Conflict):
    """A draft is there, and no key opens it: it can be thrown away, and nothing else."""

    slug = "draft-is-unreadable"
    title = says("What is saved in this draft cannot be read.")


class DraftIsGone(Conflict):
    """What was to be sent from a draft cannot be: the draft has been sent already, or is not there (any more)."""

    slug = "draft-is-gone"
    title = says("The draft has already been sent, or is gone. Nothing has been sent now.")
