"""How times are written in a column, found out from its cells. Pure. Identifier: IMPORT-GUESS."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

_SHARE: Final = 0.7
"""How many of the cells must be alike: some rows of a file are broken."""
_LEAST_YEAR, _LAST_YEAR = 1970, 2100

_ISO: Final = re.compile(
    r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?P<zone>Z|[+-]\d{2}:?\d{2})?)?"
)
_COMPACT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?P<time>\d{6})?")
_NUMERIC: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<mark>[-./])(?P<b>\d{1,2})(?P=mark)(?P<c>\d{4}|\d{2})"
    r"(?:(?P<gap>,? |T)(?P<hours>\d{1,2}):\d{2}(?P<seconds>:\d{2})?(?P<fraction>\.\d+)?(?P<half> ?[AaPp][Mm])?)?"
    r"(?P<zone> ?(?:Z|[+-]\d{2}:?\d{2}))?"
)
_SECONDS: Final = re.compile(r"\d{9,10}(?:\.\d+)?")
_MILLISECONDS: Final = re.compile(r"\d{12,13}")
_WITH_MONTH: Final = re.compile(
    r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ .,-]*.*\d{4}", re.IGNORECASE
)
_WORDED: Final = tuple(
    f"{day}{time}"
    for day in (
        "%d %b %Y",
        "%d %B %Y",
        "%b %d, %Y",
        "%B %d, %Y",
        "%b %d %Y",
        "%d-%b-%Y",
        "%a, %d %b %Y",
        "%d. %B %Y",
    )
    for time in (
        "",
        " %H:%M",
        " %H:%M:%S",
        " %I:%M %p",
        " %I:%M:%S %p",
        ", %H:%M",
        ", %I:%M %p",
        " %H:%M:%S %z",
    )
)


@dataclass(frozen=True, slots=True)
class TimeShape:
    """How a column writes times. format: of a mapping's field; None is ISO 8601.

    has_zone: whether the cells name an offset. is_ambiguous: whether day and month could be the other way round, as far
    as the cells show.
    """

    format: str | None
    has_zone: bool
    is_ambiguous: bool = False


def time_shape(cells: Sequence[str], *, month_first: bool = False) -> TimeShape | None:
    """How most of the cells are written; None where they are no times. Identifier: IMPORT-GUESS.

    Which number is the day is seen from any that is greater than 12. Where none is, points and hyphens mean that the
    day comes first, and slashes the month if `month_first` or if an AM or PM stands there; then it is ambiguous.
    """
    if not cells:
        return None
    order = _order(cells, month_first=month_first)
    shapes = Counter(shape for cell in cells if (shape := _shape(cell, *order)))
    if not shapes:
        return None
    shape, count = shapes.most_common(1)[0]
    return shape if count >= _SHARE * len(cells) else None


def _order(cells: Sequence[str], *, month_first: bool) -> tuple[bool, bool]:
    """Whether the month stands before the day, and whether that is no more than a habit."""
    found = [match for cell in cells if (match := _NUMERIC.fullmatch(cell)) and len(match["a"]) < 4]
    if any(int(match["a"]) > 12 for match in found):
        return False, False
    if any(int(match["b"]) > 12 for match in found):
        return True, False
    slashed = any(match["mark"] == "/" for match in found)
    return slashed and (month_first or any(match["half"] for match in found)), bool(found)


def _shape(cell: str, month_first: bool, is_ambiguous: bool) -> TimeShape | None:
    if match := _ISO.fullmatch(cell):
        # TRICKY: `fromisoformat` knows no blank before the offset, which Ruby writes; the format below does.
        return TimeShape(None, match["zone"] is not None) if _is_iso(cell) else None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} [+-]\d{4}", cell):
        return TimeShape("%Y-%m-%d %H:%M:%S %z", has_zone=True)
    if re.fullmatch(r"\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2} UTC", cell):
        return TimeShape("%Y-%m-%d %H:%M:%S UTC", has_zone=False)
    if match := _COMPACT.fullmatch(cell):
        pattern = "%Y%m%d%H%M%S" if match["time"] else "%Y%m%d"
        return TimeShape(pattern, has_zone=False) if _is_read(cell, pattern) else None
    if _MILLISECONDS.fullmatch(cell):
        return TimeShape("unix_ms", has_zone=True)
    if _SECONDS.fullmatch(cell):
        return TimeShape("unix", has_zone=True)
    if match := _NUMERIC.fullmatch(cell):
        return _numeric(cell, match, month_first=month_first, is_ambiguous=is_ambiguous)
    if not _WITH_MONTH.search(cell):
        return None
    worded = next((pattern for pattern in _WORDED if _is_read(cell, pattern)), None)
    return TimeShape(worded, has_zone=worded.endswith("%z")) if worded else None


def _numeric(cell: str, match: re.Match[str], *, month_first: bool, is_ambiguous: bool) -> TimeShape | None:
    mark, year = match["mark"], "%Y" if len(match["c"]) == 4 else "%y"
    if len(match["a"]) == 4:
        day, is_ambiguous = f"%Y{mark}%m{mark}%d", False
    else:
        first, second = ("%m", "%d") if month_first else ("%d", "%m")
        day = f"{first}{mark}{second}{mark}{year}"
    pattern = day
    if match["hours"]:
        half = match["half"]
        pattern += f"{match['gap']}{'%I' if half else '%H'}:%M"
        pattern += f"{':%S' if match['seconds'] else ''}{'.%f' if match['fraction'] else ''}"
        pattern += f"{' ' if half and half.startswith(' ') else ''}{'%p' if half else ''}"
    if zone := match["zone"]:
        pattern += " %z" if zone.startswith(" ") else "%z"
    if not _is_read(cell, pattern):
        return None
    return TimeShape(pattern, zone is not None, is_ambiguous)


def _is_iso(cell: str) -> bool:
    try:
        return _LEAST_YEAR <= datetime.fromisoformat(cell).year <= _LAST_YEAR
    except ValueError:
        return False


def _is_read(cell: str, pattern: str) -> bool:
    try:
        return _LEAST_YEAR <= datetime.strptime(cell, pattern).year <= _LAST_YEAR  # noqa: DTZ007
    except ValueError:
        return False
