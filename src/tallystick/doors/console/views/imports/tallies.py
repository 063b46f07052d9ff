"""A tally as pages and files show it: what became of the rows, what they are, their money, what is unknown."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext as _

from tallystick.design import figures
from tallystick.design.words import word
from tallystick.doors.nouns.cells import csv_line
from tallystick.kit.money import Money
from tallystick.partners.programs.models import Brand
from tallystick.tracking.imports.rules.tally import Tally


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the rows: what became of them, how many, what that means, and where they stand."""

    name: str
    label: str
    rows: int
    says: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Thing:
    """What stands behind rows: how many of it, and its money by currency."""

    label: str
    number: int
    amounts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A name that nobody knows. url: where one says who it is."""

    program: str
    role: str
    value: str
    rows: int
    url: str
    ticked: str


@dataclass(frozen=True, slots=True)
class ShownTally:
    """A tally in words."""

    rows: int
    parts: tuple[Part, ...]
    things: tuple[Thing, ...]
    reasons: tuple[tuple[str, int, str], ...]
    unknown: tuple[Unknown, ...]
    period: str


def shown(tally: Tally, brand: Brand, *, import_id: str = "", is_dry: bool = False) -> ShownTally:
    """A tally in words. import_id: of the import it is of, for the addresses that lead on. is_dry: nothing was done."""
    held = reverse("console:quarantine", args=[brand.key])
    query = {"import": import_id} if import_id and not is_dry else {}
    return ShownTally(
        rows=tally.rows,
        parts=tuple(_parts(tally, f"{held}?{urlencode(query)}" if query else "")),
        things=tuple(_things(tally)),
        reasons=tuple(
            (word(reason), rows, f"{held}?{urlencode({**query, 'reason': reason})}" if query else "")
            for reason, rows in tally.reasons.items()
        ),
        unknown=tuple(_unknown(tally, brand, import_id)),
        period=_period(tally, ZoneInfo(brand.zone)),
    )


def csv_lines(tally: Tally, *, name: str) -> Iterator[str]:
    """A reconciliation as a CSV file: one figure in each line. No text in it is run by a spreadsheet."""
    yield csv_line(("file", "what", "of", "rows", "number", "amount", "currency"))
    for became in ("rows", "counted", "duplicate", "ignored", "quarantined", "waiting"):
        yield csv_line((name, became, "", getattr(tally, became), None, None, None))
    for reason, rows in tally.reasons.items():
        yield csv_line((name, "quarantined", str(reason), rows, None, None, None))
    for what, number in tally.things.items():
        yield csv_line((name, "thing", what, None, number, None, None))
    for (what, currency), minor in tally.money.items():
        # A Decimal, for a negative amount is a number and begins no formula.
        amount = Decimal(Money(minor, currency).number())
        yield csv_line((name, "money", what, None, None, amount, currency))
    for (program, role, value), rows in tally.unknown.items():
        yield csv_line((name, f"unknown {role}", f"{program}: {value}", rows, None, None, None))


def _parts(tally: Tally, held: str) -> Iterator[Part]:
    yield Part("counted", _("Counted"), tally.counted, _("stand behind an event or something reported"))
    yield Part("duplicate", _("Duplicates"), tally.duplicate, _("arrived before, word for word"))
    yield Part(
        "ignored", _("Ignored"), tally.ignored, _("kept; the mapping or a choice says nothing comes of them")
    )
    url = held if tally.quarantined else ""
    yield Part(
        "quarantined", _("In quarantine"), tally.quarantined, _("wait for somebody to look at them"), url
    )
    if tally.waiting:
        yield Part("waiting", _("Not read yet"), tally.waiting, _("are kept, and are being made events of"))


def _things(tally: Tally) -> Iterator[Thing]:
    for what, number in tally.things.items():
        sums = [(currency, minor) for (of, currency), minor in tally.money.items() if of == what]
        amounts = tuple(figures.money(minor, currency) for currency, minor in sums if currency)
        yield Thing(word(what), number, amounts)


def _unknown(tally: Tally, brand: Brand, import_id: str) -> Iterator[Unknown]:
    for (program, role, value), rows in sorted(tally.unknown.items(), key=lambda each: (-each[1], each[0])):
        asked = {"program": program, "role": role, "value": value}
        query = urlencode({**asked, **({"import": import_id} if import_id else {})})
        url = f"{reverse('console:name', args=[brand.key])}?{query}"
        yield Unknown(program, word(role), value, rows, url, urlencode(asked))


def _period(tally: Tally, zone: ZoneInfo) -> str:
    if tally.first_at is None or tally.last_at is None:
        return ""
    return figures.days(tally.first_at.astimezone(zone).date(), tally.last_at.astimezone(zone).date())
