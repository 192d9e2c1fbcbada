"""The story in which every personal field is marked: all that people and systems do, and all that goes wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from io import StringIO
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import requests
from rich.console import Console
from sqlalchemy import text

from deploy.errands import demo_tokens, parked_messages
from deploy.migrate import subscriptions
from deploy.onebox.product import quiet_process_is_ready
from deploy.onebox.start import web_is_ready
from services.referral.domain.people import Subject
from shared.messaging import names
from shared.messaging.publishing import ConfirmedPublisher, Outgoing
from shared.settings import SERVICES
from shared.storage.engine import make_engine
from tests.support.builders import todays_text
from tests.support.eventually import eventually
from tests.support.idling import half_an_hour_passes
from tests.support.marks import Marks, a_mark
from tests.support.referral_browsing import post
from tests.support.running import Running
from tests.support.visitor import Seen, Visitor

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
        bearer = token or demo_tokens.token(self.product.settings, who)
        headers = {"Authorization": f"Bearer {bearer}", **what.pop("headers", {})}
        answer = requests.request(method, self.product.url + path, headers=headers, timeout=20, **what)
        shown = urlsplit(path).path
        self.answers.append(Seen(who, method, shown, answer.status_code, dict(answer.headers), answer.content))
        return answer

    def body(self, **carer: Any) -> dict[str, Any]:
        """A referral as a system sends it, every field marked."""
        said = self.value
        return {
            "carer": {
                "name": said["Name"],
                "phone": PHONE,
                "email": said["Email"],
                "address": said["Address"],
                "identity_number": IDENTITY_NUMBER,
                "safe_contact": {"channels": ["phone", "email", "letter"], "note": said["Note"]},
                **carer,
            },
            "need": {
                "area": "0180-sodermalm",
                "why": said["Why"],
                "target_groups": [RARE_GROUP],
                "support_wanted": ["guidance"],
            },
            "person_cared_for": {"relation": "sibling", "name": said["PersonName"], "situation": said["Situation"]},
            "consents": {
                "carer": {
                    "scopes": ["share-with-receiving-unit", "tell-referrer-what-happened"],
                    "given_by": "guardian",
                    "representative_name": said["Representative"],
                    "form": "oral",
                    "channels": ["phone", "email", "letter"],
                    "text_version": todays_text(Subject.CARER),
                },
                "person_cared_for": {
                    "scopes": ["tell-about-person-cared-for"],
                    "given_by": "god-man",
                    "representative_name": said["OtherRepresentative"],
                    "form": "oral",
                    "text_version": todays_text(Subject.PERSON_CARED_FOR),
                },
            },
        }

    def sent(self, **carer: Any) -> dict[str, Any]:
        """Send one through the API; what the answer says."""
        answer = self.ask("alva", "POST", f"{API}/referrals", json=self.body(**carer))
        assert answer.status_code == 201, answer.text
        return dict(answer.json(), etag=answer.headers["ETag"], where=answer.headers["Location"])


def fill_in_a_referral(canary: Canary, alva: Visitor) -> str:
    """In the browser, with one mistake on the way; the referral's address."""
    said = canary.value
    alva.go("/referral/new")
    alva.fill(
        {
            "name": said["Name"],
            "phone": PHONE,
            "email": said["Email"],
            "address": said["Address"],
            "contact_note": said["Note"],
            "identity_number": said["Typo"],
        }
    )
    alva.choose(("channels", "phone"), ("channels", "email"), ("channels", "letter"))
    alva.send()
    assert alva.page.locator("#error-summary").is_visible(), "the mistake is told"
    alva.fill({"identity_number": IDENTITY_NUMBER})
    alva.send()
    alva.fill({"why": said["Why"]})
    alva.choose(("support_wanted", "guidance"), ("priority", "routine"))
    alva.send()
    alva.choose(("share", "yes"), ("tell_referrer", "yes"), ("channels_ok", "yes"), ("about_person", "yes"))
    alva.fill({"given_by": "guardian", "representative_name": said["Representative"]})
    alva.send()
    alva.choose(("tell", "yes"))
    alva.fill({"given_by": "god-man", "representative_name": said["OtherRepresentative"]})
    alva.send()
    alva.choose(("target_groups", RARE_GROUP), ("relation", "sibling"))
    alva.fill({"person_name": said["PersonName"], "person_year_of_birth": "1961", "situation": said["Situation"]})
    alva.send()
    alva.send()
    alva.send()
    assert alva.page.url.endswith("/receipt"), alva.seen[-1].place
    return urlsplit(alva.page.url).path.removesuffix("/receipt")


