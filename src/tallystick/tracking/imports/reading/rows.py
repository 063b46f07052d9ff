"""A row of a file, and how large one may be."""

from __future__ import annotations

from typing import Final

import msgspec

from tallystick.tracking.inbox.wire import BODY_BYTES

ROW_BYTES: Final = BODY_BYTES + len(b"\r\n")
"""The most that one row may have, its line break included, to be kept whole: what a receipt holds."""


class Row(msgspec.Struct, frozen=True, gc=False):
    """One row of a file: the line it begins on (the header is 1), its cells by column, or None, and its bytes.

    raw: the bytes of the file, quotes included, without the line break at the end (as UTF-8 where the file has another
    encoding, as JSON where it is Parquet); of a row that is larger than a receipt may be only its head, and then
    `clipped_from` is its size. member: the file inside an archive; "" where the file is none.
    """

    line: int
    cells: dict[str, str] | None
    raw: bytes
    clipped_from: int | None = None
    member: str = ""
