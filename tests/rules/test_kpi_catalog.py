"""The catalogue refuses what it does not know, and what its entry could not mean."""

import pytest

from tallystick.measurement.kpis.catalog import BadCatalog, Family, Unit, catalog, read_catalog

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
dimensions = ["partner"]
measures.numerator = { aggregate = "count", fact = "credits" }
measures.denominator = { aggregate = "count", fact = "conversions" }
min_evidence = { units = 50, max_half_width = 0.1 }
thresholds = { fail = 0.3, warn = 0.2, target = 0.1 }
"""


def read(text):
    return read_catalog(text, dimensions=frozenset({"partner"}), facts=frozenset({"credits", "conversions"}))


def test_the_catalogue_that_comes_along_has_the_conversion_rate_whole():
    entry = catalog()["partnership_conversion_rate"]
    assert (entry.family, entry.unit, entry.version) == (Family.PERFORMANCE, Unit.PROPORTION, 1)
    assert (entry.min_evidence.units, entry.min_evidence.max_half_width) == (50, 0.06)
    assert len(entry.dimensions) == 15


def test_an_entry_is_read_by_its_key():
    assert read(ENTRY)["refund_rate"].thresholds.target == 0.1


@pytest.mark.parametrize(
    ("part", "instead", "says"),
    [
        ('cadence = "weekly"', 'cadenze = "weekly"', "unknown field `cadenze`"),
        ('owner_role = "finance"', "", "owner_role"),
        ('unit = "proportion"', 'unit = "bananas"', "bananas"),
        ('dimensions = ["partner"]', 'dimensions = ["moon"]', "'moon'"),
        ('fact = "credits"', 'fact = "clicks"', "'clicks'"),
        ("measures.denominator", "measures.bottom", "numerator"),
        ("units = 50", "units = 0", "min_evidence"),
        ("fail = 0.3", "fail = 0.01", "must fall"),
        ('direction = "lower"', 'direction = "higher"', "must rise"),
        ("fail = 0.3", "fail = 3.0", "between 0 and 1"),
        ("[[kpi]]", "[[kpi", "Expected"),
    ],
)
def test_an_entry_that_cannot_be_meant_is_refused(part, instead, says):
    with pytest.raises(BadCatalog, match=says):
        read(ENTRY.replace(part, instead, 1))


def test_one_key_is_one_entry():
    with pytest.raises(BadCatalog, match="same key"):
        read(ENTRY + ENTRY)
