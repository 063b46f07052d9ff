"""The life of an import: however often it is interrupted, the numbers at its end are the same."""

from __future__ import annotations

import gzip
import hashlib
import io
import zipfile
from collections.abc import Sequence
from datetime import timedelta

import pytest

from tallystick import journey
from tallystick.foundation.audit.models import AuditLine
from tallystick.foundation.outbox.models import Announcement
from tallystick.foundation.scoping import brand_scope
from tallystick.kit import clock, ids
from tallystick.kit.delimited import BadFile
from tallystick.partners.partnerships.models import Link
from tallystick.tracking.events.models import Event
from tallystick.tracking.imports.models import Import
from tallystick.tracking.imports.queries.imports import ahead_of, there
from tallystick.tracking.imports.queries.tallying import tally_of
from tallystick.tracking.imports.reading import original
from tallystick.tracking.imports.reading.look import look_at
from tallystick.tracking.imports.receiving import receive
from tallystick.tracking.imports.rules.steps import State, StepRefused
from tallystick.tracking.imports.services.in_turn import run_waiting
from tallystick.tracking.imports.services.lifecycle import resume, stop
from tallystick.tracking.imports.services.running import run
from tallystick.tracking.imports.services.turns import LEASE, LetGo, take
from tallystick.tracking.inbox.stores.port import Outcome, Store
from tallystick.tracking.inbox.wire import Receipt
from tests.builders import Brand
from tests.journeys.import_cast import (
    CORRECTED,
    HEADER,
    KEYED,
    ORDERS,
    PLAIN,
    begun,
    counts,
    file_of,
    imported,
    order,
    tried,
)
from tests.people import TESTER


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
    found = []
    for at in range(1, 7):
        own = mapping.replace("orders", f"o{at}-{durable}")
        row = begun(file_of(tmp_path, content, f"{at}.csv"), own)
        with pytest.raises(Cut):
            run(row, store=Torn(journey.inbox(), at=at, durable=durable))
        assert there(row).state == State.RECEIVING
        found.append(run(row, store=journey.inbox()))
    assert [(row.state, counts(row)) for row in found] == [(State.RECEIVED, expected)] * 6
    shop.works()
    assert [tally_of(row) for row in found] == [tally_of(there(whole))] * 6


@pytest.mark.usefixtures("few_at_once")
def test_one_that_is_stopped_by_a_person_goes_on_when_it_is_resumed(shop, tmp_path):
    row = begun(file_of(tmp_path, ORDERS))

    def stop_it(_rows: int) -> None:
        stop(row, by=TESTER)

    stopped = run(row, store=journey.inbox(), seen=stop_it)
    assert (stopped.state, stopped.receipts) == (State.STOPPED, 3)
    assert run_waiting(store=journey.inbox(), stopping=lambda: False).done == 0
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
    assert run_waiting(store=journey.inbox(), stopping=lambda: False).done == 1
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
        turn.count(receive.Received(1, 1), receipts=1, read_bytes=1)


def test_the_oldest_import_comes_first_and_one_whose_worker_is_silent_is_taken_over(shop, tmp_path):
    rows = [begun(file_of(tmp_path, [order(n)], f"{n}.csv")) for n in range(3)]
    assert [ahead_of(row) for row in rows] == [0, 1, 2]
    take(rows[0])
    assert ahead_of(there(rows[2])) == 2
    assert run_waiting(store=journey.inbox(), stopping=lambda: False).done == 2
    assert [there(row).state for row in rows] == [State.RECEIVING, State.RECEIVED, State.RECEIVED]
    assert there(rows[1]).ended_at < there(rows[2]).ended_at
    Import.objects.filter(id=rows[0].id).update(held_until=clock.now() - LEASE)
    run_waiting(store=journey.inbox(), stopping=lambda: False)
    assert {there(row).state for row in rows} == {State.RECEIVED}


class Failing(original.Original):
    """A file on a disk that gives little at once, and fails on the way."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell() >= 2_000:
            raise OSError(5, "Input/output error")
        return super().read(500)


def zipped(content: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("orders.csv", content)
    return packed.getvalue()


def damaged(content: bytes) -> bytes:
    at = len(content) // 2
    return content[:at] + b"\xff" * 9 + content[at + 9 :]


MIXED = [order(n, customer=hashlib.shake_256(b"%d" % n).hexdigest(20)) for n in range(60)]
WHOLE = (HEADER + "".join(MIXED)).encode()
BROKEN = {
    "cut.csv.gz": (gzip.compress(WHOLE, mtime=0)[:-300], "its packed content ends in the middle"),
    "damaged.zip": (damaged(zipped(WHOLE)), "its packed content is damaged"),
    "disk.csv": (WHOLE, "Input/output error"),
}


@pytest.mark.parametrize("grouped", [False, True], ids=["row by row", "in groups"])
def test_a_file_that_breaks_off_keeps_what_came_before_and_says_why(shop, tmp_path, monkeypatch, grouped):
    for number, (name, (content, why)) in enumerate(BROKEN.items()):
        mapping = PLAIN.replace("orders", f"broken{number}")
        mapping = (
            mapping.replace('program = "shop"', 'program = "shop"\ngroup_by = ["order"]')
            if grouped
            else mapping
        )
        path = tmp_path / name
        path.write_bytes(content)
        with monkeypatch.context() as patched:
            if name == "disk.csv":
                patched.setattr(original, "Original", Failing)
            [sheet] = look_at(path).sheets
            trial, row = tried(path, mapping), imported(path, mapping)
        shop.works()
        lines = row.rows + grouped
        assert (row.state, trial.broken) == (State.FAILED, row.error)
        assert f"after line {lines + 1}: cannot be read on: {why}" in row.error
        assert 0 < lines < len(MIXED)
        assert why in sheet.broken
        assert tally_of(row) == trial.tally
        if name != "damaged.zip":
            assert trial.tally.counted == row.rows
            assert set(Event.objects.filter(kind="purchase").values_list("order", flat=True)) >= {
                str(n) for n in range(row.rows)
            }


def test_a_file_that_is_there_whole_the_next_time_adds_what_was_missing(shop, tmp_path):
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(BROKEN["cut.csv.gz"][0])
    row = imported(path)
    path.write_bytes(gzip.compress(WHOLE, mtime=0))
    changed = run(resume(row, by=TESTER), store=journey.inbox())
    assert (changed.state, "was changed since" in changed.error) == (State.FAILED, True)
    again = imported(path)
    assert (again.state, again.rows, again.rows_duplicate) == (State.RECEIVED, len(MIXED), row.rows)


def test_a_file_that_breaks_off_after_its_header_is_no_reason_to_refuse_it(shop, tmp_path):
    packed = gzip.compress((HEADER + hashlib.shake_256(b"").hexdigest(900)).encode(), mtime=0)
    path = tmp_path / "orders.csv.gz"
    path.write_bytes(packed[:400])
    assert "no row of it can be read: its packed content ends in the middle" in imported(path).error
    path.write_bytes(packed[:20])
    with pytest.raises(BadFile, match="cannot be read: its packed content ends in the middle"):
        begun(path)


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
