"""What a figure opens to: its units, or the shares of its conversions, in words and with the ids that trace them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors import wording
from tallystick.doors.asking import Asked
from tallystick.doors.console.state import State, read_page_number
from tallystick.doors.kpis import Scale
from tallystick.kit import ids
from tallystick.measurement.kpis.answers import Answer, CreditPage, CreditRow, Section, UnitPage, UnitRow
from tallystick.partners.partnerships.queries.naming import Naming, naming
from tallystick.tracking.events.models import Event
from tallystick.tracking.events.queries import find_events

PAGE_ROWS: Final = 50
MOST_IDS_OF_A_UNIT: Final = 5
CREDIT: Final = "credit"


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit in words. `more` counts events beyond those shown: the first event's trace leads to them."""

    at: datetime
    came_through: str
    kind: str
    converted: bool | None
    immature: bool
    events: list[str]
    receipts: list[str]
    conversions: list[str]
    more: int


@dataclass(frozen=True, slots=True)
class Share:
    """What one touchpoint earned of one conversion, in words."""

    at: datetime
    touched_at: datetime
    came_through: str
    share_ppb: int
    conversion: str
    event: str
    receipts: list[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """One version's part of the figure, and one page of its units, or of the shares of its conversions."""

    section: Section
    headline: str
    in_all: str
    what: str
    above: str
    all: int
    units: list[Unit]
    shares: list[Share]
    first: int
    last: int
    next: str
    previous: str


def open_figure(asked: Asked, state: State, number: int) -> list[Opened]:
    """The parts of the figure: one for each version, or the one that the address names."""
    answer, offset = asked.answer(), (number - 1) * PAGE_ROWS
    pages: tuple[UnitPage, ...] | tuple[CreditPage, ...]
    if state.extra["show"] == CREDIT:
        pages = asked.credit(limit=PAGE_ROWS, offset=offset)
    else:
        pages = asked.receipts(limit=PAGE_ROWS, offset=offset)
    sections: Sequence[Section] = answer.sections
    parts: Sequence[UnitPage | CreditPage] = pages
    return [
        _part(asked, answer, section, page, state)
        for section, page in zip(sections, parts, strict=True)
        if state.extra["version"] in ("", str(section.version.version))
    ]


def _part(
    asked: Asked, answer: Answer, section: Section, page: UnitPage | CreditPage, state: State
) -> Opened:
    number, scale = read_page_number(state.extra["page"]), asked.scale(section)
    first = (number - 1) * PAGE_ROWS + 1
    last = first + len(page.rows) - 1
    is_full = len(page.rows) == PAGE_ROWS
    more = last < page.units if isinstance(page, UnitPage) else is_full
    return Opened(
        section=section,
        headline=wording.headline(answer, section, scale),
        in_all=_in_all(section, page, scale),
        what=scale.below,
        above=scale.above,
        all=page.units if isinstance(page, UnitPage) else page.conversions,
        units=_units(page.rows) if isinstance(page, UnitPage) else [],
        shares=_shares(page.rows) if isinstance(page, CreditPage) else [],
        first=first,
        last=last,
        next=state.address(extra={"page": str(number + 1)}) if more else "",
        previous=state.address(extra={"page": str(number - 1) if number > 2 else ""}) if number > 1 else "",
    )


def _in_all(section: Section, page: UnitPage | CreditPage, scale: Scale) -> str:
    if isinstance(page, UnitPage):
        return wording.counts(section.total, scale)
    words = ngettext(
        "credit of %(share)s from %(number)s conversion",
        "credit of %(share)s from %(number)s conversions",
        page.conversions,
    )
    return words % {"share": figures.whole(page.share_ppb), "number": figures.count(page.conversions)}


def _units(rows: Sequence[UnitRow]) -> list[Unit]:
    events = find_events({event_id for row in rows for event_id in row.event_ids})
    names = naming()
    return [_unit(row, [events[each] for each in row.event_ids if each in events], names) for row in rows]


def _unit(row: UnitRow, events: list[Event], names: Naming) -> Unit:
    origins = dict.fromkeys(filter(None, (names.origin(event) for event in events)))
    return Unit(
        at=row.dated_at,
        came_through=" → ".join(origins) or _("nobody is known"),
        kind=", ".join(dict.fromkeys(word(event.kind) for event in events)),
        converted=row.converted,
        immature=row.immature,
        events=_shown("evt", row.event_ids),
        receipts=_shown("rcp", row.receipt_ids),
        conversions=_shown("cnv", row.conversion_ids),
        more=max(len(row.event_ids) - MOST_IDS_OF_A_UNIT, 0),
    )


def _shares(rows: Sequence[CreditRow]) -> list[Share]:
    events = find_events({row.event_id for row in rows})
    names = naming()
    return [_share(row, events.get(row.event_id), names) for row in rows]


def _share(row: CreditRow, event: Event | None, names: Naming) -> Share:
    return Share(
        at=row.converted_at,
        touched_at=row.touched_at,
        came_through=(names.origin(event) if event else "") or _("nobody is known"),
        share_ppb=row.share_ppb,
        conversion=ids.show("cnv", row.conversion_id),
        event=ids.show("evt", row.event_id),
        receipts=_shown("rcp", filter(None, (row.receipt_id, row.conversion_receipt_id))),
    )


def _shown(prefix: str, found: Iterable[UUID]) -> list[str]:
    return [ids.show(prefix, each) for each in list(dict.fromkeys(found))[:MOST_IDS_OF_A_UNIT]]
