"""What people do in the browser, those too whom it does not concern."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.support.canary.marked import API, IDENTITY_NUMBER, PHONE, RARE_GROUP, Canary
from tests.support.idling import half_an_hour_passes
from tests.support.referral_browsing import post
from tests.support.visitor import Seen, Visitor


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
    assert here.startswith("/referral/held-form/"), alva.seen[-1].place
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
    bo.send('main form[action$="/start"] button')
    bo.go(f"{path}/complete")
    bo.choose(("reason", "support-started"))
    bo.fill({"comment": canary.value["Completed"]})
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


def strangers_in_the_browser(canary: Canary, cilla: Visitor, path: str) -> None:
    """Another district's adviser tries the address, a wrong one, and a form without its token."""
    assert cilla.go(path) == 404
    assert cilla.go(f"/referral/{canary.address_mark}") == 404
    assert cilla.go(f"/{canary.address_mark}?q={canary.address_mark}") == 404
    cilla.go("/referral/")
    answer = cilla.context.request.post(path + "/reject", form={"reason": "other", "comment": canary.value["Rejected"]})
    assert answer.status == 400, "a form without its token"
    canary.answers.append(Seen("cilla", "POST", path, answer.status, answer.headers, answer.body()))
