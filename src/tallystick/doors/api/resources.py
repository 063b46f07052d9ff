"""Operations of every noun: list, get, open, change, and its acts. A noun that is added is in the API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS
from pydantic import BaseModel

from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.etags import etag
from tallystick.doors.api.lists import list_shape, listed, query_of
from tallystick.doors.api.once import Answer
from tallystick.doors.api.problems import FieldProblem, Problem
from tallystick.doors.api.shapes import (
    AnyNoun,
    Reason,
    change_shape,
    open_shape,
    row_shape,
)
from tallystick.doors.found import row_at
from tallystick.doors.nouns.noun import Act
from tallystick.kit import ids


def operations_of(noun: AnyNoun) -> Iterator[Operation]:
    """Everything that the API can do with a noun."""
    row = row_shape(noun)
    yield from _reading(noun, row)
    yield from _writing(noun, row)
    for act in noun.acts:
        yield _acting(noun, act, row)


def _reading(noun: AnyNoun, row: type[BaseModel]) -> Iterator[Operation]:
    title = str(noun.label_plural)
    yield Operation(
        f"list_{noun.plural}",
        "GET",
        f"/{noun.plural}",
        noun.read,
        f"List {title.lower()}",
        title,
        lambda call: listed(noun.listing, call, noun.values),
        {200: list_shape(row)},
        query=query_of(noun.plural.title(), noun.listing),
    )
    yield Operation(
        f"get_{noun.name}",
        "GET",
        f"/{noun.plural}/{{id}}",
        noun.read,
        f"Get a {str(noun.label).lower()}",
        title,
        lambda call: _seen(noun, find(noun, call.id)),
        {200: row},
        headers=("ETag",),
        prefix=noun.prefix,
    )


def _writing(noun: AnyNoun, row: type[BaseModel]) -> Iterator[Operation]:
    title, called = str(noun.label_plural), str(noun.label).lower()
    yield Operation(
        f"open_{noun.name}",
        "POST",
        f"/{noun.plural}",
        noun.change,
        f"Open a {called}",
        title,
        lambda call: _open(noun, call),
        {201: row},
        body=open_shape(noun),
        headers=("ETag", "Location"),
    )
    yield Operation(
        f"change_{noun.name}",
        "PATCH",
        f"/{noun.plural}/{{id}}",
        noun.change,
        f"Change a {called}",
        title,
        lambda call: _change(noun, call),
        {200: row},
        body=change_shape(noun),
        has_etag=True,
        headers=("ETag",),
        description="Fields that are not given stay as they are.",
        prefix=noun.prefix,
    )


def _acting(noun: AnyNoun, act: Act[Any], row: type[BaseModel]) -> Operation:
    return Operation(
        f"{act.name.replace('-', '_')}_{noun.name}",
        "POST",
        f"/{noun.plural}/{{id}}/{act.name}",
        act.right,
        f"{act.label} a {str(noun.label).lower()}",
        str(noun.label_plural),
        lambda call: _act(noun, act, call),
        {200: row},
        body=Reason,
        body_required=act.asks_reason,
        has_etag=True,
        headers=("ETag",),
        description=str(act.says),
        prefix=noun.prefix,
    )


def find(noun: AnyNoun, text: str, *, to_change: bool = False) -> Any:
    """The row of an id, in the brand in scope; where it is to change, held until the end. Raises Http404."""
    rows = noun.reference.rows()
    return row_at(rows.select_for_update(of=("self",)) if to_change else rows, noun.prefix, text)


def _seen(noun: AnyNoun, row: Any) -> Answer:
    body = noun.values(row)
    return Answer(body, headers=(("ETag", etag(body)),))


def _open(noun: AnyNoun, call: Call) -> Answer:
    row = noun.open_(_cleaned(noun, call), call.by)
    body = noun.values(find(noun, ids.show(noun.prefix, row.id)))
    place = f"{call.request.path}/{body['id']}"
    return Answer(body, 201, (("ETag", etag(body)), ("Location", place)))


def _change(noun: AnyNoun, call: Call) -> Answer:
    row = find(noun, call.id, to_change=True)
    cleaned = _cleaned(noun, call, row)
    call.refuse_changed(noun.values(row))
    noun.put(row, cleaned, call.by)
    return _seen(noun, find(noun, call.id))


def _act(noun: AnyNoun, act: Act[Any], call: Call) -> Answer:
    row = find(noun, call.id, to_change=True)
    reason = call.body.get("reason", "").strip()
    if act.asks_reason and not reason:
        raise Problem("invalid", fields=[FieldProblem("reason", "Say why, in a sentence.")])
    call.refuse_changed(noun.values(row))
    act.run(row, call.by, reason)
    return _seen(noun, find(noun, call.id))


def _cleaned(noun: AnyNoun, call: Call, row: Any = None) -> dict[str, Any]:
    """What the noun's form makes of JSON values. Raises Problem with every field that it refuses."""
    form = noun.asked({name: "" if value is None else value for name, value in call.body.items()}, row)
    if form.is_valid():
        return form.cleaned_data
    wrong = [
        FieldProblem("" if name == NON_FIELD_ERRORS else name, str(message))
        for name, messages in form.errors.items()
        for message in messages
    ]
    raise Problem("invalid", fields=wrong)
