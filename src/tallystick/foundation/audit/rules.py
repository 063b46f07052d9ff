"""How lines of the audit trail are chained, and where a chain is broken. Pure."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tallystick.kit.errors import Exit, Foreseen

BEFORE_THE_FIRST: Final = "0" * 64
"""What stands for the hash before the first seal."""

_HEAD: Final = re.compile(r"([1-9][0-9]{0,17}):([0-9a-f]{64})")

Content = Mapping[str, Any]
"""Every field of a line that holds something, as a JSON value."""


class BadHead(Foreseen, ValueError):
    """A text that is not the head of a chain."""

    exit = Exit.USAGE


class Fault(StrEnum):
    """What can be wrong with a trail."""

    LINE_CHANGED = "line_changed"
    LINE_REMOVED = "line_removed"
    LINE_ADDED = "line_added"
    LINE_UNSEALED = "line_unsealed"
    SEAL_REMOVED = "seal_removed"
    REORDERED = "reordered"
    REPLACED = "replaced"
    CUT_OFF = "cut_off"


class Broken(Foreseen):
    """The first place where a trail is not what was written. fault: of which sort; the message says where and what."""

    def __init__(self, fault: Fault, message: str, /, **values: object) -> None:
        super().__init__(message, **values)
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Head:
    """Where a chain stood at some time: the number of its last seal, and that seal's hash. Whoever keeps a head
    elsewhere can tell later whether everything before it is as it was.
    """

    sequence: int
    hash: str

    def __str__(self) -> str:
        return f"{self.sequence}:{self.hash}"


START: Final = Head(0, BEFORE_THE_FIRST)


@dataclass(frozen=True, slots=True)
class Link:
    """A seal as it is kept, with the line that it covers; None where there is no such line."""

    sequence: int
    previous: str
    hash: str
    line: str
    content: Content | None


def read_head(text: str) -> Head:
    """Read what `str(head)` wrote. Raises BadHead."""
    found = _HEAD.fullmatch(text.strip())
    if found is None:
        raise BadHead(
            "“%(text)s” is not a head: a head is a number, a colon and 64 characters of 0-9 and a-f, as "
            "`tallystick audit head` prints it",
            text=text[:100],
        )
    return Head(int(found[1]), found[2])


def seal_after(head: Head, content: Content) -> Head:
    """The seal of a line that follows a head: SHA-256 over its number, the hash before it, and the line.

    The three are written as one JSON list in ASCII, names sorted, no spaces. Identifier: AUDIT-SEAL.
    """
    sequence = head.sequence + 1
    text = json.dumps([sequence, head.hash, content], sort_keys=True, separators=(",", ":"))
    return Head(sequence, hashlib.sha256(text.encode("ascii")).hexdigest())


def follow(links: Iterable[Link], *, kept: Iterable[Head], start: Head = START) -> Head:
    """Go through a chain from `start` on and compute everything anew; returns where it ends.

    links: in the order of their numbers. kept: heads that were seen at earlier times; those before `start` are passed
    over. Raises Broken at the first place that is not as it was sealed. Identifier: AUDIT-VERIFY.
    """
    hashes: dict[int, set[str]] = {}
    for seen in kept:
        hashes.setdefault(seen.sequence, set()).add(seen.hash)
    head = start
    for link in links:
        head = _step(head, link)
        if not hashes.get(head.sequence, {head.hash}) <= {head.hash}:
            raise Broken(
                Fault.REPLACED,
                "Seal %(number)d has another hash than the head that was kept: the chain was written anew, somewhere "
                "up to here.",
                number=head.sequence,
            )
    last = max(hashes, default=0)
    if last > head.sequence:
        raise Broken(
            Fault.CUT_OFF,
            "The chain ends at seal %(number)d, but seal %(last)d was there: the end was cut off, or the database was "
            "restored from an older backup.",
            number=head.sequence,
            last=last,
        )
    return head


def _step(head: Head, link: Link) -> Head:
    number = head.sequence + 1
    if link.sequence != number:
        raise Broken(
            Fault.SEAL_REMOVED,
            "Seal %(number)d is missing: the chain goes on at %(next)d.",
            number=number,
            next=link.sequence,
        )
    if link.previous != head.hash:
        raise Broken(
            Fault.REORDERED,
            "Seal %(number)d does not follow the one before it: seals were reordered or replaced.",
            number=number,
        )
    if link.content is None:
        raise Broken(
            Fault.LINE_REMOVED,
            "The line %(line)s, which seal %(number)d covers, was removed.",
            line=link.line,
            number=number,
        )
    wanted = seal_after(head, link.content)
    if link.hash != wanted.hash:
        raise Broken(
            Fault.LINE_CHANGED,
            "The line %(line)s is not as seal %(number)d covers it: the line or its seal was changed.",
            line=link.line,
            number=number,
        )
    return wanted
