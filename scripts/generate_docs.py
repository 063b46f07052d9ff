"""Write the pages of docs/ that are made from the code, so that they cannot say something else: `make docs`.

Each page has one pure function that returns its text; tests/house compares those texts with the files.
"""

import inspect
import os
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from scripts.api_reference import render_api

ROOT = Path(__file__).resolve().parents[1]
MADE = "<!-- Made from {source} by `make docs`. Change that, not this. -->"
PROGRAM = "tallystick"


def render_cli() -> str:
    """Return the reference of the command line: every command with its arguments and options."""
    import typer

    from tallystick.doors.cli.app import app

    root: Any = typer.main.get_command(app)
    sections = [
        "# Command line",
        MADE.format(source="the commands in `src/tallystick/doors/cli/`"),
        (
            "Data goes to standard output, words and progress to standard error. "
            "Exit codes: 0 done, 1 failed, 2 usage, 3 not found, 4 a check failed."
        ),
    ]
    for path, context in _commands(root, [PROGRAM], None):
        sections += _command_section(path, context)
    return _page(sections)


def render_config() -> str:
    """Return the reference of the settings: name, environment variable, default and meaning."""
    from tallystick.project.config import Config, is_secret
    from tallystick.project.config_sources import env_variables

    rows = []
    for name, field in Config.model_fields.items():
        variables = [f"`{variable}`" for variable in env_variables(field, name)]
        if is_secret(name):
            variables.append(f"`TALLYSTICK_{name.upper()}_FILE`")
        default = "" if field.default is None else f"`{field.default}`"
        rows.append([f"`{name}`", " ".join(variables), default, field.description or ""])
    return _page(
        [
            "# Settings",
            MADE.format(source="`src/tallystick/project/config.py`"),
            (
                "A setting is taken from the environment, else from the file that a `…_FILE` variable names "
                "(secrets only), else from `tallystick.toml` in the working directory or the file that "
                "`TALLYSTICK_CONFIG` or `--config` names, else from its default. "
                "`tallystick config` shows what is in force and where it came from."
            ),
            _table(["Setting", "Environment", "Default", "Meaning"], rows),
        ]
    )


def render_glossary() -> str:
    """Return the glossary: one word per idea, and the words that are not used for it."""
    source = ROOT / "src/tallystick/kit/glossary.toml"
    words = tomllib.loads(source.read_text())["word"]
    rows = [[f"**{word['term']}**", word["meaning"], ", ".join(word.get("not", []))] for word in words]
    return _page(
        [
            "# Words",
            MADE.format(source="`src/tallystick/kit/glossary.toml`"),
            (
                "One word per idea, in code, pages, API and documents. The last column names words that "
                "are not used for the idea."
            ),
            _table(["Word", "Meaning", "Not"], rows),
        ]
    )


def render_journey() -> str:
    """Return the journey: a diagram and a table of the stages in order, with what each reads and writes."""
    from tallystick import journey

    rows = [
        [str(number), f"**{stage.name}**", stage.reads, stage.writes]
        for number, stage in enumerate(journey.STAGES, 1)
    ]
    introduction = (inspect.getdoc(journey) or "").partition("\n\n")[2]
    return _page(
        [
            "# The journey",
            MADE.format(source="`src/tallystick/journey.py`"),
            introduction,
            "\n".join(["```mermaid", "flowchart LR", *_arrows(journey.STAGES), "```"]),
            _table(["", "Stage", "Reads", "Writes"], rows),
        ]
    )


def render_roles() -> str:
    """Return who may do what: the table that pages and operations are held to, with what asks for more."""
    from tallystick.partners.accounts.rules import RIGHTS, Role
    from tallystick.partners.accounts.words import ROLE_SAYS

    rights = [
        [
            f"`{right.name}`",
            right.says,
            *("yes" if role in right.roles else "" for role in Role),
            "yes" if right.step_up else "",
            "yes" if right.by_key else "",
        ]
        for right in RIGHTS.values()
    ]
    return _page(
        [
            "# Roles and rights",
            MADE.format(source="`src/tallystick/partners/accounts/rules.py`"),
            (
                "A person has roles by their seats: in a brand, at a partner, or on the installation. Seats add up. "
                "Every page and operation names one right of the second table; a test asks each of them as each role."
            ),
            _table(["Role", "Is for"], [[f"**{role}**", str(ROLE_SAYS[role])] for role in Role]),
            (
                "*Signs in again*: asked for a recent sign-in before it is done. *By key*: what an API key may be "
                "given (its scopes), as far as whoever makes the key has it."
            ),
            _table(["Right", "To", *(role.value for role in Role), "Signs in again", "By key"], rights),
        ]
    )


