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
from tallystick.tracking.imports.services.lifecycle import stop
from tallystick.tracking.imports.services.room import Limit
from tallystick.tracking.imports.services.running import run
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
