"""`column__among=texts`: a list of any length as one parameter.

`IN (…)` costs a parameter a value, which Django prepares one by one and databases bound in number. Here the list is
one text that the database takes apart itself, by `json_each` on SQLite and as an array on PostgreSQL.
"""

from __future__ import annotations

from typing import Any

import msgspec
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Lookup
from django.db.models.sql.compiler import SQLCompiler


class Among(Lookup):
    """Whether a text is one of some others. For columns of text; none of the others matches nothing."""

    lookup_name = "among"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, Any]:
        left, params = self.process_lhs(compiler, connection)
        others = sorted(set(self.rhs))
        if connection.vendor == "postgresql":
            return f"{left} = ANY(%s)", [*params, others]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, msgspec.json.encode(others).decode()]


def register() -> None:
    """Let every text column be asked like this."""
    CharField.register_lookup(Among)
