"""What the commands of a noun take: options made of the fields of its form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, Literal

import typer
from django import forms

from tallystick.doors.cli.start import Brand, Json
from tallystick.doors.nouns.noun import Noun
from tallystick.doors.nouns.references import RowField

Run = Callable[[dict[str, Any]], None]


def parameter(name: str, annotation: Any, default: Any = Parameter.empty) -> Parameter:
    """One argument or option of a command; without a default it must be given."""
    return Parameter(name, Parameter.KEYWORD_ONLY, default=default, annotation=annotation)


BRAND: Final = parameter("brand", Brand, None)
JSON: Final = parameter("as_json", Json, False)


def taking(parameters: Sequence[Parameter], run: Run) -> Callable[..., None]:
    """A function as Typer wants it: with these parameters by name, which `run` gets as a mapping."""

    def command(**given: Any) -> None:
        run(given)

    command.__signature__ = Signature(list(parameters))  # type: ignore[attr-defined]
    command.__annotations__ = {each.name: each.annotation for each in parameters}
    return command


def to_open(noun: Noun[Any]) -> list[Parameter]:
    """An option for every field; what the form needs must be given."""
    return [_option(name, field, needed=field.required) for name, field in noun.form.base_fields.items()]


def to_change(noun: Noun[Any]) -> list[Parameter]:
    """An option for every field that can change; what is left out stays as it is."""
    fields = noun.form.base_fields.items()
    return [_option(name, field, needed=False) for name, field in fields if name not in noun.fixed]


def said(noun: Noun[Any], given: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that were given, without the other options of the command."""
    return {name: given[name] for name in noun.fields if given.get(name) is not None}


def spelled(name: str) -> str:
    """How a field is written on the command line: `--call-to-action`."""
    return f"--{name.replace('_', '-')}"


def _option(name: str, field: forms.Field, *, needed: bool) -> Parameter:
    words = ". ".join(str(text).rstrip(".") for text in (field.label, field.help_text) if text)
    metavar = field.reference.example.upper() if isinstance(field, RowField) else None
    option = typer.Option(spelled(name), help=f"{words}.", metavar=metavar)
    kind = _kind(field)
    if needed:
        return parameter(name, Annotated[kind, option])
    return parameter(name, Annotated[kind | None, option], None)


def _kind(field: forms.Field) -> Any:
    """One of a few texts, or any text: what is wrong with it, the form says."""
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        return Literal[tuple(str(value) for value, _ in choices)]
    return str
