"""What a file may be, best first: mappings to look at and correct, each with why it is as it is. Pure.

Identifier: IMPORT-GUESS.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final, cast

from msgspec.structs import replace

from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import BadMapping, FieldFrom, Mapping, ReadAs, Target
from tallystick.tracking.events.mapping.targets import TARGETS, fields_of, targets_of
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.guessing import openings, orders, reports, touches, voices
from tallystick.tracking.imports.guessing.columns import Column, columns_of_rows
from tallystick.tracking.imports.guessing.form import Known, KnownProgram, Note, Proposal
from tallystick.tracking.imports.guessing.headers import names_for, stands_for_itself
from tallystick.tracking.imports.guessing.table import MONEY, Sketch, Table
from tallystick.tracking.imports.presets.catalog import presets_for
from tallystick.tracking.imports.presets.fitting import Fitted
from tallystick.tracking.imports.reading.look import Look, Sheet

__all__ = ["Known", "KnownProgram", "Note", "Proposal", "propose", "propose_presets"]

_GUESSES: Final[tuple[Callable[[Table], Iterator[Sketch]], ...]] = (
    orders.orders,
    touches.clicks,
    touches.leads,
    touches.bindings,
    openings.partners,
    openings.links,
    openings.codes,
    reports.totals,
    reports.costs,
    reports.commissions,
    voices.subscriptions,
    voices.stages,
    voices.tickets,
    voices.answers,
    voices.reviews,
)
_NAME_LENGTH: Final = 60
_WORTH_A_LOOK: Final = 20
_SHARE_OF_A_GUESS: Final = 90
"""In a hundred: a preset that is there as a whole is surer than any guess."""
_UTF8: Final = ("utf-8", "utf-8-sig", "utf8", "ascii")


def propose(look: Look, *, name: str, known: Known) -> list[Proposal]:
    """Mappings for a file, best first; empty where nothing can be made of it.

    look: a first look at the file. name: the file's. known: what the brand has already.
    Every mapping is one that can be used as it is; what a person must look at is marked in the notes. Depends on
    nothing but its arguments. Identifier: IMPORT-GUESS.
    """
    found = propose_presets(look, known=known)
    for sheet in look.sheets:
        table = _table(sheet, name, known)
        for guess in _GUESSES:
            found += [_from_sketch(sketch, table, sheet, look) for sketch in guess(table)]
    usable = [proposal for proposal in found if _is_usable(proposal.mapping)]
    best_first = sorted(usable, key=lambda proposal: -proposal.fit)
    return [proposal for proposal in best_first if proposal.fit >= _WORTH_A_LOOK] or best_first[:1]


def propose_presets(look: Look, *, known: Known) -> list[Proposal]:
    """The presets that a file calls for, best first, with times and amounts as the file writes them. IMPORT-PRESET."""
    found = presets_for(look, today=known.today.isoformat())
    return [_from_preset(sheet, fitted, look, known) for sheet, fitted in found]


def _is_usable(mapping: Mapping) -> bool:
    try:
        read_mapping(mapping_text(mapping))
    except BadMapping:
        return False
    return True


def _table(sheet: Sheet, name: str, known: Known) -> Table:
    called = f"{_stem(name)} {sheet.name}"
    month_first = bool(known.programs) and all(program.currency == "USD" for program in known.programs)
    if not stands_for_itself(sheet.columns):
        return Table(called, columns_of_rows(sheet.columns, sheet.samples, month_first=month_first), known)
    rows = [dict(zip(sheet.columns, sheet.columns, strict=True)), *sheet.samples]
    header = names_for(columns_of_rows(sheet.columns, rows, month_first=month_first))
    named = [dict(zip(header, (row[column] for column in sheet.columns), strict=True)) for row in rows]
    return Table(called, columns_of_rows(header, named, month_first=month_first), known, header)


def _stem(name: str) -> str:
    return re.sub(
        r"(\.(csv|tsv|txt|tab|json|jsonl|ndjson|parquet|gz|zip))+$",
        "",
        name.rpartition("/")[2],
        flags=re.IGNORECASE,
    )


def _from_sketch(sketch: Sketch, table: Table, sheet: Sheet, look: Look) -> Proposal:
    program, notes = _program(table, table.known)
    zone, zone_notes = _zone(table, program)
    mapping = Mapping(
        name=_key(table.name),
        program=program.key if program else None,
        key=sketch.key,
        group_by=sketch.group_by,
        zone=zone,
        decimal=table.decimal,
        reading=_reading(look, sheet, table.header),
        fields=sketch.fields,
        **cast("Any", sketch.targets),
    )
    said = {(note.field, note.column) for note in sketch.notes}
    where = [note for note in _where_from(mapping, table) if (note.field, note.column) not in said]
    notes = [*sketch.notes, *where, *notes, *zone_notes, *_cells_to_look_at(mapping, table)]
    return Proposal(mapping, "", sketch.title, sketch.fit * _SHARE_OF_A_GUESS // 100, tuple(notes))


def _key(name: str) -> str:
    plain = re.sub(r"[^-A-Za-z0-9_]+", "_", name).strip("_")[:_NAME_LENGTH].strip("_")
    return plain or "import"


def _program(table: Table, known: Known) -> tuple[KnownProgram | None, list[Note]]:
    """The program that the file's currency speaks for, or the first."""
    if not known.programs:
        return None, []
    column = table.column("currency")
    said = {cell.upper() for cell in column.distinct} if column else set()
    said |= {
        c.number.currency for role in MONEY if (c := table.column(role)) and c.number and c.number.currency
    }
    programs = sorted(known.programs)
    fitting = [program for program in programs if program.currency in said] or programs
    notes = []
    if len(known.programs) > 1:
        why = (
            f"the file is in {', '.join(sorted(said))}"
            if said
            else "the file does not say which program it belongs to"
        )
        notes.append(Note("program", "", why, must_look=True))
    if said and fitting[0].currency not in said:
        why = f"the file is in {', '.join(sorted(said))}, the program in {fitting[0].currency}: these amounts will wait"
        notes.append(Note("currency", column.name if column else "", why, must_look=True))
    elif not said and any(table.has(role) for role in MONEY):
        notes.append(
            Note(
                "currency", "", f"no column says a currency: amounts are {fitting[0].currency}, the program's"
            )
        )
    return fitting[0], notes


