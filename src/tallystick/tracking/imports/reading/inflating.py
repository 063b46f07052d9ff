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
        while not self._inflate.eof:
            self._packed = self._packed or self._read(_PACKED_BYTES)
            if not self._packed:
                raise EOFError
            if found := self._unpacked(size):
                return found
            if self._inflate.eof and self._form == GZIP:
                self._begin_next()
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
        if found and self._inflate.eof and self._form == GZIP:
            self._begin_next()
        return found

    def _before_damage(self) -> bytes:
        found = b""
        try:
            while True:
                found += self._inflate.decompress(self._packed[:1])
                self._packed = self._packed[1:]
        except zlib.error:
            return found

    def _begin_next(self) -> None:
        """Go on with the next gzip file, where one follows; zeros between them are none."""
        while not self._packed.strip(b"\0"):
            self._packed = self._read(_PACKED_BYTES)
            if not self._packed:
                return
        self._packed = self._packed.lstrip(b"\0")
        self._inflate = zlib.decompressobj(self._form)
