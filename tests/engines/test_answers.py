"""What an answer says of itself: undefined, zero, too little, not mature, larger or cannot tell."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction

import pytest

from tallystick.kit.shares import PPB
from tallystick.measurement.kpis.cells import Status, merge
from tallystick.measurement.kpis.comparisons import Because, Verdict
from tallystick.measurement.kpis.intervals import Interval, units_needed, wilson_interval
from tallystick.measurement.kpis.questions import BadQuestion, Method, Period
from tallystick.partners.programs.rules import Basis, CreditBy, Denominator
from tests.engines.world import ALICE, BOB, CHANNELS, LEAD, MARCH, NOON, a_version

SEARCH, _ = CHANNELS


def test_an_empty_warehouse_answers_undefined(answer):
    (section,) = answer(by=("partner",)).sections
    assert section.rows == ()
    assert (section.total.value, section.total.interval, section.total.status) == (
        None,
        None,
        Status.UNDEFINED,
    )
    assert section.baseline.status is Status.UNDEFINED
    assert section.against_baseline.verdict is Verdict.CANNOT_TELL
    assert section.against_baseline.because is Because.NOTHING_TO_COMPARE
    assert (section.first_on, section.last_on, section.aside) == (None, None, 0)


def test_a_zero_numerator_is_zero_percent_not_empty(world, answer):
    world.clicks(80, 0)
    (section,) = answer().sections
    assert (section.total.value, section.total.converted, section.total.units) == (0.0, 0, 80)
    assert section.total.interval == wilson_interval(0, 80)
    assert section.total.status is Status.OK


def test_conversions_without_units_are_undefined_and_still_shown(world, answer):
    touch = world.touch(kind="code_use", visitor="ann", partner_id=ALICE, occurred_at=NOON)
    world.convert((touch, PPB))
    (section,) = answer(basis=Basis.PERIOD).sections
    assert (section.total.value, section.total.status) == (None, Status.UNDEFINED)
    assert (section.total.conversions, section.total.share_ppb) == (1, PPB)


def test_a_period_rate_may_exceed_one_and_says_so(world, answer):
    for n in range(60):
        touch = world.touch(visitor=f"v{n}", partner_id=ALICE, occurred_at=NOON)
        world.convert((touch, PPB))
        if n % 2:
            world.convert((touch, PPB))
    (section,) = answer(basis=Basis.PERIOD).sections
    assert section.total.value == 1.5
    assert section.total.converted is None
    assert section.total.method == "clustered"
    assert any("may exceed 100 %" in note for note in section.notes)


def test_fractional_credit_converts_a_unit_whole_and_counts_its_share(world, answer):
    early = world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON)
    late = world.touch(visitor="ann", partner_id=BOB, occurred_at=NOON + timedelta(minutes=1))
    nothing = world.touch(visitor="ann", partner_id=BOB, occurred_at=NOON + timedelta(minutes=2))
    world.convert((early, 400_000_000), (late, 600_000_000), (nothing, 0))
    (section,) = answer(by=("partner",)).sections
    assert [(cell.keys, cell.units, cell.converted, cell.share_ppb) for cell in section.rows] == [
        ((ALICE,), 1, 1, 400_000_000),
        ((BOB,), 2, 1, 600_000_000),
    ]


def test_a_section_says_the_first_and_last_day_of_its_units_in_the_programs_zone(world, answer):
    world.touch(visitor="ann", partner_id=ALICE, occurred_at=datetime(2026, 3, 4, 23, 30, tzinfo=UTC))
    world.touch(visitor="ben", partner_id=ALICE, occurred_at=datetime(2026, 3, 20, 12, tzinfo=UTC))
    world.touch(visitor="cem", partner_id=BOB, occurred_at=datetime(2026, 3, 30, 12, tzinfo=UTC))
    world.touch(visitor="dot", partner_id=ALICE, occurred_at=datetime(2026, 2, 20, 12, tzinfo=UTC))
    where = (("month", "2026-03"), ("partner", ALICE))
    (section,) = answer(period=Period(), where=where).sections
    assert (section.first_on, section.last_on) == (date(2026, 3, 5), date(2026, 3, 20))


@pytest.mark.parametrize("method", Method)
def test_the_interval_of_whole_outcomes_can_be_chosen(world, answer, method):
    world.clicks(60, 3)
    (section,) = answer(method=method).sections
    assert section.total.method == method


def test_too_few_units_are_not_enough_evidence_and_say_how_many_are_missing(world, answer):
    world.clicks(7, 1)
    world.clicks(193, 19, partner_id=BOB)
    (section,) = answer(by=("partner",)).sections
    few, many = section.rows
    assert (few.status, many.status) == (Status.NOT_ENOUGH_EVIDENCE, Status.OK)
    assert few.value == pytest.approx(1 / 7)
    assert few.units_short == units_needed(0.1, 0.06) - 7
    assert many.units_short == 0


@pytest.mark.parametrize("basis", Basis)
def test_a_row_and_the_page_it_opens_to_say_the_same(world, answer, basis):
    world.clicks(4, 2, device="mobile")
    world.clicks(20, 1, partner_id=BOB, device="mobile")
    world.clicks(500, 20, partner_id=BOB)
    (section,) = answer(by=("partner", "device"), basis=basis).sections
    few = [cell for cell in section.rows if cell.units < 50]
    assert len(few) == 2
    for cell in few:
        where = tuple(zip(("partner", "device"), cell.keys, strict=True))
        (page,) = answer(where=where, basis=basis).sections
        (half,) = answer(where=where[:1], by=("device",), basis=basis).sections
        assert page.total.units_short == cell.units_short > 0
        assert cell.units_short in {row.units_short for row in half.rows}


def test_a_wide_interval_is_not_enough_evidence_however_many_units_there_are(world, answer):
    world.clicks(100, 50)
    (section,) = answer().sections
    assert section.total.status is Status.NOT_ENOUGH_EVIDENCE
    assert section.total.units_short == units_needed(0.5, 0.06) - 100


def test_the_baseline_stands_beside_every_answer_and_knows_no_partner(world, answer):
    world.clicks(60, 30, device="mobile")
    world.clicks(60, 3, partner_id=None, channel_id=SEARCH, device="mobile")
    world.clicks(60, 60, partner_id=None, channel_id=SEARCH, device="desktop")
    (section,) = answer(where=(("partner", ALICE), ("device", "mobile"))).sections
    assert (section.baseline.units, section.baseline.converted) == (60, 3)
    assert (section.total.units, section.total.converted) == (60, 30)
    assert section.against_baseline.because is Because.NOT_ENOUGH_EVIDENCE


def test_a_missing_value_is_a_row_and_never_dropped(world, answer):
    world.clicks(2, 0)
    world.clicks(3, 0, device="mobile", placement_id=LEAD)
    (section,) = answer(by=("device", "placement")).sections
    assert {cell.keys: cell.units for cell in section.rows} == {("unknown", "none"): 2, ("mobile", LEAD): 3}


def test_customer_types_split_the_conversions_over_the_same_units(world, answer):
    touch = world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON)
    world.convert((touch, PPB), customer_type="new")
    world.convert((touch, PPB), customer_type="returning", occurred_at=NOON + timedelta(days=1))
    world.clicks(9, 0)
    (section,) = answer(by=("customer_type",)).sections
    assert {cell.keys[0]: (cell.units, cell.converted, cell.conversions) for cell in section.rows} == {
        "new": (10, 1, 1),
        "returning": (10, 0, 1),
        "unknown": (10, 0, 0),
    }
    assert sum(cell.converted for cell in section.rows) == section.total.converted
    assert any("add up to the whole" in note for note in section.notes)


def test_units_with_an_open_window_are_said_and_can_be_left_out(world, answer):
    as_of = datetime(2026, 3, 20, 12, tzinfo=UTC)
    world.clicks(4, 0, at=as_of - timedelta(days=3))
    world.clicks(5, 0, at=as_of - timedelta(days=3, microseconds=-1))
    (section,) = answer(as_of=as_of).sections
    assert (section.total.units, section.total.immature_units) == (9, 5)
    assert section.immature_from == date(2026, 3, 17)
    (mature,) = answer(as_of=as_of, mature_only=True).sections
    assert (mature.total.units, mature.total.immature_units) == (4, 0)


def test_all_windows_closed_is_said_as_no_day(answer):
    (section,) = answer().sections
    assert section.immature_from is None


def test_a_binding_for_life_never_matures(world, answer):
    world.versions = (a_version(1, date(2026, 1, 1), world.zone, credit_by=CreditBy.BINDING),)
    world.clicks(3, 0)
    (section,) = answer().sections
    assert section.total.immature_units == 3
    assert section.immature_from == MARCH.from_on


def test_the_period_before_is_compared_by_the_interval_of_the_difference(world, answer):
    february = NOON - timedelta(days=31)
    world.clicks(400, 40)
    world.clicks(400, 8, at=february)
    world.clicks(400, 40, partner_id=BOB)
    world.clicks(400, 36, partner_id=BOB, at=february)
    (section,) = answer(by=("partner",), compare_previous=True).sections
    assert section.previous is not None
    assert section.previous.period == Period(date(2026, 1, 29), date(2026, 3, 1))
    verdicts = {cell.keys[0]: comparison for cell, comparison in section.previous.of_rows}
    assert verdicts[ALICE].verdict is Verdict.LARGER
    assert verdicts[ALICE].difference == pytest.approx(0.08)
    assert verdicts[BOB].verdict is Verdict.CANNOT_TELL
    assert verdicts[BOB].because is Because.INTERVAL
    assert section.previous.total.units == 800


def test_a_period_without_units_before_it_leaves_nothing_to_compare_with(world, answer):
    world.clicks(400, 40)
    (section,) = answer(compare_previous=True).sections
    assert section.previous is not None
    assert section.previous.of_total.verdict is Verdict.CANNOT_TELL
    assert section.previous.of_total.because is Because.NOTHING_TO_COMPARE


def test_a_fall_does_not_count_while_windows_are_open(world, answer):
    as_of = datetime(2026, 3, 11, tzinfo=UTC)
    world.clicks(400, 8)
    world.clicks(400, 40, at=datetime(2026, 3, 5, 12, tzinfo=UTC))
    days = Period(date(2026, 3, 8), date(2026, 3, 11))
    (section,) = answer(as_of=as_of, period=days, compare_previous=True).sections
    assert section.previous is not None
    assert section.previous.of_total.verdict is Verdict.CANNOT_TELL
    assert section.previous.of_total.because is Because.NOT_MATURE


def test_periods_under_different_versions_are_not_compared(world, answer):
    world.versions = (*world.versions, a_version(2, date(2026, 2, 15), world.zone))
    (section,) = answer(compare_previous=True).sections
    assert section.previous is None
    assert "definition changed" in (section.why_no_previous or "")
    (section,) = answer(compare_previous=True, period=Period(from_on=date(2026, 3, 1))).sections
    assert "open" in (section.why_no_previous or "")


def test_a_unit_that_converts_under_the_next_version_is_counted_and_said(world, answer):
    world.versions = (*world.versions, a_version(2, date(2026, 3, 11), world.zone))
    touch = world.touch(visitor="ann", partner_id=ALICE, occurred_at=NOON)
    world.convert((touch, PPB), occurred_at=NOON + timedelta(days=2))
    before, after = answer().sections
    assert (before.total.converted, before.total.statistics.crossing) == (1, 1)
    assert after.total.units == 0
    assert any("definition changed" in note for note in before.notes)


def test_days_before_the_first_version_belong_to_no_section(world, answer):
    assert answer(period=Period(date(2025, 1, 1), date(2025, 2, 1))).sections == ()


def test_statistics_merge_over_cells_that_share_no_visitor(world, answer):
    world.clicks(60, 6)
    world.clicks(40, 9, partner_id=BOB)
    for basis in Basis:
        (section,) = answer(by=("partner",), basis=basis).sections
        merged = merge(section.rows[0].statistics, section.rows[1].statistics)
        assert merged == section.total.statistics
        assert merged.ratio == Fraction(15, 100)


def test_rates_of_two_bases_do_not_merge(world, answer):
    world.clicks(1, 1)
    cohort, period = (answer(basis=basis).sections[0].total.statistics for basis in Basis)
    with pytest.raises(ValueError, match="do not merge"):
        merge(cohort, period)


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"by": ("moon",)}, "not a dimension"),
        ({"by": ("day", "week", "month")}, "at most 2"),
        ({"by": ("day", "day")}, "different"),
        ({"where": (("colour", "red"),)}, "not a dimension"),
        ({"versions": ()}, "no version"),
        (
            {"period": Period(date(2026, 3, 2), date(2026, 3, 1))},
            "`until` 2026-02-28 lies before `from` 2026-03-02",
        ),
        ({"as_of": datetime(2026, 3, 1)}, "time zone"),  # noqa: DTZ001 - naive on purpose
        ({"basis": Basis.PERIOD, "mature_only": True}, "closed windows"),
        ({"basis": Basis.PERIOD, "method": Method.JEFFREYS}, "whole outcomes"),
        ({"denominator": Denominator.LEADS, "others": ()}, "leads_from"),
    ],
)
def test_a_question_without_an_answer_is_refused_with_the_reason(answer, fields, says):
    with pytest.raises(BadQuestion, match=says):
        answer(**fields)


def test_a_denominator_that_the_definition_does_not_name_is_refused(world, answer):
    world.versions = (a_version(1, date(2026, 1, 1), world.zone, alternates=()),)
    with pytest.raises(BadQuestion, match="divides by sessions"):
        answer(denominator=Denominator.CLICKS)


def test_intervals_contain_their_rate(world, answer):
    world.clicks(60, 20)
    (section,) = answer().sections
    interval = section.total.interval
    assert isinstance(interval, Interval)
    assert interval.low <= 20 / 60 <= interval.high
