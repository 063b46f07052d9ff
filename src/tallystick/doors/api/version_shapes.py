"""What operations on conversion definitions take and give; the fields of a meaning are those of `programs.rules`."""

from __future__ import annotations

import types
from collections.abc import Mapping
from enum import Enum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints

import msgspec
from pydantic import BaseModel, Field, create_model

from tallystick.doors.api.shapes import DAY, MOMENT, STRICT, AnyType, id_type
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.partners.programs.rules import Meaning

Day = Annotated[str, Field(pattern=DAY, json_schema_extra={"format": "date"})]
ID: Final = id_type("cdf")

MOST_TEXT: Final = 200
MOST_PARTS: Final = 50
SAYS: Final[Mapping[str, str]] = {
    "events": "Kinds of event that are evidence.",
    "where": "Attribute → value that the event must carry.",
    "windows": "Kind of touchpoint → days it may lie before the conversion.",
    "leads_from": "The key of the definition whose conversions are the units of the denominator `leads`.",
    "sources": "Sources of evidence, the most trusted first.",
    "binds": "Whether a credited conversion ties the customer to its partners.",
    "binding_days": "For how many days; null for life.",
    "break_after_days": "Days without a conversion after which the customer is free again; null for never.",
}


def _json_type(kind: Any) -> AnyType:
    """The JSON type of a field of a meaning, with a limit on everything."""
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        return _json_type(next(part for part in parts if part is not types.NoneType)) | None
    if origin is tuple:
        return Annotated[list[_json_type(parts[0])], Field(max_length=MOST_PARTS)]  # type: ignore[misc]
    if origin is dict:
        return Annotated[dict[_json_type(parts[0]), _json_type(parts[1])], Field(max_length=MOST_PARTS)]  # type: ignore[misc]
    if isinstance(kind, type) and issubclass(kind, Enum):
        return Literal[tuple(each.value for each in kind)]
    return Annotated[str, Field(max_length=MOST_TEXT)] if kind is str else kind


def _meaning_fields() -> dict[str, Any]:
    hints = get_type_hints(Meaning)
    found: dict[str, Any] = {}
    for each in msgspec.structs.fields(Meaning):
        made = each.default_factory() if callable(each.default_factory) else each.default
        default = list(made) if isinstance(made, tuple) else made
        kind = Literal[tuple(MODELS)] if each.name == "model" else _json_type(hints[each.name])
        found[each.name] = (kind, Field(default, description=SAYS.get(each.name)))
    return found


MeaningBody: type[BaseModel] = create_model(
    "Meaning",
    __config__=STRICT,
    __doc__="What a conversion is. What is left out is as the documentation says.",
    **_meaning_fields(),
)


class NewVersion(BaseModel):
    """A version of a definition, in force from a day on."""

    model_config = STRICT

    name: str = Field("", max_length=200, description="How it is called from now on; empty: as it is.")
    effective_on: Day = Field(description="The first day of the version, in the program's zone.")
    primary: bool = Field(
        False, description="Whether it is what the program's rates count where nothing is said."
    )
    meaning: MeaningBody = Field(description="What a conversion is.")  # type: ignore[valid-type]


class NewDefinition(NewVersion):
    """A definition and its first version."""

    program: str = Field(max_length=200, min_length=1, description="The program's id or key.")
    key: str = Field(max_length=60, pattern=r"^[a-z0-9][a-z0-9_-]*$", description="Stays as it is.")
    name: str = Field(max_length=200, min_length=1, pattern=r"\S", description="How people call it.")


class Version(BaseModel):
    """One version; it never changes."""

    version: int
    effective_on: Day
    primary: bool
    meaning: MeaningBody  # type: ignore[valid-type]


class Definition(BaseModel):
    """The standing name of a conversion."""

    id: ID  # type: ignore[valid-type]
    handle: str = Field(description="How it is named in files and on the command line.")
    program: str
    program_id: id_type("prg")  # type: ignore[valid-type]
    key: str
    name: str
    created_at: MOMENT


class DefinitionWithVersions(Definition):
    """A definition with everything it ever meant, oldest first."""

    versions: list[Version]


class Difference(BaseModel):
    """One field that the new version says differently."""

    field: str
    before: Any = None
    after: Any = None


class BeforeAfter(BaseModel):
    """How many by the version in force, and by the new one."""

    before: int
    after: int


class Effect(BaseModel):
    """What a partner or a house channel would have of all conversions: shares in parts per billion, added up."""

    key: str
    name: str
    is_house: bool
    before_ppb: int
    after_ppb: int


class Preview(BaseModel):
    """What a version would change, had it been in force all the time; nothing was changed."""

    since: MOMENT
    until: MOMENT
    outcomes: int = Field(description="How many purchases, renewals and the like were looked at.")
    is_cut: bool = Field(description="Whether there are more in these days: then these are the newest.")
    version_in_force: int | None = Field(
        description="The version it is held against; null where there is none."
    )
    differences: list[Difference]
    conversions: BeforeAfter
    credited: BeforeAfter
    effects: list[Effect] = Field(description="The largest change first.")


class Proposal(BaseModel):
    """What waits for a second person, because the brand asks for two."""

    id: id_type("apv")  # type: ignore[valid-type]
    says: str
    state: str
    proposed_by: str
    proposed_at: MOMENT


class DryRun(BaseModel):
    """Whether only to look."""

    dry_run: bool = Field(False, description="Say what would change, and change nothing.")
