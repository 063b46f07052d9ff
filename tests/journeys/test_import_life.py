"""The life of an import: what is shown before is what happens, and an interruption leaves no trace in the numbers."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.partners.partnerships.models import Code, Link, Partner
from tallystick.tracking.events.mapping.checks import read_mapping
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import ahead_of, problems_of, there
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.receiving import receive
from tallystick.tracking.imports.rules.steps import State, StepRefused
from tallystick.tracking.imports.rules.tally import Tally
from tallystick.tracking.imports.services.lifecycle import resume, start, stop, write_mapping
from tallystick.tracking.imports.services.running import run, run_next
from tallystick.tracking.imports.services.trial import Trial, try_out
from tallystick.tracking.imports.services.turns import LEASE, LetGo, take
from tallystick.tracking.imports.services.uploads import bring
from tallystick.tracking.inbox.rules import Reason
from tallystick.tracking.inbox.stores.port import Outcome, Store
from tallystick.tracking.inbox.wire import Receipt
from tests.builders import Brand
from tests.people import TESTER

PLAIN = """
name = "orders"
program = "shop"
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
[[events]]
kind = "click"
fields.partner = { column = "partner" }
when = { column = "partner", filled = true }
[[events]]
kind = "purchase"
when = { column = "total", filled = true }
fields.order = { column = "order" }
fields.amount = { column = "total" }
"""
KEYED = PLAIN.replace('program = "shop"', 'program = "shop"\nkey = ["order"]')
HEADER = "order,at,customer,partner,total\n"
LINES = """
name = "lines"
program = "shop"
group_by = ["order"]
[fields]
occurred_at = { column = "at" }
customer = { column = "customer" }
order = { column = "order" }
[[events]]
kind = "purchase"
when = [{ column = "quantity", above = "0" }, { column = "customer", filled = true }]
lines.fields.sku = { column = "sku" }
lines.fields.quantity = { column = "quantity" }
lines.fields.unit_price = { column = "price" }
[[events]]
kind = "refund"
when = [{ column = "quantity", below = "0" }, { column = "customer", filled = true }]
fields.amount = { column = "back" }
"""
NETWORK = """
name = "network"
program = "shop"
key = ["id"]
[[partners]]
fields.key = { column = "affiliate" }
[[codes]]
when = { column = "code", filled = true }
fields.key = { column = "code" }
fields.partner = { column = "affiliate" }
[[commissions]]
when = { column = "amount", filled = true }
fields.partner = { column = "affiliate" }
fields.earned_at = { column = "at" }
fields.amount = { column = "amount" }
fields.status = { column = "status" }
fields.reference = { column = "id" }
[[events]]
kind = "code_use"
when = { column = "used", filled = true }
fields.occurred_at = { column = "at" }
fields.customer = { column = "customer" }
fields.code = { column = "used" }
"""


MANY = 7_000


def order(number: int, *, customer: str = "carol", partner: str = "alice", total: str = "10.00") -> str:
    return f"{number},2026-03-02T{number % 24:02}:00:00Z,{customer},{partner},{total}\n"


ORDERS = [
    order(1),
    order(1),
    order(2, partner=""),
    order(3, partner="nobody"),
    order(4, partner="nobody", total="7.00"),
    order(5, total="much"),
    order(6, partner="", total=""),
    "7,2026-03-02,short\n",
    order(8, customer="dora", total="0.05"),
    order(9).replace("2026", "1926"),
]
CORRECTED = [
    order(1, total="broken"),
    order(2),
    order(1, total="12.00"),
    order(2, total="99.00"),
    order(1, total="13.00"),
    order(2, total="99.00"),
    order(3, partner="nobody"),
    order(3, partner="", total=""),
]
ORDER_LINES = "order,at,customer,sku,quantity,price,back\n" + "".join(
    f"{row}\n"
    for row in (
        "a,2026-03-02T09:00:00Z,carol,pen,2,1.50,",
        "b,2026-03-02T10:00:00Z,dora,pen,1,1.50,",
        "a,2026-03-02T09:00:00Z,carol,ink,1,4.00,",
        "a,2026-03-02T09:00:00Z,carol,bag,0,4.00,",
        "b,2026-03-02T10:00:00Z,dora,pen,-1,,1.50",
        "c,2026-03-02T10:00:00Z,,pen,1,1.50,",
        "d,2026-03-02T10:00:00Z,erin,pen,1,much,",
        "d,2026-03-02T10:00:00Z,erin,ink,1,1.00,",
    )
)
COMMISSIONS = "id,affiliate,code,at,amount,status,customer,used\n" + "".join(
    f"{row}\n"
    for row in (
        "1,Alice's blog,,2026-03-02T09:00:00Z,8.00,paid,carol,spring",
        "2,bob,BOB5,2026-03-02T10:00:00Z,0.50,pending,,",
        "3,Nina,SPRING,2026-03-02T11:00:00Z,,,,",
        "4,Nina,,2026-03-02T11:00:00Z,1.005,paid,,",
        "5,Nina,,2026-03-02T12:00:00Z,1.00,paid,dora,UNHEARD",
        "6,Ola,,2026-03-02T12:00:00Z,,,,",
    )
)


@pytest.fixture
def shop(acme: Brand):
    with brand_scope(acme.id):
        yield acme
        # The house has one queue for all brands: what a story leaves in it would be the next one's turn.
        Import.objects.exclude(state=State.RECEIVED).update(state=State.STOPPED)


@pytest.fixture
def few_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Steps of three receipts, so that a small file has several."""
    monkeypatch.setattr(receive, "STEP", 3)


