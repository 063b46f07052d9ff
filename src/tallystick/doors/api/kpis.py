"""Operations of KPIs: the catalogue, the answer to a question, and the rows that a figure is made of."""

from __future__ import annotations

from typing import Any, Final

from tallystick.doors import answered
from tallystick.doors.api import kpi_shapes as shapes
from tallystick.doors.api.calls import Call, Operation
from tallystick.doors.api.once import Answer
from tallystick.doors.asking import Wanted, ask
from tallystick.measurement.kpis.catalog import catalog

TAG: Final = "KPIs"
READ: Final = "figures.read"


def operations() -> tuple[Operation, ...]:
    """The operations of this module."""
    return (
        Operation(
            "list_kpis",
            "GET",
            "/kpis",
            READ,
            "List the KPIs that can be asked for",
            TAG,
            lambda _call: Answer({"data": [answered.entry(each) for each in catalog().values()]}),
            {200: shapes.Kpis},
            description="The catalogue: what each KPI asks, what it is made of, by what it can be broken down.",
        ),
        Operation(
            "get_kpi",
            "GET",
            "/kpis/{id}",
            READ,
            "Ask for a KPI",
            TAG,
            _answer,
            {200: shapes.KpiAnswer},
            query=shapes.Question,
            description=(
                "The whole and its rows, each with exact counts, interval and status, and how complete they are. "
                "One section for each version of the definition that was in force."
            ),
        ),
        Operation(
            "list_kpi_rows",
            "GET",
            "/kpis/{id}/rows",
            READ,
            "List what a figure is made of",
            TAG,
            _rows,
            {200: shapes.KpiRows},
            query=shapes.QuestionOfRows,
            description=(
                "The units of a figure, oldest first, or with `show=credit` what each touchpoint earned of its "
                "conversions. The keys of a row of an answer, given as `where`, open that row."
            ),
        ),
    )


def _answer(call: Call) -> Answer:
    asked = ask(_wanted(call))
    return Answer(answered.answer(asked, asked.answer()))


def _rows(call: Call) -> Answer:
    asked = ask(_wanted(call))
    page: dict[str, Any] = {"limit": call.query["limit"], "offset": call.query["offset"]}
    if call.query["show"] == "credit":
        parts = answered.credit(asked.credit(**page))
    else:
        parts = answered.units(asked.receipts(**page))
    return Answer(
        {"kpi": asked.entry.key, "completeness": answered.completeness(asked.completeness), "parts": parts}
    )


def _wanted(call: Call) -> Wanted:
    given = {name: value for name, value in call.query.items() if name in shapes.Question.model_fields}
    return Wanted(kpi=call.id, **{**given, "by": tuple(given.get("by", ())), "where": tuple(given["where"])})
