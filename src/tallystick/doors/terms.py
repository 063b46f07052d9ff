"""The words for what figures are broken down by: names for ids, ids for what a filter says; read as far as needed."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext

from tallystick.design.words import word
from tallystick.kit.batches import slices
from tallystick.measurement.kpis.dimensions import DIMENSIONS, NONE, NONE_WRITTEN, OTHER, UNKNOWN, Key
from tallystick.measurement.kpis.questions import BadQuestion
from tallystick.partners.partnerships.models import Campaign, Code, Link, Partner, Placement
from tallystick.partners.programs.models import Channel, Program

_OWN_WORDS: Final = frozenset(
    {
        "partner_kind",
        "placement_type",
        "visitor_type",
        "customer_type",
        "device",
        "browser",
        "time_since_touch",
    }
)
"""Dimensions whose values are words of the house; those of the others are shown as they are."""

MOST_NAMED: Final = 10
"""How many names an error lists."""


@dataclass(frozen=True, slots=True)
class Term:
    """One value of a dimension in words: `key` as one writes it in a filter, `name` as one reads it."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class _Named:
    """The rows that a dimension's ids name. paths: the fields of the key, joined by `/` where there are several."""

    rows: Callable[[], QuerySet[Any]]
    term: Callable[[Any], Term]
    paths: tuple[str, ...] = ("key",)
    mark: str = ""
    """What a key begins with, where one dimension names rows of several kinds."""

    def terms(self, keys: Collection[UUID]) -> dict[Key, Term]:
        """The words for those of the ids that are there."""
        return {row.id: self.term(row) for part in slices(keys) for row in self.rows().filter(id__in=part)}

    def key(self, text: str) -> UUID | None:
        """The id of the row that a text names; None where there is none."""
        parts = text.removeprefix(self.mark).split("/", len(self.paths) - 1)
        if not text.startswith(self.mark) or len(parts) < len(self.paths):
            return None
        found = self.rows().filter(**dict(zip(self.paths, parts, strict=True))).order_by("id")
        row_id: UUID | None = found.values_list("id", flat=True).first()
        return row_id

    def there(self) -> list[str]:
        """All that could have been written."""
        rows = self.rows().order_by(*self.paths).values_list(*self.paths)
        return [self.mark + "/".join(each) for each in dict.fromkeys(rows)]


def _plain(row: Any) -> Term:
    return Term(row.key, row.name)


def _place(row: Placement) -> Term:
    partner = row.partnership.partner
    return Term(f"{partner.key}/{row.key}", f"{partner.name} · {row.name}")


def _by_key(row: Any) -> Term:
    return Term(row.key, row.key)


def _channel(row: Channel) -> Term:
    return Term(f"channel:{row.key}", gettext("%(name)s (house channel)") % {"name": row.name})


def _marked_partner(row: Partner) -> Term:
    return Term(f"partner:{row.key}", row.name)


_NAMED: Final[Mapping[str, tuple[_Named, ...]]] = MappingProxyType(
    {
        "program": (_Named(Program.objects.all, _plain),),
        "partner": (_Named(Partner.objects.all, _plain),),
        "placement": (
            _Named(
                lambda: Placement.objects.select_related("partnership__partner"),
                _place,
                ("partnership__partner__key", "key"),
            ),
        ),
        "link": (_Named(Link.objects.all, _by_key),),
        "code": (_Named(Code.objects.all, _by_key),),
        "campaign": (_Named(Campaign.objects.all, _plain),),
        "source": (
            _Named(Partner.objects.all, _marked_partner, mark="partner:"),
            _Named(Channel.objects.all, _channel, mark="channel:"),
        ),
    }
)


class Terms:
    """The words for the ids of the brand in scope. What was read once is kept."""

    def __init__(self) -> None:
        self._known: dict[str, dict[Key, Term]] = {name: {} for name in _NAMED}

    def learn(self, by: tuple[str, ...], keys: Iterable[tuple[Key, ...]]) -> None:
        """Read the names of all these at once: the keys of cells by dimensions."""
        rows = list(keys)
        for place, dimension in enumerate(by):
            wanted = {row[place] for row in rows}
            self._read(dimension, {key for key in wanted if isinstance(key, UUID)})

    def term(self, dimension: str, key: Key) -> Term:
        """The words for a key that an answer holds."""
        if isinstance(key, UUID):
            if key not in self._known[dimension]:
                self._read(dimension, {key})
            return self._known[dimension].get(key) or Term(key.hex, key.hex)
        if key == OTHER:
            return Term(key, gettext("Other"))
        if key in (NONE, NONE_WRITTEN) and key == DIMENSIONS[dimension].missing:
            return Term(key, gettext("no %(what)s") % {"what": word(DIMENSIONS[dimension].label.lower())})
        is_word = dimension in _OWN_WORDS or key == UNKNOWN == DIMENSIONS[dimension].missing
        return Term(key, word(key) if is_word else key)

    def key(self, dimension: str, text: str) -> Key:
        """The key that a filter's text names. Raises BadQuestion, which lists the nearest names there are."""
        if dimension not in DIMENSIONS:
            raise BadQuestion(
                "%(dimension)r is not a dimension; dimensions: %(dimensions)s",
                dimension=dimension,
                dimensions=", ".join(DIMENSIONS),
            )
        if not DIMENSIONS[dimension].is_id or text == NONE:
            return text
        for named in _NAMED[dimension]:
            if (found := named.key(text)) is not None:
                return found
        raise BadQuestion(
            "there is no %(dimension)s %(text)r; there is %(there)s",
            dimension=dimension,
            text=text,
            there=_there(dimension, text),
        )

    def _read(self, dimension: str, keys: set[UUID]) -> None:
        missing = {key for key in keys if key not in self._known[dimension]}
        for named in _NAMED[dimension] if missing else ():
            self._known[dimension] |= named.terms(missing)


def _there(dimension: str, text: str) -> str:
    """What could have been meant: all names where they are few, else the nearest."""
    names = [name for named in _NAMED[dimension] for name in named.there()]
    if len(names) > MOST_NAMED:
        nearest = difflib.get_close_matches(text, names, n=MOST_NAMED, cutoff=0.3)
        others = [name for name in names if name not in nearest]
        names = [*nearest, *others[: MOST_NAMED - len(nearest)], "…"]
    return ", ".join(names) or gettext("none yet")