def _zone(table: Table, program: KnownProgram | None) -> tuple[str, list[Note]]:
    zone = program.zone if program else "UTC"
    times = [column.time for column in table.columns if column.time and not column.time.has_zone]
    if not times:
        return zone, []
    return zone, [Note("zone", "", f"times name no offset: they are read as {zone}")]


def _reading(look: Look, sheet: Sheet, header: tuple[str, ...]) -> ReadAs:
    encoding = look.encoding if look.encoding.lower() not in _UTF8 else None
    separator = look.separator if look.separator == "spaces" or header else None
    return ReadAs(
        encoding=encoding or None, separator=separator or None, header=header, section=sheet.section or None
    )


def _where_from(mapping: Mapping, table: Table) -> Iterator[Note]:
    """Why each field comes from the column it does."""
    why = {found.column.name: found for found in table.roles.values()}
    measures = {column.name for column in table.measures.values()}
    told: set[tuple[str, str]] = set()
    for name, _, target in targets_of(mapping):
        for field, source in fields_of(mapping, name, target).items():
            if not source.column or (field, source.column) in told:
                continue
            told.add((field, source.column))
            if found := why.get(source.column):
                yield Note(field, source.column, found.why, must_look=found.sureness < 40)
            elif source.column in measures:
                yield Note(field, source.column, f"the column is called {source.column!r}")


def _cells_to_look_at(mapping: Mapping, table: Table) -> Iterator[Note]:
    """What the cells leave open: day or month first, point or comma, whether there was a line of names."""
    by_name = {column.name: column for column in table.columns}
    used = {
        source.column
        for name, _, target in targets_of(mapping)
        for source in fields_of(mapping, name, target).values()
    }
    for name in sorted(filter(None, used)):
        yield from _open_questions(by_name[name])
    if table.header:
        why = "the first line is a row like the others: the columns are given names"
        yield Note("header", "", why, must_look=True)


def _open_questions(column: Column) -> Iterator[Note]:
    if column.time and column.time.is_ambiguous:
        example = column.filled[0]
        why = f"{example!r} could be read with day and month the other way round: it is read as {column.time.format}"
        yield Note("format", column.name, why, must_look=True)
    elif column.number and column.number.is_ambiguous and not column.time:
        why = "its only marks stand before three digits: they may group thousands, or be the decimal mark"
        yield Note("decimal", column.name, why, must_look=True)


def _from_preset(sheet: Sheet, fitted: Fitted, look: Look, known: Known) -> Proposal:
    table = Table(sheet.name, columns_of_rows(sheet.columns, sheet.samples), known)
    program, notes = _program(table, known)
    zone, zone_notes = _zone(table, program)
    mapping = replace(
        fitted.mapping,
        program=program.key if program else None,
        zone=zone,
        decimal=table.decimal,
        reading=_reading(look, sheet, ()),
        fields=_as_written(fitted.mapping.fields, table),
        **{
            name: tuple(_with_formats(target, table) for target in getattr(fitted.mapping, name))
            for name in TARGETS
        },
    )
    all_notes = (*fitted.notes, *notes, *zone_notes, *_cells_to_look_at(mapping, table))
    return Proposal(mapping, fitted.preset.key, fitted.preset.title, fitted.fit, all_notes)


def _with_formats(target: Target, table: Table) -> Target:
    return replace(target, fields=_as_written(target.fields, table))


def _as_written(fields: dict[str, FieldFrom], table: Table) -> dict[str, FieldFrom]:
    """The fields with the formats of times as the file has them, and without `minor` where amounts have a mark."""
    by_name = {column.name: column for column in table.columns}
    return {
        name: _source_as_written(name, source, by_name.get(source.column or ""))
        for name, source in fields.items()
    }


def _source_as_written(name: str, source: FieldFrom, column: Column | None) -> FieldFrom:
    if column is None:
        return source
    if name in ("occurred_at", "earned_at", "paid_at", "ordered_at", "on") and column.time:
        return replace(source, format=column.time.format)
    if source.minor and column.number and column.number.places:
        return replace(source, minor=False)
    return source
