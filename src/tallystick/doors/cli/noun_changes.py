"""The commands that open, change and act on rows of a noun."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import transaction

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.brands import brand_in_scope
from tallystick.doors.cli.errors import USAGE, CommandError
from tallystick.doors.cli.noun_lists import all_named, found, named
from tallystick.doors.cli.noun_options import (
    BRAND,
    JSON,
    parameter,
    said,
    spelled,
    taking,
    to_change,
    to_open,
)
from tallystick.doors.nouns.forms import NounForm
from tallystick.doors.nouns.noun import Act, Noun


def add(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner add`."""

    def run(given: dict[str, Any]) -> None:
        with brand_in_scope(given["brand"]):
            row = noun.open_(_cleaned(noun.asked(said(noun, given))), whoever_runs_this())
            values = noun.values(noun.find(noun.handle(row)))
        output.say(f"Opened the {_one(noun)} {values['handle']} ({values['id']}).")
        if given["as_json"]:
            output.emit_json(values)

    return taking([*to_open(noun), BRAND, JSON], run)


def change(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner change`."""
    options = to_change(noun)

    def run(given: dict[str, Any]) -> None:
        wanted = said(noun, given)
        if not wanted:
            offered = ", ".join(spelled(each.name) for each in options)
            raise CommandError(f"Say what changes: {offered}.", USAGE)
        with brand_in_scope(given["brand"]):
            row = found(noun, given["handle"])
            before = noun.form_values(row)
            row = noun.put(row, _cleaned(noun.asked(wanted, row)), whoever_runs_this())
            after, values = noun.form_values(row), noun.values(row)
        _say_changes(f"{_one(noun)} {values['handle']}", before, after)
        if given["as_json"]:
            output.emit_json(values)

    return taking([named(noun), *options, BRAND, JSON], run)


def act(noun: Noun[Any], verb: Act[Any]) -> Callable[..., None]:
    """`tallystick partner archive`: for one row or several, all of them or none."""

    def run(given: dict[str, Any]) -> None:
        by, reason = whoever_runs_this(), given.get("reason", "")
        with brand_in_scope(given["brand"]), transaction.atomic():
            for name in given["handles"]:
                verb.run(found(noun, name), by, reason)
            done = [noun.values(found(noun, name)) for name in given["handles"]]
        for values in done:
            output.say(f"The {_one(noun)} {values['handle']} is now {values['state']}.")
        if given["as_json"]:
            output.emit_json(done)

    why = typer.Option(help="Why, for whoever asks later.")
    reason = [parameter("reason", Annotated[str, why])] if verb.asks_reason else []
    return taking([all_named(noun), *reason, BRAND, JSON], run)


def _cleaned(form: NounForm) -> dict[str, Any]:
    """What a form makes of the options. Raises CommandError with a sentence for each that is wrong."""
    if form.is_valid():
        return form.cleaned_data
    wrong = [
        str(message) if name == NON_FIELD_ERRORS else f"{spelled(name)}: {message}"
        for name, messages in form.errors.items()
        for message in messages
    ]
    raise CommandError("\n".join([*wrong, "Nothing was changed."]), USAGE)


def _say_changes(what: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> None:
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        output.say(f"The {what} was so already.")
        return
    output.say(f"Changed the {what}:")
    for name in changed:
        output.say(f"    {name}: {before[name] or '–'} → {after[name] or '–'}")


def _one(noun: Noun[Any]) -> str:
    return str(noun.label).lower()
