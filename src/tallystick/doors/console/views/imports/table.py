"""The columns of a file as a form: each with samples, and a select that says where it goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from zoneinfo import available_timezones

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tallystick.doors.console.views.imports.columns import (
    AS_IT_IS,
    KEPT,
    MINOR,
    NOT_USED,
    WHEN,
    Asked,
    Use,
    constants_of,
    fields_offered,
    targets,
    use_of,
    written_of,
)
from tallystick.doors.console.views.imports.labels import field_label, target_says, things
from tallystick.partners.programs.models import Program
from tallystick.tracking.events.mapping.checks import columns_of
from tallystick.tracking.events.mapping.form import Mapping as RowMapping
from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.events.mapping.targets import MONEY
from tallystick.tracking.imports.presets.form import Note
from tallystick.tracking.imports.reading.look import Sheet

MOST_COLUMNS: Final = 200
MOST_SAMPLES: Final = 3
SAMPLE_CHARS: Final = 60

FORMATS: Final = (
    "%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y", "%d.%m.%Y %H:%M", "%d.%m.%Y %H:%M:%S",
    "%d/%m/%Y", "%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S", "%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S",
    "%d %b %Y", "%b %d, %Y", "%Y%m%d", "unix", "unix_ms",
)  # fmt: skip
"""How files write times, offered beside ISO 8601; any other format can be written into the text of the mapping."""

EXAMPLE: Final = datetime(2026, 11, 30, 14, 5, 9, tzinfo=UTC)
"""A time that no two formats write alike."""

SEPARATORS: Final = ((",", ","), (";", ";"), ("tab", _lazy("tab")), ("|", "|"), ("spaces", _lazy("spaces")))
ENCODINGS: Final = (
    "utf-8", "windows-1252", "iso-8859-1", "iso-8859-15", "utf-16", "windows-1250", "windows-1251", "mac-roman",
    "shift_jis", "gb18030",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ColumnRow:
    """One column as the table shows it. choices: value and label of its select; written: how it is written, and what is
    offered for that, where it is a time or an amount.
    """

    number: int
    name: str
    samples: tuple[str, ...]
    token: str
    choices: tuple[tuple[str, str], ...]
    written: str
    ways: tuple[tuple[str, str], ...]
    is_key: bool
    is_group: bool
    is_missing: bool
    notes: tuple[Note, ...]

    @property
    def must_look(self) -> bool:
        """Whether a person has to look at it."""
        return self.is_missing or any(note.must_look for note in self.notes)


def column_rows(mapping: RowMapping, sheet: Sheet | None, notes: Sequence[Note]) -> list[ColumnRow]:
    """The columns of a file with what a mapping does with them; those that it reads and the file has not come last."""
    there = sheet.columns if sheet else ()
    lacking = sorted(columns_of(mapping) - set(there))
    return [
        _row(number, name, mapping, sheet, notes)
        for number, name in enumerate([*there[:MOST_COLUMNS], *lacking])
    ]


def settings_of(mapping: RowMapping, notes: Sequence[Note], columns: Sequence[str]) -> dict[str, Any]:
    """Everything of the form that is about the whole file."""
    return {
        "mapping": mapping,
        "targets": [(place, target_says(place, target)) for place, target in targets(mapping)],
        "things": things(),
        "programs": list(Program.objects.order_by("name").values_list("key", "name")),
        "zones": sorted(available_timezones()),
        "decimals": ((".", _("point: 12.50")), (",", _("comma: 12,50"))),
        "separators": SEPARATORS,
        "encodings": ENCODINGS,
        "constants": [*constants_of(mapping).items(), ("", "")],
        "constant_fields": [(name, field_label(name)) for name in fields_offered(mapping)],
        "notes": [note for note in notes if note.column not in columns],
    }


def read_table(posted: QueryDict) -> Asked:
    """The table as it was filled in: `column-0`, `use-0`, `written-0`, `key-0` and `group-0` belong together."""
    given = {name: str(text) for name, text in posted.items()}
    columns = {
        name.removeprefix("column-"): text for name, text in given.items() if name.startswith("column-")
    }
    fields = {
        name.removeprefix("constant-"): text for name, text in given.items() if name.startswith("constant-")
    }
    constants = {
        field: text
        for number, field in fields.items()
        if field and (text := given.get(f"same-{number}", "").strip())
    }
    return Asked(
        name=given.get("name", "").strip(),
        program=given.get("program") or None,
        uses={column: given.get(f"use-{number}", AS_IT_IS) for number, column in columns.items()},
        written={
            column: given[f"written-{number}"]
            for number, column in columns.items()
            if f"written-{number}" in given
        },
        key=tuple(column for number, column in columns.items() if f"key-{number}" in given),
        group_by=tuple(column for number, column in columns.items() if f"group-{number}" in given),
        zone=given.get("zone", "").strip() or "UTC",
        decimal=given.get("decimal", "."),
        reading=read_as(given),
        constants=constants,
        without=frozenset(posted.getlist("without")),
        also=given.get("also", ""),
    )


def read_as(posted: Mapping[str, str]) -> ReadAs:
    """How the file is to be read, where a person says so."""
    said = {name: posted.get(name, "").strip() or None for name in ("encoding", "separator", "section")}
    header = tuple(text.strip() for text in posted.get("header", "").split(",") if text.strip())
    return ReadAs(**said, header=header)


def _row(
    number: int, name: str, mapping: RowMapping, sheet: Sheet | None, notes: Sequence[Note]
) -> ColumnRow:
    use = use_of(mapping, name)
    return ColumnRow(
        number=number,
        name=name,
        samples=_samples(name, sheet) if sheet else (),
        token=use.token,
        choices=tuple(_choices(use, fields_offered(mapping))),
        written=written_of(mapping, name),
        ways=_ways(use.token, written_of(mapping, name)),
        is_key=name in mapping.key,
        is_group=name in mapping.group_by,
        is_missing=sheet is None or name not in sheet.columns,
        notes=tuple(note for note in notes if note.column == name),
    )


def _choices(use: Use, offered: Sequence[str]) -> list[tuple[str, str]]:
    found = [(NOT_USED, _("not used, only kept")), (KEPT, _("attribute of its own"))]
    if use.token == AS_IT_IS:
        found.insert(0, (AS_IT_IS, _said(use)))
    return [*found, *((name, field_label(name)) for name in offered)]


def _said(use: Use) -> str:
    """What a column does that a select cannot say, in words."""
    parts = [field_label(name) for name in (*use.fields, *use.in_lines)]
    if use.attributes:
        parts.append(_("attribute"))
    if use.decides:
        parts.append(_("decides what the row is"))
    return " + ".join(parts)


def _ways(token: str, written: str) -> tuple[tuple[str, str], ...]:
    if token in MONEY:
        return (("", _("as an amount: 12.50")), (MINOR, _("in the smallest unit: 1250")))
    if token in WHEN:
        known = FORMATS if not written or written in FORMATS else (written, *FORMATS)
        return (("", _("ISO 8601")), *((pattern, _example(pattern)) for pattern in known))
    return ()


def _example(pattern: str) -> str:
    if pattern == "unix":
        return _("seconds since 1970")
    if pattern == "unix_ms":
        return _("milliseconds since 1970")
    return _("like %(example)s") % {"example": f"{EXAMPLE:{pattern}}"}


def _samples(name: str, sheet: Sheet) -> tuple[str, ...]:
    texts = dict.fromkeys(text for row in sheet.samples if (text := row.get(name, "").strip()))
    return tuple(text[:SAMPLE_CHARS] for text in list(texts)[:MOST_SAMPLES])
