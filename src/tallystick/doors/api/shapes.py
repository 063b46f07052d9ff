"""What operations take and give, as types: made from the forms and columns of the nouns, so that there is one source.

A form decides what a value may be; the types here say as much of it as a type can, for whoever reads the OpenAPI
document, and refuse what has the wrong JSON type before a form is asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal

from django import forms
from django.db import models
from pydantic import BaseModel, ConfigDict, Field, create_model

from tallystick.doors.nouns.noun import Column, Noun
from tallystick.doors.nouns.references import RowField

STRICT: Final = ConfigDict(extra="forbid", strict=True)
ID_TAIL: Final = "[0-7][0-9a-hjkmnp-tv-z]{25}"
DAY: Final = r"^\d{4}-\d{2}-\d{2}$"
MOMENT: Any = Annotated[str, Field(json_schema_extra={"format": "date-time"})]

AnyNoun = Noun[Any]
AnyType = Any
"""A type made while the program runs, which a type checker cannot know."""


class ProblemField(BaseModel):
    """What is wrong with one field."""

    field: str = Field(description="Its name; `a.b` for a field within a field, empty for the whole body.")
    message: str


class ProblemBody(BaseModel):
    """What went wrong, for a program and for a person."""

    code: str = Field(description="Never renamed: what a program decides by.")
    message: str = Field(description="What happened and what to do, for a person.")
    doc_url: str = Field(
        description="Where this code is explained.", json_schema_extra={"format": "uri-reference"}
    )
    fields: list[ProblemField] = Field(default=[], description="Which fields are wrong; only with 422.")


class Problem(BaseModel):
    """The answer to every call that is not answered with what was asked."""

    error: ProblemBody


class Reason(BaseModel):
    """Why it is done; it stands in the audit trail."""

    model_config = STRICT

    reason: str = Field(default="", max_length=500, description="Why, in a sentence.")


def id_type(prefix: str) -> AnyType:
    """An id as doors write it."""
    said = f"An id: `{prefix}_` and 26 characters."
    return Annotated[str, Field(pattern=f"^{prefix}_{ID_TAIL}$", description=said)]


def row_shape(noun: AnyNoun) -> type[BaseModel]:
    """One row as it is answered: its id and handle, all that the form asks, and what else the list shows."""
    fields: dict[str, Any] = {
        "id": (id_type(noun.prefix), ...),
        "handle": (str, Field(description="How it is named in files and on the command line.")),
    }
    for name, asked in noun.form.base_fields.items():
        fields[name] = (_answered(asked), Field(description=_says(asked, name)))
        if isinstance(asked, RowField):
            fields[f"{name}_id"] = (_or_null(id_type(asked.reference.prefix), asked), ...)
    for column in noun.columns:
        fields.setdefault(column.value, (_shown(column), Field(description=str(column.label))))
    if any(column.kind == "money" for column in noun.columns):
        fields["currency"] = (str, Field(description="ISO 4217; amounts are decimal texts in it."))
    if "state" in noun.listing.filters:
        fields.setdefault("state", (str, Field(description="Where it stands.")))
    fields.setdefault("created_at", (MOMENT, ...))
    return _model(_title(noun.name), str(noun.says), fields, ConfigDict(extra="allow"))


def open_shape(noun: AnyNoun) -> type[BaseModel]:
    """What opening one takes."""
    fields = {name: _taken(asked, name) for name, asked in noun.form.base_fields.items()}
    return _model(f"{_title(noun.name)}Opening", f"What opening a {noun.label} takes.", fields, STRICT)


def change_shape(noun: AnyNoun) -> type[BaseModel]:
    """What changing one takes: any of the fields that can change."""
    can_change = {name: asked for name, asked in noun.form.base_fields.items() if name not in noun.fixed}
    fields = {name: _taken(asked, name, optional=True) for name, asked in can_change.items()}
    return _model(f"{_title(noun.name)}Change", "What is not named stays as it is.", fields, STRICT)


def _model(name: str, says: str, fields: Mapping[str, Any], config: ConfigDict) -> type[BaseModel]:
    made: type[BaseModel] = create_model(name, __config__=config, __doc__=says, **fields)
    return made


def _title(name: str) -> str:
    return "".join(part.title() for part in name.replace("-", "_").split("_"))


def _says(asked: forms.Field, name: str) -> str:
    """Its label and its help as sentences: `Website. Where readers find the partner.`"""
    said = (str(asked.label or name.replace("_", " ").title()), str(asked.help_text))
    return " ".join(text if text.endswith(".") else f"{text}." for text in said if text)


def _taken(asked: forms.Field, name: str, *, optional: bool = False) -> tuple[AnyType, Any]:
    """A field as it is given. One that need not be given may be null, which is: nothing."""
    limits = _limits(asked)
    if asked.required and "max_length" in limits:
        limits["min_length"] = 1
    kind: AnyType = Annotated[_type(asked), Field(**limits)]
    default = None if optional or not asked.required else ...
    return _or_null(kind, asked), Field(default, description=_says(asked, name))


def _answered(asked: forms.Field) -> AnyType:
    """A field as it is answered. What was not said is null or an empty text, which is no address and no day."""
    made: Any = {"format": _format(asked)} if asked.required and _format(asked) else None
    return _or_null(Annotated[_type(asked), Field(json_schema_extra=made)], asked)


def _or_null(kind: AnyType, asked: forms.Field) -> AnyType:
    return kind if asked.required or isinstance(asked, forms.BooleanField) else kind | None


def _type(asked: forms.Field) -> AnyType:
    match asked:
        case forms.BooleanField():
            return bool
        case forms.IntegerField():
            return int
        case forms.ChoiceField():
            return _choice(asked.choices)
        case forms.CharField() | forms.DateField():
            return str
        case _:
            raise TypeError(f"say here what the API takes for a {type(asked).__name__}")


def _choice(choices: Any) -> AnyType:
    """The values of choices that are known when the program starts; any text where a brand decides."""
    values = tuple(str(value) for value, _ in choices) if isinstance(choices, list | tuple) else ()
    return Literal[values] if values else str


def _limits(asked: forms.Field) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if isinstance(asked, forms.IntegerField):
        found = {"ge": asked.min_value, "le": asked.max_value}
    elif isinstance(asked, forms.DateField):
        found["pattern"] = DAY
    elif isinstance(asked, forms.CharField):
        found["max_length"] = asked.max_length
    if made := _format(asked):
        found["json_schema_extra"] = {"format": made}
    return {name: value for name, value in found.items() if value is not None}


def _format(asked: forms.Field) -> str:
    """The name that JSON Schema has for texts of this kind; empty for none."""
    names = ((forms.DateField, "date"), (forms.EmailField, "email"), (forms.URLField, "uri"))
    return next((name for kind, name in names if isinstance(asked, kind)), "")


def _shown(column: Column[models.Model]) -> AnyType:
    match column.kind:
        case "count":
            return int | None
        case "moment":
            return MOMENT | None
        case _:
            return str | None
