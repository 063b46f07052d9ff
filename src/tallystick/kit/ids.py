"""Identifiers: random UUIDv7 for receipts and nouns, derived ids for what a replay must make again.

Inside the house an id is a `uuid.UUID` (16 bytes in every store). At the doors it is written as a
TypeID: a prefix that names the noun and 26 characters of Crockford base32, so that it sorts like
the bytes, survives a double click and cannot be mistaken for another noun's id.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime
from types import MappingProxyType
from typing import Final
from uuid import UUID

from uuid_utils.compat import uuid7

from tallystick.kit import clock
from tallystick.kit.errors import Exit, Foreseen

PREFIXES: Final = MappingProxyType(
    {
        "brd": "brand",
        "prg": "program",
        "chn": "house channel",
        "cdf": "conversion definition",
        "prt": "partner",
        "pns": "partnership",
        "plc": "placement",
        "cmp": "campaign",
        "lnk": "link",
        "cod": "code",
        "rcp": "receipt",
        "evt": "event",
        "cnv": "conversion",
        "atr": "attribution",
        "crd": "credit",
        "bnd": "binding",
        "usr": "person",
        "sea": "seat",
        "inv": "invitation",
        "key": "API key",
        "apv": "approval",
        "doc": "document",
        "ann": "announcement",
        "aud": "line of the audit trail",
        "job": "job",
        "mal": "mail",
        "dcl": "kind of mail that somebody declined",
        "imp": "import",
        "cho": "choice about an unknown name",
        "rtl": "reported total",
        "cst": "cost",
        "pcm": "past commission",
        "ord": "order of the shop",
    }
)

_ALPHABET: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {letter: value for value, letter in enumerate(_ALPHABET)}
_LENGTH: Final = 26


class BadId(Foreseen, ValueError):
    """A text that is not an id of this house; the message says what one looks like."""

    exit = Exit.USAGE


def new() -> UUID:
    """A random, time-ordered id (UUIDv7). Never a secret: it tells when it was made."""
    return uuid7()


def derive(*parts: str | bytes | UUID, at: datetime | None = None) -> UUID:
    """The id that these parts always have: the same parts give the same 16 bytes, in any process.

    parts: what makes the thing one thing (source id, definition, leg). Parts are length-prefixed,
    so ("ab", "c") and ("a", "bc") differ. at: an aware instant; its milliseconds become the leading
    48 bits so that rows of one time lie together. Without it those bits are hash, too.
    Returns a UUID of version 8 (RFC 9562, custom). Collisions: 74 bits of BLAKE2b with `at`. Identifier: EO-DERIVED.
    """
    raws = [
        part.encode() if isinstance(part, str) else part.bytes if isinstance(part, UUID) else part
        for part in parts
    ]
    said = b"".join([len(raw).to_bytes(4, "big") + raw for raw in raws])
    number = int.from_bytes(hashlib.blake2b(said, digest_size=16).digest(), "big")
    if at is not None:
        millis = clock.to_micros(at) // 1000
        number = (millis & (2**48 - 1)) << 80 | number & (2**80 - 1)
    number = number & ~(0xF << 76) | 0x8 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=number)


def in_series(series: UUID, number: int, *, at: datetime) -> UUID:
    """The id of the `number`-th thing of a series: they rise with it, and lie together, so that a range asks for all.

    number: 0 to 2³² − 1, else ValueError. at: an aware instant, the same for the whole series; its milliseconds lead.
    Returns a UUID of version 8 (RFC 9562, custom): 48 bits of time, 42 of the series' hash, 32 of the number.
    """
    if not 0 <= number < 2**32:
        raise ValueError(f"A series has {2**32:,} places; {number:,} is not one of them.")
    return UUID(int=_first_in_series(series, at) | number)


def all_in_series(series: UUID, *, at: datetime) -> Iterator[UUID]:
    """The ids of a series one after another: what `in_series` gives for 0, 1, 2 … 2³² − 1."""
    first = _first_in_series(series, at)
    return (UUID(int=first | number) for number in range(2**32))


def _first_in_series(series: UUID, at: datetime) -> int:
    mark = int.from_bytes(hashlib.blake2b(series.bytes, digest_size=6).digest(), "big") & (2**42 - 1)
    millis = clock.to_micros(at) // 1000 & (2**48 - 1)
    return millis << 80 | 0x8 << 76 | (mark >> 30) << 64 | 0x2 << 62 | (mark & (2**30 - 1)) << 32


def first_of_series(value: UUID) -> UUID:
    """The first id of the series that an id made by `in_series` belongs to: what all of them have in common."""
    return UUID(int=value.int >> 32 << 32)


def number_in_series(value: UUID) -> int:
    """The number with which an id was made by `in_series`."""
    return value.int & (2**32 - 1)


def show(prefix: str, value: UUID) -> str:
    """Write an id for a person or a machine outside: `evt_01kaf0q4…` (prefix, `_`, 26 characters)."""
    if prefix not in PREFIXES:
        raise BadId("%(prefix)r is not a prefix of this house", prefix=prefix)
    number, letters = value.int, []
    for _ in range(_LENGTH):
        number, rest = divmod(number, 32)
        letters.append(_ALPHABET[rest])
    return f"{prefix}_{''.join(reversed(letters))}"


def read(text: str) -> tuple[str, UUID]:
    """Read what `show` wrote. Returns (prefix, id); raises BadId and says what is wrong with the text."""
    prefix, underscore, letters = text.strip().partition("_")
    if not underscore or prefix not in PREFIXES:
        known = ", ".join(f"{key}_" for key in PREFIXES)
        raise BadId("%(text)r is not an id: ids begin with one of %(known)s", text=text, known=known)
    if len(letters) != _LENGTH or not set(letters) <= _VALUES.keys() or letters[0] > "7":
        raise BadId(
            "%(text)r is not a whole id: after %(prefix)s_ come %(length)s characters, digits and "
            "a–z without i, l, o, u",
            text=text,
            prefix=prefix,
            length=_LENGTH,
        )
    number = 0
    for letter in letters:
        number = number * 32 + _VALUES[letter]
    return prefix, UUID(int=number)


def read_as(prefix: str, text: str) -> UUID:
    """Read the id of one kind of thing. Raises BadId, also for the id of another kind."""
    found, value = read(text)
    if found != prefix:
        raise BadId("%(text)r is not the id of a %(noun)s", text=text, noun=PREFIXES[prefix])
    return value
