"""Many rows in one statement, past the ORM's per-row cost but not past the brand's scope.

`bulk_create` builds an object, a signal and a parameter list a row; stages that write thousands of rows a second
hand tuples straight to the driver: `executemany` on SQLite, COPY on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, connections, models

from tallystick.foundation.scoping import BrandOwned, ForeignRow, current_brand


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


def _prepared(column: Any, values: Sequence[Any]) -> list[Any]:
    """The values of one column as the driver takes them; each distinct one is prepared once, for most repeat."""
    # The connection itself: asking its proxy for every value costs more than preparing the value.
    backend = connections[connection.alias]
    if isinstance(column, models.JSONField):  # 1 and true are equal here and not in JSON
        return [column.get_db_prep_save(value, backend) for value in values]
    known = {value: column.get_db_prep_save(value, backend) for value in set(values)}
    return [known[value] for value in values]
