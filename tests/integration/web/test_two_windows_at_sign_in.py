"""Two windows at the provider at once: either may be finished first, and a stale answer signs nobody out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from shared.kernel.actor import Role, UserRef
from shared.web.sign_in.attempts import MOST, MOST_FROM_ELSEWHERE
from tests.integration.web.relying_party import Lotsa, lotsa_behind
from tests.support.oidc.dishonest import Dishonest
from tests.support.serving import listening, serving

HERE = "/directory/assignment"


@pytest.fixture
def provider() -> Iterator[Dishonest]:
    """Honest, but for who it says is there."""
    made = Dishonest()
    with serving(made.app()) as address:
        made.issuer = address
        yield made


@pytest.fixture
def lotsa(provider: Dishonest, tmp_path: Path) -> Iterator[Lotsa]:
    """Lotsa, trusting that provider."""
    with listening() as held, lotsa_behind(provider.issuer, tmp_path, held) as made:
        yield made


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    """One browser, whose windows share its cookies."""
    with requests.Session() as session:
        yield session


def begin(lotsa: Lotsa, browser: requests.Session, target: str = HERE) -> str:
    """Open a window and come to the provider, who has not been answered yet; the address there."""
    away = browser.get(f"{lotsa.address}/directory/login", params={"next": target}, allow_redirects=False, timeout=10)
    return str(away.headers["Location"])


def finish(browser: requests.Session, at_the_provider: str) -> requests.Response:
    """Say there who one is, and be sent back to Lotsa and on."""
    answer = browser.get(at_the_provider, allow_redirects=False, timeout=10)
    return browser.get(answer.headers["Location"], allow_redirects=False, timeout=10)


def is_in(lotsa: Lotsa, cookies: object) -> bool:
    """Whether these cookies open a page that needs a session."""
    page = requests.get(lotsa.address + HERE, cookies=cookies, allow_redirects=False, timeout=10)  # type: ignore[arg-type]
    return page.status_code == 200


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["first-first", "last-first"])
def test_both_windows_come_in_in_whatever_order(
    lotsa: Lotsa, browser: requests.Session, order: tuple[int, int]
) -> None:
    """Each goes on to the page that it was opened for; the second ends the session of the first."""
    targets = (HERE, HERE + "?window=two&more=yes")
    windows = [begin(lotsa, browser, target) for target in targets]
    for window in order:
        answer = finish(browser, windows[window])
        assert (answer.status_code, answer.headers["Location"]) == (303, targets[window])
    assert [kind for kind, _ in lotsa.hooks.told] == ["in", "out", "in"]
    assert lotsa.hooks.told[0][1] == lotsa.hooks.told[1][1], "it is the earlier session that ends"
    assert is_in(lotsa, browser.cookies)


def test_two_windows_that_are_opened_at_the_same_moment_both_come_in(lotsa: Lotsa) -> None:
    """As when a browser starts with yesterday's tabs: neither request carries what the other is answered with."""
    with requests.Session() as one, requests.Session() as other, requests.Session() as browser:
        windows = [begin(lotsa, one), begin(lotsa, other)]
        browser.cookies.update(one.cookies)
        browser.cookies.update(other.cookies)
        assert [finish(browser, window).status_code for window in windows] == [303, 303]


@pytest.mark.holds("still-signed-in")
def test_a_stale_answer_signs_nobody_out(lotsa: Lotsa, browser: requests.Session) -> None:
    """Used already, or never asked for: whoever is signed in stays so, and is told."""
    window = begin(lotsa, browser)
    callback = browser.get(window, allow_redirects=False, timeout=10).headers["Location"]
    browser.get(callback, allow_redirects=False, timeout=10)
    for stale in (callback, f"{lotsa.address}/directory/login/callback?error=access_denied"):
        again = browser.get(stale, allow_redirects=False, timeout=10)
        assert (again.status_code, again.headers["Location"]) == (303, "/")
        assert lotsa.hooks.told[-1] == ("refused", "state")
    assert "Du är inloggad som förut" in browser.get(lotsa.address + HERE, timeout=10).text


def test_cancelling_a_new_sign_in_leaves_the_session_as_it_was(
    lotsa: Lotsa, provider: Dishonest, browser: requests.Session
) -> None:
    """Changing one's mind at the provider is no sign-out."""
    finish(browser, begin(lotsa, browser))
    provider.answer["error"] = "access_denied"
    assert finish(browser, begin(lotsa, browser)).headers["Location"] == "/"
    assert lotsa.hooks.told[-1] == ("refused", "cancelled")
    assert is_in(lotsa, browser.cookies)


