"""All nouns, in the order in which a brand is set up."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from tallystick.doors.nouns.links import CODE, LINK
from tallystick.doors.nouns.noun import Noun
from tallystick.doors.nouns.partners import PARTNER, PARTNERSHIP
from tallystick.doors.nouns.places import CAMPAIGN, PLACEMENT
from tallystick.doors.nouns.programs import CHANNEL, PROGRAM

_ALL: Final[tuple[Noun[Any], ...]] = (
    PROGRAM, CHANNEL, PARTNER, PARTNERSHIP, PLACEMENT, CAMPAIGN, LINK, CODE,
)  # fmt: skip

NOUNS: Final[Mapping[str, Noun[Any]]] = MappingProxyType({noun.name: noun for noun in _ALL})
"""Name → noun."""
