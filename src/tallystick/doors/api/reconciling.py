"""Operations of mappings, of names that nobody knows, of corrections, and of the shop's orders against the tracked."""

from __future__ import annotations

from dataclasses import asdict
from typing import Final
from uuid import UUID

from django.http import Http404

from tallystick.doors import choosing, importing
from tallystick.doors.api import reconciling_shapes as shapes
from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.once import Answer
from tallystick.doors.api.problems import FieldProblem, Problem
from tallystick.doors.api.programs import the_program
from tallystick.doors.choosing import Name
from tallystick.doors.days import read_days
from tallystick.journey import inbox
from tallystick.kit import clock, ids
from tallystick.partners.programs.models import Program
from tallystick.tracking.events import choices
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.mapping.form import BadMapping
from tallystick.tracking.events.models import Choice
from tallystick.tracking.events.models import Mapping as SavedMapping
from tallystick.tracking.events.queries import saved_mappings
from tallystick.tracking.events.services import publish_mapping
from tallystick.tracking.imports.reconciling.queries import reconcile, span_of_days
from tallystick.tracking.imports.reconciling.rules import Kind
from tallystick.tracking.imports.services import corrections

READ: Final = "imports.read"
CHANGE: Final = "imports.change"
MAPPINGS: Final = "Mappings"
QUARANTINE: Final = "Quarantine"


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (*_of_mappings(), *_of_what_waits())


def _of_mappings() -> tuple[Operation, ...]:
    return (
        Operation(
            "list_mappings",
            "GET",
            "/mappings",
            READ,
            "List mappings and presets",
            MAPPINGS,
            _mappings,
            {200: shapes.Mappings},
        ),
        Operation(
            "get_mapping",
            "GET",
            "/mappings/{id}",
            READ,
            "Get a mapping",
            MAPPINGS,
            lambda call: Answer(_mapping_values(_mapping(call.id))),
            {200: shapes.MappingText},
        ),
        Operation(
            "save_mapping",
            "PUT",
            "/mappings/{id}",
            CHANGE,
            "Save a mapping",
            MAPPINGS,
            _save,
            {200: shapes.MappingText},
            body=shapes.NewMapping,
            description="Rows are verified by the newest version. The same text again is the same version.",
        ),
    )


def _of_what_waits() -> tuple[Operation, ...]:
    return (
        Operation(
            "list_names",
            "GET",
            "/names",
            READ,
            "List names that nobody knows",
            QUARANTINE,
            _names,
            {200: shapes.Names},
        ),
        Operation(
            "say_name",
            "POST",
            "/names",
            CHANGE,
            "Say whose a name is",
            QUARANTINE,
            _say,
            {200: shapes.Chosen},
            body=shapes.NewChoice,
            description="It is remembered for later files, and what waits for the name is verified again.",
        ),
        Operation(
            "correct_receipt",
            "POST",
            "/quarantine/{id}/correct",
            "quarantine.change",
            "Correct what waits in quarantine",
            QUARANTINE,
            _correct,
            {200: shapes.Corrected},
            body=shapes.Correction,
            description="It counts at once where nothing else is wrong; the receipt as it stood is kept.",
            prefix="rcp",
        ),
        Operation(
            "reconcile_orders",
            "GET",
            "/orders/reconciliation",
            READ,
            "Compare the shop's orders with what was tracked",
            "Orders",
            _reconcile,
            {200: shapes.Reconciliation},
            query=shapes.OrdersQuery,
            description="Without days, the whole span of the orders that the shop has reported.",
        ),
    )


def _mappings(_call: Call) -> Answer:
    return Answer({"data": importing.saved_values(), "presets": importing.preset_values()})


def _mapping(name: str) -> SavedMapping:
    found = saved_mappings().get(name)
    if found is None:
        raise Http404
    return found


def _mapping_values(row: SavedMapping) -> dict[str, object]:
    return importing.mapping_values(row, read_mapping(row.text)) | {"text": row.text}


def _save(call: Call) -> Answer:
    text = call.body["text"]
    try:
        read = read_mapping(text)
    except BadMapping as wrong:
        raise _wrong("text", str(wrong)) from wrong
    if read.name != call.id:
        raise _wrong("text", f"The mapping is called `{read.name}`, which is not the name in the address.")
    if read.program is not None and not Program.objects.filter(key=read.program).exists():
        raise _wrong("text", f"There is no program `{read.program}`.")
    return Answer(_mapping_values(publish_mapping(name=read.name, text=text, by=call.by)))


def _names(_call: Call) -> Answer:
    unknown = choices.unknown_names()
    said = [choosing.choice_values(each) for each in choosing.newest_choices(shapes.MOST_NAMES)]
    shown = [asdict(each) for each in unknown[: shapes.MOST_NAMES]]
    return Answer({"unknown": shown, "total": len(unknown), "said": said})


def _say(call: Call) -> Answer:
    body = call.body
    name = Name(the_program(body.get("program")), body["role"], body["value"])
    try:
        if body["choice"] == "forget":
            choices.forget(choosing.choice_about(name), by=call.by)
            return Answer({"said": None, "released": 0, "waiting": 0})
        choice = _choice(call, name)
    except choosing.NoTarget as wrong:
        raise _wrong("value" if body["choice"] == "forget" else "to", str(wrong)) from wrong
    done = choosing.replay_waiting(choice, by=call.by)
    said = choosing.choice_values(choice)
    return Answer({"said": said, "released": done.released, "waiting": done.waiting})


def _choice(call: Call, name: Name) -> Choice:
    to, by = call.body.get("to", ""), call.by
    match call.body["choice"]:
        case "open":
            kind = call.body.get("kind", "affiliate")
            return choosing.open_for(name, called=call.body.get("name", ""), kind=kind, by=by)
        case "map":
            return choosing.map_to(name, to, by=by)
        case "house":
            return choosing.map_to_channel(name, to, by=by)
        case _:
            return choosing.ignore(name, by=by)


def _correct(call: Call) -> Answer:
    receipt_id = _receipt_id(call.id)
    match call.body.get("cells"), call.body.get("event"):
        case None, str(event):
            done = corrections.correct_event(receipt_id, text=event, store=inbox(), by=call.by)
        case dict(cells), None:
            line = call.body.get("line")
            done = corrections.correct(receipt_id, cells=cells, line=line, store=inbox(), by=call.by)
        case _:
            raise _wrong("cells", "Say what it should have said: `cells`, or `event`.")
    return Answer(importing.corrected_values(done))


def _receipt_id(text: str) -> UUID:
    try:
        receipt_id = ids.read_as("rcp", text)
    except ids.BadId as bad:
        raise Http404 from bad
    if ids.show("rcp", receipt_id) != text:
        raise Http404
    return receipt_id


def _reconcile(call: Call) -> Answer:
    asked = call.query
    program = _program_asked(asked["program"])
    first, last = read_days((asked["first"], asked["last"]), ("first", "last"))
    since, until = span_of_days(program, first, last) or (clock.EPOCH, clock.EPOCH)
    only = [Kind(asked["verdict"])] if asked["verdict"] else []
    page = {"limit": asked["limit"], "offset": asked["offset"]}
    found = reconcile(program, since=since, until=until, only=only, **page)
    return Answer(importing.reconciliation_values(found))


def _program_asked(text: str) -> Program:
    try:
        return the_program(text)
    except Problem as wrong:
        raise Problem("bad_parameter", f"`program`: {wrong.fields[0].message}") from wrong


def _wrong(field: str, message: str) -> Problem:
    return Problem("invalid", fields=[FieldProblem(field, message)])
