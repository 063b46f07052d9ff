"""Files that commands write for whoever runs them."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from tallystick.doors.cli import output
from tallystick.doors.cli.errors import CommandError


def write_csv(path: Path, lines: Iterable[str]) -> None:
    """Write a CSV file, its lines as they are, and say so. A place that cannot be written is a CommandError."""
    text = "".join(lines)  # what fails while it is made leaves the file that was there
    try:
        path.write_text(text, encoding="utf-8", newline="")
    except OSError as wrong:
        raise CommandError(f"{path} cannot be written: {wrong.strerror}.") from wrong
    output.say(f"Wrote {path}.")
