"""Rows of files as they arrive: receipts in the real inbox, and the mapping by which they are read."""

from collections.abc import Sequence
from typing import Any

import msgspec

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.inbox.rules import CELLS
from tallystick.tracking.inbox.stores.port import Outcome
from tallystick.tracking.inbox.wire import Origin, Receipt
from tests.builders import Brand
from tests.people import TESTER

Row = dict[str, str]


def maps(brand: Brand, text: str) -> str:
    """Publish a mapping; returns its name, the source of the rows it is for."""
    with brand_scope(brand.id):
        publish_mapping(name=(name := read_mapping(text).name), text=text, by=TESTER)
    return name


def arrive(brand: Brand, source: str, *rows: Row, key: str = "", file: str = "rows.csv") -> list[Outcome]:
    """Keep rows as receipts, each under its content; `key` names the column that is the key instead."""
    return journey.inbox().append(
        [_receipt(brand, source, row, at, key, file) for at, row in enumerate(rows)]
    )


def come(brand: Brand, mapping: str, *rows: Row, **how: Any) -> None:
    """Publish a mapping, keep its rows and carry them through the whole journey."""
    arrive(brand, maps(brand, mapping), *rows, **how)
    brand.works()


def table(header: str, *lines: str) -> Sequence[Row]:
    """Rows written as in a file, with commas."""
    return [dict(zip(header.split(","), line.split(","), strict=True)) for line in lines]


def _receipt(brand: Brand, source: str, row: Row, at: int, key: str, file: str) -> Receipt:
    body = msgspec.json.encode(row, order="sorted")
    return Receipt(
        id=ids.new(),
        brand_id=brand.id,
        source=source,
        kind="row",
        key=row[key] if key else body.hex()[-400:],
        body=body,
        content_type=CELLS,
        received_at=clock.now(),
        origin=Origin(file=file, line=at + 2),
    )
