"""What holds from a day holds from midnight in Sweden: 23.30 in Greenwich is already the next day here."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.directory.commands.save_activity import PlanActivity, plan_activity
from services.directory.commands.save_support_service import AddSupportService, add_support_service
from services.directory.commands.set_routing_rules import SetRoutingRules, set_routing_rules
from services.directory.domain.activity import Repeats, Session
from services.directory.domain.refusals import TermIsUnknown
from services.directory.domain.support_service import Listing
from services.directory.domain.taxonomy import Taxonomies, Taxonomy, Term
from services.directory.views.administration import unit_lines
from shared.kernel.identity import OrganizationId, UnitId
from tests.support.builders.directory import a_rule
from tests.support.cast import ORGANIZATION, UNIT
from tests.support.city_filled import OPERATOR
from tests.support.directory_city import City

EVENING = datetime(2026, 11, 30, 22, 30, tzinfo=UTC)
NIGHT = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
FIRST = date(2026, 12, 1)

OLD, NEW = "ends-in-november", "begins-in-december"


def terms(name: str) -> Taxonomy:
    """One list in which a code gives place to another on the first of December."""
    return Taxonomy(
        name,
        {
            OLD: Term(OLD, "Den gamla raden", date(2025, 1, 1), FIRST),
            NEW: Term(NEW, "Den nya raden", FIRST),
        },
    )


@contextmanager
def opened(city: City, moment: datetime) -> Iterator[None]:
    """The doors at a moment, with those lists."""
    with city.at(moment) as made:
        lists = Taxonomies(terms("target_groups"), terms("forms"))
        city.app.extensions["lotsa.directory"] = replace(made, taxonomies=lists)
        yield


@pytest.mark.parametrize(("moment", "holds"), [(EVENING, OLD), (NIGHT, NEW)], ids=["22.30 UTC", "23.30 UTC"])
def test_the_lists_of_codes_are_those_of_the_swedish_day(city: City, moment: datetime, holds: str) -> None:
    """By API, on the front page, in the filters, and in an administrator's forms."""
    words = {OLD: "Den gamla raden", NEW: "Den nya raden"}
    gone = ({OLD, NEW} - {holds}).pop()
    hanna = city.signed_in("hanna")
    with opened(city, moment):
        for path in ("/target-groups", "/forms-of-support"):
            shown = city.client().get(f"/api/directory/v1{path}").json["terms"]
            assert [each["code"] for each in shown] == [holds]
        for path in ("/", "/directory/services"):
            page = city.client().get(path).text
            assert words[holds] in page
            assert words[gone] not in page
        page = hanna.get("/directory/admin/routing/rules/new").text
        assert words[holds] in page
        assert words[gone] not in page


@pytest.mark.parametrize(("moment", "holds"), [(EVENING, OLD), (NIGHT, NEW)], ids=["22.30 UTC", "23.30 UTC"])
def test_commands_take_the_codes_of_the_swedish_day(city: City, moment: datetime, holds: str) -> None:
    """A listing and a routing rule may be saved with what holds then, and with nothing else."""
    gone = ({OLD, NEW} - {holds}).pop()
    lists = Taxonomies(terms("target_groups"), terms("forms"))
    with city.at(moment) as made, replace(made, taxonomies=lists).work_of(OPERATOR) as work:
        rules = work.rules.of("0180")
        assert rules is not None
        for code, refused in ((holds, False), (gone, True)):
            listing = Listing(name="Café", summary="Fika.", target_groups=(code,))
            asked = AddSupportService(
                service_id=uuid4(), organization_id=OrganizationId(ORGANIZATION["partner-1"]), listing=listing
            )
            groups, since = frozenset({code}), date(2025, 1, 1)
            rule = a_rule(area="0180", target_groups=groups, valid_from=since)
            if refused:
                with pytest.raises(TermIsUnknown):
                    add_support_service(asked, OPERATOR, work)
                with pytest.raises(TermIsUnknown):
                    set_routing_rules(SetRoutingRules(rules=rules.with_rule(rule)), OPERATOR, work)
            else:
                add_support_service(asked, OPERATOR, work)
                set_routing_rules(SetRoutingRules(rules=rules.with_rule(rule)), OPERATOR, work)
                rules = rules.with_rule(rule)
        work.rollback()


def test_routing_is_tried_out_on_the_swedish_day(city: City) -> None:
    """A rule that begins on the first of December decides from midnight in Sweden; a new one is offered that day."""
    hanna = city.signed_in("hanna")
    unit_id = UnitId(UNIT["advice-jarva"])
    rule = a_rule(unit_id, reason_sv="Från och med i dag.", target_groups=frozenset({"addiction"}), valid_from=FIRST)
    with city.parts.work_of(OPERATOR) as work:
        before = work.rules.of("0180")
        assert before is not None
        work.rules.put(replace(before, rules=(rule, *before.rules), version=before.version + 1))
        work.commit()
    try:
        for moment, decides in ((EVENING, False), (NIGHT, True)):
            with city.at(moment):
                page = hanna.get("/directory/admin/routing?area=0180-farsta&group=addiction").text
                assert ("Från och med i dag." in page.split('role="status"')[1].split("</div>")[0]) is decides
                assert ("Gäller inte än" in hanna.get("/directory/admin/routing/rules").text) is not decides
                day = "2026-12-01" if decides else "2026-11-30"
                assert f'value="{day}"' in hanna.get("/directory/admin/routing/rules/new").text
    finally:
        with city.parts.work_of(OPERATOR) as work:
            work.rules.put(replace(before, version=before.version + 2))
            work.commit()


def test_an_activity_runs_until_its_last_swedish_day_is_over(city: City) -> None:
    """Its last day was the thirtieth: at half past midnight in Sweden it is no longer listed."""
    service_id = city.rows("select id from support_services where status = 'active' order by id limit 1")[0].id
    begins = datetime(2026, 11, 2, 17, 0, tzinfo=UTC)
    session = Session(
        title=f"Kväll {uuid4().hex[:8]}",
        starts_at=begins,
        ends_at=begins + timedelta(hours=2),
        repeats=Repeats.WEEKLY,
        repeats_until=date(2026, 11, 30),
    )
    with city.parts.work_of(OPERATOR) as work:
        plan_activity(PlanActivity(activity_id=uuid4(), service_id=service_id, session=session), OPERATOR, work)
        work.commit()
    for moment, listed in ((EVENING, True), (NIGHT, False)):
        with city.at(moment):
            shown = city.client().get(f"/api/directory/v1/services/{service_id}/activities").json["activities"]
            assert (session.title in [each["title"] for each in shown]) is listed


def test_twelve_months_are_swedish_months(city: City) -> None:
    """What November of last year received leaves the sum as December begins here."""
    farsta, count = UNIT["advice-farsta"], 7
    with city.parts.work_of(OPERATOR) as work:
        work.connection.execute(
            text(
                "insert into referral_counts (unit_id, month, step, count) values (:unit, :month, 'received', :count)"
            ),
            {"unit": farsta, "month": date(2025, 12, 1), "count": count},
        )
        hanna = city.editor("hanna")

        def received(moment: datetime) -> str:
            lines = unit_lines(work.connection, hanna.organization_id, hanna.municipality_code, moment)
            return next(line.received for line in lines if line.unit.id == farsta)

        assert (received(EVENING), received(NIGHT)) == (str(count), "0")
        work.rollback()
