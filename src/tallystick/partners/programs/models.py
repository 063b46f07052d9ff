"""Brand, program, house channel, and conversion definitions with their immutable versions."""

from __future__ import annotations

from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.db import models

from tallystick.foundation.fields import id_column
from tallystick.foundation.scoping import BrandOwned


class Brand(models.Model):
    """Who pays: the tenant. Not itself scoped, because it is what scopes are made of."""

    noun: ClassVar[str] = "brand"
    prefix: ClassVar[str] = "brd"

    id = id_column()
    key = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=200)
    zone = models.CharField(max_length=60, default="UTC")
    needs_second_person = models.BooleanField(default=False)
    """Whether a version of a definition comes into force only when a second person has approved it."""
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key


class Archivable(BrandOwned):
    """A row that can be put away: archived it is in no list and can be chosen nowhere, until it is restored.

    Archiving hides and nothing more: its key stays taken, what it tracked and what it still tracks stays credited.
    """

    archived_at = models.DateTimeField(null=True, editable=False)

    class Meta(BrandOwned.Meta):
        abstract = True

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        raise NotImplementedError


class Program(BrandOwned):
    """A brand's standing arrangement with its partners: currency, zone, definitions."""

    noun: ClassVar[str] = "program"
    prefix: ClassVar[str] = "prg"

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    currency = models.CharField(max_length=3)
    zone = models.CharField(max_length=60)
    history_from = models.DateField(null=True)
    """The day from which the brand's orders are known: before it no customer can be called new."""
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_program_per_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key

    @property
    def zone_info(self) -> ZoneInfo:
        """The program's time zone, in which its days begin and its versions take effect."""
        return ZoneInfo(self.zone)


class Channel(Archivable):
    """A house channel: the brand's own or paid traffic. Takes credit, is never paid."""

    noun: ClassVar[str] = "channel"
    prefix: ClassVar[str] = "chn"

    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(Archivable.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "key"], name="one_channel_per_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files."""
        return self.key


class Definition(BrandOwned):
    """The standing name of a conversion ("first purchase"); what it means stands in its versions."""

    noun: ClassVar[str] = "definition"
    prefix: ClassVar[str] = "cdf"

    program = models.ForeignKey(Program, on_delete=models.PROTECT, related_name="+")
    key = models.SlugField(max_length=60)
    name = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["brand", "program", "key"], name="one_definition_per_key"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def handle(self) -> str:
        """How people name it on the command line and in files: `shop/sale`."""
        return f"{self.program.key}/{self.key}"


class DefinitionVersion(BrandOwned):
    """What a conversion means from a day on, in the program's zone, until the next version's day.

    `meaning` is the canonical JSON of `rules.Meaning`; the columns beside it are what the database must keep apart.
    """

    append_only = True

    definition = models.ForeignKey(Definition, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    effective_on = models.DateField()
    primary = models.BooleanField()
    meaning = models.JSONField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta(BrandOwned.Meta):
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(fields=["definition", "version"], name="one_row_per_version"),
            models.UniqueConstraint(fields=["definition", "effective_on"], name="one_version_per_day"),
        ]
