"""Open and change a program of the brand in scope."""

from __future__ import annotations

from datetime import date

from tallystick.foundation.audit.acts import Actor
from tallystick.kit import currencies
from tallystick.partners.programs.keeping import keep_changed, keep_new
from tallystick.partners.programs.models import Program
from tallystick.partners.programs.services.zones import known_zone
from tallystick.partners.programs.values import BadValue


def open_program(
    *, key: str, name: str, currency: str, zone: str, history_from: date | None, by: Actor
) -> Program:
    """Open a program. Its key and its currency never change: receipts name the one, amounts are in the other.

    history_from: the day from which the brand's orders are all on record; None: not known.
    Raises BadValue for a currency or a zone that does not exist; KeyTaken.
    """
    try:
        currencies.digits(currency)
    except currencies.UnknownCurrency as unknown:
        raise BadValue("%(unknown)s", field="currency", unknown=unknown) from unknown
    program = Program(key=key, name=name, currency=currency, zone=known_zone(zone), history_from=history_from)
    return keep_new(program, by=by)


def change_program(
    program: Program, *, by: Actor, name: str, zone: str, history_from: date | None
) -> Program:
    """Give a program its name, zone and history day anew. Another zone moves its days: decisions are made again.

    Raises BadValue.
    """
    said = {"name": name, "zone": known_zone(zone), "history_from": history_from}
    return keep_changed(program, by=by, said=said)
