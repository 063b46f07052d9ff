"""The promise of the inbox, on SQLite files and on PostgreSQL alike: one original per key, nothing lost."""

import json
import random
import signal
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import msgspec
import pytest

from tallystick.kit import ids
from tallystick.tracking.inbox.stores.port import (
    APPEND_LIMIT,
    READ_LIMIT,
    Accepted,
    Conflict,
    Duplicate,
    StoreFault,
)
from tallystick.tracking.inbox.wire import Origin, Receipt
from tests.modules.inbox_cast import ACME, NOON, ZOE, a_place, click, order, read_all


@pytest.fixture(params=[pytest.param("sqlite", marks=pytest.mark.one_database, id="sqlite"), "postgres"])
def place(request, tmp_path):
    with a_place(request.param, tmp_path / "inbox") as place:
        yield place


@pytest.fixture
def store(place):
    store = place.open()
    yield store
    store.close()


def test_a_receipt_reads_back_as_it_was_appended(store):
    receipt = Receipt(
        id=ids.new(),
        brand_id=ACME,
        source="shop",
        kind="order",
        key="Größe \N{SNOWMAN}",
        body=bytes(range(256)),
        content_type="application/octet-stream",
        method="POST",
        path="/in/shop",
        headers={"user-agent": "Mozilla \u2028 é", "sec-gpc": "1"},
        origin=Origin(file="orders.csv", line=4812, address="203.0.113.0"),
        received_at=NOON,
    )
    store.append([receipt])
    (stored,) = store.read(ACME, None, 10).receipts
    assert stored.receipt == receipt
    assert (stored.repeats, stored.conflict_of, stored.erased_at) == (0, None, None)
    assert store.get(receipt.id) == stored


def test_a_key_that_says_the_same_again_is_answered_by_its_original(store):
    original, again = order(1), msgspec.structs.replace(order(1), body=b'{"amount":"10.00","order":"1"}')
    assert store.append([original]) == [Accepted(original.id)]
    assert store.append([again, order(1)]) == [Duplicate(original.id)] * 2
    (stored,) = read_all(store)
    assert (stored.receipt, stored.repeats) == (original, 2)


def test_a_key_that_says_something_else_keeps_each_other_body_once_as_evidence(store):
    original, other, third = order(1), order(1, amount="11.00"), order(1, amount="12.00")
    store.append([original])
    assert store.append([other]) == [Conflict(original.id, other.id)]
    assert store.append([order(1, amount="11.00"), third]) == [
        Conflict(original.id, other.id),
        Conflict(original.id, third.id),
    ]
    assert store.append([order(1)]) == [Duplicate(original.id)]
    seen = {stored.receipt.id: (stored.conflict_of, stored.repeats) for stored in read_all(store)}
    assert seen == {original.id: (None, 1), other.id: (original.id, 1), third.id: (original.id, 0)}


def test_duplicates_and_conflicts_inside_one_batch_are_answered_in_order(store):
    first, other = order(1), order(1, amount="11.00")
    outcomes = store.append([first, order(1), other, click(1), order(1, amount="11.00"), order(1)])
    assert outcomes[:3] == [Accepted(first.id), Duplicate(first.id), Conflict(first.id, other.id)]
    assert isinstance(outcomes[3], Accepted)
    assert outcomes[4:] == [Conflict(first.id, other.id), Duplicate(first.id)]


@pytest.mark.parametrize("seed", range(5))
def test_looking_says_what_appending_then_does_and_changes_nothing(store, seed):
    chance = random.Random(seed)

    def some():
        made = [order(chance.randrange(12), amount=chance.randrange(3)) for _ in range(20)]
        return [*made, click(1), *chance.sample(made, 3)]

    for _ in range(6):
        batch = list({receipt.id: receipt for receipt in some()}.values())
        before = read_all(store)
        said = store.look(batch)
        assert store.look(batch) == said
        assert read_all(store) == before
        assert store.append(batch) == said
        assert store.append(batch) == store.look(batch) == said
    assert store.look([]) == []


def test_an_id_that_was_kept_with_something_else_is_a_fault_and_not_lost_silently(store):
    kept = order(1)
    store.append([kept])
    replace = msgspec.structs.replace
    with pytest.raises(StoreFault, match="kept already, with another body"):
        store.append([order(2), replace(kept, body=b"{}")])
    with pytest.raises(StoreFault, match="kept already, under another key"):
        store.append([order(3), replace(kept, key="another")])
    assert [stored.receipt for stored in read_all(store)] == [kept]