def file_of(
    folder: Path, content: str | Sequence[str], name: str = "orders.csv", header: str = HEADER
) -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else header + "".join(content))
    return path


def begun(path: Path, mapping: str = PLAIN) -> Import:
    row = bring(path, by=TESTER)
    return start(write_mapping(row, text=mapping, by=TESTER), by=TESTER)


def imported(path: Path, mapping: str = PLAIN) -> Import:
    return run(begun(path, mapping), store=journey.inbox())


def tried(path: Path, mapping: str = PLAIN, limit: int | None = None) -> Trial:
    return try_out(path, mapping=read_mapping(mapping), store=journey.inbox(), limit=limit)


def counts(row: Import) -> tuple[int, ...]:
    return (row.receipts, row.rows, row.rows_accepted, row.rows_duplicate, row.rows_conflict)


def is_sum(tally: Tally) -> bool:
    parts = (tally.counted, tally.duplicate, tally.ignored, tally.quarantined, tally.waiting)
    return tally.rows == sum(parts)


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


class Cut(BaseException):
    """The power is gone: nobody catches it."""


class Torn:
    """A store whose machine is reset at an append, before or after it is durable."""

    def __init__(self, store: Store, *, at: int, durable: bool) -> None:
        self.store, self.left, self.durable = store, at, durable

    def append(self, receipts: Sequence[Receipt]) -> list[Outcome]:
        self.left -= 1
        if self.left == 0 and not self.durable:
            raise Cut
        answers = self.store.append(receipts)
        if self.left == 0:
            raise Cut
        return answers


@pytest.mark.usefixtures("few_at_once")
@pytest.mark.parametrize("mapping", [PLAIN, KEYED])
@pytest.mark.parametrize("durable", [False, True])
def test_an_import_that_is_cut_off_at_any_step_goes_on_exactly(shop, tmp_path, mapping, durable):
    content = [*ORDERS, *CORRECTED]
    whole = begun(file_of(tmp_path, content, "whole.csv"), mapping.replace("orders", "whole"))
    expected = counts(run(whole, store=journey.inbox()))
    shop.works()
    for at in range(1, 7):
        own = mapping.replace("orders", f"o{at}-{durable}")
        row = begun(file_of(tmp_path, content, f"{at}.csv"), own)
        with pytest.raises(Cut):
            run(row, store=Torn(journey.inbox(), at=at, durable=durable))
        assert there(row).state == State.RECEIVING
        done = run(row, store=journey.inbox())
        shop.works()
        assert (done.state, counts(done)) == (State.RECEIVED, expected)
        assert replace(tally_of(done)) == tally_of(there(whole))


