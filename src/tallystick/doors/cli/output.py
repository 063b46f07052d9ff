"""What a command prints: data on standard output, words on standard error.

Data is a table for a person at a terminal, plain aligned columns in a pipe, or JSON with ``--json``. Words
fall silent with ``--quiet``; warnings do not. Colours appear only at a terminal and never with ``NO_COLOR``.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from contextvars import ContextVar
from typing import IO, Any

_QUIET: ContextVar[bool] = ContextVar("tallystick_quiet", default=False)


def set_quiet(quiet: bool) -> None:
    """Leave out words that are not warnings, from now on."""
    _QUIET.set(quiet)


def is_quiet() -> bool:
    """Whether ``--quiet`` was given."""
    return _QUIET.get()


def has_color(stream: IO[str]) -> bool:
    """Whether a stream is a terminal that may be coloured."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def say(words: str) -> None:
    """Words for the person who waits, on standard error; silent with ``--quiet``."""
    if not is_quiet():
        sys.stderr.write(words + "\n")


def warn(words: str) -> None:
    """Words that must be seen even with ``--quiet``, on standard error."""
    sys.stderr.write(words + "\n")


def emit_text(text: str) -> None:
    """Data as text, on standard output."""
    sys.stdout.write(text + "\n")


def emit_json(value: Any) -> None:
    """Data as JSON, on standard output: keys in the order given, ids, dates and decimals as strings."""
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False, default=str) + "\n")


def emit_table(columns: Sequence[str], rows: Sequence[Sequence[Any]], *, numeric: Sequence[str] = ()) -> None:
    """Data as a table, on standard output. `numeric` names the columns that are set flush right."""
    cells = [["" if cell is None else str(cell) for cell in row] for row in rows]
    if sys.stdout.isatty():
        _print_rich(columns, cells, numeric)
    else:
        _print_plain(columns, cells, numeric)


def _print_rich(columns: Sequence[str], cells: list[list[str]], numeric: Sequence[str]) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, justify="right" if column in numeric else "left", overflow="fold")
    for row in cells:
        table.add_row(*(Text(cell) for cell in row))
    Console(no_color=not has_color(sys.stdout), highlight=False).print(table)


def _print_plain(columns: Sequence[str], cells: list[list[str]], numeric: Sequence[str]) -> None:
    lines = [list(columns), *cells]
    widths = [max(len(line[position]) for line in lines) for position in range(len(columns))]
    for line in lines:
        padded = (
            cell.rjust(width) if column in numeric else cell.ljust(width)
            for column, cell, width in zip(columns, line, widths, strict=True)
        )
        emit_text("  ".join(padded).rstrip())
