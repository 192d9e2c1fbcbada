"""Step 1: who the carer is, and how it is safe to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validates_schema

from services.referral.domain.draft import WrittenDraft
from services.referral.domain.filled_draft import CarerStep
from services.referral.domain.people import (
    NAME_LIMIT,
    Carer,
    Channel,
    SafeContact,
    TakesInBest,
)
from services.referral.domain.refusals import AgesDisagree, CarerCannotBeReached, SafeContactContradictsItself
from services.referral.web import forms
from services.referral.web import words as words
from shared.kernel.translation import says
from shared.vocabulary.age import AgeBand
from shared.vocabulary.languages import OFFERED
from shared.web.fields import (
    EmailField,
    IdentityNumberField,
    LanguageField,
    PhoneField,
    TimeOfDayField,
    YearOfBirthField,
    today,
)

# a night's span begins late and ends early; 24 is midnight, where a span ends
HOURS_FROM = tuple(f"{hour:02}:00" for hour in range(24))
HOURS_TO = (*HOURS_FROM[1:], "24:00")
KNOWN = {"yes": True, "no": False}


# what has been told of one field, or cannot be asked because of it, is not told of another
RESTS_ON = {"channels": {"do_not_reach_out"}, "hours_from": {"hours_to"}, "hours_to": {"hours_from"}}


class CarerForm(forms.Form):
    """Nobody needs to say more here than a name, a place, and one safe way to be reached."""

    name = forms.text(NAME_LIMIT, missing=says("Say what the carer is called."))
    area = forms.text(60, missing=says("Choose where the carer lives."))
    age_band = forms.code(words.AGE_BANDS)
    channels = forms.codes(words.CHANNELS)
    phone = PhoneField()
    email = EmailField(forms.EMAIL_LIMIT)
    address = forms.text(400)
    hours_from = TimeOfDayField()
    hours_to = TimeOfDayField()
    no_voicemail = forms.ticked()
    no_letter = forms.ticked()
    do_not_reach_out = forms.ticked()
    contact_note = forms.text(500)
    protected_identity = forms.ticked()
    language = LanguageField(OFFERED)
    interpreter = forms.ticked()
    same_household = forms.code(words.YES_NO)
    alone_with_it = forms.code(words.YES_NO)
    takes_in_best = forms.codes(words.TAKES_IN_BEST)
    year_of_birth = YearOfBirthField()
    identity_number = IdentityNumberField()

    @validates_schema(skip_on_field_errors=False)
    def can_be_reached(self, data: dict[str, Any], **_: Any) -> None:
        """The domain's own rules, asked already here so that all that is wrong is told at once, each by its field.

        A field that is wrong in itself has had its sentence: the rules see it as left out, and nothing more is said of
        it, nor of what rests on it.
        """
        try:
            carer_from({**LEFT_OUT, **data}).check(today())
        except (CarerCannotBeReached, SafeContactContradictsItself, AgesDisagree) as refusal:
            found = {where.rsplit("/", 1)[1]: [said] for where, said in refusal.fields.items()}
            told = set(LEFT_OUT) - data.keys()
            about = {name: said for name, said in found.items() if not ({name} | RESTS_ON.get(name, set())) & told}
            if about:
                raise ValidationError(about) from None


LEFT_OUT: dict[str, Any] = {
    "name": "",
    **{name: field.load_default for name, field in CarerForm().fields.items() if name not in ("name", "area")},
    **dict.fromkeys(("channels", "takes_in_best"), ()),
}


def carer_from(data: dict[str, Any]) -> Carer:
    """The carer that a loaded form tells of."""
    return Carer(
        name=data["name"],
        phone=data["phone"],
        email=data["email"],
        address=data["address"],
        identity_number=data["identity_number"],
        year_of_birth=data["year_of_birth"],
        age_band=AgeBand(data["age_band"]) if data["age_band"] else None,
        language=data["language"],
        interpreter=data["interpreter"],
        safe_contact=SafeContact(
            channels=frozenset(map(Channel, data["channels"])),
            hours_from=data["hours_from"],
            hours_to=data["hours_to"],
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


def carer_step(data: dict[str, Any], draft: WrittenDraft, typed: Mapping[str, Any]) -> CarerStep:
    """What the loaded form means as a step of a draft."""
    return CarerStep(carer=carer_from(data), area=data["area"])
