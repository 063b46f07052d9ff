"""How complete an answer is: never more is claimed than what stands in the files or waits in quarantine."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

import polars as pl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.measurement.kpis.completeness import Completeness
from tallystick.measurement.warehouse.queries import Snapshot, snapshot
from tallystick.tracking.events.services import replay
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.inbox.queries import waiting
from tallystick.tracking.inbox.stores.port import Accepted
from tests.builders import PARTNERS, Brand, Happening, Promoter, alice, bob, day, purchase
from tests.journeys.import_cast import ORDERS, begun, file_of
from tests.people import TESTER

NEW = {"key": "nina", "name": "Nina", "kind": "content"}
ALICE, *_ = PARTNERS


nina = Promoter("nina", "Nina")
"""Somebody whom nobody knows yet."""


def completeness(brand: Brand) -> Completeness:
    return journey.completeness(brand.id)


def receives_at(brand: Brand, at: float, *happenings: Happening) -> datetime:
    """Get what arrives at an instant; returns the instant."""
    with time_machine.travel(day(at), tick=False):
        brand.gets(*happenings)
        return clock.now()


def runs(brand: Brand, name: str) -> None:
    """Let one stage do what it can."""
    stage = next(stage for stage in journey.STAGES if stage.name == name)
    while stage.run(brand.id, limit=2).left and stage.behind(brand.id):
        pass


@pytest.fixture
def shop(acme: Brand) -> Brand:
    acme.defines("purchase", primary=True)
    return acme


def test_where_nothing_waits_everything_until_now_is_in_the_answer(shop):
    shop.receives(alice.click("v1", at=0))
    asked = clock.now()
    found = journey.completeness(shop.id, as_of=asked)
    assert (found.complete_through, found.lag, found.quarantined) == (asked, timedelta(0), 0)
    assert found.behind == {"imports": 0, "events": 0, "attribution": 0, "warehouse": 0}
    assert found.published_at is not None


def test_what_was_received_is_not_claimed_before_it_is_published(shop):
    received = receives_at(shop, 1, alice.click("v1", at=0), purchase("1001", visitor="v1", at=0.5))
    for name, *waiting_rows in (("events", 2, 0, 0), ("attribution", 0, 2, 2), ("warehouse", 0, 0, 3)):
        found = completeness(shop)
        assert found.complete_through == received
        assert [*found.behind.values()] == [0, *waiting_rows]
        runs(shop, name)
    found = completeness(shop)
    assert found.complete_through == found.as_of


def test_what_was_received_earlier_and_kept_later_counts_by_its_receipt(shop):
    receives_at(shop, 3, alice.click("v1", at=0))
    first = receives_at(shop, 2, bob.click("v2", at=1))
    assert completeness(shop).complete_through == first


def test_what_waits_for_a_person_is_counted_and_holds_nothing_back(shop):
    shop.receives(nina.click("v1", at=0))
    found = completeness(shop)
    assert (found.quarantined, found.complete_through) == (1, found.as_of)


def test_a_receipt_that_is_released_while_it_is_asked_is_not_passed_over(shop, monkeypatch):
    receives_at(shop, 1, nina.click("v1", at=0))
    shop.works()
    shop.sets_up(partners=[NEW])
    last = journey.STAGES[-1]

    def overtaken(brand_id):
        waits = last.waits(brand_id)
        replay(brand_id, store=journey.inbox(), by=TESTER)
        return waits

    monkeypatch.setattr(journey, "STAGES", (*journey.STAGES[:-1], replace(last, waits=overtaken)))
    found = completeness(shop)
    with brand_scope(shop.id):
        assert shown(snapshot()) | quarantined() == set()
    assert found.quarantined == 1 or found.complete_through < found.as_of


def test_a_replayed_click_is_not_claimed_until_the_order_it_earns_is_published(shop):
    received = receives_at(shop, 1, nina.click("v1", at=0))
    receives_at(shop, 2, purchase("1001", visitor="v1", at=0.5))
    shop.works()
    shop.sets_up(partners=[NEW])
    replay(shop.id, store=journey.inbox(), by=TESTER)
    for name in ("attribution", "warehouse"):
        assert completeness(shop).complete_through == received
        runs(shop, name)
    assert completeness(shop).complete_through > received
    assert shop.shares("1001") == {"Nina": 10**9}


def test_a_file_that_is_being_received_holds_back_from_when_it_was_begun(shop, tmp_path):
    with brand_scope(shop.id):
        row = begun(file_of(tmp_path, ORDERS))
        found = completeness(shop)
        assert (found.behind["imports"], found.complete_through) == (1, row.received_at)
        Import.objects.filter(id=row.id).update(state=State.STOPPED)
        assert completeness(shop).behind["imports"] == 0


def test_other_names_leave_what_was_received_complete(shop):
    shop.receives(alice.click("v1", at=0))
    shop.sets_up(partners=[{**ALICE, "kind": "creator"}])
    found = completeness(shop)
    assert found.behind["warehouse"] == 1
    assert found.complete_through == found.as_of


def test_a_new_version_of_what_counts_makes_every_decision_wait(shop):
    received = receives_at(shop, 1, alice.click("v1", at=0))
    shop.works()
    shop.defines("lead", events=["lead"])
    assert completeness(shop).complete_through == received


def test_what_waits_of_another_brand_is_not_told(shop):
    zoe = Brand("Zoe")
    receives_at(zoe, 1, alice.click("v1", at=0), nina.click("v2", at=0))
    found = completeness(shop)
    assert (found.complete_through, found.quarantined, sum(found.behind.values())) == (found.as_of, 0, 0)


def test_asking_reads_no_event_and_no_decision(shop):
    receives_at(shop, 1, alice.click("v1", at=0), purchase("1001", visitor="v1", at=0.5))
    runs(shop, "events")
    runs(shop, "attribution")
    with CaptureQueriesContext(connection) as asked:
        completeness(shop)
    read = " ".join(query["sql"] for query in asked)
    assert "events_event" not in read
    assert "attribution_revision" not in read


@pytest.fixture(autouse=True)
def _may_commit(django_db_blocker):
    with django_db_blocker.unblock():
        yield


steps = st.lists(
    st.tuples(
        st.sampled_from(
            ("click", "click", "order", "stranger", "opens", "events", "attribution", "warehouse")
        ),
        st.integers(0, 5),
    ),
    min_size=4,
    max_size=16,
)


@settings(
    max_examples=5,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=steps)
def test_whatever_was_acknowledged_is_visible_or_in_quarantine_up_to_where_completeness_is_claimed(
    twins, steps
):
    with twins[0].entered():
        acme = Brand("Acme")
        acme.defines("purchase", primary=True)
        acknowledged: dict[UUID, datetime] = {}
        for number, (what, minutes) in enumerate(steps):
            lives(acme, what, number, minutes, acknowledged)
            found = completeness(acme)
            with brand_scope(acme.id):
                visible = shown(snapshot()) | quarantined()
            for receipt_id, received_at in acknowledged.items():
                assert receipt_id in visible or found.complete_through <= received_at


def lives(acme: Brand, what: str, number: int, minutes: int, acknowledged: dict[UUID, datetime]) -> None:
    """One step of a story; something that comes was received some minutes ago, out of turn."""
    visitor = f"v{number % 3}"
    came: dict[str, Happening] = {
        "click": alice.click(visitor, at=number),
        "order": purchase(str(number), visitor=visitor, at=number + 0.1),
        "stranger": nina.click(visitor, at=number),
    }
    if what == "opens":
        acme.sets_up(partners=[NEW])
        acme.replays()
    elif what not in came:
        runs(acme, what)
    else:
        with time_machine.travel(clock.now() - timedelta(minutes=minutes), tick=False):
            (outcome,) = acme.gets(came[what])
            assert isinstance(outcome, Accepted)
            acknowledged[outcome.receipt_id] = clock.now()


def shown(taken: Snapshot) -> set[UUID]:
    """The receipts of which all stands in the files: of an order the conversion too."""
    touched, told, converted = (
        receipts_in(taken.paths(name)) for name in ("touchpoints", "outcomes", "conversions")
    )
    return touched | told & converted


def quarantined() -> set[UUID]:
    return {row.receipt_id for row in waiting(limit=1000)}


def receipts_in(paths: Sequence[object]) -> set[UUID]:
    rows = [pl.read_parquet(str(path), columns=["receipt_id"]) for path in paths]
    return {UUID(bytes=each) for frame in rows for each in frame["receipt_id"]}
