"""What a receipt says once a person has corrected cells of it. Pure. Identifier: IMPORT-CORRECT."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from tallystick.kit.errors import Exit, Foreseen
from tallystick.tracking.events.wire import EVENT, GROUP, ROW, UNREADABLE
from tallystick.tracking.inbox.rules import CELLS, SPARSE_CELLS, body_fault
from tallystick.tracking.inbox.wire import BODY_BYTES, Receipt

JSON = "application/json"

Cells = Mapping[str, str]

_ROW = msgspec.json.Decoder(dict[str, str])
_ROWS = msgspec.json.Decoder(list[dict[str, str]])
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


class NotCorrected(Foreseen):
    """A receipt that no correction can help, or not this one; the message says why and what to do instead."""

    exit = Exit.REFUSED


class BadCorrection(Foreseen, ValueError):
    """A correction that names what the receipt has not, or says nothing new."""

    exit = Exit.USAGE


def columns_in(receipt: Receipt) -> tuple[str, ...]:
    """The columns of a row or group, or the fields of an event that is a JSON object; none where it cannot be read."""
    if not _is_readable(receipt):
        return ()
    if receipt.kind == EVENT:
        return tuple(_FIELDS.decode(receipt.body))
    return tuple(dict.fromkeys(name for row in rows_in(receipt) for name in row))


def rows_in(receipt: Receipt) -> list[dict[str, str]]:
    """The rows of a row or group that can be read, in the order of their lines; none of anything else."""
    if receipt.kind not in (ROW, GROUP) or not _is_readable(receipt):
        return []
    return _ROWS.decode(receipt.body) if receipt.kind == GROUP else [_ROW.decode(receipt.body)]


def with_cells(receipt: Receipt, cells: Cells, *, line: int | None, needed: Collection[str]) -> Receipt:
    """A receipt in which some cells say something else. Identifier: IMPORT-CORRECT.

    cells: column → text, the others stay; of an event field → text, `attributes.NAME` for an attribute. line: which
    row of a group, by its line in the file; the only row without one. needed: the columns that its mapping reads: a row
    that could not be read must get them all, since it has none yet, and a sparse one may get those it lacks.
    Raises NotCorrected for a receipt of which nothing can be corrected, BadCorrection for a column or line it has not.
    """
    refuse_hopeless(receipt)
    if not cells:
        raise BadCorrection("no cell is named: say which column becomes what")
    if receipt.content_type == UNREADABLE:
        missing = sorted(set(needed) - set(cells))
        if missing:
            raise BadCorrection(
                "this row could not be read, so it has no cells yet; give also: %(missing)s",
                missing=", ".join(missing),
            )
        return _of_rows(receipt, [dict(cells)])
    if not _is_readable(receipt):
        raise BadCorrection("the receipt is no JSON object; give the whole event as JSON instead of cells")
    if receipt.kind == EVENT:
        return _saying(receipt, _encoded(_event_with(_FIELDS.decode(receipt.body), cells)), JSON)
    rows = rows_in(receipt)
    place = _place(receipt, rows, line)
    rows[place] = _row_with(rows[place], cells, lacking=lacking_in(receipt, rows[place], needed))
    return _of_rows(receipt, rows)


def lacking_in(receipt: Receipt, row: Cells, needed: Collection[str]) -> list[str]:
    """Which of the columns that its mapping reads a row leaves out, as a sparse one does: each is an empty cell."""
    return sorted(set(needed) - set(row)) if receipt.content_type == SPARSE_CELLS else []


def with_value(receipt: Receipt, *, column: str, value: str, to: str) -> Receipt | None:
    """A receipt in which a value of a column is another one, in every row; None where no row has it.

    Raises NotCorrected for a receipt of which nothing can be corrected.
    """
    refuse_hopeless(receipt)
    rows = rows_in(receipt)
    absent = "" if receipt.content_type == SPARSE_CELLS else None
    if not any(row.get(column, absent) == value for row in rows):
        return None
    return _of_rows(
        receipt, [{**row, column: to} if row.get(column, absent) == value else row for row in rows]
    )


def whole_event(receipt: Receipt, text: str) -> Receipt:
    """An event's receipt with the JSON of one event given anew. Raises NotCorrected, BadCorrection."""
    refuse_hopeless(receipt)
    if receipt.kind != EVENT:
        raise BadCorrection("this receipt is a row of a file: correct its cells by their columns")
    try:
        body = text.strip().encode()
    except UnicodeEncodeError as wrong:
        raise BadCorrection("a text holds half of a surrogate pair") from wrong
    if fault := body_fault(body, JSON):
        raise BadCorrection("this is not the JSON of an event: %(fault)s", fault=fault.detail)
    return _saying(receipt, body, JSON)


