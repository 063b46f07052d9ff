"""Operations of conversion definitions: read with all their versions, and published, or proposed where it takes two."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from django.conf import settings

from tallystick.doors.api import version_shapes as shapes
from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.lists import list_shape, listed, query_of
from tallystick.doors.api.once import Answer
from tallystick.doors.api.problems import FieldProblem, Problem
from tallystick.doors.found import row_at
from tallystick.doors.nouns.all import NOUNS
from tallystick.doors.nouns.definitions import (
    definition_values,
    preview_values,
    version_values,
    with_versions,
)
from tallystick.kit import clock, ids
from tallystick.measurement.attribution.preview import preview
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.accounts.models import Proposal
from tallystick.partners.programs.models import Definition, DefinitionVersion, Program
from tallystick.partners.programs.queries import DEFINITIONS
from tallystick.partners.programs.rules import Meaning, read_meaning
from tallystick.partners.programs.services.definitions import Publication, publish_or_propose

TAG: Final = "Definitions"
READ: Final = "programs.read"
PUBLISH: Final = "definitions.publish"
TWO: Final = "Where the brand asks for a second person, it is proposed, and 202 says so."


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (
        Operation(
            "list_definitions",
            "GET",
            "/definitions",
            READ,
            "List conversion definitions",
            TAG,
            lambda call: listed(DEFINITIONS, call, definition_values),
            {200: list_shape(shapes.Definition)},
            query=query_of("Definitions", DEFINITIONS),
        ),
        Operation(
            "get_definition",
            "GET",
            "/definitions/{id}",
            READ,
            "Get a definition with its versions",
            TAG,
            lambda call: Answer(with_versions(_find(call.id))),
            {200: shapes.DefinitionWithVersions},
            prefix="cdf",
        ),
        Operation(
            "open_definition",
            "POST",
            "/definitions",
            PUBLISH,
            "Open a definition with its first version",
            TAG,
            _open,
            {200: shapes.Preview, 201: shapes.DefinitionWithVersions, 202: shapes.Proposal},
            query=shapes.DryRun,
            body=shapes.NewDefinition,
            description=TWO,
            headers=("Location",),
        ),
        Operation(
            "publish_version",
            "POST",
            "/definitions/{id}/versions",
            PUBLISH,
            "Publish a version of a definition",
            TAG,
            _publish,
            {200: shapes.Preview, 201: shapes.Version, 202: shapes.Proposal},
            query=shapes.DryRun,
            body=shapes.NewVersion,
            description=TWO,
            prefix="cdf",
        ),
    )


def _open(call: Call) -> Answer:
    program = NOUNS["program"].find(call.body["program"])
    if program is None:
        raise _wrong("program", "There is no such program; write its id or its key.")
    key = call.body["key"]
    if Definition.objects.filter(program=program, key=key).exists():
        raise Problem(
            "refused", f"There is a definition `{program.key}/{key}` already; publish a version of it."
        )
    done = _put_in_force(program, call, key=key, name=call.body["name"])
    if isinstance(done, Answer):
        return done
    body = with_versions(_find(ids.show("cdf", done.definition_id)))
    return Answer(body, 201, (("Location", f"{call.request.path}/{body['id']}"),))


def _publish(call: Call) -> Answer:
    definition = _find(call.id)
    name = call.body.get("name") or definition.name
    done = _put_in_force(definition.program, call, key=definition.key, name=name)
    return done if isinstance(done, Answer) else Answer(version_values(done), 201)


def _put_in_force(program: Program, call: Call, *, key: str, name: str) -> Answer | DefinitionVersion:
    """The version, or what is answered where there is none yet: a preview, a proposal."""
    meaning = read_meaning(call.body["meaning"], models=tuple(MODELS))
    if call.looks_only:
        return Answer(_preview(program, key, meaning))
    said = Publication(
        key=key,
        name=name,
        effective_on=_day(call.body["effective_on"]),
        primary=call.body.get("primary", False),
        meaning=meaning,
    )
    done = publish_or_propose(program, **said, by=call.by)
    return Answer(_proposal(done), 202) if isinstance(done, Proposal) else done


def _preview(program: Program, key: str, meaning: Meaning) -> dict[str, Any]:
    most = settings.TALLYSTICK.identity_max_customers
    found = preview(program, key, meaning, max_customers=most, now=clock.now())
    return preview_values(found)


def _find(text: str) -> Definition:
    return row_at(DEFINITIONS.rows(), "cdf", text)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise _wrong("effective_on", "There is no such day.") from None


def _wrong(field: str, message: str) -> Problem:
    return Problem("invalid", fields=[FieldProblem(field, message)])


def _proposal(row: Proposal) -> dict[str, Any]:
    return {
        "id": ids.show("apv", row.id),
        "says": row.says,
        "state": row.state,
        "proposed_by": row.proposed_by,
        "proposed_at": row.proposed_at.isoformat(),
    }