def test_hits_without_a_key_are_all_kept(store):
    outcomes = store.append([click(1) for _ in range(5)])
    assert {type(outcome) for outcome in outcomes} == {Accepted}
    assert len(read_all(store)) == 5


def test_the_same_key_of_another_brand_source_or_kind_is_another_receipt(store):
    replace = msgspec.structs.replace
    receipts = [
        order(1),
        order(1, brand=ZOE),
        replace(order(1), source="csv"),
        replace(order(1), kind="refund"),
    ]
    assert store.append(receipts) == [Accepted(receipt.id) for receipt in receipts]


def test_appending_the_very_same_receipts_again_keeps_and_counts_nothing_twice(store):
    batch = [order(1), click(1), order(1, amount="11.00"), order(2)]
    outcomes = store.append(batch)
    assert store.append(batch) == outcomes
    assert [stored.repeats for stored in read_all(store)] == [0] * 4


@pytest.mark.parametrize("limit", [1, 3, 7, 1000])
def test_reading_resumes_at_a_position_that_has_been_json(store, limit):
    receipts = [order(n) if n % 3 else click(n) for n in range(20)]
    for start in range(0, 20, 6):
        store.append(receipts[start : start + 6])
    found: list[UUID] = []
    position = None
    while (batch := store.read(ACME, position, limit)).receipts:
        assert len(batch.receipts) <= limit
        found += [stored.receipt.id for stored in batch.receipts]
        position = json.loads(json.dumps(batch.position))
        assert store.backlog(ACME, position) == 20 - len(found)
    assert sorted(found) == sorted(receipt.id for receipt in receipts)
    late = [order("late"), click("late")]
    store.append(late)
    assert {stored.receipt.id for stored in read_all(store, position=position)} == {r.id for r in late}


def test_reading_changes_nothing(store):
    store.append([order(1), click(1)])
    assert store.read(ACME, None, 10) == store.read(ACME, None, 10)


def test_a_brand_reads_and_counts_only_its_own(store):
    store.append([order(1), order(2, brand=ZOE), click(1), click(2, brand=ZOE)])
    assert {stored.receipt.brand_id for stored in read_all(store, ZOE)} == {ZOE}
    assert (store.backlog(ACME, None), store.backlog(ZOE, None), store.backlog(ids.new(), None)) == (2, 2, 0)


def test_the_oldest_that_waits_is_told_by_when_it_was_received_not_by_when_it_was_kept(store):
    earlier = NOON - timedelta(minutes=5)
    store.append([order(1), click(1)])
    store.append([msgspec.structs.replace(each, received_at=earlier) for each in (order(2), click(2))])
    assert store.oldest(ACME, None) == earlier
    position = store.read(ACME, None, 10).position
    assert (store.oldest(ACME, position), store.oldest(ZOE, None)) == (None, None)


def test_receipts_are_found_by_id_and_unknown_ids_are_left_out(store):
    receipts = [order(1), click(1), order(1, amount="11.00")]
    store.append(receipts)
    found = store.get_many([*(receipt.id for receipt in receipts), ids.new()])
    assert {stored.receipt.id for stored in found} == {receipt.id for receipt in receipts}
    assert store.get(ids.new()) is None
    assert store.get_many([]) == []


def test_erasure_leaves_a_hash_and_still_knows_a_repeat(store, place):
    # Longer than a page, so that what is left of it lies in pages that are freed.
    secret = b'{"order": "1", "note": "%b"}' % (b"CANARY-4711 " * 1000)
    receipt = msgspec.structs.replace(
        order(1),
        body=secret,
        path="/CANARY-4711",
        headers={"referer": "https://CANARY-4711"},
        origin=Origin(file="a.csv", line=3, address="CANARY-4711"),
    )
    other = order(1, amount="CANARY-4711 too")
    store.append([receipt, other])
    assert store.erase(receipt.id, at=NOON + timedelta(days=1))
    assert store.erase(receipt.id, at=NOON + timedelta(days=2))
    assert not store.erase(ids.new(), at=NOON)
    for stored, body in zip(read_all(store), (secret, other.body), strict=True):
        assert stored.erased_at == NOON + timedelta(days=1)
        assert stored.receipt.body == sha256(body).hexdigest().encode()
        assert (stored.receipt.path, stored.receipt.headers, stored.receipt.origin.address) == ("", {}, None)
    assert store.get(receipt.id).receipt.origin == Origin(file="a.csv", line=3)
    assert store.append([msgspec.structs.replace(receipt, id=ids.new())]) == [Duplicate(receipt.id)]
    for path in place.directory.glob("**/*") if place.directory.exists() else ():
        assert b"CANARY" not in path.read_bytes()


