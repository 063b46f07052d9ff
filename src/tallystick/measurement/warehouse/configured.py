"""What this installation's config says about the warehouse: where it lies and what the engine may use."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol, cast

from django.conf import settings

from tallystick.measurement.warehouse.engine import DuckDbEngine


class Limits(Protocol):
    """The part of the Config that the warehouse reads."""

    @property
    def warehouse_dir(self) -> Path: ...

    @property
    def duckdb_memory_mb(self) -> int: ...

    @property
    def duckdb_threads(self) -> int: ...

    @property
    def warehouse_keep_days(self) -> Mapping[str, int]: ...


def _limits() -> Limits:
    return cast("Limits", settings.TALLYSTICK)


def warehouse_dir() -> Path:
    """The directory that the manifest's paths are relative to."""
    return _limits().warehouse_dir


def keep_days() -> Mapping[str, int]:
    """Fact table → for how many days before today its files are kept; a table that is not named keeps all."""
    return _limits().warehouse_keep_days


def engine() -> DuckDbEngine:
    """The engine with this process's share of memory, threads and temporary space."""
    limits = _limits()
    return DuckDbEngine(
        memory_mb=limits.duckdb_memory_mb,
        threads=limits.duckdb_threads,
        spill_dir=limits.warehouse_dir / "spill",
    )
