"""The SQL that is run is a text in the repository: a change of meaning shows as a change of that text.

After a change on purpose: UPDATE_GOLDEN=1 pytest tests/engines/test_golden_sql.py, and read the difference.
"""

import os
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tallystick.measurement.kpis.compile import Compiled, compile_cells
from tallystick.measurement.kpis.cuts import Cut
from tallystick.measurement.kpis.dialects import DIALECTS
from tallystick.measurement.kpis.lineage import compile_credits, compile_units
from tallystick.measurement.kpis.questions import Period, Question, Segment, parts
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.world import LEAD, PARTNERS, PROGRAM, a_version

GOLDEN = Path(__file__).parent / "golden"
MARCH = Period(date(2026, 3, 1), date(2026, 4, 1))


def a_cut(**fields) -> Cut:
    question = Question(
        program_id=PROGRAM,
        versions=(a_version(1, date(2026, 1, 1), "Europe/Berlin"),),
        others=(a_version(1, date(2026, 1, 1), "Europe/Berlin", key="lead"),),
        as_of=datetime(2026, 4, 10, tzinfo=UTC),
        **{"period": MARCH, "by": ("partner",), **fields},
    )
    return parts(question)[0].cut


def units(cut: Cut, dialect: str) -> Compiled:
    return compile_units(cut, limit=100, offset=0, dialect=dialect)


def credit(cut: Cut, dialect: str) -> Compiled:
    return compile_credits(cut, limit=100, offset=0, dialect=dialect)


def cells(cut: Cut, dialect: str) -> Compiled:
    return compile_cells(cut, dialect=dialect)


def quick(cut: Cut, dialect: str) -> Compiled:
    return compile_cells(cut, dialect=dialect, rollups=True)


CASES: dict[str, tuple[Callable[[Cut, str], Compiled], Cut]] = {
    "clicks_by_partner": (cells, a_cut(denominator=Denominator.CLICKS)),
    "exposures_in_all": (cells, a_cut(denominator=Denominator.EXPOSURES, by=(), period=Period())),
    "sessions_by_week_and_device": (cells, a_cut(by=("week", "device"))),
    "leads_by_source": (cells, a_cut(denominator=Denominator.LEADS, by=("source",), segment=Segment.ALL)),
    "clicks_by_customer_type_of_one_partner": (
        cells,
        a_cut(
            denominator=Denominator.CLICKS,
            by=("customer_type",),
            where=(("partner", PARTNERS[0]), ("country", "unknown")),
            mature_only=True,
        ),
    ),
    "sessions_by_month_on_the_period_basis": (cells, a_cut(by=("month",), basis=Basis.PERIOD)),
    "house_sessions": (cells, a_cut(by=(), segment=Segment.HOUSE)),
    "clicks_by_partner_quickly": (quick, a_cut(denominator=Denominator.CLICKS, intervals=False)),
    "revenue_per_click_of_ten_landing_pages": (
        cells,
        a_cut(kpi="revenue_per_click", by=("landing_page",), top=10, currency="EUR"),
    ),
    "assisted_conversions_by_quarter": (cells, a_cut(kpi="assisted_conversions", by=("quarter",))),
    "concentration_of_revenue": (cells, a_cut(kpi="revenue_concentration", by=(), currency="EUR")),
    "lost_orders_by_day": (cells, a_cut(kpi="tracking_loss_rate", by=("day",))),
    "units_of_sessions": (units, a_cut(by=(), where=(("partner", PARTNERS[0]),))),
    "units_of_leads": (units, a_cut(by=(), denominator=Denominator.LEADS)),
    "credits_of_clicks": (credit, a_cut(by=(), denominator=Denominator.CLICKS)),
    "credits_on_the_period_basis": (credit, a_cut(by=(), basis=Basis.PERIOD)),
}


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("name", CASES)
def test_a_cut_compiles_to_the_text_in_the_repository(name, dialect):
    compiler, cut = CASES[name]
    compiled = compiler(cut, dialect)
    text = f"{compiled.sql}\n-- parameters: {', '.join(compiled.parameters)}\n"
    file = GOLDEN / f"{name}.{dialect}.sql"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text)
    assert text == file.read_text()


def test_no_golden_text_is_left_over():
    wanted = {f"{name}.{dialect}.sql" for name in CASES for dialect in DIALECTS}
    assert {file.name for file in GOLDEN.iterdir()} == wanted


def test_no_value_is_ever_written_into_the_text():
    poison = "x'; DROP TABLE touchpoints; --"
    compiled = cells(a_cut(where=(("country", poison),)), "clickhouse")
    assert poison not in compiled.sql
    assert poison in compiled.parameters.values()
    assert LEAD.hex not in compiled.sql
