"""Which encoding a text has that does not say it: told from its bytes, as a proposal."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from tallystick.tracking.imports.reading.content import Pieces
from tallystick.tracking.imports.reading.lines import NEWLINE, Block, TooLong, blocks, until_broken
from tallystick.tracking.imports.reading.signatures import PARQUET
from tallystick.tracking.imports.reading.text import HEAD_BYTES, UTF8, is_utf8, marked_encoding

# A name with an accent may come late; this much is looked at in a tenth of a second.
_LOOKED_AT: Final = 16 << 20
_HIGH: Final = re.compile(rb"[\x80-\xff]+")
# Bytes that no letter has in windows-1252 (ü, ì, É … in the code page of DOS).
_NOT_WINDOWS: Final = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
_CYRILLIC: Final = re.compile(rb"[\xa8\xb8\xc0-\xff]{3,}")


def proposed_encoding(pieces: Pieces) -> str:
    """The encoding of a text: what its mark says, UTF-8 where its lines are, otherwise the likeliest one.

    Fewer lines that are not UTF-8 than accented ones that are, are broken lines of a UTF-8 text.
    """
    head = pieces.head(HEAD_BYTES)
    marked, _ = marked_encoding(head)
    if marked or head.startswith(PARQUET):
        return marked or UTF8
    return _without_mark(head) or _of_lines(pieces)


def _without_mark(head: bytes) -> str:
    """UTF-16 by its zeros: every other byte of Western text is one; "" where that is not so."""
    high, low = head[0::2].count(0), head[1::2].count(0)
    if max(high, low) * 4 < len(head) or min(high, low) * 8 > max(high, low):
        return ""
    return "utf-16-be" if high > low else "utf-16-le"


def _of_lines(pieces: Pieces) -> str:
    sound = unsound = 0
    sample = b""
    for block in until_broken(blocks(_capped(pieces.more), NEWLINE)):
        for line in _accented(block):
            if is_utf8(line):
                sound += 1
                continue
            unsound += 1
            if len(sample) < HEAD_BYTES:
                sample += line + b"\n"
    return UTF8 if sound >= unsound else _likeliest(sample)


def _capped(more: Callable[[], bytes]) -> Callable[[], bytes]:
    """The first pieces, so that a line without end is not followed."""
    left = _LOOKED_AT

    def next_piece() -> bytes:
        nonlocal left
        piece = more() if left > 0 else b""
        left -= len(piece)
        return piece

    return next_piece


def _accented(block: Block) -> list[bytes]:
    """The lines that have more than ASCII."""
    if isinstance(block, TooLong) or block.isascii():
        return []
    return [line for line in block.split(b"\n") if not line.isascii()]


def _likeliest(sample: bytes) -> str:
    """Among the encodings of one byte a letter that offices still write."""
    accents = sum(map(len, _HIGH.findall(sample)))
    if sum(map(len, _CYRILLIC.findall(sample))) * 2 > accents:
        return "windows-1251"
    return "cp850" if _NOT_WINDOWS.search(sample) else "windows-1252"
