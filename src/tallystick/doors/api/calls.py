"""How an operation is declared and called: everything that all of them do alike is done here.

An operation is a plain function from a `Call` to an `Answer`. It runs in the brand's scope; one that writes runs in one
transaction, once per `Idempotency-Key`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final, cast, get_origin

from django.http import HttpRequest, HttpResponse
from ninja import Body, Query, Router
from pydantic import BaseModel

from tallystick.doors.api.etags import refuse_changed
from tallystick.doors.api.gate import (
    IDEMPOTENCY_KEY,
    IF_MATCH,
    MOST_CHARACTERS,
    WRITING,
    Bearer,
    Caller,
    read_content,
)
from tallystick.doors.api.once import Answer, once
from tallystick.doors.api.problems import KINDS
from tallystick.foundation.audit.acts import Actor
from tallystick.foundation.scoping import brand_scope

EVERYWHERE: Final = (400, 401, 429, 500, 503)
"""What any operation may be answered with. 405 belongs to the address, but tools look for it here, too."""

TO_WRITING: Final = (409, 412, 413, 415, 422)


@dataclass(frozen=True, slots=True)
class Call:
    """One call that passed the gate. id: as it stands in the address. query, body: what was given, and checked; a
    field that was not given is not there. content: the body of an operation that takes bytes.
    """

    request: HttpRequest
    caller: Caller
    id: str = ""
    query: Mapping[str, Any] = field(default_factory=dict)
    body: Mapping[str, Any] = field(default_factory=dict)
    content: bytes = b""

    @property
    def by(self) -> Actor:
        """Who acts."""
        return self.caller.actor

    @property
    def looks_only(self) -> bool:
        """Whether the caller only wants to see what would change."""
        return bool(self.query.get("dry_run"))

    def refuse_changed(self, body: Any) -> None:
        """Raise Problem where the caller asked for the object to be as it was, and it is not."""
        refuse_changed(self.request.headers.get(IF_MATCH, ""), body)


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one address. name: its id in the OpenAPI document and its anchor in the documentation. right: of
    `accounts.rules.RIGHTS`; None where any key will do. answers: status → shape, of what is no problem. query, body:
    shapes of what is asked. has_etag: whether it heeds `If-Match`. headers: of its answers. prefix: of the id in its
    path; without one a name stands there. most_bytes: of a body that is bytes and not JSON. Such a call is made once by
    where its bytes belong, and heeds no `Idempotency-Key`.
    """

    name: str
    method: str
    path: str
    right: str | None
    summary: str
    tag: str
    run: Callable[[Call], Answer]
    answers: Mapping[int, type[BaseModel]]
    description: str = ""
    query: type[BaseModel] | None = None
    body: type[BaseModel] | None = None
    body_required: bool = True
    has_etag: bool = False
    headers: tuple[str, ...] = ()
    prefix: str = ""
    most_bytes: int = 0

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.method in WRITING

    @property
    def problems(self) -> tuple[int, ...]:
        """Every status of a problem that it can answer with."""
        found = {*EVERYWHERE}
        found |= {*TO_WRITING} - ({412} if not self.has_etag else set()) if self.writes else set()
        found |= {403} if self.right else set()
        found |= {404} if "{" in self.path else set()
        return tuple(sorted(found))


def bind(router: Router, operation: Operation) -> None:
    """Give an operation to ninja, with its gate, its types and every answer it can give."""

    def view(request: HttpRequest, **given: Any) -> HttpResponse:
        caller = cast("Caller", request.auth)  # type: ignore[attr-defined]
        call = Call(
            request,
            caller,
            id=given.get("id", ""),
            query=_given(given.get("query"), exclude_unset=False),
            body=_given(given.get("body"), exclude_unset=True),
            content=read_content(request, most=operation.most_bytes) if operation.most_bytes else b"",
        )
        with brand_scope(caller.brand_id):
            if operation.writes and not operation.most_bytes and not call.looks_only:
                return once(request, lambda: operation.run(call))
            return operation.run(call).response()

    view.__name__ = operation.name
    view.__signature__ = _signature(operation)  # type: ignore[attr-defined]
    fields = operation.query.model_fields if operation.query else {}
    parameters = frozenset(field.alias or name for name, field in fields.items())
    lists = frozenset(name for name, field in fields.items() if get_origin(field.annotation) is list)
    router.api_operation(
        [operation.method],
        operation.path,
        auth=Bearer(operation.right, parameters, repeated=lists, is_raw=operation.most_bytes > 0),
        response=dict(operation.answers),
        operation_id=operation.name,
        summary=operation.summary,
        description=_description(operation),
        tags=[operation.tag],
        openapi_extra=_extra(operation),
    )(view)


def _given(model: BaseModel | None, *, exclude_unset: bool) -> dict[str, Any]:
    return {} if model is None else model.model_dump(exclude_unset=exclude_unset)


def _signature(operation: Operation) -> inspect.Signature:
    """The types of the view's arguments, from which ninja checks a call and describes it."""
    found = [inspect.Parameter("request", inspect.Parameter.POSITIONAL_OR_KEYWORD)]
    if "{id}" in operation.path:
        found.append(_argument("id", str))
    if operation.query:
        found.append(_argument("query", operation.query, Query(...)))  # type: ignore[type-arg]
    if operation.body:
        default = ... if operation.body_required else operation.body()
        found.append(_argument("body", operation.body, Body(default)))  # type: ignore[type-arg]
    return inspect.Signature(found)


def _argument(name: str, kind: type, default: Any = inspect.Parameter.empty) -> inspect.Parameter:
    return inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, annotation=kind, default=default)


def _description(operation: Operation) -> str:
    scope = f"Scope: `{operation.right}`." if operation.right else "Any key will do."
    return " ".join(part for part in (operation.description, scope) if part)


def _extra(operation: Operation) -> dict[str, Any]:
    """What ninja does not know: problems, headers, and the tail that makes an id an id."""
    responses = {str(status): _problem(status) for status in operation.problems}
    extra: dict[str, Any] = {"x-right": operation.right, "responses": responses}
    if operation.most_bytes:
        bytes_ = {"schema": {"type": "string", "format": "binary"}}
        extra["requestBody"] = {"required": True, "content": {"application/octet-stream": bytes_}}
    elif operation.writes:
        extra["parameters"] = [_header(IDEMPOTENCY_KEY, SAYS_IDEMPOTENCY_KEY)]
        if operation.has_etag:
            extra["parameters"].append(_header(IF_MATCH, SAYS_IF_MATCH))
    return extra


SAYS_IDEMPOTENCY_KEY: Final = (
    "A text of your own for this call, for instance a random id. The same call under the same text has one effect; "
    "its answer is kept for 30 days and given again with `Idempotent-Replayed: true`."
)
SAYS_IF_MATCH: Final = (
    "The `ETag` of the object as you know it: where it has changed since, nothing is done and you get 412."
)


def _header(name: str, says: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": r"^[ -~]+$", "minLength": 1, "maxLength": MOST_CHARACTERS}
    return {"in": "header", "name": name, "required": False, "description": says, "schema": schema}


def _problem(status: int) -> dict[str, Any]:
    codes = [kind.code for kind in KINDS.values() if kind.status == status]
    says = f"{HTTPStatus(status).phrase}: {', '.join(f'`{code}`' for code in codes)}"
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    return {"description": says, "content": content, "x-codes": codes}
