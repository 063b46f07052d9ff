"""Operations of imports: a file comes in pieces, is tried, begun, watched and stopped. The worker reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from tallystick.doors import importing, wording
from tallystick.doors.api import import_shapes as shapes
from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.lists import list_shape, listed, query_of
from tallystick.doors.api.once import Answer
from tallystick.doors.api.problems import FieldProblem, Problem
from tallystick.doors.api.programs import program_named
from tallystick.doors.found import row_at
from tallystick.journey import inbox
from tallystick.kit.delimited import BadFile
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.mapping.write import mapping_text
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import IMPORTS, problems_of
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.rules.steps import State, refuse_unless
from tallystick.tracking.imports.services import files, lifecycle, uploads
from tallystick.tracking.imports.services.trial import try_out

TAG: Final = "Imports"
READ: Final = "imports.read"
CHANGE: Final = "imports.change"


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (*_reading(), *_bringing(), *(_stepping(verb, says) for verb, says in STEPS.items()))


def _reading() -> tuple[Operation, ...]:
    return (
        Operation(
            "list_imports",
            "GET",
            "/imports",
            READ,
            "List imports",
            TAG,
            lambda call: listed(IMPORTS, call, importing.import_values),
            {200: list_shape(shapes.Import)},
            query=query_of("Imports", IMPORTS),
        ),
        Operation(
            "get_import",
            "GET",
            "/imports/{id}",
            READ,
            "Get an import with what became of its rows",
            TAG,
            lambda call: Answer(_with_tally(_find(call.id))),
            {200: shapes.ImportWithTally},
            prefix="imp",
        ),
        Operation(
            "list_problems",
            "GET",
            "/imports/{id}/problems",
            READ,
            "List what waits of an import",
            TAG,
            _problems,
            {200: shapes.Problems},
            query=shapes.Paging,
            description="In the order of the file, each with line, column, value, reason, and what to do.",
            prefix="imp",
        ),
    )


def _bringing() -> tuple[Operation, ...]:
    return (
        Operation(
            "begin_import",
            "POST",
            "/imports",
            CHANGE,
            "Announce a file",
            TAG,
            _begin,
            {201: shapes.Import},
            body=shapes.NewImport,
            headers=("Location",),
            description="Its bytes come next, by `PUT` in pieces.",
        ),
        Operation(
            "add_content",
            "PUT",
            "/imports/{id}/content",
            CHANGE,
            "Add the next piece of a file",
            TAG,
            _add,
            {200: shapes.Import},
            query=shapes.Piece,
            description=(
                f"Bytes as they are, at most {uploads.PIECE_BYTES:,} at once. The same piece again changes nothing; "
                "one that belongs elsewhere is refused, and `arrived_bytes` of the import says where to go on."
            ),
            prefix="imp",
            most_bytes=uploads.PIECE_BYTES,
        ),
        Operation(
            "map_import",
            "PUT",
            "/imports/{id}/mapping",
            CHANGE,
            "Say what the rows of a file stand for",
            TAG,
            _map,
            {200: shapes.Import},
            body=shapes.MappingChoice,
            description="Without any of its fields, the file holds whole events.",
            prefix="imp",
        ),
        Operation(
            "try_import",
            "POST",
            "/imports/{id}/try",
            CHANGE,
            "Find out what would become of the rows",
            TAG,
            _try,
            {200: shapes.Trial},
            query=shapes.TrialQuery,
            description="Nothing is kept of it.",
            prefix="imp",
        ),
    )


READING: Final[Mapping[str, Callable[[str], str]]] = {
    "mapping": str,
    "saved": importing.saved_text,
    "preset": importing.preset_text,
}
"""Field of a body → what gives the text of the mapping that it names."""

STEPS: Final = {
    "start": "Begin to receive a file",
    "stop": "Let an import rest",
    "resume": "Let an import go on",
}


def _stepping(verb: str, says: str) -> Operation:
    return Operation(
        f"{verb}_import",
        "POST",
        f"/imports/{{id}}/{verb}",
        CHANGE,
        says,
        TAG,
        lambda call: _step(verb, call),
        {200: shapes.Import},
        prefix="imp",
    )


def _step(verb: str, call: Call) -> Answer:
    with _of_the_file():
        row = getattr(lifecycle, verb)(_find(call.id), by=call.by)
    return Answer(importing.import_values(row))


@contextmanager
def _of_the_file() -> Iterator[None]:
    """What is wrong with a file that is here is refused: trying the call again does not mend it."""
    try:
        yield
    except (BadFile, BadMapping) as wrong:
        raise Problem("refused", wording.sentence(wrong)) from wrong


def _find(text: str) -> Import:
    return row_at(Import.objects.all(), "imp", text)


def _with_tally(row: Import) -> dict[str, Any]:
    return importing.import_values(row) | {"tally": importing.tally_values(tally_of(row))}


def _problems(call: Call) -> Answer:
    rows = problems_of(_find(call.id))
    page = rows[call.query["offset"] : call.query["offset"] + call.query["limit"]]
    return Answer({"data": [importing.problem_values(row) for row in page], "total": rows.count()})


def _begin(call: Call) -> Answer:
    text, preset = _chosen(call.body)
    row = uploads.begin(name=call.body["name"], size_bytes=call.body.get("size_bytes"), by=call.by)
    if text:
        row = lifecycle.write_mapping(row, text=text, preset=preset, by=call.by)
    values = importing.import_values(row)
    return Answer(values, 201, (("Location", f"{call.request.path}/{values['id']}"),))


def _add(call: Call) -> Answer:
    row = uploads.add_piece(_find(call.id), offset=call.query["offset"], content=call.content)
    if call.query["last"] or row.arrived_bytes == row.size_bytes:
        row = uploads.arrive(row)
        if row.preset and row.state == State.ARRIVED:
            row = _refitted(row, call)
    return Answer(importing.import_values(row))


def _refitted(row: Import, call: Call) -> Import:
    """The import with its preset in the words of the file, now that it is here; as it was where that is another one."""
    program = read_mapping(row.mapping_text).program
    try:
        text = _fitted(row, row.preset, program)
    except (Problem, importing.UnlikePreset):
        return row
    return lifecycle.write_mapping(row, text=text, preset=row.preset, by=call.by)


def _map(call: Call) -> Answer:
    row = _find(call.id)
    text, preset = _chosen(call.body)
    if preset and row.state == State.ARRIVED:
        text = _fitted(row, preset, _program_of(call.body))
    return Answer(importing.import_values(lifecycle.write_mapping(row, text=text, preset=preset, by=call.by)))


def _try(call: Call) -> Answer:
    row = _find(call.id)
    refuse_unless("start", row.state, name=row.name)
    with _of_the_file():
        mapping = lifecycle.written_mapping(row)
        path = files.refuse_changed(row)
        trial = try_out(path, name=row.name, mapping=mapping, store=inbox(), limit=call.query["limit"])
    return Answer(importing.trial_values(trial))


def _chosen(body: Any) -> tuple[str, str]:
    """The text of the mapping that a body names, and the key of its preset; empty where it names none."""
    named = [name for name in ("mapping", "saved", "preset") if body.get(name) is not None]
    if len(named) > 1:
        raise _wrong(named[1], f"Name one of them: {', '.join(named)}.")
    program = _program_of(body)
    if not named:
        return "", ""
    try:
        text = importing.for_program(READING[named[0]](body[named[0]]), program)
    except (BadMapping, importing.NoMapping) as wrong:
        raise _wrong(named[0], str(wrong)) from wrong
    return text, body.get("preset") or ""


def _program_of(body: Any) -> str | None:
    """The key of the program that a body names, if it names one."""
    named = body.get("program")
    return None if named is None else program_named(named).key


def _fitted(row: Import, preset: str, program: str | None) -> str:
    """A preset in the words of a file that is here."""
    with _of_the_file():
        look = look_at(files.path_of(row), name=row.name)
    return importing.for_program(mapping_text(importing.preset_for(preset, look).mapping), program)


def _wrong(field: str, message: str) -> Problem:
    return Problem("invalid", fields=[FieldProblem(field, message)])