def render_presets() -> str:
    """Return which exports of other platforms are recognised, by which columns, and what becomes of them."""
    from tallystick.tracking.imports.presets.catalog import PRESETS

    made = [
        [
            preset.platform,
            preset.what,
            " ".join(f"`{column}`" for column in preset.needs),
            ", ".join(_made_by(preset.mapping)),
        ]
        for preset in PRESETS
    ]
    states = ("pending", "approved", "reversed", "paid")
    said = [
        [preset.platform, *(", ".join(dict.fromkeys(_words_for(state, preset.mapping))) for state in states)]
        for preset in PRESETS
        if preset.mapping.commissions
    ]
    return _page(
        [
            "# Presets",
            MADE.format(source="`src/tallystick/tracking/imports/presets/`"),
            (
                "Exports of other platforms that are recognised by their columns. Case and separators do not matter: "
                "`partner_key`, `Partner Key` and the nested `partner.key` are the same column. What a file has "
                "besides is kept in its receipts. How to bring them: [switch from another platform](../how/switch.md)."
            ),
            _table(["Platform", "Export", "Known by", "What becomes of a row"], made),
            (
                "What a platform calls the status of a commission, and what it is taken for here. Its own word is kept "
                "beside it; any other word is `other`."
            ),
            _table(["Platform", *states], said),
        ]
    )


def _words_for(state: str, mapping: Any) -> Iterator[str]:
    """Yield the words of a platform that are taken for one of our states."""
    for target in mapping.commissions:
        conditions = target.when if isinstance(target.when, tuple) else (target.when,)
        where = "".join(
            f" where `{asked.column}` is {asked.is_in[0]}"
            for asked in conditions
            if asked.is_in and not asked.is_not
        )
        status = target.fields["status"]
        if status.constant == state:
            yield f"any{where}"
        for word, meant in (status.values or {}).items():
            if meant == state:
                yield f"{word or 'nothing'}{where}"


def _made_by(mapping: Any) -> Iterator[str]:
    """Yield what a row becomes, each sort once."""
    yield from dict.fromkeys(f"`{event.kind}`" for event in mapping.events)
    yield from (name for name in ("partners", "links", "codes") if getattr(mapping, name))
    if mapping.commissions:
        yield "past commission"


PAGES: dict[str, Callable[[], str]] = {
    "docs/reference/api.md": render_api,
    "docs/reference/cli.md": render_cli,
    "docs/reference/config.md": render_config,
    "docs/reference/glossary.md": render_glossary,
    "docs/reference/presets.md": render_presets,
    "docs/reference/roles.md": render_roles,
    "docs/explain/journey.md": render_journey,
}


def _commands(command: Any, path: list[str], parent: Any) -> Iterator[tuple[list[str], Any]]:
    """Yield a command and all below it, each as its words and its context (which holds the command)."""
    context = command.context_class(command, info_name=path[-1], parent=parent)
    yield path, context
    if hasattr(command, "list_commands"):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            if below is not None and not below.hidden:
                yield from _commands(below, [*path, name], context)


def _command_section(path: list[str], context: Any) -> list[str]:
    command = context.command
    usage = " ".join([*path, *command.collect_usage_pieces(context)])
    section = [f"{'#' * min(len(path) + 1, 4)} {' '.join(path)}", f"```\n{usage}\n```"]
    if command.help:
        section.append(inspect.cleandoc(command.help).replace("\b\n", ""))
    parameters = [parameter for parameter in command.get_params(context) if parameter.name != "help"]
    records = [parameter.get_help_record(context) for parameter in parameters]
    rows = [[f"`{spelling}`", " ".join(text.split())] for spelling, text in filter(None, records)]
    if rows:
        section.append(_table(["Argument or option", "Meaning"], rows))
    if hasattr(command, "list_commands"):
        section.append(_table(["Command", "Meaning"], list(_summaries(command, context))))
    return section


def _summaries(group: Any, context: Any) -> Iterator[list[str]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and not command.hidden:
            yield [f"`{name}`", command.get_short_help_str(limit=200)]


def _arrows(stages: Sequence[Any]) -> Iterator[str]:
    """Yield the stages as boxes, and an arrow for each thing that one of them reads or writes."""
    for stage in stages:
        box = f"stage_{stage.name}"
        yield f"    {box}[[{stage.name}]]"
        yield from (f"    {_thing(name)} --> {box}" for name in stage.reads.split(", "))
        yield from (f"    {box} --> {_thing(name)}" for name in stage.writes.split(", "))


def _thing(name: str) -> str:
    return f"{name.replace(' ', '_')}({name})"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def _page(sections: Iterable[str]) -> str:
    return "\n\n".join(sections) + "\n"


def _without_a_developers_own_settings(scratch: str) -> None:
    for name in [name for name in os.environ if name.startswith("TALLYSTICK_") or name == "DATABASE_URL"]:
        del os.environ[name]
    os.environ["TALLYSTICK_DATA_DIR"] = scratch
    os.environ["DJANGO_SETTINGS_MODULE"] = "tallystick.project.settings"


def main() -> int:
    """Write every page whose text has changed and name it."""
    with tempfile.TemporaryDirectory() as scratch:
        _without_a_developers_own_settings(scratch)
        import django

        django.setup()
        for place, render in PAGES.items():
            path, text = ROOT / place, render()
            if not path.exists() or path.read_text() != text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
                print(f"wrote {place}", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
