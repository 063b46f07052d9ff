"""Which letters a line may hold that people write and others read. Pure."""

from __future__ import annotations

import unicodedata
from typing import Final

REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs"})
"""Control characters, which no line of text has, and halves of characters, which no database keeps."""

TURNS: Final = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the direction of writing: with one in its name somebody changes how the words around it read."""


def is_plain(text: str) -> bool:
    """Whether a line can be shown to others as it is. What joins letters, as many scripts need it, can."""
    return not any(each in TURNS or unicodedata.category(each) in REFUSED_CATEGORIES for each in text)
