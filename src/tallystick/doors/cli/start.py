"""How a command that needs the database gets it; commands that do not never load Django."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from tallystick.project.config import Config


Brand = Annotated[
    str | None, typer.Option("--brand", help="Key of the brand; not needed where there is one.")
]
"""The option of every command that speaks of one brand."""

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
"""The option of every command that prints data."""


def start_django() -> Config:
    """Make models and database usable, once per process, and return the configuration in force."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tallystick.project.settings")
    import django

    django.setup()
    from django.conf import settings

    config: Config = settings.TALLYSTICK
    return config
