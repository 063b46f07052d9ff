"""The commands that show rows of a noun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from inspect import Parameter
from typing import Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.brands import brand_in_scope
from tallystick.doors.cli.errors import NOT_FOUND, USAGE, CommandError
from tallystick.doors.cli.noun_options import BRAND, JSON, parameter, taking
from tallystick.doors.nouns.noun import Noun
from tallystick.kit.listing import MOST_ROWS, Wish


def list_(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner list`."""

    def run(given: dict[str, Any]) -> None:
        with brand_in_scope(given["brand"]):
            page = noun.listing.page(wish(given, limit=given["limit"]))
            rows = [noun.values(row) for row in page.rows]
        if given["as_json"]:
            output.emit_json({"total": page.total, noun.plural: rows})
        elif not rows:
            output.say(f"No such {noun.label_plural}.".lower().capitalize())
        else:
            columns = _columns(noun)
            output.emit_table(columns, [[values[name] for name in columns] for values in rows])
            if page.total > len(rows):
                output.say(f"{page.total - len(rows):,} more; `export` writes them all.")

    limit = Annotated[int, typer.Option(help="How many rows to show.", min=1, max=MOST_ROWS)]
    return taking([*narrowing(noun), parameter("limit", limit, 50), BRAND, JSON], run)


def show(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner show`."""

    def run(given: dict[str, Any]) -> None:
        with brand_in_scope(given["brand"]):
            values = noun.values(found(noun, given["handle"]))
        if given["as_json"]:
            output.emit_json(values)
        else:
            output.emit_table(("", ""), [[name, value] for name, value in values.items()])

    return taking([named(noun), BRAND, JSON], run)


def named(noun: Noun[Any]) -> Parameter:
    """The argument that names a row."""
    argument = typer.Argument(help=_naming(noun), metavar=_example(noun))
    return parameter("handle", Annotated[str, argument])


def all_named(noun: Noun[Any]) -> Parameter:
    """The argument that names one row or several."""
    argument = typer.Argument(help=_naming(noun), metavar=_example(noun))
    return parameter("handles", Annotated[list[str], argument])


def narrowing(noun: Noun[Any]) -> Sequence[Parameter]:
    """The options that say which rows of a list, and in which order."""
    filters = ", ".join(noun.listing.filters) or "none"
    return (
        parameter("search", Annotated[str, typer.Option(help="Only those that hold these words.")], ""),
        parameter(
            "filters",
            Annotated[
                list[str],
                typer.Option(
                    "--filter", help=f"Only those with this. Names: {filters}.", metavar="NAME=VALUE"
                ),
            ],
            [],
        ),
        parameter(
            "sort",
            Annotated[
                str,
                typer.Option(
                    help=f"The order: {', '.join(noun.listing.sorts)}; with - before it, the reverse."
                ),
            ],
            noun.listing.sort,
        ),
    )


def wish(given: dict[str, Any], *, limit: int = MOST_ROWS) -> Wish:
    """What the options of `narrowing` ask for."""
    filters = {}
    for text in given["filters"]:
        name, equals, value = text.partition("=")
        if not equals:
            raise CommandError(f"--filter {text!r} is not of the form NAME=VALUE.", USAGE)
        filters[name] = value
    return Wish(text=given["search"], filters=filters, sort=given["sort"], limit=limit)


def found(noun: Noun[Any], name: str) -> Any:
    """The row with a handle or an id. Raises CommandError for none."""
    row = noun.find(name)
    if row is None:
        one = str(noun.label).lower()
        raise CommandError(
            f"There is no {one} “{name}”. `tallystick {noun.name} list` shows them.", NOT_FOUND
        )
    return row


def _columns(noun: Noun[Any]) -> list[str]:
    shown = [column.value for column in noun.columns if column.value not in ("key", *noun.named_by)]
    return ["handle", *shown]


def _naming(noun: Noun[Any]) -> str:
    return f"{noun.label}, by its name in files ({noun.reference.example}) or its id ({noun.prefix}_…)."


def _example(noun: Noun[Any]) -> str:
    return noun.name.upper()
