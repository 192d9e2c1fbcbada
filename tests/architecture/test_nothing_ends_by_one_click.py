"""Every form of the four apps is accounted for: it asks before it ends something, can be undone, or ends nothing.

A new form that nobody decided about makes this fail.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from shared.web.forms.waiting_form import ADDRESSES
from tests.support.four_apps import four_apps

# what is sent from a page of its own under the same address: the form itself, or a page that asks and says what follows
ASKED_FIRST = {
    "/referral/new/<uuid:begun>",
    "/referral/drafts/<uuid:draft_id>/<step>",
    "/referral/drafts/<uuid:draft_id>/discard",
    "/referral/referrals/<uuid:referral_id>/reject",
    "/referral/referrals/<uuid:referral_id>/complete",
    "/referral/referrals/<uuid:referral_id>/cancel",
    "/referral/referrals/<uuid:referral_id>/withdraw-consent",
    *(f"/{service}/{each}/<uuid:form_id>" for service in ("referral", "directory", "audit") for each in ADDRESSES),
    "/directory/assignment",
    "/directory/mine/organization",
    "/directory/mine/services/new",
    "/directory/mine/services/<uuid:service_id>",
    "/directory/mine/services/<uuid:service_id>/activities/new",
    "/directory/mine/activities/<uuid:activity_id>",
    "/directory/mine/activities/<uuid:activity_id>/cancel",
    "/directory/admin/units/new",
    "/directory/admin/units/<uuid:unit_id>",
    "/directory/admin/units/<uuid:unit_id>/assignments/new",
    "/directory/admin/assignments/<uuid:assignment_id>/end",
    "/directory/admin/assignments/<uuid:assignment_id>/sign-out",
    "/directory/admin/routing/default",
    "/directory/admin/routing/rules/new",
    "/directory/admin/routing/rules/<uuid:rule_id>",
    "/directory/admin/routing/rules/<uuid:rule_id>/remove",
}
# one click, and the address that asks before it or takes it back
ASKED_OR_UNDONE_AT: Mapping[str, str] = {
    "/referral/drafts/<uuid:draft_id>/send": "/referral/drafts/<uuid:draft_id>/check",
    "/directory/mine/activities/<uuid:activity_id>/take-up": "/directory/mine/activities/<uuid:activity_id>/cancel",
    "/directory/admin/routing/rules/<uuid:rule_id>/move": "/directory/admin/routing/rules/<uuid:rule_id>/move",
}
# one click that takes nothing away from anybody
ENDS_NOTHING: Mapping[str, str] = {
    "/referral/referrals/<uuid:referral_id>/start": "notes the moment; nothing of it is hidden or removed",
    "/referral/referrals/<uuid:referral_id>/first-contact": "the name that start had before",
    "/referral/referrals/<uuid:referral_id>/accept": "takes the referral on; nothing of it is hidden or removed",
    "/directory/mine/services/<uuid:service_id>/confirm": "notes the day; the listing says what it said before",
    "/directory/login/demo": "signs in",
    "/directory/session": "prolongs one's own session",
    "/directory/logout": "ends one's own session; signing in again begins another",
    "/audit/search": "looks",
    "/audit/log/verify": "looks",
    "/audit/log/alarms/<uuid:alarm_id>/seen": "asks for a reason first; what happened stays in the log",
    "/audit/log/export": "reads out",
}


@pytest.fixture(scope="module")
def addresses(tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Method → the pages' addresses that take it."""
    found: dict[str, set[str]] = {"GET": set(), "POST": set()}
    for app in four_apps(tmp_path_factory.mktemp("installation") / "keys"):
        for rule in app.url_map.iter_rules():
            for method in (rule.methods or set()) & found.keys():
                if not rule.rule.startswith("/api/"):
                    found[method].add(rule.rule)
    return found


def test_every_form_is_accounted_for(addresses: dict[str, set[str]]) -> None:
    """In one of the three lists, which name nothing that is not there."""
    listed = ASKED_FIRST | ASKED_OR_UNDONE_AT.keys() | ENDS_NOTHING.keys()
    assert addresses["POST"] - listed == set(), "does it ask first, can it be undone, or does it end nothing?"
    assert listed - addresses["POST"] == set(), "no longer there: take it off the list"
    assert len(ASKED_FIRST) + len(ASKED_OR_UNDONE_AT) + len(ENDS_NOTHING) == len(listed), "listed once"


def test_what_asks_has_a_page_and_what_undoes_an_address(addresses: dict[str, set[str]]) -> None:
    """The question is shown under the form's own address; the other ones are where the list says."""
    assert addresses["GET"] >= ASKED_FIRST
    assert set(ASKED_OR_UNDONE_AT.values()) <= addresses["GET"] | addresses["POST"]
