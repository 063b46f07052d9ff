"""The commands that write rows of a noun to a CSV file and read them back."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from tallystick.doors.cli import output
from tallystick.doors.cli.acting import whoever_runs_this
from tallystick.doors.cli.brands import brand_in_scope
from tallystick.doors.cli.errors import CHECK_FAILED, NOT_FOUND, CommandError
from tallystick.doors.cli.noun_lists import narrowing, wish
from tallystick.doors.cli.noun_options import BRAND, JSON, parameter, taking
from tallystick.doors.cli.written import write_csv
from tallystick.doors.nouns.csv_in import Effect, Line, Plan, take, try_out
from tallystick.doors.nouns.csv_out import csv_lines
from tallystick.doors.nouns.noun import Noun


def export(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner export`."""

    def run(given: dict[str, Any]) -> None:
        with brand_in_scope(given["brand"]):
            lines = csv_lines(noun, noun.listing.every(wish(given)))
            if given["file"] is None:
                sys.stdout.writelines(lines)
            else:
                write_csv(given["file"], lines)

    argument = typer.Argument(help="The file to write; standard output where left out.", metavar="FILE")
    file = parameter("file", Annotated[Path | None, argument], None)
    return taking([file, *narrowing(noun), BRAND], run)


def import_(noun: Noun[Any]) -> Callable[..., None]:
    """`tallystick partner import`: shows what a file would do, and does it when told so."""

    def run(given: dict[str, Any]) -> None:
        content, by = _content(given["file"]), whoever_runs_this()
        with brand_in_scope(given["brand"]):
            plan = take(noun, content, by=by) if given["yes"] else try_out(noun, content, by=by)
        if given["as_json"]:
            output.emit_json(_object(plan, is_done=given["yes"] and plan.is_whole))
        else:
            _show(plan)
        if not plan.is_whole:
            wrong = plan.counts[Effect.WRONG]
            raise CommandError(f"Lines that are wrong: {wrong}. Nothing was changed.", CHECK_FAILED)
        output.say("Done." if given["yes"] else "Nothing was changed yet: --yes does it.")

    file = typer.Argument(help="A CSV file such as `export` writes, with any of its columns.", metavar="FILE")
    yes = typer.Option("--yes", help="Do it. Without this the file is only tried out.")
    return taking(
        [
            parameter("file", Annotated[Path, file]),
            parameter("yes", Annotated[bool, yes], False),
            BRAND,
            JSON,
        ],
        run,
    )


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror}.", NOT_FOUND) from None


def _show(plan: Plan) -> None:
    for line in plan.lines:
        if line.effect is not Effect.SAME:
            output.emit_text(f"line {line.line}: {line.effect} {line.handle}".rstrip())
            for said in _said(line):
                output.emit_text(f"    {said}")
    output.say(", ".join(f"{plan.counts[effect]:,} {effect}" for effect in Effect))


def _said(line: Line) -> list[str]:
    if line.effect is Effect.CHANGED:
        return [f"{name}: {before or '–'} → {after or '–'}" for name, (before, after) in line.changes.items()]
    return [
        f"{mistake.column} {mistake.value!r}: {mistake.message}" if mistake.column else mistake.message
        for mistake in line.mistakes
    ]


def _object(plan: Plan, *, is_done: bool) -> dict[str, Any]:
    return {
        "done": is_done,
        "counts": {effect.value: plan.counts[effect] for effect in Effect},
        "lines": [
            {
                "line": line.line,
                "effect": line.effect.value,
                "handle": line.handle,
                "changes": {name: list(change) for name, change in line.changes.items()},
                "mistakes": [
                    {"column": each.column, "value": each.value, "message": each.message}
                    for each in line.mistakes
                ],
            }
            for line in plan.lines
        ],
    }
