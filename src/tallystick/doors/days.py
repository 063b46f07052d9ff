"""Days as people write them in an address, a command or a call: the same everywhere, and refused in the same words."""

from __future__ import annotations

from datetime import date
from typing import Final

from tallystick.kit.errors import Exit, Foreseen

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)


class BadDay(Foreseen, ValueError):
    """A text that is no day, or no day that can be asked for."""

    exit = Exit.USAGE


def read_day(text: str, name: str) -> date | None:
    """The day that is written; None for an empty text, an open end. name: what the text is called. Raises BadDay."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise BadDay(
            "`%(name)s` is %(text)r, which is not a date; write it like 2026-11-20", name=name, text=text[:40]
        ) from None
    if not FIRST_DAY <= day <= LAST_DAY:
        raise BadDay(
            "`%(name)s` is %(text)s; days from %(first_day)s to %(last_day)s can be asked for",
            name=name,
            text=day,
            first_day=FIRST_DAY,
            last_day=LAST_DAY,
        )
    return day


def read_days(texts: tuple[str, str], names: tuple[str, str]) -> tuple[date | None, date | None]:
    """The first and the last day of a period, both included. Raises BadDay, also where the last is before the first."""
    first, last = (read_day(text, name) for text, name in zip(texts, names, strict=True))
    if first and last and last < first:
        raise BadDay(
            "`%(last)s` lies before `%(first)s`: there is no day between them", first=names[0], last=names[1]
        )
    return first, last
