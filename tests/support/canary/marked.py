"""The marks, and where the story left its traces."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import requests

from tests.support.builders.bodies import a_referral, read_out_today, the_carers_consent, the_persons_consent
from tests.support.marks import Marks, a_mark
from tests.support.running import Running
from tests.support.tokens import token_of
from tests.support.visitor import Seen

API = "/api/referral/v1"
RARE_GROUP = "lethal-violence"
FIELDS = (
    "Name", "Address", "Note", "Why", "Representative", "OtherRepresentative", "PersonName", "Situation", "Completed",
    "Rejected", "Cancelled", "DraftName", "DraftNote", "Typo", "ProtectedName", "ProtectedNote", "Retried", "Broken",
    "Mistaken", "MistakenTwice", "MistakenCancel", "Late", "TwoWindows", "OtherWindow", "TooLate", "Unfinished",
    "Untold", "UntoldSituation",
)  # fmt: skip
PLANTED_FOR_BO = ("Name", "Phone", "Email", "Address", "Note", "Identity", "Why", "PersonName", "Situation")
# told of somebody who has not consented: refused by the page, and kept and shown nowhere
REFUSED = ("Untold", "UntoldSituation")
PHONE, IDENTITY_NUMBER = "070-1740671", "189001189811"


@dataclass
class Canary:
    """The marks, and where the story left its traces."""

    product: Running
    value: dict[str, str] = field(default_factory=lambda: {name: a_mark(name) for name in FIELDS})
    answers: list[Seen] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    address_mark: str = field(default_factory=lambda: a_mark("Address"))
    poison_mark: str = field(default_factory=lambda: a_mark("Poison"))

    def __post_init__(self) -> None:
        self.value["Typo"] = self.value["Typo"][:20]  # the field takes no more
        self.value["Email"] = f"{a_mark('Email').lower()}@example.se"

    @property
    def marks(self) -> Marks:
        """What must be found nowhere else."""
        phone = ("701740671", "70-174 06 71", "70-1740671", "70 174 06 71")
        number = ("9001189811", "900118-9811", "900118+9811", "900118 9811")
        return Marks({**{name: (said,) for name, said in self.value.items()}, "Phone": phone, "Identity": number})

    def ask(self, who: str, method: str, path: str, *, token: str | None = None, **what: Any) -> requests.Response:
        """One request to the API, its answer kept."""
        bearer = token or token_of(self.product.settings, who)
        headers = {"Authorization": f"Bearer {bearer}", **what.pop("headers", {})}
        answer = requests.request(method, self.product.url + path, headers=headers, timeout=20, **what)
        shown = urlsplit(path).path
        self.answers.append(Seen(who, method, shown, answer.status_code, dict(answer.headers), answer.content))
        return answer

    def body(self, **carer: Any) -> dict[str, Any]:
        """A referral as a system sends it, every field marked."""
        said = self.value
        names = {"given_by": "guardian", "representative_name": said["Representative"]}
        others = {"given_by": "god-man", "representative_name": said["OtherRepresentative"]}
        channels = ["phone", "email", "letter"]
        return read_out_today(
            a_referral(
                carer={
                    "name": said["Name"],
                    "phone": PHONE,
                    "email": said["Email"],
                    "address": said["Address"],
                    "identity_number": IDENTITY_NUMBER,
                    "safe_contact": {"channels": channels, "note": said["Note"]},
                    **carer,
                },
                need={
                    "area": "0180-sodermalm",
                    "why": said["Why"],
                    "target_groups": [RARE_GROUP],
                    "support_wanted": ["guidance"],
                },
                person_cared_for={
                    "relation": "sibling",
                    "name": said["PersonName"],
                    "situation": said["Situation"],
                },
                consents={
                    "carer": the_carers_consent(**names, channels=channels, covers_stand_in=False),
                    "person_cared_for": the_persons_consent(**others, covers_stand_in=False),
                },
            )
        )

    def sent(self, **carer: Any) -> dict[str, Any]:
        """Send one through the API; what the answer says."""
        answer = self.ask("alva", "POST", f"{API}/referrals", json=self.body(**carer))
        assert answer.status_code == 201, answer.text
        return dict(answer.json(), etag=answer.headers["ETag"], where=answer.headers["Location"])
