"""The OpenAPI document as people read it: chapters of operations, each with what it takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Line:
    """One parameter or field: its name, what it may be, whether it must be there, what it says."""

    name: str
    kind: str
    required: bool
    says: str


@dataclass(frozen=True, slots=True)
class Reading:
    """One operation."""

    name: str
    method: str
    path: str
    title: str
    says: str
    parameters: tuple[Line, ...]
    body: tuple[Line, ...]
    answers: tuple[tuple[str, str, tuple[Line, ...]], ...]
    problems: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """The operations of one kind of object."""

    title: str
    readings: tuple[Reading, ...]


def chapters(document: Mapping[str, Any]) -> tuple[Chapter, ...]:
    """The operations of an OpenAPI document by tag, in its order."""
    reader = _Reader(document)
    found: dict[str, list[Reading]] = {}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found.setdefault(operation["tags"][0], []).append(reader.reading(method.upper(), path, operation))
    return tuple(Chapter(title, tuple(readings)) for title, readings in found.items())


class _Reader:
    """Reads one document."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.shapes: Mapping[str, Mapping[str, Any]] = document["components"]["schemas"]
        answers = (
            _schema(answer).get("$ref", "")
            for methods in document["paths"].values()
            for operation in methods.values()
            for answer in operation["responses"].values()
        )
        self.read_elsewhere = {ref.rpartition("/")[2] for ref in answers}

    def reading(self, method: str, path: str, operation: Mapping[str, Any]) -> Reading:
        parameters = (
            Line(each["name"], _kind(each["schema"]), each["required"], each.get("description", ""))
            for each in operation["parameters"]
        )
        answers, problems = [], []
        for status, answer in operation["responses"].items():
            if int(status) < 300:
                answers.append((status, answer["description"], tuple(self._lines(_schema(answer)))))
            else:
                problems.append((status, tuple(answer["x-codes"])))
        return Reading(
            name=operation["operationId"],
            method=method,
            path=path,
            title=operation["summary"],
            says=operation.get("description", ""),
            parameters=tuple(parameters),
            body=tuple(self._lines(_schema(operation.get("requestBody", {})))),
            answers=tuple(answers),
            problems=tuple(problems),
        )

    def _lines(self, schema: Mapping[str, Any], before: str = "") -> Iterator[Line]:
        """The fields of an object; below one that is an object itself, unless it is read elsewhere, its own."""
        schema = self._resolved(schema)
        must = schema.get("required", ())
        for name, each in schema.get("properties", {}).items():
            says = each.get("description", "") or self._resolved(each).get("description", "")
            yield Line(f"{before}{name}", _kind(each), name in must, says)
            is_list = each.get("type") == "array"
            below = each.get("items", {}) if is_list else each
            if "$ref" in below and below["$ref"].rpartition("/")[2] not in self.read_elsewhere:
                yield from self._lines(below, f"{before}{name}{'[]' if is_list else ''}.")

    def _resolved(self, schema: Mapping[str, Any]) -> Mapping[str, Any]:
        return self.shapes[schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema


def _schema(holder: Mapping[str, Any]) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = holder.get("content", {}).get("application/json", {}).get("schema", {})
    return schema


def _kind(schema: Mapping[str, Any]) -> str:
    """`text, at most 60 characters`, `one of live, archived`, `list of Partner`."""
    if "$ref" in schema:
        return str(schema["$ref"].rpartition("/")[2])
    if "anyOf" in schema:
        return " or ".join(_kind(each) for each in schema["anyOf"])
    if "enum" in schema:
        return f"one of {', '.join(str(each) for each in schema['enum'])}"
    match schema.get("type"):
        case "array":
            return f"list of {_kind(schema.get('items', {}))}"
        case "string":
            kind = schema.get("format", "text")
            return f"{kind}, at most {schema['maxLength']} characters" if "maxLength" in schema else str(kind)
        case None:
            return "anything"
        case kind:
            return str(kind)
