"""What operations on imports take and give."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import BaseModel, Field

from tallystick.doors.api.shapes import STRICT, id_type
from tallystick.kit.listing import MOST_ROWS
from tallystick.tracking.imports.rules.steps import State

MOST_MAPPING: Final = 200_000
MOST_NAME: Final = 300
MOST_TRIED: Final = 100_000
MOST_BYTES: Final = 10**15

ImportId = id_type("imp")
ReceiptId = id_type("rcp")
Moment = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
Name = Annotated[str, Field(max_length=MOST_NAME)]
Key = Annotated[str, Field(max_length=60)]
Count = Annotated[int, Field(ge=0)]


class MappingChoice(BaseModel):
    """What the rows of a file stand for: at most one of `mapping`, `saved` and `preset`."""

    model_config = STRICT

    mapping: str | None = Field(None, max_length=MOST_MAPPING, description="A mapping in TOML.")
    saved: Key | None = Field(None, description="The name of a saved mapping.")
    preset: Key | None = Field(None, description="The name of a preset for another platform's export.")
    program: Key | None = Field(
        None, description="Key of the program, where the mapping names none or another."
    )


class NewImport(MappingChoice):
    """A file that will come in pieces. Without a mapping it holds whole events, or is given one before it starts."""

    name: str = Field(min_length=1, max_length=MOST_NAME, description="What the file is called.")
    size_bytes: int | None = Field(
        None, ge=1, le=MOST_BYTES, description="Its size; with it, it has arrived with its last byte."
    )


class Skipped(BaseModel):
    """A member of an archive that is not read."""

    name: str
    why: str


class Import(BaseModel):
    """A file on its way in."""

    id: ImportId  # type: ignore[valid-type]
    name: str
    state: Literal[tuple(state.value for state in State)]  # type: ignore[valid-type]
    format: str
    mapping: str = Field(description="Name of its mapping; empty for whole events.")
    mapping_version: int | None
    size_bytes: int | None
    arrived_bytes: Count = Field(description="Where the next piece begins.")
    read_bytes: Count = Field(description="How far it is read.")
    rows: Count = Field(description="Rows that were received.")
    accepted: Count = Field(description="Rows that are new.")
    duplicate: Count = Field(description="Rows that had arrived before.")
    conflict: Count = Field(description="Rows that say something else under a known key.")
    ahead: Count = Field(description="How many imports come before it.")
    is_paused: bool = Field(description="Whether it waits until what was received is verified.")
    skipped: list[Skipped]
    error: str = Field(description="Why it failed; empty where it did not.")
    by: str
    created_at: Moment
    received_at: Moment | None = Field(description="When it was begun.")
    ended_at: Moment | None


class Amount(BaseModel):
    """Money of one currency."""

    amount: str = Field(description="A decimal text.")
    currency: str


class Thing(BaseModel):
    """What stands behind rows."""

    what: str = Field(description="A kind of event, or what else was made.")
    number: Count
    money: list[Amount]


class UnknownName(BaseModel):
    """A name that nobody knows, and how many rows wait for it."""

    program: str
    role: str = Field(description="What it stands for: partner, placement, link, code, channel.")
    value: str = Field(description="The name as files write it.")
    rows: Count


class Tally(BaseModel):
    """What became of every row: rows = counted + duplicate + ignored + quarantined + waiting."""

    rows: Count
    counted: Count
    duplicate: Count
    ignored: Count = Field(description="Kept, and nothing comes of them.")
    quarantined: Count
    waiting: Count = Field(description="Received and not yet verified.")
    reasons: dict[str, int] = Field(description="Reason → rows in quarantine.")
    things: list[Thing]
    unknown: list[UnknownName]
    first_at: Moment | None
    last_at: Moment | None


class ImportWithTally(Import):
    """An import, and what became of its rows."""

    tally: Tally


class TrialProblem(BaseModel):
    """A row that would wait in quarantine."""

    line: int | None
    column: str
    value: str
    reason: str
    detail: str
    fix: str


class Trial(BaseModel):
    """What would become of the rows. Nothing was kept."""

    tally: Tally
    problems: list[TrialProblem] = Field(description="The first ones.")
    opens: list[str] = Field(description="Partners, links and codes that would be opened.")
    is_whole: bool = Field(description="Whether the whole file was looked at.")
    skipped: list[Skipped]
    broken: str = Field(description="Why the file cannot be read to its end; empty where it can.")


class Problem(BaseModel):
    """What waits in quarantine, and what to do about it."""

    receipt: ReceiptId  # type: ignore[valid-type]
    reason: str
    detail: str
    fix: str
    file: str
    line: int | None
    column: str
    value: str
    rows: Count
    order: str
    tries: Count


class Problems(BaseModel):
    """A page of what waits of an import, in the order of the file."""

    data: list[Problem]
    total: Count


class Paging(BaseModel):
    """A page by its place."""

    limit: int = Field(50, ge=1, le=MOST_ROWS, description="Most rows of a page.")
    offset: int = Field(0, ge=0, le=10_000_000, description="How many rows to leave out first.")


class Piece(BaseModel):
    """Where a piece belongs."""

    offset: int = Field(
        0, ge=0, le=MOST_BYTES, description="The byte of the file at which this piece begins."
    )
    last: bool = Field(
        False, description="Whether the file ends with it; not needed where its size was announced."
    )


class TrialQuery(BaseModel):
    """How much to try."""

    limit: int = Field(10_000, ge=1, le=MOST_TRIED, description="Look at so many rows.")
