"""A progress bar with rate and time left, for anything that takes longer than a second."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tallystick.doors.cli import output

PATIENCE_SECONDS = 1.0


class Task:
    """Counts what is done; after a second of it, shows a bar at a terminal."""

    def __init__(self, label: str, *, total: int | None, unit: str, shown: bool) -> None:
        self.label, self.total, self.unit = label, total, unit
        self.done = self._at = 0
        self.started_at = time.monotonic()
        self._at_terminal = shown and sys.stderr.isatty()
        self._shown = shown
        self._bar: Any = None

    def advance(self, steps: int = 1, *, at: int | None = None) -> None:
        """Note that `steps` more are done. at: where the bar stands, when its total counts something else."""
        self.done += steps
        self._at = self.done if at is None else at
        if self._bar is not None:
            self._bar.update(0, completed=self._at, **self._said())
        elif self._at_terminal and self._elapsed() > PATIENCE_SECONDS:
            self._show_bar()

    def finish(self) -> None:
        """Take the bar away; say in one line what a long task did where no bar could be seen."""
        if self._bar is not None:
            self._bar.stop()
        if self._shown and self._elapsed() > PATIENCE_SECONDS:
            output.say(f"{self.label}: {self.done:,} {self.unit} in {self._elapsed():.1f} s ({self._rate()})")

    def _elapsed(self) -> float:
        return time.monotonic() - self.started_at

    def _rate(self) -> str:
        return f"{self.done / max(self._elapsed(), 1e-9):,.0f} {self.unit}/s"

    def _said(self) -> dict[str, str]:
        counts_itself = self.total is not None and self._at == self.done
        done = f"{self.done}/{self.total}" if counts_itself else f"{self.done:,} {self.unit}"
        return {"done": done, "rate": self._rate()}

    def _show_bar(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}"),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True, no_color=not output.has_color(sys.stderr)),
            transient=True,
        )
        self._bar.add_task(self.label, total=self.total, completed=self._at, **self._said())
        self._bar.start()


@contextmanager
def task(label: str, *, total: int | None = None, unit: str = "rows", shown: bool = True) -> Iterator[Task]:
    """Count a long piece of work, and show how far it is.

    Use: ``with task("Importing", total=n) as rows: rows.advance(500)``; where the total is bytes and the rate is rows,
    ``rows.advance(500, at=read_bytes)``. Nothing appears within the first
    second, with ``--quiet``, or when `shown` is false (pass ``not as_json``). Then a terminal shows a bar
    with rate and time left; elsewhere one plain line sums up at the end. All of it on standard error.
    """
    running = Task(label, total=total, unit=unit, shown=shown and not output.is_quiet())
    try:
        yield running
    finally:
        running.finish()
