"""Step 1: who the carer is, and how it is safe to reach them."""

from __future__ import annotations

from datetime import time
from typing import Any

import phonenumbers
from marshmallow import ValidationError, validates, validates_schema
from personnummer import personnummer

from services.referral.domain.people import (
    NAME_LIMIT,
    AgeBand,
    Carer,
    Channel,
    SafeContact,
    TakesInBest,
)
from services.referral.domain.refusals import CarerCannotBeReached, SafeContactContradictsItself
from services.referral.web import forms
from services.referral.web import pages_words as words
from shared.web.errors import says
from shared.web.fields import EmailField

EMAIL_LIMIT = 254
HOURS = tuple(f"{hour:02}:00" for hour in range(6, 23))
KNOWN = {"yes": True, "no": False}


# what a field that is wrong in itself counts as, while the others are looked at
UNSAID: dict[str, Any] = {
    "name": "–",
    "phone": "070-1740605",
    **dict.fromkeys(("email", "address"), "–"),
    **dict.fromkeys(("hours_from", "hours_to", "contact_note", "age_band", "identity_number", "language"), ""),
    **dict.fromkeys(("no_voicemail", "no_letter", "do_not_reach_out", "protected_identity", "interpreter"), False),
    **dict.fromkeys(("same_household", "alone_with_it"), ""),
    **dict.fromkeys(("channels", "takes_in_best"), ()),
}


class CarerForm(forms.Form):
    """Nobody needs to say more here than a name, a place, and one safe way to be reached."""

    name = forms.text(NAME_LIMIT, missing=says("Say what the carer is called."))
    area = forms.text(60, missing=says("Choose where the carer lives."))
    channels = forms.codes(words.CHANNELS)
    phone = forms.text(40)
    email = EmailField(EMAIL_LIMIT)
    address = forms.text(400)
    hours_from = forms.code(dict.fromkeys(HOURS))
    hours_to = forms.code(dict.fromkeys(HOURS))
    no_voicemail = forms.ticked()
    no_letter = forms.ticked()
    do_not_reach_out = forms.ticked()
    contact_note = forms.text(500)
    protected_identity = forms.ticked()
    language = forms.code(words.LANGUAGES, default="sv")
    interpreter = forms.ticked()
    age_band = forms.code(words.AGE_BANDS)
    identity_number = forms.text(20)
    same_household = forms.code(words.YES_NO)
    alone_with_it = forms.code(words.YES_NO)
    takes_in_best = forms.codes(words.TAKES_IN_BEST)

    @validates("phone")
    def phone_exists(self, value: str, **_: Any) -> None:
        """A number that can be called, Swedish unless it says otherwise."""
        if value:
            phone_of(value)

    @validates("identity_number")
    def number_is_one(self, value: str, **_: Any) -> None:
        """Ten or twelve digits with a right check digit."""
        if value:
            identity_number_of(value)

    @validates_schema(skip_on_field_errors=False)
    def can_be_reached(self, data: dict[str, Any], **_: Any) -> None:
        """The domain's own rules, asked already here so that all that is wrong is told at once, each by its field.

        A field that is wrong in itself has had its sentence: nothing is said of what stands in for it here.
        """
        if not {"hours_from", "hours_to"} <= data.keys():
            data = {name: value for name, value in data.items() if name not in ("hours_from", "hours_to")}
        try:
            carer_from({**UNSAID, **data}).check()
        except (CarerCannotBeReached, SafeContactContradictsItself) as refusal:
            told = {where.rsplit("/", 1)[1]: [said] for where, said in refusal.fields.items()}
            if about := {name: said for name, said in told.items() if name in data}:
                raise ValidationError(about) from None


def phone_of(value: str) -> str:
    """The number in international form. Raises ValidationError."""
    try:
        number = phonenumbers.parse(value, "SE")
    except phonenumbers.NumberParseException:
        raise ValidationError("This does not look like a telephone number.") from None
    if not phonenumbers.is_possible_number(number):
        raise ValidationError("This does not look like a telephone number.")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def identity_number_of(value: str) -> str:
    """Twelve digits. Raises ValidationError, which never repeats the number.

    Other scripts' digits, which the library takes, would be another number when it is looked for.
    """
    wrong = ValidationError("This is not a personal identity number or coordination number.")
    if not value.isascii():
        raise wrong
    try:
        number = personnummer.parse(value, {"allow_coordination_number": True})
    except personnummer.PersonnummerException:
        raise wrong from None
    if number.get_age() < 0:
        raise wrong
    return str(number.format(long_format=True))


def carer_from(data: dict[str, Any]) -> Carer:
    """The carer that a loaded form tells of."""
    return Carer(
        name=data["name"],
        phone=phone_of(data["phone"]) if data["phone"] else "",
        email=data["email"],
        address=data["address"],
        identity_number=identity_number_of(data["identity_number"]) if data["identity_number"] else "",
        age_band=AgeBand(data["age_band"]) if data["age_band"] else None,
        language=data["language"],
        interpreter=data["interpreter"],
        safe_contact=SafeContact(
            channels=frozenset(map(Channel, data["channels"])),
            hours_from=_hour(data["hours_from"]),
            hours_to=_hour(data["hours_to"]),
            no_voicemail=data["no_voicemail"],
            no_letter=data["no_letter"],
            do_not_reach_out=data["do_not_reach_out"],
            note=data["contact_note"],
        ),
        protected_identity=data["protected_identity"],
        same_household=KNOWN.get(data["same_household"]),
        alone_with_it=KNOWN.get(data["alone_with_it"]),
        takes_in_best=frozenset(map(TakesInBest, data["takes_in_best"])),
    )


def _hour(value: str) -> time | None:
    return time.fromisoformat(value) if value else None