def write_in_two_windows(canary: Canary, alva: Visitor) -> None:
    """The same step is saved in another window: what was typed here is kept beside it and shown again, and each of the
    two can be looked at before it is decided."""
    alva.go("/referral/new")
    alva.fill({"name": canary.value["DraftName"], "phone": PHONE})
    alva.choose(("channels", "phone"))
    alva.send()
    here = urlsplit(alva.page.url).path
    other = alva.context.new_page()
    other.goto(here)
    other.locator('main [name="why"]').fill(canary.value["OtherWindow"])
    other.locator('main input[name="support_wanted"][value="guidance"]').check()
    with other.expect_navigation():
        other.locator('main form button[type="submit"]').first.click()
    other.close()
    alva.fill({"why": canary.value["TwoWindows"]})
    alva.choose(("support_wanted", "guidance"))
    alva.send()
    assert alva.page.get_by_text("Utkastet ändrades i ett annat fönster").is_visible(), "the other window is told of"
    for shown, name in ((f"{here}?saved=1", "OtherWindow"), (here, "TwoWindows")):
        assert alva.go(shown) == 200
        assert alva.page.locator('main [name="why"]').input_value() == canary.value[name]
    alva.send()
    assert urlsplit(alva.page.url).path == here.replace("/support", "/consent"), "it is decided"


def tell_without_consent(canary: Canary, alva: Visitor) -> None:
    """What is told of somebody who has not consented, though the page has no field for it, is refused as a whole."""
    alva.go("/referral/new")
    alva.fill({"name": canary.value["DraftName"], "phone": PHONE})
    alva.choose(("channels", "phone"))
    alva.send()
    alva.fill({"why": canary.value["Why"]})
    alva.choose(("support_wanted", "guidance"), ("priority", "routine"))
    alva.send()
    alva.choose(("share", "yes"), ("tell_referrer", "yes"), ("channels_ok", "yes"), ("about_person", "no"))
    alva.send()
    here = urlsplit(alva.page.url).path
    told = {"person_name": canary.value["Untold"], "situation": canary.value["UntoldSituation"]}
    version = alva.page.locator("[name=version]").first.get_attribute("value") or ""
    assert post(alva.page, here, {"own_statement": "no", **told, "version": version}).status == 422
    alva.read()
    assert alva.go(here) == 200
    assert alva.page.locator("[name=own_statement]").count() == 2, "the step is there to be filled in"


def make_mistakes(canary: Canary, alva: Visitor, bo: Visitor) -> None:
    """The forms for declining, closing, taking back and withdrawing are sent with mistakes, and by whoever is late."""
    said, path = canary.value, f"/referral/referrals/{canary.sent()['id']}"
    for who, form, fields in (
        (bo, "reject", {"comment": said["Mistaken"]}),
        (alva, "cancel", {"comment": said["MistakenCancel"]}),
        (bo, "withdraw-consent", {}),
        (alva, "withdraw-consent", {}),
    ):
        who.go(f"{path}/{form}")
        who.fill(fields)
        who.send()
        assert who.page.locator("#error-summary").is_visible(), form
    bo.go(path)
    bo.send()
    bo.go(f"{path}/complete")
    bo.fill({"comment": said["MistakenTwice"]})
    bo.send()
    assert bo.page.locator("#error-summary").is_visible(), "complete"
    bo.choose(("reason", "other"))
    bo.fill({"comment": said["Late"]})
    where = f"{API}/{path.removeprefix('/referral/')}"
    done = canary.ask("alva", "POST", f"{where}/cancel", json={"reason": "sent-twice"}, headers={"If-Match": '"2"'})
    assert done.status_code == 200, done.text
    bo.send()
    assert "/moved" in bo.page.url, bo.seen[-1].place


def type_too_late(canary: Canary, alva: Visitor) -> None:
    """Half an hour passes before she sends: what she typed waits for her, also when she has signed in anew."""
    alva.go("/referral/new")
    alva.fill({"name": canary.value["TooLate"], "phone": PHONE})
    alva.choose(("channels", "phone"))
    half_an_hour_passes(canary.product, alva.context)
    alva.send()
    here = urlsplit(alva.page.url).path
    assert here.startswith("/referral/lapsed-form/"), alva.seen[-1].place
    alva.sign_in()
    assert alva.go(here) == 200


