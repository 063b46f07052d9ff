"""Times and numbers are read as a column writes them, and what could be read in two ways is said to be."""

import pytest

from tallystick.tracking.imports.guessing.columns import Column
from tallystick.tracking.imports.guessing.countries import country_named, table_for
from tallystick.tracking.imports.guessing.numbers import NumberShape, number_shape
from tallystick.tracking.imports.guessing.times import TimeShape, time_shape


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        (["2026-03-01"], TimeShape(None, False)),
        (["2026-03-01 10:00:00", "2026-03-02"], TimeShape(None, False)),
        (["2026-03-01T10:00:00.123Z"], TimeShape(None, True)),
        (["2026-03-01T10:00:00+01:00"], TimeShape(None, True)),
        (["2026-03-01 10:00:00 +0100"], TimeShape("%Y-%m-%d %H:%M:%S %z", True)),
        (["2026-03-01 10:00:00 UTC"], TimeShape("%Y-%m-%d %H:%M:%S UTC", False)),
        (["19970101", "19980630"], TimeShape("%Y%m%d", False)),
        (["1737304105", "1737390505"], TimeShape("unix", True)),
        (["1737304105000"], TimeShape("unix_ms", True)),
        (["13.03.2026", "01.02.2026"], TimeShape("%d.%m.%Y", False)),
        (["01.02.2026 10:00"], TimeShape("%d.%m.%Y %H:%M", False, is_ambiguous=True)),
        (["1/2/2026", "1/13/2026"], TimeShape("%m/%d/%Y", False)),
        (["1/2/2026", "13/1/2026"], TimeShape("%d/%m/%Y", False)),
        (["1/2/26 3:04 PM"], TimeShape("%m/%d/%y %I:%M %p", False, is_ambiguous=True)),
        (["2026/03/01 10:00:59"], TimeShape("%Y/%m/%d %H:%M:%S", False)),
        (["1 Mar 2026", "12 Apr 2026"], TimeShape("%d %b %Y", False)),
        (["March 1, 2026"], TimeShape("%B %d, %Y", False)),
        (["2026-03-01", "2026-03-02", "2026-03-03", "some day"], TimeShape(None, False)),
        (["2026-13-01"], None),
        (["17850.0"], None),
        (["some", "day"], None),
        ([], None),
    ],
)
def test_the_way_a_column_writes_times_is_found_out(cells, shape):
    assert time_shape(cells) == shape


def test_slashes_mean_the_month_first_where_the_brand_is_american():
    assert time_shape(["1/2/2026"], month_first=True) == TimeShape("%m/%d/%Y", False, is_ambiguous=True)
    assert time_shape(["1/2/2026"]) == TimeShape("%d/%m/%Y", False, is_ambiguous=True)
    assert time_shape(["13/2/2026"], month_first=True) == TimeShape("%d/%m/%Y", False)


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        (["12", "7"], NumberShape("", 0, False, False)),
        (["2.55", "3.39"], NumberShape(".", 2, False, False)),
        (["12,50", "7"], NumberShape(",", 2, False, False)),
        (["1.250,50", "20,00"], NumberShape(",", 2, False, False)),
        (["1,250.50"], NumberShape(".", 2, False, False)),
        (["1,250,000"], NumberShape(".", 0, False, False)),
        (["1.250.000"], NumberShape(",", 0, False, False)),
        (["3.195", "1.250"], NumberShape(".", 3, True, False)),
        (["0.244", "3.195"], NumberShape(".", 3, False, False)),
        (["3.195", "7.5"], NumberShape(".", 3, False, False)),
        (["-1.50"], NumberShape(".", 2, False, True)),
        (["(12.00)"], NumberShape(".", 2, False, True)),
        (["€ 12,50", "7,00 €"], NumberShape(",", 2, False, False, "EUR")),
        (["12.50 EUR"], NumberShape(".", 2, False, False, "EUR")),
        (["$12.50"], NumberShape(".", 2, False, False)),
        (["1'250.50"], NumberShape(".", 2, False, False)),
        (["2026-03-01"], None),
        (["one", "two"], None),
        ([], None),
    ],
)
def test_the_decimal_mark_is_found_out_from_all_cells_together(cells, shape):
    assert number_shape(cells) == shape


def test_a_column_knows_what_its_cells_are():
    assert Column("a", ("ada@example.com", "")).is_email
    assert Column("a", ("https://acme.example/a",)).is_url
    assert Column("a", ("eur", "USD")).is_currency
    assert Column("a", ("Yes", "no", "No")).is_flag
    assert Column("a", ("1", "2", "2")).repeats
    assert Column("a", ("1", "2", "")).has_gaps
    assert Column("a", ("alice", "bob")).holds(frozenset({"alice", "bob", "mallory"}))
    assert not Column("a", ("alice", "zoë")).holds(frozenset({"alice"}))
    assert not Column("a", ()).holds(frozenset({"alice"}))


def test_countries_are_known_by_their_codes_and_their_names():
    assert [country_named(text) for text in ("de", "Deutschland", "EIRE", "España", "Narnia")] == [
        "DE",
        "DE",
        "IE",
        "ES",
        None,
    ]
    assert table_for(frozenset({"DE", "AT"})) is None
    german = table_for(frozenset({"Deutschland", "Österreich"}))
    assert german["Schweiz"] == "CH"
    assert "Germany" not in german
    assert table_for(frozenset({"France", "Narnia"}))["Germany"] == "DE"