def test_a_batch_over_the_limit_is_refused_whole(store):
    for take in (store.append, store.look):
        with pytest.raises(ValueError, match="A batch holds"):
            take([click(1)] * (APPEND_LIMIT + 1))
    for limit in (0, READ_LIMIT + 1):
        with pytest.raises(ValueError, match="A batch holds"):
            store.read(ACME, None, limit)
    assert store.append([]) == []


def test_a_position_nobody_gave_out_is_refused(store):
    with pytest.raises(msgspec.ValidationError):
        store.read(ACME, {"made": "up"}, 10)


def test_twenty_thousand_receipts_shuffled_and_appended_twice_are_each_kept_once(store):
    random_order = random.Random(2026)
    receipts = [order(n) for n in range(20_000)]
    for _ in range(2):
        random_order.shuffle(receipts)
        for start in range(0, len(receipts), 2_000):
            store.append(receipts[start : start + 1_000] + [order(n) for n in range(start, start + 1_000)])
            store.append(receipts[start + 1_000 : start + 2_000])
    found = [stored.receipt.key for stored in read_all(store, limit=7_777)]
    assert len(found) == 20_000
    assert set(found) == {f"order-{n}" for n in range(20_000)}


def test_processes_that_append_the_same_keys_at_once_get_the_same_originals(place):
    code = """
import random
numbers = random.sample(range(300), 300)
input()
answers = {}
for start in range(0, 300, 20):
    batch = [order(n) for n in numbers[start:start + 20]]
    for receipt, outcome in zip(batch, store.append(batch)):
        original = getattr(outcome, "receipt_id", None) or outcome.original_id
        answers[receipt.key] = (type(outcome).__name__, str(original))
import json
print(json.dumps(answers))
"""
    processes = [place.start(code) for _ in range(6)]
    answers = [json.loads(process.communicate("go\n", timeout=60)[0]) for process in processes]
    assert [process.returncode for process in processes] == [0] * 6
    for key in (f"order-{n}" for n in range(300)):
        said = [answer[key] for answer in answers]
        assert len({original for _, original in said}) == 1
        assert sorted(name for name, _ in said) == ["Accepted"] + ["Duplicate"] * 5
    stored = place.read_all()
    assert len(stored) == 300
    assert {row.repeats for row in stored} == {5}


@pytest.mark.parametrize("acknowledged", [1, 20, 45])
def test_a_writer_killed_in_the_middle_loses_nothing_it_acknowledged(place, acknowledged):
    code = """
for n in range(100_000):
    batch = [order(f"{n}-{m}") for m in range(10)] + [click(n) for _ in range(10)]
    store.append(batch)
    print(" ".join(str(receipt.id) for receipt in batch))
"""
    with place.start(code) as process:
        kept = [process.stdout.readline() for _ in range(acknowledged)]
        process.kill()
        kept += process.stdout.readlines()
    promised = {UUID(text) for line in kept if line.endswith("\n") for text in line.split()}
    found = [stored.receipt.id for stored in place.read_all(limit=333)]
    assert len(promised) >= acknowledged * 20
    assert promised <= set(found)
    assert len(found) == len(set(found))


@pytest.mark.parametrize(("point", "kept"), [("inbox.appending", 0), ("inbox.appended", 4)])
@pytest.mark.parametrize("kind", ["order", "click"])
def test_a_kill_before_the_commit_keeps_nothing_and_after_it_everything(place, point, kept, kind):
    code = f"store.append([{kind}(n) for n in range(4)])\nprint('answered')"
    process = place.start(code, {"TALLYSTICK_FAILPOINT": point})
    said, _ = process.communicate(timeout=60)
    assert (process.returncode, said) == (-signal.SIGKILL, "")
    assert len(place.read_all()) == kept
    with closing(place.open()) as store:
        again = {type(outcome) for outcome in store.append([order(n) for n in range(4)])}
    assert again == ({Duplicate} if kind == "order" and kept else {Accepted})
