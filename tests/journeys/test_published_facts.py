"""What the modules give to the warehouse: nothing stale, nothing counted twice, never a whole day in memory."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tallystick import journey
from tallystick.foundation.batches import whole_batches
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.measurement.attribution import facts
from tallystick.measurement.attribution.facts import ConversionFacts, PathFacts
from tallystick.measurement.kpis.queries import ask
from tallystick.measurement.kpis.questions import Question
from tallystick.measurement.warehouse import configured
from tallystick.measurement.warehouse.queries import snapshot
from tallystick.partners.programs.queries import versions
from tallystick.tracking.events import facts as of_events
from tallystick.tracking.events.facts import TouchpointFacts, receipts_of_events
from tallystick.tracking.events.models import Event
from tests.builders import PARTNERS, Brand, alice, bob, identify, purchase

ALICE, BOB, _ = PARTNERS


def clicks_by(brand: Brand, dimension: str) -> dict[object, int]:
    """The clicks of a report, by a dimension."""
    with brand_scope(brand.id):
        (definition,) = versions(brand.program_id)
        question = Question(
            program_id=brand.program_id, versions=[definition], as_of=clock.now(), by=(dimension,)
        )
        (section,) = ask(question, engine=configured.engine(), snapshot=snapshot()).sections
    return {cell.keys[0]: cell.units for cell in section.rows}


def behind(brand: Brand) -> int:
    """How many rows wait to be published."""
    return journey.STAGES[-1].behind(brand.id)


@pytest.fixture
def shop(acme: Brand) -> Brand:
    """Acme, who divides purchases by clicks."""
    acme.defines("purchase", primary=True, denominator="clicks")
    return acme


def test_a_partner_of_another_kind_is_reported_under_the_new_one_only(shop):
    shop.receives(alice.click("v1", at=0), bob.click("v2", at=1))
    shop.receives(alice.click("v3", at=3))
    assert clicks_by(shop, "partner_kind") == {"content": 2, "voucher": 1}
    shop.sets_up(partners=[{**ALICE, "kind": "creator"}])
    assert behind(shop) == 3
    shop.works(limit=1)
    assert clicks_by(shop, "partner_kind") == {"creator": 2, "voucher": 1}
    assert behind(shop) == 0


def test_a_placement_of_another_type_is_reported_under_the_new_one_only(shop):
    shop.receives(alice.click("v1", at=0, placement="blog"))
    shop.receives(alice.click("v2", at=2, placement="blog"))
    shop.sets_up(partners=[{**ALICE, "placements": [{"key": "blog", "name": "Blog", "type": "video"}]}])
    shop.works()
    assert clicks_by(shop, "placement_type") == {"video": 2}


def test_changed_kinds_are_published_in_steps_that_together_give_every_day(shop, monkeypatch):
    monkeypatch.setattr(of_events, "REDONE_AT_ONCE", 2)
    shop.gets(alice.click("v1", at=0), alice.click("v1", at=1), alice.click("v1", at=2))
    shop.works(limit=1)
    source = TouchpointFacts()
    with brand_scope(shop.id):
        done = source.changes(None, limit=100).next["batch"]
        cursor = {"batch": done, "terms": "of other kinds", "redone": None}
        days: list[date] = []
        for left in (1, 0):
            changed = source.changes(cursor, limit=1)
            assert (changed.left, changed.added) == (left, frozenset())
            cursor, days = changed.next, [*days, *sorted(changed.rewritten)]
        assert days == [date(2026, 3, 2), date(2026, 3, 3), date(2026, 3, 4)]
        assert source.changes(cursor, limit=1).rewritten == frozenset()


def test_set_up_again_without_a_change_writes_no_day_again(shop):
    shop.receives(alice.click("v1", at=0))
    with brand_scope(shop.id):
        before = snapshot()
    shop.sets_up()
    shop.works()
    with brand_scope(shop.id):
        assert snapshot() == before


def test_a_decision_waits_once_though_two_tables_are_made_of_it(shop):
    shop.gets(alice.click("v1", at=0), purchase("1001", visitor="v1", at=1))
    shop.credits()
    events, decisions = 2, 1
    assert behind(shop) == events + decisions
    shop.works()
    assert behind(shop) == 0


def test_a_day_of_decisions_is_read_in_slices(shop, monkeypatch):
    orders = [purchase(str(1000 + n), visitor="v1", at=1 + n / 100) for n in range(5)]
    shop.receives(alice.click("v1", at=0), bob.click("v1", at=0.5), *orders)
    day = date(2026, 3, 3)
    with brand_scope(shop.id):
        sources = [
            (source, source.changes(None, limit=100).next) for source in (ConversionFacts(), PathFacts())
        ]
        whole = [list(source.rows(day, upto=upto)) for source, upto in sources]
        assert [len(rows) for rows in whole] == [5, 10]

        asked: list[int] = []

        def counting(event_ids):
            asked.append(len(event_ids))
            return receipts_of_events(event_ids)

        monkeypatch.setattr(facts, "SLICE", 2)
        monkeypatch.setattr(facts, "receipts_of_events", counting)
        assert [list(source.rows(day, upto=upto)) for source, upto in sources] == whole
        assert asked == [2, 2, 1]


def test_whole_steps_are_taken_until_there_are_rows_enough(shop):
    for visitor in ("v1", "v2", "v3"):
        shop.gets(alice.click(visitor, at=0), identify(visitor, f"of {visitor}", at=1))
        shop.records()
    with brand_scope(shop.id):
        rows = Event.objects.all()
        first, second, third = sorted(set(rows.values_list("batch", flat=True)))
        assert whole_batches(rows, after=0, limit=1) == (first, 1)
        assert whole_batches(rows, after=0, limit=2) == (first, 1)
        assert whole_batches(rows, after=0, limit=3) == (second, 1)
        assert whole_batches(rows, after=first, limit=3) == (third, 0)
        assert whole_batches(rows, after=first, limit=100) == (third, 0)
        assert whole_batches(rows, after=third, limit=1) == (third, 0)


def test_a_step_never_counts_the_whole_backlog(shop):
    shop.gets(*(alice.click(f"v{n}", at=n) for n in range(4)))
    shop.records(limit=1)
    with brand_scope(shop.id), CaptureQueriesContext(connection) as said:
        whole_batches(Event.objects.all(), after=0, limit=2)
    assert all("LIMIT" in query["sql"] for query in said), [query["sql"] for query in said]
