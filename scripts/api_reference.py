"""The reference of the API as a page of docs/, made from the same document that the API serves."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tallystick.doors.api.reading import Line, Reading

HEAD = """# API

<!-- Made from the operations in `src/tallystick/doors/api/` by `make docs`. Change those, not this. -->

How to begin stands in [Use the API](../how/api.md). Every installation serves this page at `/api/v1/docs` and the
OpenAPI document at `/api/v1/openapi.json`. Each operation may also answer with one of [the problems](#problems)."""


def render_api() -> str:
    """Return the reference of the API: every operation with what it takes and gives, and every code."""
    from tallystick.doors.api.openapi import document
    from tallystick.doors.api.problems import KINDS
    from tallystick.doors.api.reading import chapters

    sections = [HEAD]
    for chapter in chapters(document()):
        sections.append(f"## {chapter.title}")
        for reading in chapter.readings:
            sections += _operation(reading)
    rows = [(f"`{kind.code}`", str(kind.status), kind.means, kind.remedy) for kind in KINDS.values()]
    sections += ["## Problems", _table(("Code", "Status", "What it means", "What to do"), rows)]
    return "\n\n".join(sections) + "\n"


def _operation(reading: "Reading") -> Iterator[str]:
    yield f"### {reading.title}"
    yield f"`{reading.method} {reading.path}`"
    yield reading.says
    yield from _fields("Parameters and headers", reading.parameters)
    yield from _fields("Body", reading.body)
    for status, says, lines in reading.answers:
        yield from _fields(f"Answer {status} {says}", lines)


def _fields(title: str, lines: "tuple[Line, ...]") -> Iterator[str]:
    if lines:
        yield f"{title}:"
        rows = [(f"`{line.name}`", line.kind, "yes" if line.required else "", line.says) for line in lines]
        yield _table(("Name", "What it may be", "Required", "What it says"), rows)


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
