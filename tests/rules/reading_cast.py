"""A desk on which files are written, looked at and read, for tests of reading."""

from collections.abc import Collection
from pathlib import Path

from tallystick.tracking.events.mapping.form import ReadAs
from tallystick.tracking.imports.reading.look import Look, look_at
from tallystick.tracking.imports.reading.rows import Row
from tallystick.tracking.imports.reading.source import open_source

SHARED = Path(__file__).parents[2].parent / "shared"

Reads = dict[str, str] | None


class Desk:
    """Where files are written and read again."""

    def __init__(self, place: Path) -> None:
        self.place = place

    def file(self, content: str | bytes, name: str = "orders.csv") -> Path:
        path = self.place / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def rows(
        self,
        content: str | bytes,
        name: str = "orders.csv",
        *,
        needed: Collection[str] = (),
        **reading: object,
    ) -> list[Row]:
        with open_source(
            self.file(content, name),
            needed=needed,
            reading=ReadAs(**reading),
        ) as source:
            return list(source.rows)

    def cells(self, content: str | bytes, name: str = "orders.csv", **reading: object) -> list[Reads]:
        return [row.cells for row in self.rows(content, name, **reading)]

    def looks(self, content: str | bytes, name: str = "orders.csv") -> Look:
        return look_at(self.file(content, name))


ALICE = {"name": "Alice", "total": "8.00"}
BOB = {"name": "Bob", "total": "9.00"}
