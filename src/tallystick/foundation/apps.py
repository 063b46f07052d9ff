"""The foundation as a Django app; after every migration it puts the guards back and says what indexes are worth."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from tallystick.foundation.among import register


class FoundationConfig(AppConfig):
    """Lanes and cursors, the triggers of all modules, and the lookup `among`."""

    name = "tallystick.foundation"
    label = "foundation"

    def ready(self) -> None:
        register()
        # Django rebuilds tables on SQLite when a field changes and drops their triggers without a word.
        post_migrate.connect(_install_guards, sender=self, dispatch_uid="tallystick.guards")
        post_migrate.connect(_write_statistics, sender=self, dispatch_uid="tallystick.statistics")


def _install_guards(using: str, **_: Any) -> None:
    from tallystick.foundation.guards import install  # models are loaded only now

    install(using)


def _write_statistics(using: str, **_: Any) -> None:
    from tallystick.foundation.sqlite.statistics import write  # the backend may be another

    write(using)
