"""Who may review what: nothing outside the mandate is told, and every attempt is in the log."""

from __future__ import annotations

from uuid import UUID, uuid4

from services.audit.adapters.beside_entries import ABOUT
from tests.integration.audit.reviewers import REVIEWERS_ELSEWHERE, Reviewers, Story, search
from tests.support.cast import SODERMALM
from tests.support.page_forms import without_seconds


def test_another_mandate_sees_nothing_of_it(reviewers: Reviewers, story: Story) -> None:
    """Eva audits Kiruna: not in lists, not by search, and by id as for an unknown one; her attempt is recorded."""
    eva = reviewers.eva
    assert str(story.consent) not in eva.get("/audit/").text
    assert search(eva, str(story.consent)).status_code == 200
    nobodys = uuid4()
    hidden, unknown = eva.get(f"/audit/consents/{story.consent}"), eva.get(f"/audit/consents/{nobodys}")
    assert hidden.status_code == unknown.status_code == 404
    # the language is chosen on the page's own address
    said = without_seconds(unknown.text).replace(str(nobodys), str(story.consent))
    assert without_seconds(hidden.text) == said
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["outcome"], leaf["rule"]) == ("attempt.read", "refused", "trail-unknown")
    assert leaf["unit"] == str(REVIEWERS_ELSEWHERE)


def test_an_adviser_may_not_review_and_the_attempt_is_recorded(reviewers: Reviewers, story: Story) -> None:
    """Bo's unit received the referral; the log is still not his to read."""
    for path in ("/audit/", "/audit/log", f"/audit/consents/{story.consent}", "/audit/entries", "/audit/referrals"):
        assert reviewers.bo.get(path).status_code == 403
        leaf = reviewers.recorded()
        assert (leaf["outcome"], leaf["rule"], leaf["unit"]) == ("refused", "role-not-allowed", str(SODERMALM))


def test_a_refused_role_is_in_the_trail_of_what_was_tried(reviewers: Reviewers, story: Story) -> None:
    """Bo knocks at a consent and at a referral, on the page and at the systems' door: Ester sees it in their trails."""
    token = reviewers.bearer(UUID(int=1902), "bo")
    for kind, subject in (("consent", story.consent), ("referral", story.referral)):
        assert reviewers.bo.get(f"/audit/{kind}s/{subject}").status_code == 403
        leaf = reviewers.recorded()
        assert (leaf["record_kind"], leaf["subjects"], leaf["rule"]) == (kind, [str(subject)], "role-not-allowed")
        by_api = reviewers.app.test_client().get(f"/api/audit/v1/{kind}s/{subject}/trail", headers=token)
        assert by_api.status_code == 403
        assert reviewers.recorded()["subjects"] == [str(subject)]
    reviewers.bo.get("/audit/log")
    assert (reviewers.recorded()["record_kind"], reviewers.recorded()["subjects"]) == ("log", [])
    trail = reviewers.ester.get(f"/audit/consents/{story.consent}").text
    assert trail.count("Nekades, eftersom rollen inte tillåter det här steget.") == 4
    assert "Av användaren bo, anhörigkonsulent, Anhörigstödet Södermalm." in trail


def test_an_entry_outside_the_mandate_is_refused_as_unknown_and_recorded(reviewers: Reviewers, story: Story) -> None:
    """Which entry was tried is in the log, if there is one; the answer tells neither."""
    rows = f"select index, event_id from log_entries join {ABOUT} on entry_index = index where subject_id = :id"
    index, event_id = reviewers.world.rows(f"{rows} order by index limit 1", id=story.consent)[0]
    client, headers = reviewers.app.test_client(), reviewers.bearer(UUID(int=1901), "eva")
    hidden = client.get(f"/api/audit/v1/entries/{index}", headers=headers)
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["outcome"], leaf["rule"]) == ("attempt.read", "refused", "trail-unknown")
    assert (leaf["record_kind"], leaf["subjects"]) == ("entry", [str(event_id)])
    unknown = client.get(f"/api/audit/v1/entries/{10**23}", headers=headers)
    leaf = reviewers.recorded()
    assert (leaf["action"], leaf["record_kind"], leaf["subjects"]) == ("attempt.read", "entry", [])
    assert hidden.status_code == unknown.status_code == 404
    assert hidden.data == unknown.data


def test_nobody_signed_in_is_sent_to_sign_in(reviewers: Reviewers) -> None:
    """The log is for reviewers."""
    answer = reviewers.app.test_client().get("/audit/")
    assert (answer.status_code, answer.headers["Location"]) == (303, "/directory/login?next=/audit/")


def test_the_api_is_for_auditors_with_a_token(reviewers: Reviewers) -> None:
    """A cookie is not one; an adviser's token is refused, and that is recorded."""
    assert reviewers.ester.get("/api/audit/v1/entries").status_code == 401
    answer = reviewers.app.test_client().get("/api/audit/v1/entries", headers=reviewers.bearer(UUID(int=1902), "bo"))
    assert answer.status_code == 403
    assert reviewers.recorded()["outcome"] == "refused"
