"""The cells of a CSV file: written so that no spreadsheet runs them, read so that they are what they were."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from typing import Any, Final

_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula, also in full width."""


def safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula: one that could begin one gets an apostrophe in front.

    `meant(safe(text)) == text` for every text: one that begins with apostrophes before a formula gets one more.
    """
    return f"'{text}" if _could_run(text) else text


def meant(cell: str) -> str:
    """The text that `safe` was given."""
    return cell[1:] if cell.startswith("'") and _could_run(cell) else cell


def csv_line(values: Iterable[Any]) -> str:
    """A line of a CSV file, with its end. None is an empty cell; texts are written so that no spreadsheet runs them."""
    line = io.StringIO()
    cells = [safe(value) if isinstance(value, str) else value for value in values]
    csv.writer(line, lineterminator="\r\n").writerow(cells)
    return line.getvalue()


def _could_run(text: str) -> bool:
    bare = text.lstrip("'")
    return bare.startswith(_DANGEROUS) or bare.lstrip().startswith(_DANGEROUS)
