"""Unpacking what is packed with deflate, so that everything comes that stands before the place where it is damaged."""

from __future__ import annotations

import zlib
from typing import Final

from tallystick.tracking.imports.reading.content import Bytes

GZIP: Final = 31
BARE: Final = -15
_PACKED_BYTES: Final = 1 << 16


class Inflated:
    """The unpacked bytes of a packed text, asked for in pieces."""

    def __init__(self, read: Bytes, *, form: int) -> None:
        """read: gives the packed bytes. form: GZIP, also several one after another, or BARE for one without a frame."""
        self._read, self._form = read, form
        self._inflate = zlib.decompressobj(form)
        self._packed = b""

    def __call__(self, size: int, /) -> bytes:
        """At most so many bytes, and none at the end.

        Raises EOFError where it ends in the middle, zlib.error where it is damaged; all bytes before have come then.
        """
        while not self._inflate.eof or self._begins_next():
            self._packed = self._packed or self._read(_PACKED_BYTES)
            is_all = not self._packed
            if found := self._unpacked(size):
                return found
            if is_all and not self._inflate.eof:
                raise EOFError
        return b""

    def _unpacked(self, size: int) -> bytes:
        before = self._inflate.copy()
        try:
            found = self._inflate.decompress(self._packed, size)
        except zlib.error:
            # What came out before the damage is lost with the call, so it is made again, byte by byte.
            self._inflate = before
            if found := self._before_damage():
                return found
            raise
        self._packed = self._inflate.unconsumed_tail or self._inflate.unused_data
        return found

    def _before_damage(self) -> bytes:
        found, at = [], 0
        try:
            for at in range(len(self._packed)):
                found.append(self._inflate.decompress(self._packed[at : at + 1]))
        except zlib.error:
            self._packed = self._packed[at:]
        return b"".join(found)

    def _begins_next(self) -> bool:
        """Whether another gzip file follows; zeros between them are nothing."""
        if self._form != GZIP:
            return False
        while not self._packed.strip(b"\0"):
            self._packed = self._read(_PACKED_BYTES)
            if not self._packed:
                return False
        self._packed = self._packed.lstrip(b"\0")
        self._inflate = zlib.decompressobj(self._form)
        return True
