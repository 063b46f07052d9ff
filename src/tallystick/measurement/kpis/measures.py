"""What can be summed: relations of rows, aggregates over them, and simple filters. Pure. Identifier: KPI-MEASURE.

A relation is a fact table, or rows that the compiler makes of some: `units` (what a rate divides by) and
`reconciled_orders` (the shop's orders beside what was tracked). Filters are parsed, and nothing but comparisons of a
relation's columns with literals passes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec
import sqlglot
from sqlglot import exp

from tallystick.kit.facts import SHOP_ORDERS, TABLES, TOUCHPOINTS, Column

UNITS: Final = "units"
PATHS: Final = "paths"
RECONCILED: Final = "reconciled_orders"
SOURCE_SHARE: Final = "source_share_ppb"
"""A column that `paths` has here: what all touchpoints of the row's partner or channel earned of the conversion."""


class Aggregate(StrEnum):
    """How rows become one number."""

    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    """Different values of `value`, exactly."""
    COUNT_CONVERTED = "count_converted"
    """Units that have such a row (cohort); the sum of the rows' shares (period)."""
    SUM = "sum"
    SHARES = "shares"
    """The sum of `share_ppb`: parts of conversions."""
    SHARE_OF = "share_of"
    """The sum of `value` times `share_ppb`: the part of an amount that was earned."""


class Measure(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An aggregate over the rows of a relation that pass the filter. `value`: the column that it is of."""

    aggregate: Aggregate
    fact: str
    filter: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows that a measure may be over. table: the fact table that is read for it. at: the instant that dates a row."""

    name: str
    table: str
    at: str
    columns: Mapping[str, str]
    """Column → its kind, as `kit.facts` has them."""


class BadFilter(ValueError):
    """A filter that is no simple condition over the columns of its relation."""


def _kinds(columns: tuple[Column, ...], **more: str) -> Mapping[str, str]:
    return MappingProxyType({column.name: column.kind for column in columns} | more)


def _relations() -> dict[str, Relation]:
    of_facts = {
        table.name: Relation(table.name, table.name, table.day_column, _kinds(table.columns))
        for table in TABLES
    }
    paths = of_facts[PATHS]
    made = (
        Relation(PATHS, PATHS, "converted_at", MappingProxyType({**paths.columns, SOURCE_SHARE: "int"})),
        Relation(UNITS, TOUCHPOINTS.name, "dated_at", _kinds(TOUCHPOINTS.columns)),
        Relation(
            RECONCILED,
            SHOP_ORDERS.name,
            SHOP_ORDERS.day_column,
            _kinds(SHOP_ORDERS.columns, expected="flag", tracked="flag"),
        ),
    )
    return of_facts | {relation.name: relation for relation in made}


RELATIONS: Final[Mapping[str, Relation]] = MappingProxyType(_relations())

_COMPARISONS: Final = (exp.EQ, exp.NEQ, exp.GT, exp.GTE, exp.LT, exp.LTE, exp.In)
_JOINING: Final = (exp.And, exp.Or, exp.Not, exp.Paren)


def check_measure(measure: Measure) -> None:
    """Refuse what cannot be summed. Raises BadFilter; the relation must be one."""
    columns = RELATIONS[measure.fact].columns
    _parsed(measure.fact, measure.filter)
    wants_number = measure.aggregate in (Aggregate.SUM, Aggregate.SHARE_OF)
    wants_value = wants_number or measure.aggregate is Aggregate.COUNT_DISTINCT
    if wants_value != bool(measure.value):
        raise BadFilter(f"`value` is {measure.value!r}, which {measure.aggregate} {_takes(wants_value)}")
    if measure.value and columns.get(measure.value) is None:
        raise BadFilter(f"`value` is {measure.value!r}; columns: {', '.join(columns)}")
    if wants_number and columns[measure.value] != "int":
        raise BadFilter(f"`value` is {measure.value!r}, which is no number")
    shares = (Aggregate.SHARES, Aggregate.SHARE_OF, Aggregate.COUNT_CONVERTED)
    if measure.aggregate in shares and measure.fact != PATHS:
        raise BadFilter(f"{measure.aggregate} is of {PATHS}, whose rows have a share")


def condition(measure: Measure, row: str) -> str:
    """The filter as SQL over a row's alias; TRUE where there is none."""
    tree = _parsed(measure.fact, measure.filter)
    if tree is None:
        return "TRUE"
    qualified = tree.copy()
    for column in qualified.find_all(exp.Column):
        column.set("table", exp.to_identifier(row))
    return f"({qualified.sql(dialect='duckdb')})"


def columns_of(measure: Measure) -> frozenset[str]:
    """The columns that a measure reads."""
    tree = _parsed(measure.fact, measure.filter)
    named = {column.name for column in tree.find_all(exp.Column)} if tree else set()
    return frozenset(named | ({measure.value} if measure.value else set()))


@cache
def _parsed(fact: str, text: str) -> exp.Expr | None:
    if not text:
        return None
    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except sqlglot.ParseError as wrong:
        raise BadFilter(f"`filter` is {text!r}, which is no condition") from wrong
    _check_condition(tree, RELATIONS[fact].columns, text)
    return tree


def _check_condition(tree: exp.Expr, columns: Mapping[str, str], text: str) -> None:
    match tree:
        case exp.Column():
            if _kind(tree, columns, text) != "flag":
                raise BadFilter(
                    f"{tree.name!r} in {text!r} is neither true nor false: compare it with something"
                )
        case exp.Is():
            _kind(tree.this, columns, text)
            if not isinstance(tree.expression, exp.Null):
                raise BadFilter(f"{tree.sql()!r} in {text!r}: only IS NULL and IS NOT NULL")
        case _ if isinstance(tree, _COMPARISONS):
            literals = tree.expressions if isinstance(tree, exp.In) else [tree.expression]
            _check_literals(tree.this, literals, columns, text)
        case _ if isinstance(tree, _JOINING):
            for part in tree.iter_expressions():
                _check_condition(part, columns, text)
        case _:
            raise BadFilter(
                f"{tree.sql()!r} in {text!r}: only comparisons of columns with literals, IN, AND, OR and NOT"
            )


def _check_literals(
    column: exp.Expr, literals: list[exp.Expr], columns: Mapping[str, str], text: str
) -> None:
    kind = _kind(column, columns, text)
    for literal in literals:
        plain = isinstance(literal, exp.Literal)
        if not plain or literal.is_string != (kind == "text") or kind not in ("text", "int"):
            raise BadFilter(f"{literal.sql()!r} in {text!r} is nothing that {column.name!r} is compared with")
    if not literals:
        raise BadFilter(f"{text!r} compares {column.name!r} with nothing")


def _kind(column: exp.Expr, columns: Mapping[str, str], text: str) -> str:
    if not isinstance(column, exp.Column) or column.table or column.name not in columns:
        raise BadFilter(f"{column.sql()!r} in {text!r} is no column; columns: {', '.join(columns)}")
    return columns[column.name]


def _takes(wants: bool) -> str:
    return "needs as a column" if wants else "takes none of"
