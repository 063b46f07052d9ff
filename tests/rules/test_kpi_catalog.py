"""The catalogue refuses what it does not know, and what its entry could not mean."""

import pytest

from tallystick.measurement.kpis.catalog import BadCatalog, Family, Segment, Unit, catalog, read_catalog
from tallystick.measurement.kpis.measures import Aggregate, BadFilter, Measure, check_measure, condition
from tallystick.partners.programs.rules import Basis, Denominator

ENTRY = """
[[kpi]]
key = "refund_rate"
question = "How many orders come back?"
family = "quality"
kind = "ratio"
unit = "proportion"
direction = "lower"
source_of_record = "billing"
owner_role = "finance"
cadence = "weekly"
version = 1
effective_from = 2026-01-01
dimensions = ["day"]
measures.numerator = { aggregate = "count", fact = "outcomes", filter = "kind = 'refund'" }
measures.denominator = { aggregate = "count", fact = "outcomes", filter = "kind IN ('purchase', 'renewal')" }
min_evidence = { units = 50, max_half_width = 0.1 }
thresholds = { fail = 0.3, warn = 0.2, target = 0.1 }
"""


def test_the_catalogue_that_comes_along_has_the_conversion_rate_whole():
    entry = catalog()["partnership_conversion_rate"]
    assert (entry.family, entry.unit, entry.version) == (Family.PERFORMANCE, Unit.PROPORTION, 1)
    assert (entry.min_evidence.units, entry.min_evidence.max_half_width) == (50, 0.06)
    assert (set(entry.bases), set(entry.units)) == (set(Basis), set(Denominator))
    assert len(entry.dimensions) == 21


def test_an_entry_is_read_by_its_key_and_is_all_that_a_new_kpi_takes():
    entry = read_catalog(ENTRY)["refund_rate"]
    assert entry.thresholds is not None
    assert entry.thresholds.target == 0.1
    assert (entry.bases, entry.units, entry.asks_definition) == ((Basis.PERIOD,), (), False)


def test_an_entry_says_whose_rows_can_be_asked_for_and_whether_it_is_of_a_definition():
    found = catalog()
    assert found["tracking_loss_rate"].segments == (Segment.ALL,)
    assert found["revenue_concentration"].segments == (Segment.PARTNER,)
    assert found["click_through_rate"].segments == tuple(Segment)
    assert not found["click_through_rate"].asks_definition
    assert found["average_order_value"].asks_definition
    assert {key for key, entry in found.items() if entry.is_money} == {
        "gross_revenue",
        "revenue_per_click",
        "revenue_per_session",
        "average_order_value",
        "revenue_concentration",
    }


@pytest.mark.parametrize(
    ("part", "instead", "says"),
    [
        ('cadence = "weekly"', 'cadenze = "weekly"', "unknown field `cadenze`"),
        ('owner_role = "finance"', "", "owner_role"),
        ('unit = "proportion"', 'unit = "bananas"', "bananas"),
        ('dimensions = ["day"]', 'dimensions = ["moon"]', "'moon'"),
        ('dimensions = ["day"]', 'dimensions = ["partner"]', "which outcomes do not tell apart"),
        ('dimensions = ["day"]', 'dimensions = ["customer_type"]', "which only conversions have"),
        ('fact = "outcomes"', 'fact = "clicks"', "'clicks'"),
        ("measures.denominator", "measures.bottom", "bottom"),
        ('aggregate = "count"', 'aggregate = "sum"', "needs as a column"),
        ('aggregate = "count"', 'aggregate = "shares"', "of paths"),
        ('fact = "outcomes", filter', 'fact = "units", filter', "units"),
        ("kind = 'refund'", "amount = 3", "'amount' in|amount"),
        ('kind = "ratio"', 'kind = "simple"', "all else the numerator only"),
        ('kind = "ratio"', 'kind = "duration"', "nothing computes yet"),
        ('kind = "ratio"', 'kind = "ratio"\nbases = ["cohort"]', "follows `units`"),
        ('kind = "ratio"', 'kind = "ratio"\nspread = "concentration"', "derived"),
        ("units = 50", "units = 0", "min_evidence"),
        ("fail = 0.3", "fail = 0.01", "must fall"),
        ('direction = "lower"', 'direction = "higher"', "must rise"),
        ("fail = 0.3", "fail = 3.0", "between 0 and 1"),
        ("[[kpi]]", "[[kpi", "Expected"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(part, instead, says):
    with pytest.raises(BadCatalog, match=says):
        read_catalog(ENTRY.replace(part, instead, 1))


def test_one_key_is_one_entry():
    with pytest.raises(BadCatalog, match="same key"):
        read_catalog(ENTRY + ENTRY)


@pytest.mark.parametrize(
    ("text", "compiled"),
    [
        ("counts AND NOT kind = 'click'", "(t.counts AND NOT t.kind = 'click')"),
        ("kind IN ('click', 'impression')", "(t.kind IN ('click', 'impression'))"),
        ("(country IS NOT NULL OR device <> 'x')", "((NOT t.country IS NULL OR t.device <> 'x'))"),
        ("", "TRUE"),
    ],
)
def test_a_filter_is_a_simple_condition_over_the_columns_of_its_fact(text, compiled):
    measure = Measure(aggregate=Aggregate.COUNT, fact="touchpoints", filter=text)
    check_measure(measure)
    assert condition(measure, "t") == compiled


@pytest.mark.parametrize(
    "text",
    [
        "moon = 'full'",
        "kind = device",
        "kind = 3",
        "counts = 'yes'",
        "kind",
        "kind LIKE 'cl%'",
        "kind = (SELECT 'click')",
        "kind IN (SELECT kind FROM paths)",
        "length(kind) > 3",
        "t.kind = 'click'",
        "kind = 'click'; DROP TABLE paths",
        "event_id = 'x'",
        "1 = 1",
        "TRUE",
    ],
)
def test_any_other_filter_is_refused(text):
    with pytest.raises(BadFilter):
        check_measure(Measure(aggregate=Aggregate.COUNT, fact="touchpoints", filter=text))
