"""Many rows at once, past the ORM's per-row cost but not past the brand's scope.

`bulk_create` builds an object, a signal and a parameter list a row; stages that write thousands of rows a second
hand tuples straight to the driver: `executemany` on SQLite, COPY on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import connection, connections, models

from tallystick.foundation.scoping import BrandOwned, ForeignRow, current_brand


class _AsWritten(models.Func):
    """A column without its declared type, by which SQLite's driver would choose a conversion."""

    template = "%(expressions)s"
    output_field = models.TextField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="+%(expressions)s", **context)


def insert_rows(model: type[BrandOwned], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert rows given as tuples in the order of `fields`; the brand in scope is added to each.

    Values are Python values as the model takes them. Fields not named are NULL: there are no
    defaults here. Raises ForeignRow where `brand` is among the fields, and IntegrityError as the ORM does;
    nothing of the call stands then. Returns the number of rows.
    """
    if "brand" in fields or "brand_id" in fields:
        raise ForeignRow("the brand of rows inserted in bulk is the scope's: leave it out")
    columns: list[Any] = [model._meta.get_field(name) for name in ("brand", *fields)]
    brand_id = current_brand()
    whole = [(brand_id, *row) for row in rows]
    if not whole:
        return 0
    by_column = zip(columns, zip(*whole, strict=True), strict=True)
    ready = list(zip(*(_prepared(column, values) for column, values in by_column), strict=True))
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column.column) for column in columns)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            # TRICKY: Django turns the driver's errors into its own for execute, but not for copy.
            with connection.wrap_database_errors, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for values in ready:
                    copy.write_row(values)
        else:
            marks = ", ".join(["%s"] * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", ready)
    return len(ready)


def stored_rows(
    rows: models.QuerySet[Any], *fields: str, slice_rows: int = 5_000
) -> Iterator[tuple[Any, ...]]:
    """The fields of rows as the database's driver gives them, read as they are asked for.

    No value is converted, which is most of what reading costs: on SQLite an id is its 16 bytes, an instant a text in
    UTC and a flag 0 or 1.
    """
    instants = {
        field.name for field in rows.model._meta.get_fields() if isinstance(field, models.DateTimeField)
    }
    asked = [_AsWritten(name) if name in instants else name for name in fields]
    compiler = rows.values_list(*asked).query.get_compiler(rows.db)
    for some in compiler.execute_sql(chunked_fetch=True, chunk_size=slice_rows):
        yield from some


def days_of(instants: Iterable[datetime | str]) -> set[date]:
    """The UTC days of instants as `stored_rows` gives them."""
    begun = {at[:10] if isinstance(at, str) else at.astimezone(UTC).date() for at in instants}
    return {date.fromisoformat(day) if isinstance(day, str) else day for day in begun}


def _prepared(column: Any, values: Sequence[Any]) -> list[Any]:
    """The values of one column as the driver takes them; what many rows repeat is prepared once."""
    # The connection itself: asking its proxy for every value costs more than preparing the value.
    backend = connections[connection.alias]
    types = set(map(type, values)) - {NoneType}
    if not types or (types == {str} and isinstance(column, models.CharField | models.TextField)):
        return list(values)
    if types == {int} and isinstance(column, models.IntegerField):
        return list(values)
    if isinstance(column, models.JSONField):  # 1 and true are equal here and not in JSON
        empty = column.get_db_prep_save({}, backend)
        return [empty if value == {} else column.get_db_prep_save(value, backend) for value in values]
    if types == {UUID} and backend.vendor == "sqlite":
        return [value and value.bytes for value in values]
    known = {value: column.get_db_prep_save(value, backend) for value in set(values)}
    return [known[value] for value in values]
