"""Twenty invented civil-society partners: what they offer carers, and a hundred activities in the months to come."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from deploy.seed.directory_partners import PARTNER_ROWS, Offer, PartnerRow
from services.directory.domain.activity import Repeats, Session
from services.directory.domain.organization import Location
from services.directory.domain.support_service import Attend, Listing, Schedule, Weekday
from shared.kernel.clock import SWEDEN, swedish_day

STOCKHOLM = "0180"
ACTIVITIES_EACH = 5


@dataclass(frozen=True)
class Partner:
    """One organisation. ``assured_ago``: how long ago its listings were last assured."""

    slug: str
    name: str
    description: str
    web: str
    phone: str
    assured_ago: timedelta
    listings: tuple[Listing, ...]
    sessions: tuple[tuple[str, str], ...]
    place: Location


def _partner(number: int, row: PartnerRow) -> Partner:
    place = Location(
        name=row.place,
        address=row.address,
        postal_code=row.postal_code,
        city="Stockholm",
        area=f"{STOCKHOLM}-{row.district}",
        accessibility=row.accessibility,
    )
    phone = f"070-17406{10 + number:02d}"
    return Partner(
        slug=f"partner-{number}",
        name=row.name,
        description=row.description,
        web=row.web,
        phone=phone,
        assured_ago=timedelta(days=row.assured_days_ago),
        listings=tuple(_listing(offer, row, place, phone) for offer in row.offers),
        sessions=row.sessions,
        place=place,
    )


def _listing(offer: Offer, row: PartnerRow, place: Location, phone: str) -> Listing:
    digital = "digital-support" in offer.forms
    hours = (Schedule(Weekday(offer.weekday), time(offer.opens), time(offer.closes)),) if offer.weekday else ()
    return Listing(
        name=offer.name,
        summary=offer.summary,
        description=offer.description,
        forms=offer.forms,
        target_groups=offer.groups,
        areas=(STOCKHOLM,) if row.whole_city else (f"{STOCKHOLM}-{row.district}",),
        languages=row.languages,
        eligibility=offer.eligibility,
        cost=offer.cost,
        attend=Attend(offer.attend),
        email=f"hej@{row.web}.example.org",
        phone=phone,
        url=f"https://{row.web}.example.org",
        digital=digital,
        location=None if digital else place,
        schedules=() if digital else hours,
    )


PARTNERS: tuple[Partner, ...] = tuple(_partner(number, row) for number, row in enumerate(PARTNER_ROWS, start=1))


def activities_of(partner: Partner, now: datetime) -> list[tuple[int, Session]]:
    """A partner's activities as (number of its support service, session), beginning within ninety days of ``now``."""
    return list(_activities(partner, now))


def _activities(partner: Partner, now: datetime) -> Iterator[tuple[int, Session]]:
    spread = int(partner.slug.rpartition("-")[2])
    for number in range(ACTIVITIES_EACH):
        service_number = number % len(partner.listings) + 1
        listing = partner.listings[service_number - 1]
        title, description = partner.sessions[number]
        hour = (10, 14, 18, 17, 13)[(number + spread) % 5]
        day = swedish_day(now) + timedelta(days=3 + number * 16 + spread % 11)
        begins = datetime.combine(day, time(hour), SWEDEN)
        repeats = (Repeats.WEEKLY, Repeats.ONCE, Repeats.FORTNIGHTLY, Repeats.ONCE, Repeats.ONCE)[number]
        yield (
            service_number,
            Session(
                title=title,
                description=description,
                starts_at=begins,
                ends_at=begins + timedelta(minutes=(90, 120)[number % 2]),
                repeats=repeats,
                repeats_until=day + timedelta(days=63) if repeats is not Repeats.ONCE else None,
                place="" if listing.digital else f"{partner.place.name}, {partner.place.address}",
                digital=listing.digital,
                places=(12, None, 10, 40, 20)[number],
                sign_up="Ring eller mejla oss, så sparar vi en plats." if number % 2 == 0 else "Kom som du är.",
                cost=listing.cost,
            ),
        )
