"""What a file holds: itself, or what is packed in it with gzip or zip, so far as that is not a trap."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import PurePosixPath
from typing import Final

from tallystick.kit.delimited import BadFile
from tallystick.tracking.imports.reading import signatures
from tallystick.tracking.imports.reading.content import Bytes, Content, reasons_said
from tallystick.tracking.imports.reading.inflating import BARE, GZIP, Inflated
from tallystick.tracking.imports.reading.original import Broken, Original

# Tables pack to a tenth, very repetitive ones to a hundredth; deflate itself ends at about a thousandth.
BOMB_RATIO: Final = 200
# Below this nothing is suspected: a hundred megabytes are read in a second.
BOMB_BYTES: Final = 100 << 20
# At 50,000 rows a second this is a day. Whoever has more sends it in parts.
MOST_BYTES: Final = 512 << 30
# Every member is looked into before the first row is read.
MOST_MEMBERS: Final = 1_000

# Of what stands before a member, the lengths of its name and of what follows the name.
_LOCAL_HEADER: Final = struct.Struct("<26xHH")
_ENCRYPTED: Final = 0x1
_UNPACKED: Final = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}


@dataclass(slots=True)
class Packing:
    """What was found in a file. packed: "", "gz" or "zip". skipped: members that are not read, each with why."""

    packed: str
    contents: list[Content] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


@contextmanager
def unpacked(original: Original, name: str) -> Iterator[Packing]:
    """The contents of a file, to be read while it is open. Raises BadFile for an archive that cannot be opened."""
    with _reasons_with(name), reasons_said():
        head = original.read(4)
    if head.startswith(signatures.ZIP):
        with _opened_zip(original, name) as archive:
            yield _members(archive, original, name)
    elif head.startswith(signatures.GZIP):
        meter = _Meter(Allowance(original.total_bytes))
        yield Packing("gz", [Content(_without_gz(name), partial(_gzip, original, meter))])
    else:
        yield Packing("", [Content(name, partial(_plain, original), lies_at=f"/dev/fd/{original.fileno()}")])


class Allowance:
    """How much may come out of a file of some size before it is taken for a trap. Identifier: IMPORT-BOMB."""

    def __init__(self, packed_bytes: int) -> None:
        self._left = min(MOST_BYTES, max(BOMB_BYTES, packed_bytes * BOMB_RATIO))

    def spend(self, unpacked: int) -> None:
        """So many bytes more came out. Raises Broken where they are too many."""
        self._left -= unpacked
        if self._left < 0:
            raise Broken(
                f"it unpacks to more than {BOMB_RATIO} times its size, so it may be a trap. If it is none, "
                "unpack it and import what is inside"
            )


class _Meter:
    """Spends the allowance for one content; what is unpacked again counts once."""

    def __init__(self, allowance: Allowance) -> None:
        self._allowance, self._furthest = allowance, 0

    def metered(self, read: Bytes) -> Bytes:
        at = 0

        def counted(size: int, /) -> bytes:
            nonlocal at
            piece = read(size)
            at += len(piece)
            if at > self._furthest:
                self._allowance.spend(at - self._furthest)
                self._furthest = at
            return piece

        return counted


@contextmanager
def _plain(original: Original) -> Iterator[Bytes]:
    original.seek(0)
    yield original.read


@contextmanager
def _gzip(original: Original, meter: _Meter) -> Iterator[Bytes]:
    original.seek(0)
    yield meter.metered(Inflated(original.read, form=GZIP))


@contextmanager
def _member(original: Original, member: zipfile.ZipInfo, meter: _Meter) -> Iterator[Bytes]:
    """The content of a member. The library's own reader keeps back what it unpacked last before the damage."""
    packed = _Packed(original, member)
    plain = member.compress_type == zipfile.ZIP_STORED
    yield meter.metered(_Checked(packed if plain else Inflated(packed, form=BARE), member))


class _Packed:
    """The bytes of a member as they lie in the archive."""

    def __init__(self, original: Original, member: zipfile.ZipInfo) -> None:
        original.seek(member.header_offset)
        header = original.read(_LOCAL_HEADER.size)
        if len(header) < _LOCAL_HEADER.size or not header.startswith(signatures.ZIP):
            raise zipfile.BadZipFile("a file is not where the list of members says")
        self._original, self._left = original, member.compress_size
        self._at = original.tell() + sum(_LOCAL_HEADER.unpack(header))

    def __call__(self, size: int, /) -> bytes:
        """At most so many bytes."""
        self._original.seek(self._at)
        piece = self._original.read(min(size, self._left))
        self._at, self._left = self._at + len(piece), self._left - len(piece)
        return piece


class _Checked:
    """The bytes of a member; when all have come, those that are not what the archive says are damaged."""

    def __init__(self, read: Bytes, member: zipfile.ZipInfo) -> None:
        self._read, self._member, self._sum = read, member, 0

    def __call__(self, size: int, /) -> bytes:
        """At most so many bytes. Raises BadZipFile at the end."""
        piece = self._read(size)
        self._sum = zlib.crc32(piece, self._sum)
        if not piece and self._sum != self._member.CRC:
            raise zipfile.BadZipFile("its checksum is another")
        return piece


@contextmanager
def _opened_zip(original: Original, name: str) -> Iterator[zipfile.ZipFile]:
    with _reasons_with(name), reasons_said():
        archive = zipfile.ZipFile(original)
    with archive:
        names = set(archive.namelist())
        if "[Content_Types].xml" in names or "mimetype" in names:
            raise BadFile("%(name)s is %(advice)s.", name=name, advice=signatures.WORKBOOK)
        yield archive


def _members(archive: zipfile.ZipFile, original: Original, name: str) -> Packing:
    allowance, found = Allowance(original.total_bytes), Packing("zip")
    files = [member for member in archive.infolist() if not _is_passed_over(member)]
    if len(files) > MOST_MEMBERS:
        raise BadFile(
            "%(name)s holds %(count)s files; at most %(most)s are read at once. Pack them into several.",
            name=name,
            count=len(files),
            most=MOST_MEMBERS,
        )
    for member in files:
        meter = _Meter(allowance)
        if why := _why_unread(original, member, meter):
            found.skipped.append((member.filename, why))
        else:
            begin = partial(_member, original, member, meter)
            found.contents.append(Content(member.filename, begin, member=member.filename))
    return found


def _is_passed_over(member: zipfile.ZipInfo) -> bool:
    """What archives hold besides files: directories, and what macOS and Windows put there for themselves."""
    path = PurePosixPath(member.filename)
    return (
        member.is_dir() or "__MACOSX" in path.parts or path.name in (".DS_Store", "Thumbs.db", "desktop.ini")
    )


def _why_unread(original: Original, member: zipfile.ZipInfo, meter: _Meter) -> str:
    if member.flag_bits & _ENCRYPTED:
        return "is encrypted. Pack it without a password"
    if member.compress_type not in _UNPACKED:
        return "is packed in an unusual way. Pack it with deflate, as zip programs do by default"
    try:
        with reasons_said(), _member(original, member, meter) as read:
            head = read(8)
    except Broken as broken:
        return f"cannot be read: {broken}"
    return signatures.NESTED if signatures.is_packed(head) else ""


def _without_gz(name: str) -> str:
    return name[: -len(".gz")] if name.lower().endswith(".gz") else name


@contextmanager
def _reasons_with(name: str) -> Iterator[None]:
    try:
        yield
    except Broken as broken:
        raise BadFile(
            "%(name)s cannot be read: %(reason)s. Nothing of it is kept; fetch or pack it again.",
            name=name,
            reason=broken,
        ) from broken
