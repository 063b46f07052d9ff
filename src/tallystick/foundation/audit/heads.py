"""Heads of the chain in a file outside the database: who rewrites the database has to find this one, too.

One head a line, oldest first, in `audit-heads` of the data directory. Identifier: AUDIT-HEAD.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings

from tallystick.foundation.audit.rules import BadHead, Head, read_head
from tallystick.kit.durable import sync_directory

NAME = "audit-heads"


class Place(Protocol):
    """The part of the Config that says where the file is."""

    @property
    def data_dir(self) -> Path: ...


def path() -> Path:
    """Where the heads are kept."""
    return cast("Place", settings.TALLYSTICK).data_dir / NAME


def known() -> Iterator[Head]:
    """Every head that was kept, oldest first. What is no head (half a line, after a crash) is passed over."""
    if not path().exists():
        return
    with path().open(encoding="ascii", errors="replace") as file:
        for line in file:
            try:
                yield read_head(line)
            except BadHead:
                continue


def keep(head: Head) -> None:
    """Append a head and wait until it is on disk; the one that is last in the file already is not repeated."""
    line = f"{head}\n".encode("ascii")
    is_new = not path().exists()
    with path().open("a+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - len(line) - 1))
        end = file.read()
        if end.endswith(b"\n" + line) or end == line:
            return
        file.write(line if not end or end.endswith(b"\n") else b"\n" + line)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_directory(path().parent)
