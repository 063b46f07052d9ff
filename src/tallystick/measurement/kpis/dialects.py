"""One neutral SQL text, several engines: named functions are replaced, identifiers quoted, nothing else changes.

The neutral text is plain SQL as DuckDB reads it, values are `$name`, and where plain SQL means different things on
different engines it uses these functions, each with one meaning on every engine (KPI-DIALECT):

LOCAL_DAY(instant), LOCAL_WEEK, LOCAL_MONTH, LOCAL_QUARTER: '2026-03-29', '2026-W13' (ISO), '2026-03', '2026-Q1', where
the clock is ahead of UTC by the parameters of `calendars.calendar`
MICROS(instant): whole microseconds since 1970
ID_TEXT(id): 32 lower-case hexadecimal digits
WIDE(number): an integer of at least 128 bits, so that squares of parts per billion fit
EXACT_DISTINCT(x): how many different values, exactly
FIRST_BY(x, a, b, c): x of the row that comes first in the order of a, then b, then c
JOINED(text, first, second): the texts with spaces between, in the order of the two keys
PREVIOUS(x) OVER …: x of the row before; NULL where there is none
WHOLE(a, b): how many whole times b goes into a, of numbers that are not negative
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify_columns import quote_identifiers

from tallystick.kit.facts import Kind
from tallystick.measurement.kpis.calendars import SHIFT, SHIFT_FROM

Expand = Callable[..., str]
Kinds = tuple[tuple[str, Kind], ...]
"""The names of parameters and what each of them is."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """How one engine says what the neutral text means.

    functions: named function → text of its arguments' texts. parameter: (name, kind) → text. settings: what the text
    asks the engine for, so that its plain SQL is standard SQL. materializes: whether each step has to be marked as one
    to compute once: an engine that finds out by itself is not told. whole: what makes a signed number of 64 bits of a
    count or a literal, where these are something else. mixes_names: whether it takes the name of a row for that of a
    column.
    """

    functions: Mapping[str, Expand]
    parameter: Callable[[str, Kind], str]
    settings: Mapping[str, str]
    materializes: bool
    whole: str | None = None
    mixes_names: bool = False


def _in_duckdb(pattern: str) -> Expand:
    return lambda micros: f"STRFTIME(MAKE_TIMESTAMP({micros}), '{pattern}')"


def _in_clickhouse(pattern: str) -> Expand:
    return lambda micros: f"formatDateTime(fromUnixTimestamp64Micro({micros}, 'UTC'), '{pattern}', 'UTC')"


def _quarter_in_duckdb(micros: str) -> str:
    return f"STRFTIME(MAKE_TIMESTAMP({micros}), '%Y-Q') || CAST(QUARTER(MAKE_TIMESTAMP({micros})) AS VARCHAR)"


DUCKDB: Final = Dialect(
    functions=MappingProxyType(
        {
            "LOCAL_DAY": _in_duckdb("%Y-%m-%d"),
            "LOCAL_WEEK": _in_duckdb("%G-W%V"),
            "LOCAL_MONTH": _in_duckdb("%Y-%m"),
            "LOCAL_QUARTER": _quarter_in_duckdb,
            "MICROS": lambda instant: f"EPOCH_US({instant})",
            "ID_TEXT": lambda value: f"LOWER(HEX({value}))",
            "WIDE": lambda value: f"CAST({value} AS HUGEINT)",
            "EXACT_DISTINCT": lambda value: f"COUNT(DISTINCT {value})",
            "FIRST_BY": lambda value, first, second, third: (
                f"ARG_MIN({value}, ROW({first}, {second}, {third}))"
            ),
            "JOINED": lambda text, first, second: f"STRING_AGG({text}, ' ' ORDER BY {first}, {second})",
            "PREVIOUS": lambda value: f"LAG({value})",
            "WHOLE": lambda number, by: f"({number} // {by})",
        }
    ),
    parameter=lambda name, _: f"${name}",
    settings=MappingProxyType({}),
    materializes=False,
)

_CLICKHOUSE_PARAMETERS: Final[Mapping[Kind, str]] = MappingProxyType(
    {
        "id": "unhex({{{name}: String}})",
        "text": "{{{name}: String}}",
        "instant": "fromUnixTimestamp64Micro({{{name}: Int64}}, 'UTC')",
        "int": "{{{name}: Int64}}",
        "flag": "{{{name}: Bool}}",
    }
)

CLICKHOUSE: Final = Dialect(
    functions=MappingProxyType(
        {
            "LOCAL_DAY": _in_clickhouse("%Y-%m-%d"),
            "LOCAL_WEEK": _in_clickhouse("%G-W%V"),
            "LOCAL_MONTH": _in_clickhouse("%Y-%m"),
            "LOCAL_QUARTER": _in_clickhouse("%Y-Q%Q"),
            "MICROS": lambda instant: f"toUnixTimestamp64Micro({instant})",
            "ID_TEXT": lambda value: f"lower(hex({value}))",
            "WIDE": lambda value: f"toInt256({value})",
            "EXACT_DISTINCT": lambda value: f"toInt64(uniqExact({value}))",
            "FIRST_BY": lambda value, first, second, third: f"argMin({value}, ({first}, {second}, {third}))",
            "JOINED": lambda text, first, second: (
                f"arrayStringConcat(arrayMap(one -> one.3, arraySort(groupArrayIf(({first}, {second}, "
                f"assumeNotNull({text})), {text} IS NOT NULL))), ' ')"
            ),
            # `lag` gives a default, not NULL, before the first row of a column that is never NULL.
            "PREVIOUS": lambda value: f"lag(toNullable({value}))",
            "WHOLE": lambda number, by: f"intDiv({number}, {by})",
        }
    ),
    parameter=lambda name, kind: _CLICKHOUSE_PARAMETERS[kind].format(name=name),
    settings=MappingProxyType(
        {
            "join_use_nulls": "1",
            "aggregate_functions_null_for_empty": "1",
            "group_by_use_nulls": "1",
            "prefer_column_name_to_alias": "1",
            "enable_materialized_cte": "1",
        }
    ),
    materializes=True,
    whole="toInt64",
    mixes_names=True,
)
"""As of ClickHouse 26.9. The values of parameters are texts: ids as hexadecimal digits, instants as microseconds."""

DIALECTS: Final[Mapping[str, Dialect]] = MappingProxyType({"duckdb": DUCKDB, "clickhouse": CLICKHOUSE})
"""The engines' dialects by the name sqlglot has for them."""

