"""Text as blocks of whole lines, so that many are read at once and a line without end is not kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tallystick.tracking.imports.reading.original import Broken
from tallystick.tracking.imports.reading.rows import ROW_BYTES
from tallystick.tracking.inbox.wire import HEAD_BYTES


@dataclass(frozen=True, slots=True)
class TooLong:
    """A line that is larger than a row may be: its first bytes, and its size with the line break."""

    head: bytes
    size: int


Block = bytes | TooLong


@dataclass(frozen=True, slots=True)
class LineEnds:
    """What ends a line. The last byte of a text that goes on is no end where it may be half of one."""

    first: re.Pattern[bytes]
    returns: bool

    def after_first(self, text: bytes) -> int:
        """Where the second line begins; 0 while the first has not ended."""
        found = self.first.search(text)
        return found.end() if found else 0

    def after_last(self, text: bytes) -> int:
        """Where the line begins that has not ended."""
        last = text.rfind(b"\n")
        return (max(last, text.rfind(b"\r", 0, -1)) if self.returns else last) + 1


ANY_END = LineEnds(re.compile(rb"\n|\r\n|\r(?!\Z)"), returns=True)
"""Those of tables, also of old ones: a carriage return, a line feed, or both."""

NEWLINE = LineEnds(re.compile(rb"\n"), returns=False)
"""That of NDJSON: a carriage return alone is white space there."""


def blocks(more: Callable[[], bytes], ends: LineEnds) -> Iterator[Block]:
    """All lines of a text, many at once, with their ends; only the last line may have none.

    more: the next piece of the text, smaller than a row may be; nothing at the end.
    """
    rest = b""
    while piece := more():
        rest += piece
        cut = ends.after_last(rest)
        # Only the first line can be too long: the others lie in one piece.
        if cut > ROW_BYTES and (end := ends.after_first(rest)) > ROW_BYTES:
            yield TooLong(rest[:HEAD_BYTES], end)
            rest, cut = rest[end:], cut - end
        if cut:
            yield rest[:cut]
            rest = rest[cut:]
        elif len(rest) > ROW_BYTES:
            head = rest[:HEAD_BYTES]
            size, rest = _skip(rest, more, ends)
            yield TooLong(head, size)
    if rest:
        yield rest


def until_broken(text: Iterator[Block]) -> Iterator[Block]:
    """As much of a text as can be read. Raises Broken only where that is nothing."""
    begun = False
    try:
        for block in text:
            begun = True
            yield block
    except Broken:
        if not begun:
            raise


def _skip(rest: bytes, more: Callable[[], bytes], ends: LineEnds) -> tuple[int, bytes]:
    """Read to the end of a line that was begun: its size, and what was read after it."""
    size = 0
    while True:
        if end := ends.after_first(rest):
            return size + end, rest[end:]
        # TRICKY: the last byte stays for the next turn, because it may be the first half of a line end.
        size, rest = size + len(rest) - 1, rest[-1:]
        piece = more()
        if not piece:
            return size + len(rest), b""
        rest += piece
