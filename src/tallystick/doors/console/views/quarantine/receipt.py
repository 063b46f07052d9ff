"""`/<brand>/quarantine/<receipt>`: one receipt that waits: its row as a form, its replay, its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from zoneinfo import ZoneInfo

import msgspec
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tallystick.design import figures
from tallystick.doors import wording
from tallystick.doors.console.state import BadAddress, refuse_unknown
from tallystick.doors.entrance import BOTH, WRITING, access_of, brand_page
from tallystick.journey import inbox
from tallystick.kit import ids
from tallystick.kit.errors import Foreseen
from tallystick.partners.programs.models import Brand
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.queries import newest_mappings
from tallystick.tracking.events.wire import EVENT, UNREADABLE
from tallystick.tracking.imports.rules.corrections import lacking_in, rows_in
from tallystick.tracking.imports.services.corrections import (
    Became,
    Corrected,
    correct,
    correct_all,
    correct_event,
)
from tallystick.tracking.inbox.models import Quarantined
from tallystick.tracking.inbox.queries import waiting_for
from tallystick.tracking.inbox.stores.port import Stored
from tallystick.tracking.inbox.wire import Receipt

MOST_SHOWN: Final = 4_000
"""Characters of a row that could not be read, or of an event, that are shown to be looked at."""

_PLAIN: Final = msgspec.json.Decoder(dict[str, Any])


@dataclass(frozen=True, slots=True)
class Cell:
    """A column with what stands in it. is_wrong: the receipt waits for it."""

    number: int
    column: str
    text: str
    is_wrong: bool
    is_long: bool


@dataclass(frozen=True, slots=True)
class Sheet:
    """What of a receipt can be corrected: cells, or the whole as text. line: which row of several it is.

    raw: what a row that could not be read consists of. event: the whole event, where its cells cannot be told apart.
    """

    cells: tuple[Cell, ...] = ()
    raw: str = ""
    event: str = ""
    line: int | None = None
    lines: tuple[int, ...] = ()


@brand_page("quarantine.read")
def receipt(request: HttpRequest, brand: Brand, receipt: str) -> HttpResponse:
    """Show a receipt in quarantine with its cells."""
    refuse_unknown(request.GET, ("line",))
    row = find_held(receipt)
    return _page(request, brand, row, sheet_of(_stored(row), row, _line(request.GET)))


@brand_page("quarantine.change", methods=WRITING)
def correct_row(request: HttpRequest, brand: Brand, receipt: str) -> HttpResponse:
    """Take what the cells should have said, and read the receipt again."""
    row = find_held(receipt)
    line = _line(request.POST)
    given = _given(request.POST)
    sheet = sheet_of(_stored(row), row, line)
    access = access_of(request)
    try:
        if "event" in request.POST:
            done = correct_event(row.receipt_id, text=request.POST["event"], store=inbox(), by=access.actor)
        else:
            before = {cell.column: cell.text for cell in sheet.cells}
            cells = {name: text for name, text in given.items() if sheet.raw or text != before.get(name)}
            done = correct(row.receipt_id, cells=cells, line=sheet.line, store=inbox(), by=access.actor)
    except Foreseen as refused:
        again = _with(sheet, given, request.POST.get("event", ""))
        return _page(request, brand, row, again, wrong=wording.sentence(refused), status=400)
    return _became(request, brand, done)


@brand_page("quarantine.change", methods=BOTH)
def correct_same(request: HttpRequest, brand: Brand, receipt: str) -> HttpResponse:
    """Put one text instead of another into a column, in every row of the same mapping that waits for it."""
    row = find_held(receipt)
    stored = _stored(row)
    wrong = ""
    if request.method == "POST":
        try:
            done = correct_all(
                stored.receipt.source,
                column=row.column,
                value=row.value,
                to=request.POST.get("to", "").strip(),
                store=inbox(),
                by=access_of(request).actor,
            )
        except Foreseen as refused:
            wrong = wording.sentence(refused)
        else:
            said = _("%(released)s now count, %(waiting)s wait for something else.") % {
                "released": figures.count(done.released + done.kept),
                "waiting": figures.count(done.waiting),
            }
            left = (
                _(" %(left)s were not looked at yet: do it once more.") % {"left": figures.count(done.left)}
                if done.left
                else ""
            )
            messages.success(request, said + left)
            return redirect("console:quarantine", brand=brand.key)
    context = {
        "here": "quarantine",
        "row": row,
        "id": receipt,
        "same": waiting_for(column=row.column, value=row.value, limit=1)[1],
        "source": stored.receipt.source,
        "to": request.POST.get("to", row.value),
        "wrong": wrong,
        "back_url": reverse("console:quarantined", args=[brand.key, receipt]),
    }
    return render(request, "console/quarantine_same.html", context, status=400 if wrong else 200)


def find_held(text: str) -> Quarantined:
    """The receipt of an id in an address that is, or was, in quarantine. Raises Http404."""
    try:
        receipt_id = ids.read_as("rcp", text)
    except ids.BadId as bad:
        raise Http404 from bad
    found = Quarantined.objects.filter(receipt_id=receipt_id).first()
    if found is None or ids.show("rcp", receipt_id) != text:
        raise Http404
    return found


def sheet_of(stored: Stored, row: Quarantined, line: int | None) -> Sheet:
    """What of a receipt can be corrected, as cells where there are any. line: which row, where it holds several."""
    receipt = stored.receipt
    if stored.erased_at is not None or receipt.clipped_from is not None:
        return Sheet(raw=_text(receipt.body) if stored.erased_at is None else "")
    if receipt.content_type == UNREADABLE:
        return Sheet(_cells(dict.fromkeys(_columns_needed(receipt), ""), row), raw=_text(receipt.body))
    rows = rows_in(receipt)
    if rows:
        lines = receipt.origin.lines
        place = lines.index(line) if line in lines else 0
        lacking = lacking_in(receipt, rows[place], _columns_needed(receipt))
        cells = rows[place] | dict.fromkeys(lacking, "")
        return Sheet(_cells(cells, row), line=lines[place] if lines else None, lines=tuple(sorted(lines)))
    if receipt.kind == EVENT:
        plain = _plain_fields(receipt.body)
        return Sheet(_cells(plain, row)) if plain else Sheet(event=_text(receipt.body))
    return Sheet(raw=_text(receipt.body))


def _stored(row: Quarantined) -> Stored:
    found = inbox().get(row.receipt_id)
    if found is None:
        raise Http404
    return found


def _columns_needed(receipt: Receipt) -> Sequence[str]:
    mapping = newest_mappings().get(receipt.source)
    return sorted(columns_of(mapping)) if mapping else ()


def _plain_fields(body: bytes) -> Mapping[str, str]:
    """The fields of an event that are texts; none where it is no object or holds anything else but attributes."""
    try:
        fields = _PLAIN.decode(body)
    except (msgspec.DecodeError, RecursionError):
        return {}
    inside = fields.pop("attributes", {})
    named = {f"attributes.{name}": text for name, text in inside.items()} if isinstance(inside, dict) else {}
    every = {**fields, **named}
    return every if all(isinstance(text, str) for text in every.values()) else {}


def _cells(texts: Mapping[str, str], row: Quarantined) -> tuple[Cell, ...]:
    return tuple(
        Cell(number, column, text, column == row.column, len(text) > 80 or "\n" in text)
        for number, (column, text) in enumerate(texts.items())
    )


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")[:MOST_SHOWN]


def _line(given: QueryDict) -> int | None:
    text = given.get("line", "")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise BadAddress(_("“line” is “%(text)s”; it is the number of a line.") % {"text": text[:40]})
    return int(text)


def _given(posted: QueryDict) -> dict[str, str]:
    """Column → text, as the form has them: `column-0` and `cell-0` belong together."""
    given = {name: str(text) for name, text in posted.items()}
    numbers = [name.removeprefix("column-") for name in given if name.startswith("column-")]
    return {
        given[f"column-{number}"]: given.get(f"cell-{number}", "").replace("\r\n", "\n") for number in numbers
    }


def _with(sheet: Sheet, given: Mapping[str, str], event: str) -> Sheet:
    """The sheet with what was written into it, to be mended."""
    cells = tuple(replace(cell, text=given.get(cell.column, cell.text)) for cell in sheet.cells)
    return Sheet(cells, sheet.raw, event or sheet.event, sheet.line, sheet.lines)


def _became(request: HttpRequest, brand: Brand, done: Corrected) -> HttpResponse:
    if done.became is Became.WAITING:
        messages.warning(request, _("Corrected. Something else is wrong with it, so it waits on."))
        return redirect("console:quarantined", brand=brand.key, receipt=ids.show("rcp", done.receipt_id))
    messages.success(request, _("Corrected: it counts now. What arrived first stays as evidence."))
    return redirect("console:quarantine", brand=brand.key)


def _page(
    request: HttpRequest, brand: Brand, row: Quarantined, sheet: Sheet, *, wrong: str = "", status: int = 200
) -> HttpResponse:
    stored = _stored(row)
    waits = row.state == Quarantined.State.WAITING
    same = waiting_for(column=row.column, value=row.value, limit=1)[1] if row.column and waits else 0
    context: dict[str, Any] = {
        "here": "quarantine",
        "row": row,
        "id": ids.show("rcp", row.receipt_id),
        "receipt": stored.receipt,
        "erased_at": stored.erased_at,
        "sheet": sheet,
        "waits": waits,
        "same": same,
        "said_same": ngettext("%(number)s row", "%(number)s rows", same) % {"number": figures.count(same)},
        "may_change": access_of(request).may("quarantine.change"),
        "may_choose": access_of(request).may("imports.change"),
        "wrong": wrong,
        "zone": ZoneInfo(brand.zone),
        "back_url": reverse("console:quarantine", args=[brand.key]),
    }
    return render(request, "console/quarantined.html", context, status=status)
