"""What rows stand for by a mapping. Pure. Identifier: EVENT-MAP."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tallystick.tracking.claims.rules import Rejected, schema
from tallystick.tracking.events.mapping.form import Mapping
from tallystick.tracking.events.mapping.makers import Maker, chosen, makers_of
from tallystick.tracking.events.mapping.readers import Row
from tallystick.tracking.events.mapping.targets import Body


class Part(NamedTuple):
    """One thing that rows stand for. rows: the indexes of those that are part of it. lines: of those that are lines."""

    body: Body
    maker: Maker
    rows: Sequence[int]
    lines: Sequence[int]

    def row_behind(self, field: str, rows: Sequence[Row]) -> int:
        """The row that a field was read from, or the first of the part where that cannot be told.

        field: also `attributes.plan`.
        """
        kind, _, name = field.partition(".")
        attributes = getattr(self.body, "attributes", {})
        said = attributes.get(name) if kind == "attributes" else getattr(self.body, field, None)
        reading = self.maker.reading_of(field)
        if reading is None or len(self.rows) == 1:
            return self.rows[0]
        # In a group an empty cell said nothing, and need not mean anything by itself.
        filled = (at for at in self.rows if reading.cell(rows[at]))
        return next((at for at in filled if reading.of((rows[at],)) == said), self.rows[0])


def bodies_of(mapping: Mapping, rows: Sequence[Row], *, row_key: str) -> list[Body]:
    """What a row, or a group of rows, stands for, in the order of the mapping; none where no `when` holds.

    rows: column → cell. row_key: the receipt's key, for fields that come from the row itself. As `parts_of`.
    """
    return [part.body for part in parts_of(mapping, rows, row_key=row_key)]


def parts_of(mapping: Mapping, rows: Sequence[Row], *, row_key: str) -> list[Part]:
    """What rows stand for, and which of them each thing is made of, in the order of the mapping.

    A thing is made of the rows for which its conditions hold. Where none is left, or where it has lines and none of
    its rows is one, it does not exist. Rows of one thing must agree; of times the earliest counts.
    Raises Rejected (schema) with the column, the value and the index of the row. Identifier: EVENT-MAP.
    """
    found: list[Part] = []
    for maker in makers_of(mapping):
        part: Sequence[int] = ()
        try:
            part = maker.chosen(rows)
            lines = chosen(rows, part, maker.lines.when) if maker.lines else ()
            if not part or (maker.lines and not lines):
                continue
            body = maker.body_of([rows[at] for at in part], row_key=row_key, lines=[rows[at] for at in lines])
        except KeyError as missing:
            raise _without_column(missing.args[0], rows) from None
        except Rejected as rejected:
            rejected.row = row_with(rows, part, rejected.column, rejected.value)
            rejected.order = _order(maker, rows, part)
            raise
        found.append(Part(body, maker, part, lines))
    return found


def row_with(rows: Sequence[Row], part: Sequence[int], column: str, cell: str) -> int:
    """The first row of a part with a cell in a column; the first of all where none has it."""
    return next((at for at in part if rows[at].get(column) == cell), part[0])


def _order(maker: Maker, rows: Sequence[Row], part: Sequence[int]) -> str:
    """The order that rows are about, as far as it can be read."""
    try:
        reading = dict(maker.readings)["order"]
        return next(filter(None, (reading.of((rows[at],)) for at in part)), "")
    except (KeyError, Rejected):
        return ""


def _without_column(column: str, rows: Sequence[Row]) -> Rejected:
    return schema(
        column,
        "",
        f"the row has no column {column!r}",
        "correct the column's name in the mapping and replay",
        row=next((at for at, row in enumerate(rows) if column not in row), None),
    )
