"""The words of both doors: figures as people write them, errors as sentences, exits that a script can rely on."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from tallystick.design import figures
from tallystick.doors import wording
from tallystick.doors.cli import errors
from tallystick.doors.cli import trace as trace_command
from tallystick.doors.console.state import BadAddress
from tallystick.doors.days import BadDay
from tallystick.doors.entrance import ANSWERS
from tallystick.doors.kpis import TITLES, Scale
from tallystick.foundation.sqlite.gate import UnsafeSqlite
from tallystick.kit.delimited import BadFile
from tallystick.kit.errors import Exit, Foreseen
from tallystick.kit.ids import BadId
from tallystick.measurement.attribution.rules.models import MODELS
from tallystick.measurement.attribution.trace import NothingThere
from tallystick.measurement.attribution.trace_shapes import ConversionTrace, StepTrace
from tallystick.measurement.kpis.catalog import catalog
from tallystick.measurement.kpis.cells import Cell, Scales, Statistics, Status
from tallystick.measurement.kpis.questions import BadQuestion, Period
from tallystick.measurement.warehouse.engine import EngineFailed, UnusablePlace, WarehouseDamaged
from tallystick.partners.partnerships.setup import BadSetup
from tallystick.partners.programs.queries import NotThere
from tallystick.partners.programs.rules import BadDefinition, Basis, Denominator
from tallystick.partners.programs.values import BadValue
from tallystick.project.config_sources import ConfigError
from tallystick.project.supervisor import CannotServe
from tallystick.tracking.events.mapping.form import BadMapping
from tests.builders import day

pytestmark = pytest.mark.one_database

EXIT_CODES = {
    BadAddress: errors.USAGE,
    BadDay: errors.USAGE,
    BadDefinition: errors.USAGE,
    BadFile: errors.FAILED,
    BadId: errors.USAGE,
    BadMapping: errors.FAILED,
    BadQuestion: errors.USAGE,
    BadSetup: errors.FAILED,
    BadValue: errors.USAGE,
    CannotServe: errors.FAILED,
    ConfigError: errors.USAGE,
    EngineFailed: errors.FAILED,
    NotThere: errors.NOT_FOUND,
    NothingThere: errors.NOT_FOUND,
    UnsafeSqlite: errors.FAILED,
    UnusablePlace: errors.FAILED,
    WarehouseDamaged: errors.FAILED,
}


@pytest.mark.parametrize("kind", EXIT_CODES, ids=lambda kind: kind.__name__)
def test_every_foreseen_error_is_a_sentence_with_its_exit_code(kind):
    told = errors.explained(kind("there is no `x`"))
    assert told is not None
    assert (told.message, told.exit_code) == ("There is no `x`.", EXIT_CODES[kind])


def test_a_renamed_or_derived_error_stays_foreseen():
    class Renamed(NotThere):
        """Nobody has heard of it."""

    told = errors.explained(Renamed("there is no brand"))
    assert told is not None
    assert told.exit_code == errors.NOT_FOUND


def test_every_exit_has_its_code_and_its_page():
    assert errors.EXIT_CODES.keys() == ANSWERS.keys() == set(Exit)


@pytest.mark.parametrize(
    ("message", "sentence"),
    [
        ("there is no brand 'x'", "There is no brand 'x'."),
        ("The file is empty. Fill it.", "The file is empty. Fill it."),
        ("there is no file ../shop/sessions.csv", "There is no file ../shop/sessions.csv."),
        ("../sessions.csv cannot be read", "../sessions.csv cannot be read."),
        ("sessions.csv, line 3: two columns", "sessions.csv, line 3: two columns."),
        ("data_dir is not a folder", "data_dir is not a folder."),
        ("`windows` names 'x'", "`windows` names 'x'."),
        ("which one?", "Which one?"),
        ("first:\n  pip install pysqlite3", "first:\n  pip install pysqlite3"),
    ],
)
def test_a_message_becomes_a_sentence_and_a_name_in_it_stays_as_it_is(message, sentence):
    assert wording.sentence(Foreseen(message)) == sentence


def cell(share_ppb: int) -> Cell:
    """A cell on the period basis with so much credit."""
    statistics = Statistics(
        basis=Basis.PERIOD,
        scales=Scales(above=10**9),
        units=40_000,
        successes=share_ppb,
        share_ppb=share_ppb,
    )
    return Cell(
        keys=(),
        statistics=statistics,
        value=0.3,
        interval=None,
        method=None,
        status=Status.OK,
        units_short=0,
    )


@pytest.mark.parametrize(
    ("share_ppb", "written"),
    [
        (12_345_600_000_000, "12,345.60"),
        (12_345_000_000_000, "12,345"),
        (12_333_333_333, "12.33"),
        (1, "< 0.01"),
        (0, "0"),
    ],
)
def test_conversions_that_are_sums_of_shares_are_written_in_full_on_both_doors(share_ppb, written):
    scale = Scale(catalog()["partnership_conversion_rate"], Denominator.CLICKS, "EUR")
    assert scale.counted(cell(share_ppb).numerator) == figures.whole(share_ppb) == written
    assert wording.counts(cell(share_ppb), scale) == f"{written} conversions on 40,000 clicks"


def test_units_that_converted_are_counted_with_separators():
    counted = replace(cell(0), statistics=Statistics(basis=Basis.COHORT, units=40_000, successes=12_345))
    scale = Scale(catalog()["partnership_conversion_rate"], Denominator.SESSIONS, "EUR", is_cohort=True)
    assert wording.counts(counted, scale) == "12,345 of 40,000 sessions"


@pytest.mark.parametrize(
    ("kpi", "number", "written"),
    [
        ("gross_revenue", 891140790.0, "8,911,407.90 EUR"),
        ("revenue_per_click", 1.234, "0.0123 EUR"),
        ("average_order_value", Fraction(2000, 3), "6.67 EUR"),
        ("attributed_conversions", 12.333333333, "12.33"),
        ("click_through_rate", 0.0312, "3.1 %"),
        ("click_through_rate", None, "undefined"),
    ],
)
def test_a_value_is_written_in_the_unit_of_its_kpi(kpi, number, written):
    assert Scale(catalog()[kpi], None, "EUR").value(number).replace("\u00a0", " ") == written


def test_every_kpi_of_the_catalogue_has_a_name():
    assert TITLES.keys() == catalog().keys()


def test_a_model_without_words_of_its_own_is_its_name_with_spaces():
    assert wording.model("position") == "position 40/20/40"
    assert wording.model("shapley_of_pairs") == "shapley of pairs"
    assert [name for name in MODELS if "_" in wording.model(name)] == []


@pytest.mark.parametrize(
    ("first", "until", "written"),
    [
        (date(2026, 11, 1), date(2026, 12, 1), "1–30 Nov 2026"),
        (date(2026, 11, 1), date(2026, 11, 2), "1 Nov 2026"),
        (date(2026, 10, 28), date(2026, 11, 4), "28 Oct – 3 Nov 2026"),
        (date(2025, 12, 28), date(2026, 1, 4), "28 Dec 2025 – 3 Jan 2026"),
        (date(2026, 9, 1), None, "from 1 Sep 2026"),
        (None, date(2026, 10, 1), "until 30 Sep 2026"),
        (None, None, "all days"),
    ],
)
def test_a_period_names_its_last_day_and_includes_it(first, until, written):
    assert wording.period(Period(first, until)) == written


def test_the_terminal_writes_shares_and_models_as_the_pages_do(capsys):
    trace_command._conversion(conversion(1, 333_333_333, 666_666_666, model="shapley_of_pairs"))
    shown = capsys.readouterr().out
    assert [
        text for text in ("< 0.01 %", "33.33 %", "66.67 %", "shapley of pairs") if text not in shown
    ] == []
    assert "0.00 %" not in shown


def conversion(*shares: int, model: str) -> ConversionTrace:
    """A conversion with a path of so many touchpoints."""
    path = tuple(
        StepTrace("crd_x", "evt_x", "rcp_x", day(1), "click", "Alice", share, "", "") for share in shares
    )
    return ConversionTrace(
        id="cnv_x",
        attribution="atr_x",
        definition="purchase",
        definition_name="Purchase",
        version=1,
        effective_on="2026-01-01",
        model=model,
        windows_days={"click": 30},
        occurred_at=day(2),
        subject="v:v1",
        customer_type="new",
        value=None,
        evidence="evt_y",
        corroborating=0,
        via="path",
        credited=True,
        why_not="",
        withdrawn=False,
        path=path,
        revisions=(),
    )
