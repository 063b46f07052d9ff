"""How partners and what belongs to them are listed: what is searched, narrowed and ordered, for every door.

A list does not show what was archived until `state` asks for it. A partner, a program or a partnership is named in a
filter by its key.
"""

from __future__ import annotations

from typing import Final

from tallystick.foundation.listing import Listing, equals, one_of
from tallystick.partners.partnerships.models import (
    Campaign,
    Code,
    Kind,
    Link,
    Partner,
    Partnership,
    Placement,
)
from tallystick.partners.partnerships.rules import State
from tallystick.partners.programs.queries import LIVE, put_away

_OF_PARTNERSHIP: Final = {
    "state": put_away,
    "program": equals("partnership__program__key"),
    "partner": equals("partnership__partner__key"),
}
_PARTNERSHIP: Final = ("partnership__partner", "partnership__program")

PARTNERS: Final = Listing(
    rows=Partner.objects.all,
    search=("key", "name", "website", "contact"),
    sorts={"name": "name", "key": "key", "kind": "kind", "created": "id"},
    sort="name",
    filters={
        "state": put_away,
        "kind": one_of("kind", Kind.values),
        "program": lambda rows, key: rows.filter(
            id__in=Partnership.objects.filter(program__key=key).values("partner_id")
        ),
    },
    given=LIVE,
)

PARTNERSHIPS: Final = Listing(
    rows=lambda: Partnership.objects.select_related("partner", "program"),
    search=("partner__key", "partner__name", "owner", "tier"),
    sorts={
        "name": "partner__name",
        "key": "partner__key",
        "program": "program__key",
        "state": "state",
        "created": "id",
    },
    sort="name",
    filters={
        "state": one_of("state", [state.value for state in State]),
        "program": equals("program__key"),
        "partner": equals("partner__key"),
        "kind": one_of("partner__kind", Kind.values),
    },
)

PLACEMENTS: Final = Listing(
    rows=lambda: Placement.objects.select_related(*_PARTNERSHIP),
    search=("key", "name", "type", "partnership__partner__name"),
    sorts={
        "name": "name",
        "key": "key",
        "type": "type",
        "partner": "partnership__partner__name",
        "created": "id",
    },
    sort="name",
    filters={**_OF_PARTNERSHIP, "type": equals("type")},
    given=LIVE,
)

CAMPAIGNS: Final = Listing(
    rows=lambda: Campaign.objects.select_related("program"),
    search=("key", "name", "goal"),
    sorts={"name": "name", "key": "key", "starts": "starts_on", "ends": "ends_on", "created": "id"},
    sort="-starts",
    filters={"state": put_away, "program": equals("program__key")},
    given=LIVE,
)

_KEYED: Final = {"key": "key", "name": "key", "partner": "partnership__partner__name", "created": "id"}
"""The orders of links and codes, whose key is their name."""

LINKS: Final = Listing(
    rows=lambda: Link.objects.select_related(*_PARTNERSHIP, "placement", "campaign"),
    search=("key", "destination", "partnership__partner__name"),
    sorts=_KEYED,
    sort="key",
    filters={**_OF_PARTNERSHIP, "campaign": equals("campaign__key")},
    given=LIVE,
)

CODES: Final = Listing(
    rows=lambda: Code.objects.select_related(*_PARTNERSHIP, "placement", "campaign"),
    search=("key", "partnership__partner__name"),
    sorts=_KEYED,
    sort="key",
    filters={**_OF_PARTNERSHIP, "campaign": equals("campaign__key")},
    given=LIVE,
)
