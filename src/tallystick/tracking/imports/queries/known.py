"""What a brand has already, by which a file's columns are recognised."""

from __future__ import annotations

from typing import Final

from tallystick.kit import clock
from tallystick.partners.partnerships.models import Code, Link, Partner
from tallystick.partners.programs.models import Channel, Program
from tallystick.tracking.imports.guessing.form import Known, KnownProgram

MOST_KEYS: Final = 20_000
"""Of each kind: a file is recognised by the first of them as well as by all."""


def known_here() -> Known:
    """The programs of the brand in scope, the keys of its partners, codes, links and house channels, and today."""
    return Known(
        programs=frozenset(KnownProgram(row.key, row.currency, row.zone) for row in Program.objects.all()),
        partners=_keys(Partner),
        codes=_keys(Code),
        links=_keys(Link),
        channels=_keys(Channel),
        today=clock.now().date(),
    )


def _keys(model: type[Partner] | type[Code] | type[Link] | type[Channel]) -> frozenset[str]:
    return frozenset(model.objects.order_by("key").values_list("key", flat=True)[:MOST_KEYS])
