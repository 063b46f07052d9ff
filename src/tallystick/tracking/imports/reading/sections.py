"""Files in sections, as Post Affiliate Pro writes them: `[[COMMISSIONS]]`, a line of `!`-names, then rows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tallystick.tracking.imports.reading.lines import Block, TooLong

_TITLE: Final = re.compile(rb'^\[\[([A-Za-z][^\[\]\r\n"]*)\]\][ \t,;|]*\r?(?:\n|\Z)', re.MULTILINE)
_ENOUGH: Final = 1 << 16
# A name in a section's header begins with it.
MARK: Final = "!"


@dataclass(frozen=True, slots=True)
class Section:
    """The title of a part of a file, and the line it stands on."""

    name: str
    line: int


def begins_with_section(head: bytes) -> bool:
    """Whether the first line that is not blank is the title of a section."""
    found = _TITLE.search(head)
    return found is not None and not head[: found.start()].strip()


def sections(blocks: Iterator[Block]) -> Iterator[tuple[Section, bytes]]:
    """Every title in a text, with the first lines after it, enough for a header; all of the text is read."""
    here: Section | None = None
    begun = b""
    for part in _parts(blocks):
        if isinstance(part, Section):
            if here:
                yield here, begun
            here, begun = part, b""
        elif isinstance(part, bytes) and len(begun) < _ENOUGH:
            begun += part
    if here:
        yield here, begun


def blocks_of(blocks: Iterator[Block], section: Section) -> Iterator[Block]:
    """The lines between the title of a section and the next title."""
    inside = False
    for part in _parts(blocks):
        if isinstance(part, Section):
            if inside:
                return
            inside = part == section
        elif inside:
            yield part


def _parts(blocks: Iterator[Block]) -> Iterator[Section | Block]:
    """Titles and the lines between them, in the order of the file."""
    line = 1
    for block in blocks:
        if isinstance(block, TooLong):
            yield block
            line += 1
            continue
        at = 0
        for title in _TITLE.finditer(block):
            if title.start() > at:
                yield block[at : title.start()]
            line += len(block[at : title.start()].splitlines())
            yield Section(title[1].decode("utf-8", "replace").strip(), line)
            line, at = line + 1, title.end()
        if at < len(block):
            yield block[at:]
            line += len(block[at:].splitlines())
