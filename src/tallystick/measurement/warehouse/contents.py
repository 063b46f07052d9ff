"""What the warehouse holds, table by table, for whoever keeps it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Max, Min, Sum

from tallystick.foundation.lanes import position
from tallystick.kit.facts import TABLES
from tallystick.measurement.warehouse import manifest, retention, rules


@dataclass(frozen=True, slots=True)
class Contents:
    """How much of one fact table is published, and as of which cursor."""

    table: str
    days: int
    files: int
    most_files_of_a_day: int
    rows: int
    bytes: int
    first_at: datetime
    last_at: datetime
    published_at: datetime
    kept_from: date | None
    cursor: Any
    """Null for a table that is counted from another one, whose cursor it shares."""


def contents() -> list[Contents]:
    """One line for each published fact table of the brand in scope, in the order of `kit.facts.TABLES`."""
    live = manifest.live()
    most: dict[str, int] = {}
    for table, files in live.values_list("table", "day").annotate(n=Count("id")).values_list("table", "n"):
        most[table] = max(files, most.get(table, 0))
    sums = {
        row["table"]: row
        for row in live.values("table").annotate(
            days=Count("day", distinct=True),
            files=Count("id"),
            total_rows=Sum("rows"),
            total_bytes=Sum("bytes"),
            earliest=Min("first_at"),
            latest=Max("last_at"),
            changed=Max("published_at"),
        )
    }
    return [
        Contents(
            table=table.name,
            days=(row := sums[table.name])["days"],
            files=row["files"],
            most_files_of_a_day=most[table.name],
            rows=row["total_rows"],
            bytes=row["total_bytes"],
            first_at=row["earliest"],
            last_at=row["latest"],
            published_at=row["changed"],
            kept_from=retention.kept_from(table.name),
            cursor=position(rules.cursor_name(table)),
        )
        for table in TABLES
        if table.name in sums
    ]
