"""The OpenAPI document: what ninja makes of the operations, and what it cannot know."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from tallystick.doors.api.api import API, OPERATIONS
from tallystick.doors.api.problems import DOCS
from tallystick.doors.api.shapes import ID_TAIL, Problem

ROOT: Final = "api/v1/"
NAME: Final = "^[-A-Za-z0-9_]{1,60}$"
ANSWER_HEADERS: Final = {
    "ETag": "What the object looks like, for `If-Match`.",
    "Location": "Where the new object is.",
}


@cache
def document() -> dict[str, Any]:
    """The whole document, as JSON values; the same for everybody."""
    made: dict[str, Any] = dict(API.get_openapi_schema(path_prefix=ROOT))
    made["info"] = {**made["info"], "x-docs": DOCS}
    shapes = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    made["components"]["schemas"].update({**shapes.pop("$defs"), "Problem": shapes})
    for operation in OPERATIONS:
        said = made["paths"][f"/{ROOT}{operation.path.lstrip('/')}"][operation.method.lower()]
        said["externalDocs"] = {"url": f"{DOCS}#{operation.name}"}
        said["responses"] = {str(status): each for status, each in said["responses"].items()}
        for status in operation.answers:
            said["responses"][str(status)]["headers"] = {name: _header(name) for name in operation.headers}
        for parameter in said["parameters"]:
            if parameter["in"] == "path":
                parameter["schema"]["pattern"] = (
                    f"^{operation.prefix}_{ID_TAIL}$" if operation.prefix else NAME
                )
                parameter["description"] = f"The {'id' if operation.prefix else 'name'} of the object."
    return made


def _header(name: str) -> dict[str, Any]:
    return {"description": ANSWER_HEADERS[name], "schema": {"type": "string"}}
