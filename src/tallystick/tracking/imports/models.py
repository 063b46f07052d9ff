"""A file on its way in, with how far it is."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from tallystick.foundation.fields import IdField, id_column
from tallystick.foundation.scoping import BrandOwned
from tallystick.tracking.imports.rules.steps import State


class Import(BrandOwned):
    """One file, brought once. Its receipts have ids of one series: what became of them can be asked at any time.

    name: of the file, without its folders. size_bytes: of the whole file; arrived_bytes: of what is here. sha256: of
    the whole file. path: where its bytes lie, under the folder of imports or absolute where it is somebody's own file;
    empty once they were deleted. mapping_text: as it is being edited; mapping_name, mapping_version: the saved one it
    was begun with. receipts: how many have been answered; rows: those of the file that stand in them.
    """

    id = id_column()
    name = models.CharField(max_length=255)
    size_bytes = models.BigIntegerField(null=True)
    arrived_bytes = models.BigIntegerField(default=0)
    read_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, default="")
    path = models.TextField(blank=True, default="")
    format = models.CharField(max_length=20, blank=True, default="")
    preset = models.CharField(max_length=60, blank=True, default="")
    mapping_text = models.TextField(blank=True, default="")
    mapping_name = models.CharField(max_length=60, blank=True, default="")
    mapping_version = models.PositiveIntegerField(null=True)
    state = models.CharField(
        max_length=10, choices=[(state.value, state.value) for state in State], default=State.UPLOADING.value
    )
    receipts = models.BigIntegerField(default=0)
    rows = models.BigIntegerField(default=0)
    rows_accepted = models.BigIntegerField(default=0)
    rows_duplicate = models.BigIntegerField(default=0)
    rows_conflict = models.BigIntegerField(default=0)
    skipped = models.JSONField(default=list)
    """Members of an archive that were not read, each as [name, why not]."""
    error = models.TextField(blank=True, default="")
    held_until = models.DateTimeField(null=True)
    """Until when whoever receives it has it for themselves; NULL where nobody does and all that was done is counted."""
    is_paused = models.BooleanField(default=False)
    """Whether whoever receives it waits until the journey has caught up with what was received."""
    by_name = models.CharField(max_length=254)
    by_id = IdField(null=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    """When it was begun: the time of receipt of all its rows, also of those that come after an interruption."""
    ended_at = models.DateTimeField(null=True)
    """Since when nothing more comes of it by itself: received, stopped or failed."""

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.CheckConstraint(
                condition=models.Q(state__in=[state.value for state in State]), name="import_in_known_state"
            )
        ]
        indexes: ClassVar[list[Any]] = [
            models.Index(fields=["brand", "created_at"], name="import_by_time"),
            models.Index(fields=["brand", "sha256"], name="import_by_content"),
            models.Index(fields=["state", "received_at"], name="import_in_turn"),
        ]

    def __str__(self) -> str:
        return self.name
