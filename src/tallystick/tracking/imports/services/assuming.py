"""What a file would open, found out without opening it: for the dry run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from tallystick.tracking.claims.rules import Rejected
from tallystick.tracking.events.opening_rules import (
    Named,
    Opening,
    OpeningBody,
    assume,
    is_there,
    named,
    verify_opening,
)
from tallystick.tracking.events.receipts import Context


def with_opened(context: Context, *, bodies: Iterable[OpeningBody]) -> tuple[Context, list[Opening]]:
    """What is known once a file has opened what it can, and what that was; in the way in which the journey opens it.

    Partners before their links and codes, however they stand in the file: what names nobody known is tried again after
    every round in which something was opened.
    """
    programs, opened = dict(context.programs), list[Opening]()
    left = list(dict.fromkeys(bodies))
    while left:
        found, rest = dict[Named, Opening](), list[OpeningBody]()
        for body in left:
            try:
                opening = verify_opening(body, programs=programs)
            except Rejected:
                rest.append(body)
                continue
            if opening is not None and not is_there(opening, programs):
                found.setdefault(named(opening), opening)
        if not found:
            break
        programs = assume(programs, found.values())
        opened += found.values()
        left = rest
    return replace(context, programs=programs), opened
