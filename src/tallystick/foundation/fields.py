"""How an id is stored: 16 bytes, as `uuid` on PostgreSQL and as BLOB on SQLite."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from tallystick.kit import ids


class IdField(models.UUIDField):  # type: ignore[type-arg]
    """A `uuid.UUID` kept in 16 bytes. Django's own field takes 32 characters on SQLite."""

    def get_internal_type(self) -> str:
        # Not "UUIDField": SQLite's converter for that name expects 32 hexadecimal characters.
        return "IdField"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return "uuid" if connection.features.has_native_uuid_field else "blob"

    def get_prep_value(self, value: Any) -> Any:
        # As SQLite keeps it: asked for by the hundred, and then only handed on.
        return value if isinstance(value, bytes) and len(value) == 16 else super().get_prep_value(value)

    def get_db_prep_value(self, value: Any, connection: BaseDatabaseWrapper, prepared: bool = False) -> Any:
        if prepared and isinstance(value, bytes) and not connection.features.has_native_uuid_field:
            return value
        value = self.to_python(value)
        if value is None or connection.features.has_native_uuid_field:
            return value
        return value.bytes

    def from_db_value(self, value: Any, _expression: Any, _connection: BaseDatabaseWrapper) -> UUID | None:
        return value if value is None or isinstance(value, UUID) else UUID(bytes=bytes(value))

    def to_python(self, value: Any) -> UUID | None:
        if isinstance(value, (bytes, memoryview)) and len(value) == 16:
            return UUID(bytes=bytes(value))
        read: UUID | None = super().to_python(value)
        return read


def id_column() -> IdField:
    """The primary key of a noun: a random UUIDv7 unless the caller derives it."""
    return IdField(primary_key=True, default=ids.new, editable=False)
