"""The state of a page, which is its address: read strictly, changed by making another address."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.doors.asking import Wanted
from tallystick.kit.errors import Exit, Foreseen

OF_QUESTION: Final = {
    "kpi": "kpi",
    "program": "program",
    "definition": "definition",
    "by": "by",
    "where": "where",
    "segment": "segment",
    "denominator": "denominator",
    "basis": "basis",
    "from": "from_on",
    "until": "until_on",
}
"""Name in the address → field of `Wanted`."""

MOST_FILTERS: Final = 8
MOST_PAGES: Final = 1_000_000


class BadAddress(Foreseen):
    """An address with parameters that the page does not know or cannot read; the message says which."""

    exit = Exit.USAGE


@dataclass(frozen=True, slots=True)
class State:
    """A page of a brand with what is asked on it. extra: the page's own parameters, empty texts for those not given."""

    brand: str
    page: str
    wanted: Wanted
    extra: Mapping[str, str]

    def address(self, *, page: str = "", extra: Mapping[str, str] | None = None, **wanted: Any) -> str:
        """The address of this state with some of the question changed; on another page, only with the `extra` given."""
        own = self.extra if not page or page == self.page else {}
        pairs = [*_pairs(replace(self.wanted, **wanted)), *_given({**own, **(extra or {})})]
        path = reverse(page or self.page, args=[self.brand])
        return f"{path}?{urlencode(pairs)}" if pairs else path

    def hidden(self, *shown: str) -> list[tuple[str, str]]:
        """The state as form fields, without those that the form shows itself."""
        pairs = [*_pairs(self.wanted), *_given(self.extra)]
        return [(name, value) for name, value in pairs if name not in shown]


def read_state(query: QueryDict, *, brand: str, page: str, extra: tuple[str, ...] = ()) -> State:
    """Read an address. Raises BadAddress for a parameter that the page has not, or has twice."""
    known = (*OF_QUESTION, *extra)
    refuse_unknown(query, known, repeated=("where",))
    where = tuple(text for text in query.getlist("where") if text)
    if len(where) > MOST_FILTERS:
        raise BadAddress(_("A question has at most %(most)s filters.") % {"most": MOST_FILTERS})
    by = query.get("by", "")
    plain: dict[str, Any] = {
        field: query.get(name, "").strip()
        for name, field in OF_QUESTION.items()
        if name not in ("by", "where")
    }
    wanted = Wanted(by=(by,) if by else (), where=where, **plain)
    return State(brand, page, wanted, {name: query.get(name, "") for name in extra})


def refuse_unknown(query: QueryDict, known: Collection[str], *, repeated: Collection[str] = ()) -> None:
    """Raise BadAddress for a parameter that a page has not, and for one given twice that is not `repeated`."""
    for name in query:
        if name not in known:
            raise BadAddress(
                _("“%(name)s” is not a parameter of this page. It knows: %(known)s.")
                % {"name": name, "known": ", ".join(known)}
            )
        if name not in repeated and len(query.getlist(name)) > 1:
            raise BadAddress(_("“%(name)s” is given more than once.") % {"name": name})


def read_page_number(text: str) -> int:
    """The number of a page, from 1. Raises BadAddress."""
    if not text:
        return 1
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= MOST_PAGES):
        raise BadAddress(_("“page” is “%(text)s”; it is a number from 1.") % {"text": text[:40]})
    return int(text[:9])


def _pairs(wanted: Wanted) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for name, field in OF_QUESTION.items():
        value = getattr(wanted, field)
        found += [(name, each) for each in ((value,) if isinstance(value, str) else value) if each]
    return found


def _given(extra: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in extra.items() if value]
