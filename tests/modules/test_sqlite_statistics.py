"""SQLite finds rows by their ids where ids are given, however much of a table one brand owns."""

import pytest
from django.db import connection

from tallystick.foundation.scoping import brand_scope
from tallystick.foundation.sqlite.statistics import write
from tallystick.kit import ids
from tallystick.measurement.attribution.models import Credit
from tallystick.tracking.events.models import Event

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


@pytest.fixture(autouse=True)
def on_sqlite(db):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL measures its tables by itself")


def plan(rows) -> str:
    with brand_scope(ids.new()):
        return str(rows().explain())


@pytest.mark.parametrize("model", [Event, Credit])
def test_hundreds_of_ids_are_looked_up_one_by_one(model):
    found = plan(lambda: model.objects.filter(id__in=[ids.new() for _ in range(500)]).values_list("id"))
    assert "(id=?)" in found
    assert "brand_id" not in found


def test_what_is_asked_by_brand_and_step_or_time_still_goes_by_its_index():
    by_step = plan(lambda: Event.objects.filter(batch__gt=3, batch__lte=9))
    assert "event_by_batch (brand_id=? AND batch>? AND batch<?)" in by_step
    assert "event_by_time (brand_id=?)" in plan(lambda: Event.objects.order_by("occurred_at")[:1])


def test_they_are_the_same_however_often_they_are_written():
    def said():
        with connection.cursor() as cursor:
            cursor.execute("SELECT tbl, idx, stat FROM sqlite_stat1 ORDER BY idx")
            return cursor.fetchall()

    before = said()
    write("default")
    assert said() == before
    assert ("events_event", "event_by_batch", "1000000 500000 10") in before
