"""What a document is called: a name that is safe on every disk, on every page and in a header."""

from __future__ import annotations

import unicodedata
from typing import Final

from tallystick.foundation.attachments.types import Type

MOST_CHARACTERS: Final = 200
NAMELESS: Final = "document"

# Characters that end a path, or that Windows keeps for itself.
_REFUSED: Final = frozenset('/\\:*?"<>|')
# Control and format characters: among them those that turn the direction of writing, so that `gpj.exe` reads `exe.jpg`.
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(name: str, kind: Type) -> str:
    """The last part of a path, without what deceives the eye, with an ending that fits what the document is.

    `invoice.html` that is plain text becomes `invoice.html.txt`: once it is saved, only its name says what opens it.
    """
    whole = plain_name(name) or NAMELESS
    fits = whole.lower().endswith(kind.endings) and whole.lower() not in kind.endings
    ending = "" if fits else kind.endings[0]
    if len(whole) + len(ending) <= MOST_CHARACTERS:
        return whole + ending
    stem, point, own = whole.rpartition(".")
    ending = ending or f"{point}{own}"
    return (stem or whole)[: MOST_CHARACTERS - len(ending)].rstrip(". ") + ending


def plain_name(name: str) -> str:
    """The last part of a path, without what deceives the eye; empty where nothing is left."""
    last = name.replace("\\", "/").rpartition("/")[2]
    seen = unicodedata.normalize("NFC", "".join(" " if _is_unwanted(each) else each for each in last))
    return " ".join(seen.split()).strip(". ")


def _is_unwanted(letter: str) -> bool:
    return letter in _REFUSED or unicodedata.category(letter) in _INVISIBLE
