"""The time zones that the machine knows."""

from __future__ import annotations

from zoneinfo import available_timezones

from tallystick.partners.programs.values import BadValue


def known_zone(zone: str) -> str:
    """The zone's name when the tz database knows it; raises BadValue otherwise."""
    if zone not in available_timezones():
        raise BadValue(
            "`zone` is %(zone)r, which is not a time zone; write one such as Europe/Berlin or UTC",
            field="zone",
            zone=zone,
        )
    return zone