def keep_and_discard_drafts(canary: Canary, alva: Visitor) -> None:
    """One draft stays, with a step that was left unfinished; another is thrown away."""
    for discarded in (False, True):
        alva.go("/referral/new")
        alva.fill({"name": canary.value["DraftName"], "contact_note": canary.value["DraftNote"], "phone": PHONE})
        alva.choose(("channels", "phone"))
        alva.send()
        here = urlsplit(alva.page.url).path
        alva.fill({"why": canary.value["Unfinished"]})
        alva.send('main form button[name="go"][value="back"]')
        assert alva.go(here) == 200
        assert alva.page.locator('main [name="why"]').input_value() == canary.value["Unfinished"]
        if discarded:
            alva.go("/".join([*urlsplit(alva.page.url).path.split("/")[:4], "discard"]))
            alva.send()


def answer_it(canary: Canary, bo: Visitor, path: str) -> None:
    """Bo sees it in his list, opens it, accepts it, notes the first contact, closes it."""
    bo.go("/referral/")
    bo.go(path)
    bo.send()
    bo.send('main form[action$="/first-contact"] button')
    bo.go(f"{path}/complete")
    bo.choose(("reason", "support-started"))
    bo.fill({"comment": canary.value["Completed"]})
    bo.send()


def every_other_turn(canary: Canary, bo: Visitor) -> None:
    """By API: retried, cancelled, declined, withdrawn, protected."""
    key = {"Idempotency-Key": str(uuid4())}
    retried = canary.body(name=canary.value["Retried"])
    first, again = (canary.ask("alva", "POST", f"{API}/referrals", json=retried, headers=key) for _ in range(2))
    assert (first.status_code, first.json()["id"]) == (201, again.json()["id"])
    where, etag = first.headers["Location"], first.headers["ETag"]
    cancel = {"reason": "other", "comment": canary.value["Cancelled"]}
    for version in ('"9"', etag):
        canary.ask("alva", "POST", f"{where}/cancel", json=cancel, headers={"If-Match": version})
    declined = canary.sent()
    reject = {"reason": "other", "comment": canary.value["Rejected"]}
    done = canary.ask("bo", "POST", f"{declined['where']}/reject", json=reject, headers={"If-Match": declined["etag"]})
    assert done.status_code == 200, done.text
    canary.ask("alva", "GET", declined["where"])
    note = {"channels": ["phone"], "note": canary.value["ProtectedNote"]}
    hidden = canary.sent(name=canary.value["ProtectedName"], protected_identity=True, safe_contact=note)
    bo.go("/referral/")
    canary.said.append(bo.page.content() if canary.value["ProtectedName"] in bo.page.content() else "")
    bo.go(f"/referral/referrals/{hidden['id']}")
    bo.send()


def withdraw(canary: Canary, bo: Visitor) -> Seen:
    """Bo reads it, the consents are withdrawn, and Bo reads it again: what he is shown then."""
    given = canary.sent()
    page = f"/referral/referrals/{given['id']}"
    bo.go(page)
    for consent in given["consents"]:
        gone = canary.ask("alva", "POST", f"{API}/consents/{consent['id']}/withdraw", json={"scopes": []})
        assert gone.status_code == 200, gone.text
    bo.go(page)
    return bo.seen[-1]


def everything_refused(canary: Canary, path: str) -> None:
    """Bad input and bad manners at the systems' door; each answered with a problem."""
    said, referrals = canary.value, f"{API}/referrals"
    where = path.replace("/referral/", f"{API}/", 1)
    wrong = canary.body(email=said["Note"], phone=said["Why"], identity_number=said["Name"])
    noisy = {"Content-Type": "application/json"}
    tries: list[tuple[str, str, str, dict[str, Any], int]] = [
        ("alva", "POST", referrals, {"json": wrong}, 422),
        ("alva", "POST", referrals, {"json": {**canary.body(), "more": said["Why"]}}, 422),
        ("alva", "POST", referrals, {"json": {**canary.body(), "consents": {}}}, 422),
        ("alva", "POST", referrals, {"data": f'{{"carer": "{said["Name"]}"', "headers": noisy}, 400),
        ("alva", "POST", referrals, {"data": said["Name"]}, 415),
        ("alva", "POST", referrals, {"data": said["Name"] * 50_000, "headers": noisy}, 413),
        ("dani", "POST", referrals, {"json": canary.body()}, 403),
        ("cilla", "GET", where, {}, 404),
        ("cilla", "POST", f"{where}/accept", {"headers": {"If-Match": '"1"'}}, 404),
        ("bo", "GET", f"{referrals}/{uuid4()}", {}, 404),
        ("bo", "POST", f"{where}/reject", {"json": {"reason": "other", "comment": said["Rejected"]}}, 428),
        ("bo", "GET", f"{referrals}/{canary.address_mark}", {}, 404),
        ("bo", "GET", f"{referrals}?name={canary.address_mark}", {}, 422),
        ("bo", "GET", f"{referrals}?cursor={canary.address_mark}", {}, 422),
        ("bo", "DELETE", where, {}, 405),
        ("bo", "GET", where, {"token": canary.address_mark}, 401),
    ]
    for who, method, address, what, expected in tries:
        answer = canary.ask(who, method, address, **what)
        assert answer.status_code == expected, (method, address, answer.status_code, answer.text[:300])


