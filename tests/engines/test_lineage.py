"""A cell opens down to exactly the rows it counts."""

from dataclasses import replace

import pytest

from tallystick.measurement.kpis.cuts import Segment
from tallystick.measurement.kpis.questions import BadQuestion
from tallystick.partners.programs.rules import Basis, Denominator
from tests.engines.asking import Asking
from tests.engines.world import World, random_world


class Opened:
    """A world on disk whose cells can be opened."""

    def __init__(self, world: World, root) -> None:
        self.world = world
        self.asking = Asking(world, root)
        self.everywhere = Asking(world, root, everywhere=True)

    def cells(self, **fields):
        question = self.world.question(segment=Segment.ALL, **fields)
        (section,) = self.asking.ask(question).sections
        for cell in section.rows:
            yield question, tuple(zip(question.by, cell.keys, strict=True)), cell


COHORTS = [
    *(("source", unit) for unit in Denominator),
    ("customer_type", Denominator.LEADS),
    ("day", Denominator.SESSIONS),
]


@pytest.fixture(scope="session")
def opened(tmp_path_factory) -> Opened:
    return Opened(random_world(7), tmp_path_factory.mktemp("world"))


@pytest.mark.parametrize(("dimension", "unit"), COHORTS)
def test_the_rows_of_a_cohort_cell_count_to_its_units_and_converted(opened, unit, dimension):
    for question, keys, cell in opened.cells(denominator=unit, basis=Basis.COHORT, by=(dimension,)):
        (page,) = opened.asking.receipts_of(question, keys, limit=1000)
        assert (page.units, page.converted) == (cell.units, cell.converted)
        assert len({row.unit_id for row in page.rows}) == cell.units
        assert sum(row.converted is True for row in page.rows) == cell.converted
        assert sum(row.immature for row in page.rows) == cell.immature_units
        assert len({found for row in page.rows for found in row.conversion_ids}) == cell.conversions


@pytest.mark.parametrize("unit", [Denominator.CLICKS, Denominator.LEADS])
def test_the_rows_of_a_period_cell_count_to_its_units_and_follow_none(opened, unit):
    for question, keys, cell in opened.cells(denominator=unit, basis=Basis.PERIOD, by=("source",)):
        (page,) = opened.asking.receipts_of(question, keys, limit=1000)
        assert (page.units, page.converted) == (cell.units, None)
        assert len(page.rows) == cell.units
        assert {row.converted for row in page.rows} <= {None}


@pytest.mark.parametrize(
    ("unit", "basis"),
    [*((unit, list(Basis)[n % 2]) for n, unit in enumerate(Denominator)), (Denominator.CLICKS, Basis.PERIOD)],
)
def test_the_credit_of_a_cell_adds_up_to_its_share(opened, unit, basis):
    for question, keys, cell in opened.cells(denominator=unit, basis=basis, by=("customer_type",)):
        (page,) = opened.asking.credits_of(question, keys, limit=1000)
        assert (page.conversions, page.share_ppb) == (cell.conversions, cell.share_ppb)
        assert sum(row.share_ppb for row in page.rows) == cell.share_ppb
        assert len({row.conversion_id for row in page.rows}) == cell.conversions


@pytest.mark.parametrize(
    ("unit", "basis"), [*((unit, Basis.COHORT) for unit in Denominator), (Denominator.CLICKS, Basis.PERIOD)]
)
def test_a_page_has_the_same_rows_on_every_engine(opened, unit, basis):
    question = opened.world.question(denominator=unit, basis=basis, segment=Segment.ALL)
    assert opened.everywhere.receipts_of(question, limit=1000)[0].units
    assert opened.everywhere.credits_of(question, limit=1000)[0].conversions


def test_a_unit_names_the_receipts_of_its_touchpoints_and_a_lead_its_own_first(opened):
    receipts = {row["event_id"]: row["receipt_id"] for row in opened.world.touchpoints}
    leads = {row["conversion_id"]: row["receipt_id"] for row in opened.world.conversions}
    for unit in (Denominator.SESSIONS, Denominator.LEADS):
        question = opened.world.question(denominator=unit, segment=Segment.ALL)
        (page,) = opened.asking.receipts_of(question, limit=1000)
        assert page.rows
        for row in page.rows:
            own = (leads[row.unit_id],) if unit is Denominator.LEADS else ()
            assert row.receipt_ids == (*own, *(receipts[found] for found in row.event_ids))


def test_pages_follow_each_other_without_gap_or_overlap(opened):
    question = opened.world.question(segment=Segment.ALL)
    (whole,) = opened.asking.receipts_of(question, limit=1000)
    paged = [
        row
        for offset in range(0, whole.units + 11, 11)
        for row in opened.asking.receipts_of(question, limit=11, offset=offset)[0].rows
    ]
    assert tuple(paged) == whole.rows
    assert [row.dated_at for row in paged] == sorted(row.dated_at for row in paged)


def test_the_keys_of_a_cell_are_added_to_the_filters_of_the_question(opened):
    question = opened.world.question(segment=Segment.ALL, where=(("device", "mobile"),))
    (page,) = opened.asking.receipts_of(question, (("country", "DE"),), limit=1000)
    devices = {row["event_id"]: (row["device"], row["country"]) for row in opened.world.touchpoints}
    narrow = replace(question, where=(("device", "mobile"), ("country", "DE")))
    assert page == opened.asking.receipts_of(narrow, limit=1000)[0]
    assert all(any(devices[found] == ("mobile", "DE") for found in row.event_ids) for row in page.rows)


def test_a_page_without_end_is_refused(opened):
    with pytest.raises(BadQuestion, match="1 to 10000 rows"):
        opened.asking.receipts_of(opened.world.question(), limit=10_001)
