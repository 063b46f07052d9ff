"""One neutral SQL text, several engines: named functions are replaced, identifiers quoted, nothing else changes.

The neutral text uses plain SQL and these functions, each with one meaning on every engine (KPI-DIALECT):

LOCAL_DAY(instant, zone), LOCAL_WEEK, LOCAL_MONTH: '2026-03-29', '2026-W13' (ISO), '2026-03' in that zone
MICROS(instant): whole microseconds since 1970
ID_TEXT(id): 32 lower-case hexadecimal digits
WIDE(number): an integer of at least 128 bits, so that squares of parts per billion fit
EXACT_DISTINCT(x): how many different values, exactly
FIRST_BY(x, a, b, c): x of the row that comes first in the order of a, then b, then c
JOINED(text, first, second): the texts with spaces between, in the order of the two keys
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import Final

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify_columns import quote_identifiers

Expand = Callable[..., str]


def _local(pattern: str) -> Expand:
    return lambda instant, zone: f"STRFTIME(TIMEZONE({zone}, {instant}), '{pattern}')"


DUCKDB: Final[Mapping[str, Expand]] = MappingProxyType(
    {
        "LOCAL_DAY": _local("%Y-%m-%d"),
        "LOCAL_WEEK": _local("%G-W%V"),
        "LOCAL_MONTH": _local("%Y-%m"),
        "MICROS": lambda instant: f"EPOCH_US({instant})",
        "ID_TEXT": lambda value: f"LOWER(HEX({value}))",
        "WIDE": lambda value: f"CAST({value} AS HUGEINT)",
        "EXACT_DISTINCT": lambda value: f"COUNT(DISTINCT {value})",
        "FIRST_BY": lambda value, first, second, third: f"ARG_MIN({value}, ROW({first}, {second}, {third}))",
        "JOINED": lambda text, first, second: f"STRING_AGG({text}, ' ' ORDER BY {first}, {second})",
    }
)

DIALECTS: Final[Mapping[str, Mapping[str, Expand]]] = MappingProxyType({"duckdb": DUCKDB})
"""The engines' dialects by the name sqlglot has for them."""

_NEUTRAL: Final = "duckdb"


@lru_cache(maxsize=512)
def render(neutral: str, dialect: str) -> tuple[str, frozenset[str]]:
    """The SQL text for one engine, and the names of the parameters it uses.

    Raises sqlglot.ParseError where the neutral text is not SQL: a fault of the program.
    """
    functions = DIALECTS[dialect]

    def expand(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Anonymous) and (name := str(node.this).upper()) in functions:
            arguments = [part.transform(expand).sql(dialect=dialect) for part in node.expressions]
            return sqlglot.parse_one(functions[name](*arguments), dialect=dialect)
        return node

    tree = sqlglot.parse_one(neutral, dialect=_NEUTRAL).transform(expand)
    names = frozenset(mark.name for mark in tree.find_all(exp.Placeholder))
    return quote_identifiers(tree, dialect=dialect).sql(dialect=dialect, pretty=True), names