def strangers_in_the_browser(canary: Canary, cilla: Visitor, path: str) -> None:
    """Another district's adviser tries the address, a wrong one, and a form without its token."""
    assert cilla.go(path) == 404
    assert cilla.go(f"/referral/{canary.address_mark}") == 404
    assert cilla.go(f"/{canary.address_mark}?q={canary.address_mark}") == 404
    cilla.go("/referral/")
    answer = cilla.context.request.post(path + "/reject", form={"reason": "other", "comment": canary.value["Rejected"]})
    assert answer.status == 400, "a form without its token"
    canary.answers.append(Seen("cilla", "POST", path, answer.status, answer.headers, answer.body()))


@contextmanager
def table_gone(product: Running, service: str, table: str) -> Iterator[None]:
    """A table is away for a while: every statement on it fails, with its parameters in the exception."""
    engine = make_engine(product.settings.service(service).owner_database_url, pool_size=1)

    def rename(before: str, after: str) -> None:
        with engine.begin() as connection:
            connection.execute(text("SET LOCAL lock_timeout = '20s'"))
            connection.execute(text(f"ALTER TABLE {before} RENAME TO {after}"))

    rename(table, f"{table}_away")
    try:
        yield
    finally:
        rename(f"{table}_away", table)
        engine.dispose()


def break_things(canary: Canary) -> None:
    """Tables away, processes killed, poison on the bus: errors of every kind pass through every log."""
    product = canary.product
    with table_gone(product, "referral", "contents"):
        broken = canary.ask("alva", "POST", f"{API}/referrals", json=canary.body(name=canary.value["Broken"]))
        assert broken.status_code >= 500, broken.text
    log = product.folder / "logs" / "bus.log"
    with table_gone(product, "notifications", "notices"):
        canary.sent()
        eventually(lambda: '"put aside"' in log.read_text(), saying="a notice to be put aside for later", within=60)
    publisher = ConfirmedPublisher(product.settings.service("referral").broker_url, "canary")
    for body in (canary.poison_mark.encode(), b"\xff" + canary.poison_mark.encode()):
        publisher.publish([Outgoing(names.exchange("referral"), "referral.sent.v1", str(uuid4()), body)])
    publisher.close()
    eventually(lambda: '"parked"' in log.read_text(), saying="the poison to be parked", within=60)
    for name in ("bus", "relay", "web"):
        canary.sent()
        product.processes.kill(name)
    eventually(lambda: web_is_ready(product.port), saying="the pages to be back", within=90)
    for name in ("bus", "relay"):
        eventually(
            lambda name=name: quiet_process_is_ready(product.folder, name, product.processes.pid(name)),
            saying=f"{name} to be back",
            within=90,
        )


def what_operators_see(canary: Canary) -> None:
    """Metrics, health, descriptions, and what the command line says of parked messages."""
    for service in SERVICES:
        for path in (f"/{service}/metrics", f"/{service}/health/ready", f"/api/{service}/openapi.json"):
            answer = requests.get(canary.product.url + path, timeout=20)
            assert answer.status_code == 200, path
            canary.said.append(answer.text)
    heard = StringIO()
    console = Console(file=heard, width=300)
    assert parked_messages.show_counts(canary.product.settings, console) > 0
    for each in subscriptions():
        parked_messages.show(canary.product.settings, each.queue, console)
    canary.said.append(heard.getvalue())
