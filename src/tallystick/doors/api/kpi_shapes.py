"""What operations of KPIs take and give."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from tallystick.doors.api.shapes import MOMENT, id_type
from tallystick.measurement.kpis.catalog import Direction, Family, Kind, Unit
from tallystick.measurement.kpis.cells import Status
from tallystick.measurement.kpis.comparisons import Because, Verdict
from tallystick.measurement.kpis.questions import MOST_DIMENSIONS, MOST_TOP, Method, Segment
from tallystick.partners.programs.rules import Basis, Denominator

MOST_FILTERS: Final = 8
MOST_TEXT: Final = 300
MOST_ROWS: Final = 1000

Day = Annotated[str, Field(pattern=r"^(\d{4}-\d{2}-\d{2})?$")]
Date = Annotated[str, Field(json_schema_extra={"format": "date"})]
Text = Annotated[str, Field(max_length=MOST_TEXT)]
Exact = Annotated[
    str, Field(description="An exact number: a decimal text, or a fraction `p/q` where no decimal is exact.")
]
OfSegment: Any = Literal[("", *(each.value for each in Segment))]
OfBasis: Any = Literal[("", *(each.value for each in Basis))]
OfUnit: Any = Literal[("", *(each.value for each in Denominator))]
OfMethod: Any = Literal[("", *(each.value for each in Method))]


class Narrowing(BaseModel):
    """Which figure of a KPI."""

    model_config = ConfigDict(populate_by_name=True)

    where: list[Text] = Field(
        [],
        max_length=MOST_FILTERS,
        description="Only `dimension=value`, values as keys: `partner=alice`. May be repeated.",
    )
    from_on: Day = Field("", alias="from", description="First day, in the program's zone.")
    until_on: Day = Field("", alias="until", description="Last day, included.")
    program: Text = Field("", description="Key of the program; not needed where there is one.")
    definition: Text = Field("", description="Key of the conversion definition; the primary by default.")
    segment: OfSegment = Field("", description="Whose traffic: of partners by default.")
    basis: OfBasis = Field("", description="The definition's own by default.")
    denominator: OfUnit = Field("", description="By what to divide, where there is a choice.")
    mature_only: bool = Field(False, description="Leave out units that may still convert.")


class Question(Narrowing):
    """What is asked of a KPI."""

    by: list[Text] = Field(
        [], max_length=MOST_DIMENSIONS, description="Break down by this dimension. May be repeated."
    )
    method: OfMethod = Field("", description="The interval of whole outcomes; Wilson by default.")
    compare: bool = Field(False, description="Compare with the period of the same length before.")
    top: int | None = Field(
        None,
        ge=1,
        le=MOST_TOP,
        description="Only the largest rows; all others together are one more, whose keys are `(other)`.",
    )
    intervals: bool = Field(True, description="False: counts and values only, which is quicker.")


class QuestionOfRows(Narrowing):
    """Which figure, and which piece of its rows."""

    show: Literal["units", "credit"] = Field("units", description="What counts, or who earned what of it.")
    limit: int = Field(100, ge=1, le=MOST_ROWS, description="Most rows of a part.")
    offset: int = Field(0, ge=0, lt=10**12, description="How many rows to leave out first.")


class Measure(BaseModel):
    """What is summed: an aggregate over the rows of a relation of facts that pass the filter."""

    aggregate: str
    fact: str
    filter: str
    value: str


class Measures(BaseModel):
    """What stands above the line, and what below it."""

    numerator: Measure
    denominator: Measure | None


class MinEvidence(BaseModel):
    """Below this the answer is "not enough evidence"."""

    units: int
    max_half_width: float | None = Field(description="In the KPI's unit.")
    max_relative_half_width: float | None = Field(description="As a part of the value.")


class Thresholds(BaseModel):
    """Where a value fails, deserves a warning, or is as wished."""

    fail: float
    warn: float
    target: float


class Kpi(BaseModel):
    """One entry of the catalogue."""

    key: str
    title: str
    question: str
    family: Family
    kind: Kind
    unit: Unit = Field(description="What values are counted in; `amount_minor` is minor units of a currency.")
    direction: Direction = Field(description="Which way is better.")
    source_of_record: str
    owner_role: str
    cadence: str
    version: int
    effective_from: Date
    dimensions: list[str]
    segments: list[Segment]
    bases: list[Basis]
    denominators: list[Denominator] = Field(
        description="By which units it may be divided; none where by none."
    )
    measures: Measures
    min_evidence: MinEvidence
    thresholds: Thresholds | None


class Kpis(BaseModel):
    """The catalogue."""

    data: list[Kpi]


class Completeness(BaseModel):
    """How much of what was received stands behind an answer."""

    as_of: MOMENT
    complete_through: MOMENT = Field(
        description="Everything that was received until then is in the answer, or in quarantine."
    )
    lag_seconds: float
    behind: dict[str, int] = Field(description="Stage of the journey → rows that wait for it.")
    quarantined: int = Field(description="Receipts that wait for a person.")
    published_at: MOMENT | None = Field(description="When the facts last changed.")


class Interval(BaseModel):
    """Where the value lies, with 95 % confidence."""

    low: float
    high: float


class Comparison(BaseModel):
    """One figure against another, by the interval of their difference."""

    verdict: Verdict
    because: Because
    difference: float | None
    interval: Interval | None


class Cell(BaseModel):
    """One figure."""

    status: Status
    value: float | None = Field(description="In the KPI's unit; null where there is nothing to divide by.")
    numerator: Exact
    denominator: Exact | None
    low: float | None
    high: float | None
    method: str | None = Field(description="How the interval was made; null where there is none.")
    units: int
    converted: int | None
    conversions: int
    share_ppb: int = Field(description="Credit in parts per billion of a conversion.")
    immature_units: int
    excluded: int = Field(description="Touchpoints that a label kept from being counted.")
    units_short: int = Field(description="About how many units are missing for enough evidence.")
    parts: dict[str, float] = Field(description="What a derived value is beside its figure, such as `top_1`.")


class Term(BaseModel):
    """One value of a dimension: as it is written in `where`, and as people read it."""

    key: str
    name: str


class Row(Cell):
    """One row of a breakdown."""

    keys: dict[str, Term] = Field(description="Dimension → value.")
    is_other: bool = Field(description="Whether it is all rows beyond `top`.")
    against_previous: Comparison | None = None


class Period(BaseModel):
    """Days; `until` is the first that is no longer in it."""

    from_on: Date | None = Field(alias="from")
    until_on: Date | None = Field(alias="until")


class Previous(BaseModel):
    """The period of the same length before."""

    period: Period
    total: Cell
    against_previous: Comparison


class Section(BaseModel):
    """The answer under one version of the definition."""

    definition: str | None = Field(description="Null for a KPI that is of no definition.")
    version: int | None
    effective_on: Date | None
    model: str | None
    windows_days: dict[str, int]
    period: Period
    denominator: Denominator | None
    currency: str | None = Field(description="Of amounts, ISO 4217.")
    basis: Basis
    first_on: Date | None
    last_on: Date | None
    aside: int = Field(description="Conversions with credit that no unit can show.")
    immature_from: Date | None
    total: Cell
    baseline: Cell = Field(description="The same of house channels.")
    against_baseline: Comparison
    rows: list[Row]
    previous: Previous | None
    why_no_previous: str | None
    notes: list[str]


class KpiAnswer(BaseModel):
    """The answer to a question."""

    kpi: str
    kpi_version: int
    question: str
    family: Family
    unit: Unit
    direction: Direction
    owner_role: str
    thresholds: Thresholds | None
    program: str
    zone: str
    as_of: MOMENT
    segment: Segment
    by: list[str]
    where: list[str]
    completeness: Completeness
    sections: list[Section]


class UnitRow(BaseModel):
    """One unit of a figure."""

    dated_at: MOMENT
    is_unit: bool = Field(description="Whether it counts below the line.")
    converted: bool | None
    immature: bool
    events: list[id_type("evt")]  # type: ignore[valid-type]
    receipts: list[id_type("rcp")]  # type: ignore[valid-type]
    conversions: list[id_type("cnv")]  # type: ignore[valid-type]


class CreditRow(BaseModel):
    """What one touchpoint earned of one conversion."""

    conversion: id_type("cnv")  # type: ignore[valid-type]
    event: id_type("evt")  # type: ignore[valid-type]
    receipts: list[id_type("rcp")]  # type: ignore[valid-type]
    share_ppb: int
    converted_at: MOMENT
    touched_at: MOMENT
    customer_type: str


class Part(BaseModel):
    """A page of the rows under one version of the definition, and how many there are in all."""

    definition: str | None
    version: int | None
    rows: list[UnitRow] | list[CreditRow]
    units: int | None = None
    converted: int | None = None
    conversions: int | None = None
    share_ppb: int | None = None


class KpiRows(BaseModel):
    """What a figure is made of."""

    kpi: str
    completeness: Completeness
    parts: list[Part]
