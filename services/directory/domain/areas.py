"""Sweden's regions and municipalities, and the districts of those municipalities that have them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.directory.domain.refusals import AreaIsUnknown
from shared.kernel.swedish_order import swedish_order
from shared.vocabulary.area import municipality_of


@dataclass(frozen=True)
class Areas:
    """Area codes and names. A municipality's code is SCB's four digits; a district's is ``<municipality>-<slug>``.

    A region's code is SCB's two digits; a region is no catchment area of ours, only a public body.
    """

    regions: Mapping[str, str]
    municipalities: Mapping[str, str]
    districts: Mapping[str, str]

    def require(self, code: str) -> str:
        """The code itself, when it names a municipality or district. Raises AreaIsUnknown."""
        if code not in self.municipalities and code not in self.districts:
            raise AreaIsUnknown
        return code

    def require_municipality(self, code: str) -> str:
        """The code itself, when it names a municipality. Raises AreaIsUnknown."""
        if code not in self.municipalities:
            raise AreaIsUnknown
        return code

    def name(self, code: str) -> str:
        """What the area is called; the code itself when it is unknown."""
        return self.districts.get(code) or self.municipalities.get(code) or self.regions.get(code) or code

    def districts_of(self, municipality_code: str) -> dict[str, str]:
        """The districts of one municipality: name by code, in the order in which a Swedish reader looks for names."""
        own = [each for each in self.districts.items() if municipality_of(each[0]) == municipality_code]
        return dict(sorted(own, key=lambda each: swedish_order(each[1])))