def refuse_hopeless(receipt: Receipt) -> None:
    """Raise NotCorrected for a receipt that is none of an import, or of which not everything was kept."""
    if receipt.clipped_from is not None:
        raise NotCorrected(
            "the row has %(size)s bytes, of which only the head was kept: shorten it in the file, import that "
            "again, and dismiss this receipt",
            size=f"{receipt.clipped_from:,}",
        )
    if receipt.kind not in (ROW, GROUP, EVENT):
        raise NotCorrected(
            "a receipt of kind %(kind)s was not imported: what arrived is not corrected here",
            kind=receipt.kind,
        )


def _is_readable(receipt: Receipt) -> bool:
    if receipt.content_type == UNREADABLE or body_fault(receipt.body, JSON) is not None:
        return False
    return receipt.kind != EVENT or receipt.body.lstrip().startswith(b"{")


def _row_with(row: dict[str, str], cells: Cells, *, lacking: Sequence[str]) -> dict[str, str]:
    known = (*row, *lacking)
    unknown = [name for name in cells if name not in known]
    if unknown:
        raise BadCorrection(
            "the row has no column %(column)r; its columns: %(columns)s",
            column=unknown[0],
            columns=", ".join(known),
        )
    return {**row, **cells}


def _event_with(fields: dict[str, msgspec.Raw], cells: Cells) -> dict[str, Any]:
    changed: dict[str, Any] = dict(fields)
    attributes = {name: text for name, text in cells.items() if name.startswith("attributes.")}
    if attributes:
        known = msgspec.json.decode(fields.get("attributes", b"{}"), type=dict[str, msgspec.Raw])
        named = {name.removeprefix("attributes."): text for name, text in attributes.items()}
        changed["attributes"] = {**known, **named}
    return changed | {name: text for name, text in cells.items() if name not in attributes}


def _place(receipt: Receipt, rows: list[dict[str, str]], line: int | None) -> int:
    lines = receipt.origin.lines or (receipt.origin.line,)
    if line is None and len(rows) == 1:
        return 0
    if line in lines:
        return lines.index(line)
    raise BadCorrection(
        "the receipt holds %(rows)s rows: say which by its line in the file, one of %(lines)s",
        rows=len(rows),
        lines=", ".join(str(each) for each in sorted(each for each in lines if each)),
    )


def _of_rows(receipt: Receipt, rows: list[dict[str, str]]) -> Receipt:
    """The receipt with these rows, those of a group in the order of their content, as an import has them."""
    bodies = [_encoded(row) for row in rows]
    cells = SPARSE_CELLS if receipt.content_type == SPARSE_CELLS else CELLS
    if receipt.kind != GROUP:
        return _saying(receipt, bodies[0], cells)
    lines = receipt.origin.lines or (0,) * len(bodies)
    ordered = sorted(zip(bodies, lines, strict=True))
    body = b"[" + b",".join(each for each, _ in ordered) + b"]"
    if not receipt.origin.lines:
        return _saying(receipt, body, cells)
    origin = msgspec.structs.replace(receipt.origin, lines=tuple(line for _, line in ordered))
    return msgspec.structs.replace(_saying(receipt, body, cells), origin=origin)


def _encoded(value: object) -> bytes:
    try:
        return msgspec.json.encode(value, order="sorted")
    except UnicodeEncodeError as wrong:
        raise BadCorrection("a text holds half of a surrogate pair") from wrong


def _saying(receipt: Receipt, body: bytes, content_type: str) -> Receipt:
    if len(body) > BODY_BYTES:
        raise BadCorrection(
            "corrected, it would have %(size)s bytes; a receipt holds %(limit)s",
            size=f"{len(body):,}",
            limit=f"{BODY_BYTES:,}",
        )
    return msgspec.structs.replace(receipt, body=body, content_type=content_type)
