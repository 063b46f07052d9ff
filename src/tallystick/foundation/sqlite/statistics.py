"""What SQLite's planner is told of the indexes that begin with the brand: one brand may own nearly every row.

Without statistics SQLite takes a brand to have about ten rows. It then finds a few hundred rows by their ids by reading
every row of the brand, which costs more the longer the history is. What stands in `sqlite_stat1` is written by us and
not measured: plans are the same in every installation, and on its first day those that fit its last one.
"""

from __future__ import annotations

from typing import Final

from django.db import connections

_ROWS: Final = 1_000_000
_OF_A_BRAND: Final = 500_000
_ALIKE: Final = 10
"""How many rows of a brand agree in the columns after it: what SQLite itself takes for granted."""


def write(using: str) -> None:
    """Put the statistics into a database of SQLite, for every index there is now; on another nothing is done."""
    connection = connections[using]
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE sqlite_schema")  # makes the table
        cursor.execute("DELETE FROM sqlite_stat1")
        cursor.execute(
            "SELECT t.name, i.name, i.[unique], count(*) FROM sqlite_schema t, pragma_index_list(t.name) i,"
            " pragma_index_info(i.name) c WHERE t.type = 'table' GROUP BY t.name, i.name"
            " HAVING count(*) FILTER (WHERE c.name = 'brand_id' AND c.seqno = 0)"
        )
        found = [(table, index, _said(columns, is_unique)) for table, index, is_unique, columns in cursor]
        cursor.executemany("INSERT INTO sqlite_stat1 VALUES (%s, %s, %s)", found)
        cursor.execute("ANALYZE sqlite_schema")  # this connection reads them; others do as they open


def _said(columns: int, is_unique: bool) -> str:
    """The rows of a table, and how many of them agree in the first column, in the first two, and so on."""
    alike = [_OF_A_BRAND, *[_ALIKE] * (columns - 1)]
    if is_unique:
        alike[-1] = 1
    return " ".join(map(str, (_ROWS, *alike)))
