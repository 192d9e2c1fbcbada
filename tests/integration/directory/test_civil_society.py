"""Civil society stands outside the secrecy act: what its units may be."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.directory.commands.register_unit import RegisterUnit, register_unit
from services.directory.domain.refusals import CivilSocietyReceivesNoReferrals
from services.directory.domain.unit import UnitKind
from shared.kernel.identity import UnitId, uuid7
from tests.support.city_filled import OPERATOR, units
from tests.support.directory_city import City


def test_a_civil_society_unit_receives_no_referrals(city: City) -> None:
    """It is registered as a partner's or not at all, so that its kind tells the other services what it is."""
    receiving = next(unit for unit in units() if unit.kind is UnitKind.RECEIVING)
    with city.parts.work_of(OPERATOR) as work:
        partner = work.units.find(city.actor("dani").unit_id)
        assert partner is not None
        assert partner.kind is UnitKind.PARTNER
        theirs = replace(receiving, id=UnitId(uuid7()), organization_id=partner.organization_id)
        with pytest.raises(CivilSocietyReceivesNoReferrals):
            register_unit(RegisterUnit(unit=theirs), OPERATOR, work)
