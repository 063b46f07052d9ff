"""What a receipt wants to be there before it is verified: partners, links and codes. Pure. Identifier: EVENT-OPEN."""

from __future__ import annotations

from collections.abc import Mapping as Dict

from msgspec.structs import replace

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.mapping.apply import bodies_of
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.opening_rules import OpeningBody
from tallystick.tracking.events.receipts import rows_of
from tallystick.tracking.events.wire import GROUP, ROW, UNREADABLE, CodeBody, LinkBody, PartnerBody
from tallystick.tracking.inbox.stores.port import Stored


def opening_mappings(mappings: Dict[str, Mapping]) -> dict[str, Mapping]:
    """Those of some mappings by which something is opened, with nothing but that in them."""
    return {
        name: replace(mapping, events=(), totals=(), costs=(), commissions=(), orders=())
        for name, mapping in mappings.items()
        if mapping.partners or mapping.links or mapping.codes
    }


def openings_of(stored: Stored, mappings: Dict[str, Mapping]) -> list[OpeningBody]:
    """The partners, links and codes that a receipt names as such, not verified; none where it cannot be read.

    mappings: as `opening_mappings` gives them. What stands in the way of the receipt's events is no matter here: that a
    partner is there is a fact of its own.
    """
    receipt = stored.receipt
    mapping = mappings.get(receipt.source)
    is_read = receipt.kind in (ROW, GROUP) and receipt.content_type != UNREADABLE
    if mapping is None or not is_read or stored.erased_at is not None or receipt.clipped_from is not None:
        return []
    try:
        found = bodies_of(mapping, rows_of(receipt), row_key=receipt.key or "")
    except Rejected:
        return []  # verifying the receipt says why
    return [body for body in found if isinstance(body, PartnerBody | LinkBody | CodeBody)]
