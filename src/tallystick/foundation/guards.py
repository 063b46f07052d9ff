"""Rules that the database itself keeps: append-only tables, and no reference to another brand's row.

Made from the models: `append_only = True` refuses UPDATE and DELETE; every foreign key from one
`BrandOwned` table to another refuses a row whose brand differs. Installed after each migration,
because Django rebuilds SQLite tables without their triggers; `doctor` reports any that are missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models
from django.db.backends.base.base import BaseDatabaseWrapper

from tallystick.foundation.scoping import BrandOwned


@dataclass(frozen=True, slots=True)
class Guard:
    """One trigger: its name, the table it stands on, and the statements that make it."""

    name: str
    table: str
    sql: tuple[str, ...]


def guards(vendor: str) -> list[Guard]:
    """All triggers that the models ask for, in the dialect of `sqlite` or `postgresql`."""
    found: list[Guard] = []
    for model in apps.get_models():
        table = model._meta.db_table
        if getattr(model, "append_only", False):
            found += [_append_only(vendor, table, verb) for verb in ("update", "delete")]
        is_owned = issubclass(model, BrandOwned)
        for field in model._meta.concrete_fields:
            target = field.related_model
            if is_owned and isinstance(target, type) and issubclass(target, BrandOwned):
                found += [_same_brand(vendor, table, field, target, verb) for verb in ("insert", "update")]
    return found


def install(using: str = "default") -> None:
    """Make every guard anew. Tables that do not exist yet are left for the migration that makes them."""
    connection = connections[using]
    if connection.vendor not in ("sqlite", "postgresql"):
        return
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for guard in guards(connection.vendor):
            if guard.table in tables:
                for statement in guard.sql:
                    cursor.execute(statement)


def missing_guards(using: str = "default") -> list[str]:
    """Names of the guards that the database should have and has not: an empty list is health."""
    connection = connections[using]
    present = _present(connection)
    return [guard.name for guard in guards(connection.vendor) if guard.name not in present]


def _present(connection: BaseDatabaseWrapper) -> set[str]:
    query = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if connection.vendor == "sqlite"
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return {row[0] for row in cursor.fetchall()}


def _append_only(vendor: str, table: str, verb: str) -> Guard:
    message = f"{table} is append-only: correct a row by a new one"
    return _guard(vendor, f"guard_{verb}_{table}", table, verb, message=message, condition=None)


def _same_brand(
    vendor: str,
    table: str,
    field: models.Field[Any, Any],
    target: type[BrandOwned],
    verb: str,
) -> Guard:
    column, other = field.column, target._meta.db_table
    condition = (
        f"NEW.{column} IS NOT NULL AND NOT EXISTS "
        f"(SELECT 1 FROM {other} t WHERE t.id = NEW.{column} AND t.brand_id = NEW.brand_id)"
    )
    message = f"{table}.{column} points at a row of another brand"
    return _guard(vendor, f"guard_{verb}_{table}_{column}", table, verb, message=message, condition=condition)


def _guard(vendor: str, name: str, table: str, verb: str, *, message: str, condition: str | None) -> Guard:
    if len(name) > 63:
        raise ValueError(
            f"the guard's name {name!r} is longer than PostgreSQL keeps (63): shorten the table's"
        )
    if vendor == "sqlite":
        when = f"WHEN {condition} " if condition else ""
        refuse = f"BEGIN SELECT RAISE(ABORT, '{message}'); END"
        body = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} {when}{refuse}"
        return Guard(name, table, (f"DROP TRIGGER IF EXISTS {name}", body))
    test = f"IF {condition} THEN {{}} END IF; RETURN NEW;" if condition else "{}"
    refuse = f"RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = '{message}';"
    function = (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
        f"$guard$ BEGIN {test.format(refuse)} END $guard$"
    )
    trigger = f"CREATE TRIGGER {name} BEFORE {verb.upper()} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return Guard(name, table, (f"DROP TRIGGER IF EXISTS {name} ON {table}", function, trigger))
