"""What is shown before is what happens, and what became of a file is known at any time."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tallystick import journey
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock
from tallystick.kit.delimited import BadFile
from tallystick.partners.partnerships.models import Code, Partner
from tallystick.partners.programs.models import Program
from tallystick.tracking.events.choices import choose
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import problems_of
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.rules.steps import State
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.imports.services.corrections import correct
from tallystick.tracking.imports.services.lifecycle import start
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.imports.services.trial import try_out
from tallystick.tracking.imports.services.uploads import bring
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.inbox.services import dismiss
from tests.builders import Brand
from tests.journeys.import_cast import (
    COMMISSIONS,
    CORRECTED,
    HEADER,
    KEYED,
    LINES,
    NETWORK,
    ORDER_LINES,
    ORDERS,
    begun,
    file_of,
    imported,
    is_sum,
    tried,
)
from tests.people import TESTER


@pytest.fixture
def shop(acme: Brand):
    with brand_scope(acme.id):
        yield acme
        # The house has one queue for all brands: what a story leaves in it would be the next one's turn.
        Import.objects.exclude(state=State.RECEIVED).update(state=State.STOPPED)


def test_a_dry_run_says_what_an_import_ends_with(shop, tmp_path):
    path = file_of(tmp_path, ORDERS)
    said = tried(path)
    assert Event.objects.count() == 0
    row = imported(path)
    shop.works()
    assert said.is_whole
    assert (
        said.tally
        == tally_of(row)
        == Tally(
            rows=10,
            counted=4,
            ignored=1,
            quarantined=5,
            reasons={Reason.SCHEMA: 2, Reason.SYNTAX: 1, Reason.UNKNOWN_PARTNER: 2},
            things={"click": 3, "purchase": 4},
            money={("purchase", "EUR"): 3005},
            unknown={("shop", "partner", "nobody"): 2},
            first_at=said.tally.first_at,
            last_at=said.tally.last_at,
        )
    )
    kept = [(one.line, one.column, one.value, one.detail) for one in problems_of(row)]
    assert [(one.line, one.column, one.value, one.detail) for one in said.problems] == kept
    assert len(kept) == 5


@pytest.mark.parametrize(
    ("content", "mapping"),
    [
        (HEADER + "".join(ORDERS), KEYED),
        (HEADER + "".join(CORRECTED), KEYED),
        (ORDER_LINES, LINES),
        (COMMISSIONS, NETWORK),
    ],
    ids=["keyed", "corrected by itself", "grouped", "of another platform"],
)
@pytest.mark.parametrize("known", [False, True], ids=["new", "partly known"])
def test_what_is_shown_before_is_what_happens(shop, tmp_path, content, mapping, known):
    header, *rows = content.splitlines(keepends=True)
    if known:
        imported(file_of(tmp_path, header + "".join(rows[::2]), "before.csv"), mapping)
        shop.works()
    path = file_of(tmp_path, content)
    said = tried(path, mapping).tally
    row = imported(path, mapping)
    shop.works()
    assert said == tally_of(row)
    assert is_sum(said)
    assert said.rows == len(rows)
    assert bool(said.duplicate or Reason.DUPLICATE_CONFLICT in said.reasons) >= known


def test_whole_events_are_tried_out_too(shop, tmp_path):
    event = '{"kind": "purchase", "occurred_at": "2026-03-02T09:00:00Z", "visitor": "v1", "amount": "8.00"}\n'
    path = file_of(
        tmp_path, event * 2 + '{"kind": "gift", "occurred_at": "2026-03-02T09:00:00Z"}\n{\n', "e.ndjson"
    )
    said = try_out(path, mapping=None, store=journey.inbox())
    row = run(start(bring(path, by=TESTER), by=TESTER), store=journey.inbox())
    shop.works()
    assert said.tally == tally_of(row)
    assert said.tally.money == {("purchase", "EUR"): 1600}


def test_a_dry_run_of_the_first_rows_says_that_it_is_not_whole(shop, tmp_path):
    said = tried(file_of(tmp_path, ORDERS), limit=2)
    assert (said.is_whole, said.tally.rows) == (False, 2)
    assert tried(file_of(tmp_path, ORDERS), limit=10).is_whole


def test_what_a_file_opens_is_said_and_then_opened(shop, tmp_path):
    path = file_of(tmp_path, COMMISSIONS)
    said = tried(path, NETWORK)
    assert said.opens == ("partners: Alice's blog", "partners: Nina", "partners: Ola", "codes: SPRING")
    assert Partner.objects.filter(name="Nina").count() == 0
    row = imported(path, NETWORK)
    shop.works()
    assert Partner.objects.filter(name__in=("Alice's blog", "Nina", "Ola")).count() == 3
    assert Code.objects.filter(key="SPRING").count() == 1
    things = tally_of(row).things
    assert (things["partners"], things["codes"], things["commissions"]) == (3, 1, 2)


def test_rows_of_a_group_that_nothing_is_made_of_are_ignored(shop, tmp_path):
    row = imported(file_of(tmp_path, ORDER_LINES), LINES)
    shop.works()
    tally = tally_of(row)
    assert (tally.counted, tally.ignored, tally.quarantined) == (4, 2, 2)
    assert tally.money == {("purchase", "EUR"): 850, ("refund", "EUR"): 150}


def test_objects_that_leave_out_what_is_empty_are_rows_like_others(shop, tmp_path):
    sale = {"order": "1", "at": "2026-03-02T09:00:00Z", "customer": "carol", "total": "9.00"}
    objects = [
        {**sale, "partner": "alice"},
        {**sale, "order": "2"},
        {"at": sale["at"]},
        {"order": "3", "total": "1"},
    ]
    path = tmp_path / "orders.ndjson"
    path.write_text("".join(json.dumps(one) + "\n" for one in objects))
    said, row = tried(path, KEYED).tally, imported(path, KEYED)
    shop.works()
    assert said == tally_of(row)
    assert (said.counted, said.ignored, said.quarantined) == (2, 1, 1)
    assert [(one.column, one.value) for one in problems_of(row)] == [("at", "")]
    receipt_id = problems_of(row).get().receipt_id
    correct(receipt_id, cells={"at": sale["at"], "customer": "dora"}, store=journey.inbox(), by=TESTER)
    assert tally_of(row).counted == 3
    path.write_text("".join(json.dumps(one) + "\n" for one in objects[1:]))
    with pytest.raises(BadFile, match="no column 'partner'"):
        tried(path, KEYED)


def test_the_same_file_a_second_time_is_nothing_but_duplicates(shop, tmp_path):
    path = file_of(tmp_path, ORDERS)
    imported(path)
    shop.works()
    before = Event.objects.count()
    said, row = tried(path).tally, imported(path)
    shop.works()
    assert said == tally_of(row) == Tally(rows=10, duplicate=10)
    assert Event.objects.count() == before


def test_a_tally_can_be_asked_while_rows_wait_for_the_journey(shop, tmp_path):
    row = imported(file_of(tmp_path, ORDERS))
    assert tally_of(row) == Tally(rows=10, waiting=10)
    shop.works()
    assert tally_of(row).waiting == 0
    assert tally_of(begun(file_of(tmp_path, ORDERS, "more.csv"))) == Tally()


def test_a_tally_follows_what_people_do_about_what_waits(shop, tmp_path):
    row = imported(file_of(tmp_path, ORDERS))
    shop.works()
    before = tally_of(row)
    broken = problems_of(row).get(column="total")
    correct(broken.receipt_id, cells={"total": "worse"}, store=journey.inbox(), by=TESTER)
    again = tally_of(row)
    assert replace(again, reasons=before.reasons) == before
    broken = problems_of(row).get(column="total")
    correct(broken.receipt_id, cells={"total": "1.00"}, store=journey.inbox(), by=TESTER)
    program = Program.objects.get(key="shop")
    choose(program=program, role="partner", value="nobody", to=None, by=TESTER)
    shop.replays()
    short = problems_of(row).get(reason=Reason.SYNTAX)
    dismiss([short.receipt_id], why="a line of nothing", at=clock.now(), by=TESTER)
    shop.works()
    after = tally_of(row)
    assert (after.rows, after.counted, after.ignored, after.quarantined) == (10, 7, 2, 1)
    assert after.money == {("purchase", "EUR"): before.money["purchase", "EUR"] + 100 + 1000 + 700}
    assert after.unknown == {}
    assert is_sum(after)


def test_a_look_at_the_first_rows_does_not_cut_an_order_in_two(shop, tmp_path):
    lines = ORDER_LINES.splitlines(keepends=True)
    path = file_of(tmp_path, "".join([lines[0], *sorted(lines[1:])]))
    imported(path, LINES)
    said = [tried(path, LINES, limit=limit) for limit in (2, 3, 4)]
    assert [(one.tally.rows, one.tally.duplicate, one.is_whole) for one in said] == [
        (3, 3, False),
        (3, 3, False),
        (5, 5, False),
    ]
