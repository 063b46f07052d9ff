"""Open and change a brand: the tenant that everything else is a part of."""

from __future__ import annotations

from django.db import transaction

from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.scoping import brand_scope
from tallystick.partners.programs.keeping import keep_changed, keep_new
from tallystick.partners.programs.models import Brand
from tallystick.partners.programs.rules import is_reserved
from tallystick.partners.programs.services.zones import known_zone
from tallystick.partners.programs.values import BadValue


def open_brand(*, key: str, name: str, zone: str, by: Actor) -> Brand:
    """Open a brand. Its own trail begins with this act.

    Raises BadValue for an unknown zone, a key that cannot be one and one that is the first part of an address of
    ours; KeyTaken.
    """
    if is_reserved(key):
        raise BadValue(
            "`key` is %(key)r, where other pages of this installation are; choose another",
            field="key",
            key=key,
        )
    brand = Brand(key=key, name=name, zone=known_zone(zone))
    with brand_scope(brand.id), transaction.atomic():
        return keep_new(brand, by=by)


def change_brand(brand: Brand, *, by: Actor, name: str, zone: str) -> Brand:
    """Give a brand its name and zone anew. Raises BadValue."""
    with brand_scope(brand.id):
        return keep_changed(brand, by=by, said={"name": name, "zone": known_zone(zone)})
