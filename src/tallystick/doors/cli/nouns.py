"""``tallystick partner`` and its like: what people keep, listed, shown, opened, changed and put away.

The commands of a noun are made of its description (`doors.nouns`), which stands on Django: so it is loaded only when
one of them is asked for, and `tallystick --help` knows no more of a noun than its plural.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import typer
from typer.core import TyperGroup

from tallystick.doors.cli.start import start_django

if TYPE_CHECKING:
    from tallystick.doors.nouns.noun import Noun


def app_of(noun: str, plural: str) -> typer.Typer:
    """The commands of a noun. plural: how its rows are called together, for the help of the whole."""
    app = typer.Typer(cls=type("NounGroup", (_NounGroup,), {"noun": noun}), no_args_is_help=True)
    app.callback(help=f"List, show, open and change {plural}, one by one or by a CSV file.")(_nothing)
    return app


class _NounGroup(TyperGroup):
    """A group whose commands are made when somebody asks for one."""

    noun: ClassVar[str]

    def list_commands(self, ctx: Any) -> list[str]:
        return list(self._made.list_commands(ctx))

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        return self._made.get_command(ctx, cmd_name)

    @cached_property
    def _made(self) -> Any:
        start_django()
        from tallystick.doors.nouns.all import NOUNS

        return typer.main.get_command(_commands(NOUNS[self.noun]))


def _commands(noun: Noun[Any]) -> typer.Typer:
    from tallystick.doors.cli import noun_changes, noun_files, noun_lists

    app = typer.Typer()
    one, many = str(noun.label).lower(), str(noun.label_plural).lower()
    app.command("list", help=f"Show {many}: searched, filtered, in an order.")(noun_lists.list_(noun))
    app.command("show", help=f"Show everything about one {one}.")(noun_lists.show(noun))
    app.command("add", help=f"Open a new {one}. {noun.says}")(noun_changes.add(noun))
    app.command("change", help=f"Change what is said of a {one}; the rest stays as it is.")(
        noun_changes.change(noun)
    )
    for act in noun.acts:
        app.command(act.name, help=f"{act.label}: {act.says}")(noun_changes.act(noun, act))
    app.command("export", help=f"Write {many} to a CSV file that `import` reads back.")(
        noun_files.export(noun)
    )
    app.command("import", help=f"Open and change {many} from a CSV file, all of it or nothing.")(
        noun_files.import_(noun)
    )
    return app


def _nothing() -> None:
    """A group does nothing by itself."""
