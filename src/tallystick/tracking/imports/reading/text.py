"""Bytes as UTF-8, whatever encoding they have; what is no text in it stays as the bytes it is."""

from __future__ import annotations

import codecs
from collections.abc import Callable
from typing import Final

from tallystick.kit.delimited import BadFile
from tallystick.tracking.imports.reading.content import Pieces

UTF8: Final = "utf-8"
HEAD_BYTES: Final = 4096
# The longer marks first: that of UTF-32 begins like that of UTF-16.
_MARKS: Final = (
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# What Python counts among its encodings, though no file is written in them.
_OF_NO_FILE: Final = {"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"}
# Without a mark, the order that Windows writes.
_BY_OTHER_NAMES: Final = {UTF8: UTF8, "utf-16": "utf-16-le", "utf-32": "utf-32-le"}


def marked_encoding(head: bytes) -> tuple[str, int]:
    """The encoding that a byte order mark says, and the length of the mark; "" and 0 without one."""
    return next(((name, len(mark)) for mark, name in _MARKS if head.startswith(mark)), ("", 0))


def known_encoding(said: str) -> str:
    """An encoding by the name somebody gave it; UTF-8 under one name only. Raises BadFile for one that is none."""
    try:
        found = codecs.lookup(said)
        if found._is_text_encoding and found.name not in _OF_NO_FILE:
            return _BY_OTHER_NAMES.get(found.name, said)
    except (LookupError, ValueError):
        pass
    raise BadFile(
        "%(encoding)r is not the name of an encoding. Write one such as utf-8, windows-1252, iso-8859-15 "
        "or utf-16.",
        encoding=said,
    )


def utf8_pieces(pieces: Pieces, said: str | None) -> tuple[str, Callable[[], bytes]]:
    """The encoding of a text, and its pieces as UTF-8 without a mark.

    said: the encoding where no mark says another. Bytes that are no text in the encoding come as they are, and so are
    not UTF-8: whoever reads a row sees that. Raises BadFile for an unknown encoding.
    """
    marked, length = marked_encoding(pieces.head(len(codecs.BOM_UTF32_LE)))
    encoding = marked or (known_encoding(said) if said else UTF8)
    more = _Without(pieces.more, length) if length else pieces.more
    return encoding, more if encoding == UTF8 else _Transcoded(more, encoding)


def is_utf8(raw: bytes) -> bool:
    """Whether bytes are text in UTF-8."""
    try:
        raw.decode()
    except UnicodeDecodeError:
        return False
    return True


class _Without:
    """Pieces without the first few bytes."""

    def __init__(self, more: Callable[[], bytes], length: int) -> None:
        self._more, self._left = more, length

    def __call__(self) -> bytes:
        piece = self._more()
        while self._left and piece:
            self._left, piece = max(0, self._left - len(piece)), piece[self._left :]
            piece = piece or self._more()
        return piece


class _Transcoded:
    """Pieces of another encoding as UTF-8."""

    def __init__(self, more: Callable[[], bytes], encoding: str) -> None:
        self._more = more
        self._decoder = codecs.getincrementaldecoder(encoding)(_KEPT)
        self._ended = False

    def __call__(self) -> bytes:
        while not self._ended:
            piece = self._more()
            self._ended = not piece
            if text := self._decoder.decode(piece, self._ended):
                return text.encode(UTF8, _KEPT)
        return b""


def _keep(wrong: UnicodeError) -> tuple[str | bytes, int]:
    """Bytes that are no text, and characters that are none, as bytes that are not UTF-8 either.

    A NUL marks those that would be UTF-8 by chance.
    """
    if isinstance(wrong, UnicodeDecodeError):
        found = wrong.object[wrong.start : wrong.end].decode("ascii", "surrogateescape")
        return (found if not found.isascii() or found == "\n" else found + "\0"), wrong.end
    if isinstance(wrong, UnicodeEncodeError):
        characters = wrong.object[wrong.start : wrong.end]
        return b"".join(map(_kept_byte, characters)), wrong.end
    raise wrong


def _kept_byte(character: str) -> bytes:
    """The byte that was kept as a character, or the bytes of half a surrogate pair."""
    kept = 0xDC80 <= ord(character) <= 0xDCFF
    return character.encode(UTF8, "surrogateescape" if kept else "surrogatepass")


_KEPT: Final = "tallystick.kept"
codecs.register_error(_KEPT, _keep)