def test_signing_in_again_ends_the_earlier_session_for_a_copy_of_its_cookie_too(
    lotsa: Lotsa, browser: requests.Session
) -> None:
    """As signing out does, in all services: the directory tells them."""
    finish(browser, begin(lotsa, browser))
    copy = browser.cookies.copy()
    assert is_in(lotsa, copy)
    finish(browser, begin(lotsa, browser))
    assert not is_in(lotsa, copy)
    assert is_in(lotsa, browser.cookies)


def test_who_has_no_assignment_does_not_inherit_the_session_before(
    lotsa: Lotsa, provider: Dishonest, browser: requests.Session
) -> None:
    """Somebody else has signed in at the provider: what the browser had is not theirs."""
    finish(browser, begin(lotsa, browser))
    copy = browser.cookies.copy()
    provider.claims["sub"] = "somebody-else"
    assert finish(browser, begin(lotsa, browser)).status_code == 403
    assert [kind for kind, _ in lotsa.hooks.told] == ["in", "refused", "out"]
    assert not is_in(lotsa, browser.cookies)
    assert not is_in(lotsa, copy)


def test_what_was_typed_in_another_window_can_be_sent_after_the_same_person_signs_in_again(
    lotsa: Lotsa, provider: Dishonest, browser: requests.Session
) -> None:
    """Its form token holds for the same person, and for nobody else."""
    finish(browser, begin(lotsa, browser))
    page = browser.get(lotsa.address + HERE, timeout=10).text
    token = re.findall(r'name="csrf_token" value="([^"]+)"', page)[-1]
    assignment = re.findall(r'name="assignment" value="([^"]+)"', page)[0]
    form = {"csrf_token": token, "assignment": assignment, "next": HERE}
    finish(browser, begin(lotsa, browser))
    sent = browser.post(lotsa.address + HERE, data=form, allow_redirects=False, timeout=10)
    assert (sent.status_code, sent.headers["Location"]) == (303, HERE)
    lotsa.staff.grant(UserRef(provider.issuer, "somebody-else"), "Anhörigstöd Södermalm", Role.ADVISER)
    provider.claims["sub"] = "somebody-else"
    finish(browser, begin(lotsa, browser))
    sent = browser.post(lotsa.address + HERE, data=form, allow_redirects=False, timeout=10)
    assert sent.status_code == 400


def test_signing_out_in_a_second_window_is_no_error(lotsa: Lotsa, browser: requests.Session) -> None:
    """It is as asked already."""
    finish(browser, begin(lotsa, browser))
    page = browser.get(lotsa.address + HERE, timeout=10).text
    form = {"csrf_token": re.findall(r'name="csrf_token" value="([^"]+)"', page)[0]}
    for _window in range(2):
        out = browser.post(f"{lotsa.address}/directory/logout", data=form, allow_redirects=False, timeout=10)
        assert (out.status_code, out.headers["Location"]) == (303, "/directory/signed-out")


def test_attempts_are_bounded_and_the_newest_count(lotsa: Lotsa, browser: requests.Session) -> None:
    """However many windows are opened, and however long their addresses."""
    windows = [begin(lotsa, browser, "/" + "a" * 480 + str(number)) for number in range(MOST + 5)]
    begun = [each for each in browser.cookies if "_begun_" in each.name]
    assert len(begun) == MOST
    assert sum(len(str(each.value)) for each in begun) < 4_000
    assert finish(browser, windows[0]).status_code == 403
    assert [finish(browser, window).status_code for window in windows[-MOST:]] == [303] * MOST
    assert not [each for each in browser.cookies if "_begun_" in each.name]


@pytest.mark.parametrize("said", ["cross-site", "same-site"])
def test_a_hostile_page_pushes_out_nothing_that_was_begun_here(
    lotsa: Lotsa, browser: requests.Session, said: str
) -> None:
    """However often it opens the sign-in; its own are bounded too, and the newest of them comes in."""
    mine = begin(lotsa, browser)
    browser.headers["Sec-Fetch-Site"] = said
    theirs = [begin(lotsa, browser) for _ in range(MOST + MOST_FROM_ELSEWHERE + 5)]
    assert len([each for each in browser.cookies if "_begun_" in each.name]) == 1 + MOST_FROM_ELSEWHERE
    assert finish(browser, mine).status_code == 303
    assert finish(browser, theirs[-1]).status_code == 303


def test_nobody_elses_attempt_is_taken(lotsa: Lotsa, browser: requests.Session) -> None:
    """Renamed after another state, or changed by a character, a kept attempt is none."""
    window, other = begin(lotsa, browser), begin(lotsa, browser)
    names = [each.name for each in browser.cookies if "_begun_" in each.name]
    first, second = (browser.cookies[name] for name in names)
    for name, value in zip(names, (second, first + "x"), strict=True):
        browser.cookies.set(name, None)
        browser.cookies.set(name, value, domain="127.0.0.1", path="/")
    assert finish(browser, window).status_code == 403
    assert finish(browser, other).status_code == 403
