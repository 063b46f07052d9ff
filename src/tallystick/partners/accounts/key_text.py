"""What an API key looks like: `tly_`, 30 random characters, 6 that check them. Pure.

The mark before it and the check behind it let a scanner find a key that leaked (`PATTERN`), and tell a mistyped key
from an unknown one without asking the database. Identifier: KEY-TEXT.
"""

from __future__ import annotations

import hashlib
import re
import zlib
from typing import Final

MARK: Final = "tly_"
ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
SECRET_LENGTH: Final = 30
"""Characters of 62: 178 bits."""

CHECK_LENGTH: Final = 6
SHOWN_LENGTH: Final = len(MARK) + 6
"""How much of a key is shown to know it by; 142 bits stay unknown."""

PATTERN: Final = re.compile(rf"\b{MARK}[0-9A-Za-z]{{{SECRET_LENGTH + CHECK_LENGTH}}}\b", re.ASCII)
"""Finds keys in a text."""


def compose(secret: str) -> str:
    """The key of a secret: `SECRET_LENGTH` characters of `ALPHABET`."""
    return f"{MARK}{secret}{_check(secret)}"


def is_whole(text: str) -> bool:
    """Whether a text can be a key at all: mark, length, letters and check fit. A slip of one letter never fits."""
    return PATTERN.fullmatch(text) is not None and text == compose(text[len(MARK) : -CHECK_LENGTH])


def digest(text: str) -> str:
    """SHA-256 of a key, in hexadecimal: all that is kept of it. It needs no salt, for a key is random."""
    return hashlib.sha256(text.encode()).hexdigest()


def beginning(text: str) -> str:
    """As much of a key as may be shown."""
    return text[:SHOWN_LENGTH]


def _check(secret: str) -> str:
    number, letters = zlib.crc32(secret.encode()), []
    for _ in range(CHECK_LENGTH):
        number, rest = divmod(number, len(ALPHABET))
        letters.append(ALPHABET[rest])
    return "".join(reversed(letters))
