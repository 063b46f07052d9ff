"""An import pauses while too many receipts wait, so that what comes meanwhile is not far behind. IMPORT-ROOM."""

from __future__ import annotations

import pytest

from tallystick import journey
from tallystick.foundation.lanes import position
from tallystick.foundation.scoping import brand_scope
from tallystick.tracking.events.stage import NAME as EVENTS
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import there
from tallystick.tracking.imports.receiving import receive
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.imports.services.in_turn import run_waiting
from tallystick.tracking.imports.services.lifecycle import stop
from tallystick.tracking.imports.services.room import Limit
from tallystick.tracking.imports.services.running import run
from tests.builders import Brand
from tests.journeys.import_cast import ORDERS, begun, file_of
from tests.people import TESTER


@pytest.fixture
def shop(acme):
    with brand_scope(acme.id):
        yield acme
        # The house has one queue for all brands: what a story leaves in it would be the next one's turn.
        Import.objects.exclude(state=State.RECEIVED).update(state=State.STOPPED)


@pytest.fixture(autouse=True)
def few_at_once(monkeypatch):
    """Steps of three receipts, so that a small file has several."""
    monkeypatch.setattr(receive, "STEP", 3)


def waiting(row: Import) -> int:
    return journey.inbox().backlog(row.brand_id, position(EVENTS))


def test_it_pauses_while_more_receipts_wait_than_may_and_says_so(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    seen = []

    def verify() -> None:
        seen.append((there(row).is_paused, waiting(row)))
        journey.STAGES[0].run(row.brand_id, limit=4)

    done = run(row, store=journey.inbox(), limit=Limit(5, meanwhile=verify))
    assert seen
    assert all(is_paused and backlog <= 5 for is_paused, backlog in seen)
    assert (done.state, done.receipts, done.is_paused) == (State.RECEIVED, len(ORDERS), False)


def test_receipts_of_others_count_as_well(shop, tmp_path):
    run(begun(file_of(tmp_path, ORDERS, "first.csv")), store=journey.inbox())
    row = begun(file_of(tmp_path, ORDERS, "second.csv"))
    before, pauses = waiting(row), []

    def verify() -> None:
        pauses.append(there(row).receipts)
        shop.works()

    run(row, store=journey.inbox(), limit=Limit(before, meanwhile=verify))
    assert pauses[0] == 0


def test_a_step_that_is_larger_than_the_limit_passes_when_nothing_waits(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    assert run(row, store=journey.inbox(), limit=Limit(1, meanwhile=shop.works)).state == State.RECEIVED


def test_it_lets_go_while_it_is_paused(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    stopped = run(row, store=journey.inbox(), limit=Limit(3, meanwhile=lambda: stop(row, by=TESTER)))
    assert (stopped.state, stopped.receipts, stopped.is_paused) == (State.STOPPED, 3, False)


def test_a_worker_that_is_asked_to_end_gives_a_paused_import_back(shop, tmp_path):
    row, pauses = begun(file_of(tmp_path, ORDERS)), []
    given_back = run(
        row,
        store=journey.inbox(),
        stopping=lambda: bool(pauses),
        limit=Limit(3, meanwhile=lambda: pauses.append(1)),
    )
    assert (given_back.state, given_back.receipts, given_back.is_paused) == (State.QUEUED, 3, False)


def test_while_one_is_paused_the_worker_receives_those_of_other_brands(shop, tmp_path):
    """Acme's has no room after its first step; Zoe's, which came later, has, and neither is read twice."""
    row, zoe = begun(file_of(tmp_path, ORDERS)), Brand("Zoe")
    with brand_scope(zoe.id):
        other = begun(file_of(tmp_path, ORDERS[:3], "zoe.csv"))
    looks = []

    def verify() -> None:
        with brand_scope(zoe.id):
            state = there(other).state
        with brand_scope(shop.id):
            paused = there(row)
            looks.append((paused.is_paused, paused.receipts, state))
        shop.works()

    done = run_waiting(store=journey.inbox(), stopping=lambda: False, limit=Limit(3, meanwhile=verify))
    assert (done.done, done.left) == (2, 0)
    assert looks[0] == (True, 3, State.RECEIVED)
    assert (there(row).state, there(row).receipts, there(row).is_paused) == (
        State.RECEIVED,
        len(ORDERS),
        False,
    )


def test_imports_of_several_brands_are_received_a_step_of_each_in_turn(shop, tmp_path):
    row, zoe = begun(file_of(tmp_path, ORDERS)), Brand("Zoe")
    with brand_scope(zoe.id):
        other = begun(file_of(tmp_path, ORDERS, "zoe.csv"))
    taken = []

    class Watched:
        def append(self, receipts):
            taken.append(receipts[0].brand_id)
            return journey.inbox().append(receipts)

    run_waiting(store=Watched(), stopping=lambda: False)
    assert taken == [row.brand_id, other.brand_id] * 4


def test_a_worker_that_is_asked_to_end_gives_all_that_it_has_at_hand_back(shop, tmp_path):
    row, zoe, pauses = begun(file_of(tmp_path, ORDERS)), Brand("Zoe"), []
    with brand_scope(zoe.id):
        other = begun(file_of(tmp_path, ORDERS, "zoe.csv"))
    run_waiting(
        store=journey.inbox(),
        stopping=lambda: bool(pauses),
        limit=Limit(3, meanwhile=lambda: pauses.append(1)),
    )
    given_back = [there(row)]
    with brand_scope(zoe.id):
        given_back.append(there(other))
    assert [(each.state, each.receipts, each.held_until) for each in given_back] == [
        (State.QUEUED, 3, None)
    ] * 2
    run_waiting(store=journey.inbox(), stopping=lambda: False)
    assert there(row).state == State.RECEIVED
