"""Every form of the four apps that can be wrong is answered by a page with an address, or is listed here with a reason.

A new form that nobody decided about makes this fail. What is walked is walked with a mistake, there and back, by the
tests that are named.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from flask import Flask

from services.referral.domain.lifecycle import FORMER_NAMES, STEPS
from shared.web.forms.form_page import takes_form
from tests.architecture.test_every_form_outlives_its_session import NOTHING_TYPED, WALKED
from tests.integration.directory.test_every_form_sent_late import WALK
from tests.integration.directory.test_forms_lose_nothing import FORMS
from tests.support.four_apps import four_apps

# what was typed is held by the referral service itself, a draft's with the draft: test_held_forms.py,
# test_typed_and_left.py
BY_THE_REFERRAL_SERVICE = {
    "/referral/new/<uuid:begun>",
    "/referral/drafts/<uuid:draft_id>/<step>",
    *(
        f"/referral/referrals/<uuid:referral_id>/{form}"
        for form in (*(action for action, way in STEPS.items() if way.reasons), "withdraw-consent")
    ),
}
# held to be shown, and carried out by the page that shows it: tests/integration/audit/test_pages.py
A_SEARCH = {"/audit/search"}
A_BUTTON: Mapping[str, str] = {
    "/referral/drafts/<uuid:draft_id>/discard": "asks first",
    "/referral/drafts/<uuid:draft_id>/send": "what is sent lies in the draft, and stays there if it is refused",
    **{
        f"/referral/referrals/<uuid:referral_id>/{step}": "nothing is typed; who was first is said by a page"
        for step in (*(action for action, way in STEPS.items() if not way.reasons), *FORMER_NAMES)
    },
    "/directory/mine/services/<uuid:service_id>/confirm": "nothing is typed",
    "/directory/mine/activities/<uuid:activity_id>/cancel": "nothing is typed",
    "/directory/mine/activities/<uuid:activity_id>/take-up": "nothing is typed",
    "/directory/admin/assignments/<uuid:assignment_id>/end": "nothing is typed",
    "/directory/admin/assignments/<uuid:assignment_id>/sign-out": "nothing is typed",
    "/directory/admin/routing/rules/<uuid:rule_id>/move": "nothing is typed",
    "/directory/admin/routing/rules/<uuid:rule_id>/remove": "nothing is typed",
    "/audit/log/verify": "nothing is typed",
    "/audit/log/export": "nothing is typed; a file comes, and no page",
}


@pytest.fixture(scope="module")
def apps(tmp_path_factory: pytest.TempPathFactory) -> list[Flask]:
    """The four."""
    return four_apps(tmp_path_factory.mktemp("installation") / "keys")


def test_every_form_is_shown_again_or_holds_nothing(apps: list[Flask]) -> None:
    """The directory's forms are those that its walk sends with a mistake, and the one of a single list."""
    pages = {page for _who, page, _typed, _mistake in FORMS.values()}
    held = {rule for rule, (_who, page, _address, _typed) in WALK.items() if page in pages and rule not in A_BUTTON}
    # the one whose mistake is that nothing was chosen: tests/integration/audit/test_log_state.py
    held |= {"/directory/admin/routing/default", "/audit/log/alarms/<uuid:alarm_id>/seen"}
    assert held | BY_THE_REFERRAL_SERVICE | A_SEARCH | A_BUTTON.keys() == set(WALKED)
    assert not WALKED & NOTHING_TYPED.keys()
    assert all(A_BUTTON.values())
    marked = {
        rule.rule
        for app in apps
        for rule in app.url_map.iter_rules()
        if "POST" in (rule.methods or set()) and _is_marked(app.view_functions[rule.endpoint])
    }
    assert marked == held, "a view that shows its form again lets go of it once it is carried out: @takes_form"


def _is_marked(view: object) -> bool:
    while view is not None:
        if getattr(view, takes_form.__name__, False):
            return True
        view = getattr(view, "__wrapped__", None)
    return False
