"""A CSV file that opens and changes rows of a noun: first tried out and shown, then applied, all of it or nothing.

Trying out is doing it in a transaction that is rolled back, so that what is shown is what would happen.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from io import BytesIO
from typing import Any, Final

from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction
from django.utils.translation import gettext as _

from tallystick.doors import wording
from tallystick.doors.nouns.cells import meant
from tallystick.doors.nouns.csv_out import columns_of
from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.noun import Noun
from tallystick.doors.nouns.references import remembered
from tallystick.foundation.audit.acts import Actor
from tallystick.kit import ids
from tallystick.kit.delimited import BadFile, Table, open_table
from tallystick.kit.errors import Foreseen

MOST_BYTES: Final = 2_000_000
MOST_LINES: Final = 1_000
"""A file is one transaction, and on SQLite nobody else writes meanwhile: a thousand lines take two or three seconds."""


class Effect(StrEnum):
    """What a line does."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Mistake:
    """What is wrong with a cell; the column is empty where it is the line as a whole."""

    column: str
    value: str
    message: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file and what it does. changes: field → before and after. The line is counted from 1, the header
    included, where it ends.
    """

    line: int
    effect: Effect
    handle: str = ""
    changes: Mapping[str, tuple[Any, Any]] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """What a file does, line by line."""

    lines: tuple[Line, ...]

    @property
    def counts(self) -> Counter[Effect]:
        """Effect → number of lines."""
        return Counter(line.effect for line in self.lines)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.counts[Effect.WRONG]

    def of(self, effect: Effect) -> list[Line]:
        """The lines with an effect."""
        return [line for line in self.lines if line.effect is effect]

    @property
    def digest(self) -> str:
        """Tells two plans apart: what was shown is what is applied, or nothing is."""
        said = [[line.line, line.effect, line.handle, sorted(line.changes.items())] for line in self.lines]
        return hashlib.sha256(json.dumps(said, default=str).encode()).hexdigest()


class PlanChanged(Foreseen):
    """What a file would do is no longer what was shown."""


class _Undo(Exception):
    """Takes back what was tried out."""


def try_out(noun: Noun[Any], content: bytes, *, by: Actor) -> Plan:
    """What a file would do, with everything that is wrong with it. Raises BadFile for what is no such file."""
    plan = Plan(())
    try:
        with transaction.atomic():
            plan = _taken(noun, content, by=by)
            raise _Undo
    except _Undo:
        return plan


def take(noun: Noun[Any], content: bytes, *, digest: str | None = None, by: Actor) -> Plan:
    """Do what a file says; nothing of it where a line is wrong, or where its plan is not the one with the digest.

    Raises BadFile; PlanChanged.
    """
    plan = Plan(())
    try:
        with transaction.atomic():
            plan = _taken(noun, content, by=by)
            if not plan.is_whole:
                raise _Undo
            if digest is not None and plan.digest != digest:
                raise PlanChanged("something was changed since this was shown; look at it again")
    except _Undo:
        pass
    return plan


def _taken(noun: Noun[Any], content: bytes, *, by: Actor) -> Plan:
    if len(content) > MOST_BYTES:
        raise BadFile(_("The file is larger than %(most)s MB. Split it.") % {"most": MOST_BYTES // 1_000_000})
    source = BytesIO(content)
    source.name = _("The file")
    with open_table(source) as table:
        _refuse_columns(noun, table)
        lines = list(_cells(table))
    with remembered():
        rows = list(noun.reference.rows())
        by_id = {ids.show(noun.prefix, row.pk): row for row in rows}
        taking = _Taking(noun, by, by_id, {noun.handle(row): row for row in rows}, {})
        return Plan(tuple(_line(taking, cells, number) for number, cells in lines))


@dataclass(frozen=True, slots=True)
class _Taking:
    """A file on its way in. by_id, by_handle: the rows as they were before. seen: handle → the line that named it."""

    noun: Noun[Any]
    by: Actor
    by_id: Mapping[str, Any]
    by_handle: Mapping[str, Any]
    seen: dict[str, int]


def _cells(table: Table) -> Iterator[tuple[int, dict[str, str]]]:
    for count, row in enumerate(table.rows, 1):
        if count > MOST_LINES:
            raise BadFile(_("The file has more than %(most)s lines. Split it.") % {"most": f"{MOST_LINES:,}"})
        yield row.line, {name: meant(cell) for name, cell in zip(table.header, row.cells, strict=True)}


def _refuse_columns(noun: Noun[Any], table: Table) -> None:
    known = columns_of(noun)
    for name in table.header:
        if name not in known:
            raise BadFile(
                _("The file has a column “%(name)s”. A file of %(what)s may have: %(known)s.")
                % {"name": name, "what": noun.label_plural, "known": ", ".join(known)}
            )


def _line(taking: _Taking, cells: Mapping[str, str], number: int) -> Line:
    noun = taking.noun
    given = {name: cell for name, cell in cells.items() if name in noun.fields}
    row_id = cells.get("id", "")
    row = taking.by_id.get(row_id) if row_id else taking.by_handle.get(noun.named_in(given))
    if row_id and row is None:
        message = _("Nothing here has this id. Leave the cell empty for what is new.")
        return Line(number, Effect.WRONG, mistakes=(Mistake("id", row_id, message),))
    form = noun.asked(given, row)
    if not form.is_valid():
        return Line(number, Effect.WRONG, mistakes=tuple(_mistakes(form, cells)))
    handle = noun.handle_in(form.cleaned_data)
    if handle in taking.seen:
        message = _("“%(handle)s” stands in line %(line)s already.")
        said = message % {"handle": handle, "line": taking.seen[handle]}
        return Line(number, Effect.WRONG, handle, mistakes=(Mistake("", handle, said),))
    taking.seen[handle] = number
    if row is not None and not form.changed_data:
        return Line(number, Effect.SAME, handle)
    try:
        with transaction.atomic():
            return _done(taking, row, form.cleaned_data, Line(number, Effect.SAME, handle))
    except Foreseen as refused:
        column = str(refused.values.get("field", ""))
        mistake = Mistake(column, cells.get(column, ""), wording.sentence(refused))
        return Line(number, Effect.WRONG, handle, mistakes=(mistake,))


def _mistakes(form: NounForm, cells: Mapping[str, str]) -> Iterator[Mistake]:
    for name, messages in form.errors.items():
        column = "" if name == NON_FIELD_ERRORS else name
        for message in messages:
            yield Mistake(column, cells.get(column, ""), str(message))


def _done(taking: _Taking, row: Any, said: Mapping[str, Any], line: Line) -> Line:
    noun = taking.noun
    if row is None:
        opened = noun.form_values(noun.open_(said, taking.by))
        return replace(line, effect=Effect.NEW, changes={name: ("", value) for name, value in opened.items()})
    before = noun.form_values(row)
    after = noun.form_values(noun.put(row, said, taking.by))
    changes = {name: (before[name], after[name]) for name in after if before[name] != after[name]}
    return replace(line, effect=Effect.CHANGED if changes else Effect.SAME, changes=changes)