@pytest.mark.usefixtures("few_at_once")
def test_one_that_is_stopped_by_a_person_goes_on_when_it_is_resumed(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    stopped = run(row, store=journey.inbox(), seen=lambda _: stop(row, by=TESTER) and None)
    assert (stopped.state, stopped.receipts) == (State.STOPPED, 3)
    assert run_next(store=journey.inbox(), stopping=lambda: False).done == 0
    done = run(resume(row, by=TESTER), store=journey.inbox())
    assert (done.state, counts(done)) == (State.RECEIVED, (10, 10, 10, 0, 0))
    acts = AuditLine.objects.filter(subject=ids.show("imp", row.id)).order_by("id")
    assert list(acts.values_list("act", flat=True)) == ["import.started", "import.stopped", "import.resumed"]


@pytest.mark.usefixtures("few_at_once")
def test_a_worker_that_is_asked_to_end_gives_the_import_back(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    steps = []
    given_back = run(row, store=journey.inbox(), stopping=lambda: bool(steps), seen=steps.append)
    assert (given_back.state, given_back.held_until, given_back.receipts) == (State.QUEUED, None, 3)
    assert run_next(store=journey.inbox(), stopping=lambda: False).done == 1
    assert there(row).state == State.RECEIVED


@pytest.mark.usefixtures("few_at_once")
def test_whoever_loses_the_turn_lets_go_and_the_other_counts_every_row_once(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))
    others = []

    def take_it_over(_rows: int) -> None:
        if not others:
            others.append(run(row, store=journey.inbox()))

    first = run(row, store=journey.inbox(), seen=take_it_over)
    assert (first.state, counts(first)) == (State.RECEIVED, (10, 10, 10, 0, 0))
    turn = take(begun(file_of(tmp_path, ORDERS, "again.csv")))
    take(turn.row)
    with pytest.raises(LetGo):
        turn.count(1, receive.Received(1, 1), read_bytes=1)


def test_the_oldest_import_comes_first_and_one_whose_worker_is_silent_is_taken_over(shop, tmp_path):
    rows = [begun(file_of(tmp_path, [order(n)], f"{n}.csv")) for n in range(3)]
    assert [ahead_of(row) for row in rows] == [0, 1, 2]
    take(rows[0])
    assert run_next(store=journey.inbox(), stopping=lambda: False).done == 1
    assert [there(row).state for row in rows] == [State.RECEIVING, State.RECEIVED, State.QUEUED]
    assert ahead_of(there(rows[2])) == 1
    Import.objects.filter(id=rows[0].id).update(held_until=clock.now() - LEASE)
    for _ in rows:
        run_next(store=journey.inbox(), stopping=lambda: False)
    assert {there(row).state for row in rows} == {State.RECEIVED}


def test_a_file_that_breaks_off_keeps_what_came_before_and_says_why(shop, tmp_path):
    rows = [order(n, customer=hashlib.shake_256(b"%d" % n).hexdigest(95)) for n in range(MANY)]
    packed = gzip.compress((HEADER + "".join(rows)).encode(), mtime=0)
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(packed[: len(packed) * 9 // 10])
    row = imported(path)
    assert row.state == State.FAILED
    assert "orders.csv.gz" in row.error
    assert 0 < row.rows < MANY
    path.write_bytes(packed)
    changed = run(resume(row, by=TESTER), store=journey.inbox())
    assert (changed.state, "was changed since" in changed.error) == (State.FAILED, True)
    again = imported(path)
    assert (again.state, again.rows, again.rows_duplicate) == (State.RECEIVED, MANY, row.rows)


@pytest.mark.usefixtures("few_at_once")
def test_a_full_disk_fails_the_import_and_it_goes_on_once_there_is_room(shop, tmp_path):
    class Full:
        def __init__(self) -> None:
            self.steps = 0

        def append(self, receipts: Sequence[Receipt]) -> list[Outcome]:
            self.steps += 1
            if self.steps == 2:
                raise OSError(28, "No space left on device")
            return journey.inbox().append(receipts)

    row = run(begun(file_of(tmp_path, ORDERS)), store=Full())
    assert (row.state, row.receipts) == (State.FAILED, 3)
    assert "No space left on device" in row.error
    done = run(resume(row, by=TESTER), store=journey.inbox())
    assert (done.state, done.error, counts(done)) == (State.RECEIVED, "", (10, 10, 10, 0, 0))


def test_the_end_is_announced_once(shop, tmp_path):
    row = imported(file_of(tmp_path, ORDERS))
    said = Announcement.objects.filter(topic="import.received")
    assert [one.body for one in said] == [{"name": "orders.csv", "rows": 10}]
    with pytest.raises(StepRefused, match="was received"):
        run(row, store=journey.inbox())
    assert row.ended_at is not None
    assert clock.now() - row.ended_at < timedelta(minutes=1)
    assert Link.objects.count() == 1