_NEUTRAL: Final = "duckdb"


def kinds(values: Mapping[str, Any]) -> Kinds:
    """What each of the values is that a text may name, in the order of the names."""
    return tuple((name, _kind(values[name])) for name in sorted(values))


@lru_cache(maxsize=512)
def render(neutral: str, dialect: str, kinds: Kinds = ()) -> tuple[str, frozenset[str]]:
    """The SQL text for one engine, and the names of the parameters it uses; one without a kind is a text.

    Raises sqlglot.ParseError where the neutral text is not SQL: a fault of the program.
    """
    spoken, kind_of = DIALECTS[dialect], dict(kinds)
    names: set[str] = set()

    def expand(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Placeholder):
            names.add(node.name)
            return _parsed(spoken.parameter(node.name, kind_of.get(node.name, "text")), dialect).copy()
        if isinstance(node, exp.Anonymous) and (name := str(node.this).upper()) in spoken.functions:
            written = [_on_the_wall(node, kind_of)] if name.startswith("LOCAL_") else node.expressions
            arguments = [part.transform(expand).sql(dialect=dialect) for part in written]
            return _parsed(spoken.functions[name](*arguments), dialect).copy()
        if isinstance(node, exp.CTE) and spoken.materializes:
            node.set("materialized", True)
        return node

    tree = sqlglot.parse_one(neutral, dialect=_NEUTRAL)
    if spoken.whole:
        _make_signed(tree, spoken.whole)
    if spoken.mixes_names:
        _tell_rows_from_columns(tree)
    tree = tree.transform(expand, copy=False)
    tree = quote_identifiers(tree, dialect=dialect)
    if spoken.settings:
        tree.set(
            "settings", [sqlglot.parse_one(f"{name} = {value}") for name, value in spoken.settings.items()]
        )
    return tree.sql(dialect=dialect, pretty=True), frozenset(names)


@lru_cache(maxsize=512)
def _parsed(text: str, dialect: str) -> exp.Expr:
    """What a short text says; the same ones come again and again. To be copied, never changed."""
    return sqlglot.parse_one(text, dialect=dialect)


def _make_signed(tree: exp.Expr, function: str) -> None:
    """ClickHouse counts without sign, and finds no type for the union of such a count and a number with one."""
    numbers = [node for node in tree.find_all(exp.Literal) if node.is_int]
    for node in (*numbers, *tree.find_all(exp.Count)):
        node.replace(exp.Anonymous(this=function, expressions=[node.copy()]))


def _tell_rows_from_columns(tree: exp.Expr) -> None:
    """ClickHouse looks for `u` in `u.*` among the columns of every SELECT around it; so no row is called as one."""
    rows = [alias for alias in tree.find_all(exp.TableAlias) if not isinstance(alias.parent, exp.CTE)]
    names = {alias.name for alias in rows}
    for alias in rows:
        alias.set("this", exp.to_identifier(f"{alias.name}_row"))
    for select in tree.find_all(exp.Select):
        # Of a join, it would call a column after its row as well where two rows have one of that name.
        for told in select.expressions:
            if isinstance(told, exp.Column) and not isinstance(told.this, exp.Star):
                told.replace(exp.alias_(told.copy(), told.name))
    for column in tree.find_all(exp.Column):
        if column.table in names:
            column.set("table", exp.to_identifier(f"{column.table}_row"))


def _on_the_wall(node: exp.Anonymous, kind_of: Mapping[str, Kind]) -> exp.Expr:
    """Microseconds as the clock on the wall shows them; the latest shift is asked for first: most rows are recent."""
    (instant,) = node.expressions
    at = f"MICROS({instant.sql(dialect=_NEUTRAL)})"
    count = sum(name.startswith(SHIFT_FROM) for name in kind_of)
    whens = " ".join(f"WHEN {at} >= ${SHIFT_FROM}{n} THEN ${SHIFT}{n}" for n in range(count, 0, -1))
    ahead = f"CASE {whens} ELSE ${SHIFT}0 END" if whens else f"${SHIFT}0"
    return sqlglot.parse_one(f"{at} + {ahead}", dialect=_NEUTRAL)


def _kind(value: object) -> Kind:
    match value:
        case bool():
            return "flag"
        case int():
            return "int"
        case bytes():
            return "id"
        case datetime():
            return "instant"
        case _:
            return "text"
